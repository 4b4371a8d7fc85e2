"""What is said about a conversation and about a report: plain frozen data, as in `types`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sextortion_signals.conversation.state import ConversationState, Stage
from sextortion_signals.types import Advice, Assessment, Evidence, Level, SignalId


class Reason(StrEnum):
    """What made the risk of a conversation rise; worded for people in `cli/words_conversation.py`."""

    OFFENDER_WORDS = "offender_words"
    """What this sender wrote of late reads like an offender's messages."""
    WHOLE_TALK = "whole_talk"
    """What everybody wrote of late reads like a case."""
    OTHERS_REACTION = "others_reaction"
    """What others write reads like a victim's messages: a plea, bargaining, a report."""
    PAYMENT = "payment"
    IMAGES = "images"
    THREAT_AND_DEMAND = "threat_and_demand"
    OTHERS_NAME_THREAT = "others_name_threat"
    """Another sender speaks of images being sent or shown."""
    TELLING_WORDS = "telling_words"
    """Words that matter together with the rest: images, conditions, pleas."""
    DISCLOSURE = "disclosure"
    """Somebody tells of a live or recent case."""
    STRONGEST_MESSAGE = "strongest_message"
    """The message is the riskiest so far."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one message did: `risk` and `level` are those after it, `rise` is how much it added to the risk.

    `reasons` say why it rose, the strongest first; `evidence` are the spans of this message that moved it, both empty
    where it did not rise by much. `stages` are those seen here for the first time, `moved_by` is the message that last
    moved the risk, None while nothing has.
    """

    message: int
    sender: str
    risk: float
    level: Level
    rise: float = 0.0
    moved_by: int | None = None
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    stages: tuple[Stage, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "sender": self.sender,
            "risk": self.risk,
            "level": self.level.value,
            "rise": self.rise,
            "moved_by": self.moved_by,
            "reasons": [reason.value for reason in self.reasons],
            "evidence": [evidence.to_dict() for evidence in self.evidence],
            "stages": [stage.value for stage in self.stages],
        }


@dataclass(frozen=True, slots=True)
class MessageEvidence:
    """A span of one message, in code points, half open."""

    message: int
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ConversationSignal:
    """One signal seen in a conversation; `score` is the highest of its messages, `evidence` in order of messages."""

    id: SignalId
    score: float
    evidence: tuple[MessageEvidence, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id.value, "score": self.score, "evidence": [e.to_dict() for e in self.evidence]}


@dataclass(frozen=True, slots=True)
class ConversationAssessment:
    """What is said about a conversation, or about its next messages where a `state` was handed in.

    `risk` never falls: what was seen does not become unseen by harmless talk that follows. `first_alert` is the
    position of the message at which it first reached `elevated`, `offender` the sender who coerces or lures, both None
    where there is none (with a risk: somebody tells of a case). `stages` tells at which message each stage was first
    seen. `messages` and `timeline` hold the messages handed in, one each; all positions count from the beginning of
    the conversation. `state` is what continues it.
    """

    risk: float
    level: Level
    first_alert: int | None
    offender: str | None
    messages: tuple[Assessment, ...]
    signals: tuple[ConversationSignal, ...]
    advice: tuple[Advice, ...]
    timeline: tuple[Step, ...]
    stages: Mapping[Stage, int]
    model: str
    thresholds: Mapping[str, float]
    state: ConversationState

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", MappingProxyType(dict(self.stages)))
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the state, which only `Detector.assess_conversation` reads."""
        return {
            "risk": self.risk,
            "level": self.level.value,
            "first_alert": self.first_alert,
            "offender": self.offender,
            "stages": {stage.value: message for stage, message in self.stages.items()},
            "signals": [signal.to_dict() for signal in self.signals],
            "advice": [item.to_dict() for item in self.advice],
            "timeline": [step.to_dict() for step in self.timeline],
            "messages": [message.to_dict() for message in self.messages],
            "model": self.model,
            "thresholds": dict(self.thresholds),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        # A MappingProxyType cannot be pickled.
        plain = {"stages": dict(self.stages), "thresholds": dict(self.thresholds)}
        return (ConversationAssessment, tuple(plain.get(name, getattr(self, name)) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class ReportAssessment:
    """What is said about a platform's report: one `risk` for the queue, and what it was weighed from.

    `reason` is the assessment of the reporter's own words, `thread` that of the conversation, the reported item
    included; each is None where the report has none.
    """

    risk: float
    level: Level
    offender: str | None
    reason: Assessment | None
    thread: ConversationAssessment | None
    advice: tuple[Advice, ...]
    model: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "risk": self.risk,
            "level": self.level.value,
            "offender": self.offender,
            "reason": None if self.reason is None else self.reason.to_dict(),
            "thread": None if self.thread is None else self.thread.to_dict(),
            "advice": [item.to_dict() for item in self.advice],
            "model": self.model,
        }
