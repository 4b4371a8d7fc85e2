"""Reads a conversation of any length in constant memory, some messages at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sextortion_signals.conversation.results import ConversationSignal
from sextortion_signals.conversation.state import ConversationState, Stage
from sextortion_signals.conversation.tracker import MOST_SPANS, Explain, Tracker, explained, merge_signals
from sextortion_signals.errors import EmptyTextError, InputError
from sextortion_signals.options import Options
from sextortion_signals.types import Advice, Assessment, Language, Level, Message, Signal, SignalId


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """What is said about a whole conversation, without its messages and its timeline.

    Every field has the value it has in `ConversationAssessment`; `state.messages` counts the messages read.
    """

    risk: float
    level: Level
    first_alert: int | None
    offender: str | None
    signals: tuple[ConversationSignal, ...]
    advice: tuple[Advice, ...]
    stages: Mapping[Stage, int]
    model: str
    thresholds: Mapping[str, float]
    state: ConversationState

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", MappingProxyType(dict(self.stages)))
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the state."""
        return {
            "risk": self.risk,
            "level": self.level.value,
            "first_alert": self.first_alert,
            "offender": self.offender,
            "stages": {stage.value: message for stage, message in self.stages.items()},
            "signals": [signal.to_dict() for signal in self.signals],
            "advice": [item.to_dict() for item in self.advice],
            "model": self.model,
            "thresholds": dict(self.thresholds),
        }


class ConversationReader:
    """Takes the messages of one conversation in any portions, and says at the end what `assess_conversation` would.

    Kept are the state and, of each signal, the strongest messages; so memory does not grow with the conversation.
    """

    def __init__(self, tracker: Tracker, options: Options, explain: Explain) -> None:
        self._tracker, self._options, self._explain = tracker, options, explain
        self._state = ConversationState()
        self._found: dict[int, tuple[Signal, ...]] = {}
        self._language: Language | None = None

    def read(self, messages: Sequence[Message], assessments: Sequence[Assessment]) -> None:
        """Read the next messages; `assessments` are what `Detector.assess_messages` gave for them.

        Raises `InputError` where there is not one for each message.
        """
        if len(assessments) != len(messages):
            raise InputError(f"there are {len(assessments)} assessments for {len(messages)} messages; give one each")
        if not messages:
            return
        begin, state, steps = self._state.messages, self._state, []
        for message, assessment in zip(messages, assessments, strict=True):
            state, step = self._tracker.follow(state, message, assessment)
            steps.append(step)
        _, found = explained(steps, messages, assessments, self._explain)
        self._found = strongest({**self._found, **{begin + place: signals for place, signals in found.items()}})
        self._state, self._language = state, assessments[-1].language

    def summary(self) -> ConversationSummary:
        """Return what is said about all messages read so far; raises `EmptyTextError` where there is none."""
        if self._language is None:
            raise EmptyTextError("the conversation has no messages; leave such conversations out")
        level = self._tracker.rule.level(self._state.standing.risk)
        signals = () if level is Level.LOW else merge_signals(self._found)
        state, advice = self._tracker.conclude(self._state, signals, self._options, self._language)
        return ConversationSummary(
            risk=state.standing.risk,
            level=level,
            first_alert=state.standing.first_alert,
            offender=state.standing.offender,
            signals=signals,
            advice=advice,
            stages=state.seen,
            model=self._tracker.model,
            thresholds=self._tracker.rule.thresholds,
            state=state,
        )


def strongest(found: Mapping[int, tuple[Signal, ...]]) -> dict[int, tuple[Signal, ...]]:
    """Return of the signals of messages, by position, no more than `merge_signals` can show: each has a span."""
    kept: dict[int, list[Signal]] = {}
    for name in SignalId:
        seen = [(signal, place) for place, signals in found.items() for signal in signals if signal.id is name]
        for signal, place in sorted(seen, key=lambda item: -item[0].score)[:MOST_SPANS]:
            kept.setdefault(place, []).append(signal)
    return {place: tuple(signals) for place, signals in sorted(kept.items())}
