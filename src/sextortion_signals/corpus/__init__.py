"""The synthetic corpus: read, checked, counted, split and built from the files people write, and how good it is."""

from sextortion_signals.corpus.agreement import AgreementReport, LabelAgreement, RoleDisagreement, measure_agreement
from sextortion_signals.corpus.build import SPLITS, build_corpus, conversations_hash, corpus_hash, split_of
from sextortion_signals.corpus.check import CorpusReport, check_corpus
from sextortion_signals.corpus.conversation_readings import (
    ConversationAgreement,
    ConversationReading,
    MarkAgreement,
    measure_conversation_agreement,
    read_conversation_readings,
)
from sextortion_signals.corpus.conversation_stats import ConversationStats, conversation_stats
from sextortion_signals.corpus.conversations import Conversation, read_conversation_source, read_conversations
from sextortion_signals.corpus.dataset_card import DATASET_CARD, replace_section
from sextortion_signals.corpus.duplicate_report import DuplicateReport, duplicate_report
from sextortion_signals.corpus.duplicates import NearDuplicate, find_near_duplicates
from sextortion_signals.corpus.readings import SECOND_READER, Reading, read_second_reader
from sextortion_signals.corpus.reports import read_report, write_report
from sextortion_signals.corpus.rules import Problem
from sextortion_signals.corpus.sampling import sample, sample_to_tsv
from sextortion_signals.corpus.source import Row, read_source, read_sources
from sextortion_signals.corpus.stats import CorpusStats, LengthStats, corpus_stats, update_dataset_card

__all__ = [
    "DATASET_CARD",
    "SECOND_READER",
    "SPLITS",
    "AgreementReport",
    "Conversation",
    "ConversationAgreement",
    "ConversationReading",
    "ConversationStats",
    "CorpusReport",
    "CorpusStats",
    "DuplicateReport",
    "LabelAgreement",
    "LengthStats",
    "MarkAgreement",
    "NearDuplicate",
    "Problem",
    "Reading",
    "RoleDisagreement",
    "Row",
    "build_corpus",
    "check_corpus",
    "conversation_stats",
    "conversations_hash",
    "corpus_hash",
    "corpus_stats",
    "duplicate_report",
    "find_near_duplicates",
    "measure_agreement",
    "measure_conversation_agreement",
    "read_conversation_readings",
    "read_conversation_source",
    "read_conversations",
    "read_report",
    "read_second_reader",
    "read_source",
    "read_sources",
    "replace_section",
    "sample",
    "sample_to_tsv",
    "split_of",
    "update_dataset_card",
    "write_report",
]
