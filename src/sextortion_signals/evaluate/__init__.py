"""Measure a detector on files, beside a keyword rule, and probe a corpus; needs the extra `train` when it runs."""

from sextortion_signals.evaluate.keyword_rule import keyword_rule
from sextortion_signals.evaluate.probes import ProbeReport, ProbeResult, probe_corpus
from sextortion_signals.evaluate.records import EvaluationFile, EvaluationRow, Label, read_evaluation_file
from sextortion_signals.evaluate.release import known_failures, measure_model
from sextortion_signals.evaluate.report import EvaluationReport
from sextortion_signals.evaluate.run import TextDetector, evaluate
from sextortion_signals.evaluate.words import WordResult, read_word_notes

__all__ = [
    "EvaluationFile",
    "EvaluationReport",
    "EvaluationRow",
    "Label",
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
    "read_word_notes",
]
