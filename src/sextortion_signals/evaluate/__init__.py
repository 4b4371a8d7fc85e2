"""Measure a detector on files of texts and conversations, beside a keyword rule, and probe a corpus.

Needs the extra `train` when it runs.
"""

from sextortion_signals.evaluate.conversation_records import ConversationFile, ConversationLabel, ConversationRow
from sextortion_signals.evaluate.conversation_run import ConversationDetector
from sextortion_signals.evaluate.files import read_evaluation_file, read_text_file
from sextortion_signals.evaluate.keyword_rule import keyword_rule
from sextortion_signals.evaluate.probes import ProbeReport, ProbeResult, probe_corpus
from sextortion_signals.evaluate.records import EvaluationFile, EvaluationRow, Label
from sextortion_signals.evaluate.release import known_failures, measure_model
from sextortion_signals.evaluate.report import EvaluationReport
from sextortion_signals.evaluate.run import MeasuredDetector, TextDetector, evaluate
from sextortion_signals.evaluate.words import WordResult, read_word_notes

__all__ = [
    "ConversationDetector",
    "ConversationFile",
    "ConversationLabel",
    "ConversationRow",
    "EvaluationFile",
    "EvaluationReport",
    "EvaluationRow",
    "Label",
    "MeasuredDetector",
    "ProbeReport",
    "ProbeResult",
    "TextDetector",
    "WordResult",
    "evaluate",
    "keyword_rule",
    "known_failures",
    "measure_model",
    "probe_corpus",
    "read_evaluation_file",
    "read_text_file",
    "read_word_notes",
]
