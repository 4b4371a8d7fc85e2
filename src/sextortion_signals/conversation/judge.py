"""From the state of a conversation to a risk and the sender who coerces: learned, or by a rule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any, NamedTuple, Protocol

from sextortion_signals.conversation.features import (
    DISCLOSURE_FEATURES,
    OFFENDER_FEATURES,
    disclosure_features,
    offender_features,
)
from sextortion_signals.conversation.results import Reason
from sextortion_signals.conversation.state import ConversationState
from sextortion_signals.types import Assessment, Level, Role

QUIET = 0.1
"""Messages below this risk that bring no tracked word are not judged: they only calm, and risks do not fall."""
_MOST_REASONS = 3
_LEAST_SHARE = 0.15

_OFFENDER_REASONS = {
    "offender_sum": Reason.OFFENDER_WORDS,
    "all_sum": Reason.WHOLE_TALK,
    "others_told_sum": Reason.OTHERS_REACTION,
    "others_offender_sum": Reason.OFFENDER_WORDS,
    "pay": Reason.PAYMENT,
    "image": Reason.IMAGES,
    "lever_and_demand": Reason.THREAT_AND_DEMAND,
    "others_expose": Reason.OTHERS_NAME_THREAT,
}


class Verdict(NamedTuple):
    """What a state says now: `risk` in 0..1 and the sender who coerces, if one can be named."""

    risk: float
    offender: str | None


class Judge(Protocol):
    """Turns a state into a verdict."""

    def judge(self, state: ConversationState, sender: str, assessment: Assessment) -> Verdict | None:
        """Return the verdict after the message of `sender`; None when that message could not raise any risk."""

    def reasons(self, before: ConversationState, after: ConversationState) -> tuple[Reason, ...]:
        """Return what made the risk rise between two states, the strongest first."""


@dataclass(frozen=True, slots=True)
class StrongestMessage:
    """The rule for a model without a part for conversations: the risk of the strongest message, and its sender."""

    def judge(self, state: ConversationState, sender: str, assessment: Assessment) -> Verdict | None:
        standing = state.standing
        if assessment.risk <= standing.risk:
            return None
        accused = assessment.level is not Level.LOW and assessment.role is Role.OFFENDER
        return Verdict(assessment.risk, sender if accused else standing.offender)

    def reasons(self, before: ConversationState, after: ConversationState) -> tuple[Reason, ...]:
        return (Reason.STRONGEST_MESSAGE,)


@dataclass(frozen=True, slots=True)
class LearnedJudge:
    """Logistic regressions on the features of each hypothesis; the likeliest one gives the risk.

    `offender` and `disclosure` hold a bias and the weights in the order of the features, `calibration` is Platt's
    (risk = sigmoid(a * log odds + b)). The offender is named when that hypothesis has at least `offender_floor` of all
    hypotheses' probability.
    """

    offender: tuple[float, tuple[float, ...]]
    disclosure: tuple[float, tuple[float, ...]]
    calibration: tuple[float, float]
    offender_floor: float

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], offender_floor: float) -> LearnedJudge:
        """Read one tier's part of `conversation.json`; raises KeyError, TypeError or ValueError when it is not one."""
        slope, offset = map(float, data["calibration"])
        judge = cls(
            _read(data["offender"], OFFENDER_FEATURES),
            _read(data["disclosure"], DISCLOSURE_FEATURES),
            (slope, offset),
            float(offender_floor),
        )
        numbers = (*judge.offender[1], *judge.disclosure[1], judge.offender[0], judge.disclosure[0], slope, offset)
        if not all(map(math.isfinite, (*numbers, judge.offender_floor))):
            raise ValueError("a number is not finite")
        return judge

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, but for the floor, which stands in the manifest."""
        return {
            "offender": _written(self.offender, OFFENDER_FEATURES),
            "disclosure": _written(self.disclosure, DISCLOSURE_FEATURES),
            "calibration": list(self.calibration),
        }

    def judge(self, state: ConversationState, sender: str, assessment: Assessment) -> Verdict | None:
        return None if is_quiet(state, assessment) else self.verdict(state)

    def verdict(self, state: ConversationState) -> Verdict:
        """Return the verdict on a state that holds at least one sender."""
        accused = [_log_odds(self.offender, features) for features in offender_features(state)]
        told = _log_odds(self.disclosure, disclosure_features(state))
        highest = max(accused)
        slope, offset = self.calibration
        risk = _sigmoid(slope * max(highest, told) + offset)
        whole = sum(math.exp(odds - highest) for odds in (*accused, told))
        named = 1.0 / whole >= self.offender_floor
        return Verdict(risk, state.senders[accused.index(highest)].sender if named else None)

    def reasons(self, before: ConversationState, after: ConversationState) -> tuple[Reason, ...]:
        features = offender_features(after)
        accused = [_log_odds(self.offender, each) for each in features]
        if max(accused) < _log_odds(self.disclosure, disclosure_features(after)):
            return (Reason.DISCLOSURE,)
        best = accused.index(max(accused))
        earlier = zip(before.senders, offender_features(before), strict=True)
        nothing = (0.0,) * len(OFFENDER_FEATURES)
        then = next((each for sender, each in earlier if sender.sender == after.senders[best].sender), nothing)
        now = features[best]
        added: dict[Reason, float] = {}
        for name, weight, new, old in zip(OFFENDER_FEATURES, self.offender[1], now, then, strict=True):
            reason = _OFFENDER_REASONS.get(name, Reason.TELLING_WORDS)
            added[reason] = added.get(reason, 0.0) + weight * (new - old)
        whole = sum(value for value in added.values() if value > 0.0)
        strongest = sorted(added, key=lambda reason: -added[reason])[:_MOST_REASONS]
        return tuple(reason for reason in strongest if added[reason] >= _LEAST_SHARE * whole > 0.0) or (
            Reason.WHOLE_TALK,
        )


def is_quiet(state: ConversationState, assessment: Assessment) -> bool:
    """Tell whether the last message, whose assessment this is, can only calm."""
    return assessment.risk < QUIET and not state.news


def _read(data: Mapping[str, Any], names: Sequence[str]) -> tuple[float, tuple[float, ...]]:
    weights = data["weights"]
    if list(weights) != list(names):
        raise ValueError(f"weights must be those of {', '.join(names)} in this order")
    return float(data["bias"]), tuple(map(float, weights.values()))


def _written(part: tuple[float, tuple[float, ...]], names: Sequence[str]) -> dict[str, Any]:
    return {"bias": part[0], "weights": dict(zip(names, part[1], strict=True))}


def _log_odds(part: tuple[float, tuple[float, ...]], features: tuple[float, ...]) -> float:
    return sum(map(mul, part[1], features), part[0])


def _sigmoid(value: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * value))
