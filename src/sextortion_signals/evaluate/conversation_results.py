"""What a measurement of conversations says: frozen data, ready for JSON. `docs/evaluation.md` defines every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sextortion_signals.evaluate.results import Estimate

# Every headline figure: key in JSON, and how reports name it. Shares are in 0..1, delays in messages.
CONVERSATION_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "f1": "F1",
        "precision": "precision",
        "recall": "recall",
        "false_alarms": "false alarms (share of risk 0)",
        "f_latency": "F-latency",
        "delay_median": "delay after certainty, median",
        "delay_p90": "delay after certainty, 90th percentile",
        "evidence_delay_median": "delay after first evidence, median",
        "evidence_delay_p90": "delay after first evidence, 90th percentile",
        "early": "alarms before any evidence (share of found)",
        "erde_5": "ERDE 5",
        "erde_50": "ERDE 50",
        "offender_right": "offender named rightly",
        "offender_wrong": "somebody else called offender",
    }
)
# The figures about who is named, which a rule that names nobody has not.
NAMING = frozenset({"offender_right", "offender_wrong"})
# The figures that are drawn over the threshold.
CURVES = ("precision", "recall", "f1", "f_latency", "delay_median", "delay_p90", "erde_5", "erde_50")


@dataclass(frozen=True, slots=True)
class ConversationSlice:
    """The headline figures of all conversations or of one language, and those of the keyword rule, by key."""

    name: str
    conversations: int
    risk_conversations: int
    headline: Mapping[str, Estimate]
    baseline: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class ConversationCategory:
    """One category: recall over risk 1, false alarms over risk 0, median delay after certainty; None where none."""

    category: str
    conversations: int
    risk_conversations: int
    recall: float | None
    false_alarms: float | None
    delay_median: float | None


@dataclass(frozen=True, slots=True)
class WorstConversation:
    """A conversation that came out far from its label: its highest risk, where it was alarmed, where it was certain."""

    id: str
    category: str
    lang: str
    messages: int
    risk: float
    alert: int | None
    unmistakable: int | None


@dataclass(frozen=True, slots=True)
class ThresholdCurves:
    """Figures (by key) over the threshold of the risk; None where a figure is not defined.

    `elevated` is the operating point that the detector itself used, None where it names none.
    """

    elevated: float | None
    thresholds: tuple[float, ...]
    figures: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class ConversationResult:
    """Everything measured on one labelled file of conversations. `slices[0]` holds all of them."""

    file: str
    conversations: int
    messages: int
    slices: tuple[ConversationSlice, ...]
    categories: tuple[ConversationCategory, ...]
    highest_risk_0: tuple[WorstConversation, ...]
    lowest_risk_1: tuple[WorstConversation, ...]
    curves: ThresholdCurves


@dataclass(frozen=True, slots=True)
class ConversationRate:
    """How many conversations of one unlabelled corpus are alarmed, with exact 95 % intervals for each 1,000."""

    corpus: str
    conversations: int
    messages: int
    alarms: int
    per_1000_conversations: Estimate
    per_1000_messages: Estimate
    keyword_rule_per_1000: Estimate


@dataclass(frozen=True, slots=True)
class ConversationRateResult:
    """Alarms on one file of conversations without labels; the last of `corpora` is all of it if there are several."""

    file: str
    conversations: int
    messages: int
    corpora: tuple[ConversationRate, ...]
    curves: ThresholdCurves
