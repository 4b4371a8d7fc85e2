"""Conversations: followed message by message, judged by what all sides wrote."""

from sextortion_signals.conversation.codec import STATE_FORMAT, dump_state, load_state
from sextortion_signals.conversation.judge import Judge, LearnedJudge, StrongestMessage, Verdict
from sextortion_signals.conversation.load import CONVERSATION_FORMAT, load_tracker, verify_trackers
from sextortion_signals.conversation.messages import check_messages, in_place
from sextortion_signals.conversation.reader import ConversationReader, ConversationSummary
from sextortion_signals.conversation.report import reported_messages, weigh
from sextortion_signals.conversation.results import (
    ConversationAssessment,
    ConversationSignal,
    MessageEvidence,
    Reason,
    ReportAssessment,
    Step,
)
from sextortion_signals.conversation.state import ConversationState, SenderState, Stage, Standing, advance
from sextortion_signals.conversation.tracker import Explanation, Tracker

__all__ = [
    "CONVERSATION_FORMAT",
    "STATE_FORMAT",
    "ConversationAssessment",
    "ConversationReader",
    "ConversationSignal",
    "ConversationState",
    "ConversationSummary",
    "Explanation",
    "Judge",
    "LearnedJudge",
    "MessageEvidence",
    "Reason",
    "ReportAssessment",
    "SenderState",
    "Stage",
    "Standing",
    "Step",
    "StrongestMessage",
    "Tracker",
    "Verdict",
    "advance",
    "check_messages",
    "dump_state",
    "in_place",
    "load_state",
    "load_tracker",
    "reported_messages",
    "verify_trackers",
    "weigh",
]
