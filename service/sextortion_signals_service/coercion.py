"""Scores for clients that act on their own: one number a text, and no person in between.

A moderation team reads risk and role together. The compatible formats hand a client single numbers, and such clients
block by them. A victim's text has a high risk and often an offender's words in it, so every score of the author's own
coercion stays below `CALLED` unless the role is `offender`; the role has a floor that protects victims (docs/why/004).
"""

from __future__ import annotations

from collections.abc import Mapping

from sextortion_signals.types import Assessment, Role, SignalId

# The score of coercion is at least this exactly where the role is `offender`.
CALLED = 0.5
_SHARE_OF_OTHERS = 0.49
COERCION_SIGNALS = tuple(signal for signal in SignalId if signal is not SignalId.DISCLOSURE)


def coerces(assessment: Assessment) -> bool:
    """Return whether the author is called an offender: the only ground on which a client may be told to act."""
    return assessment.role is Role.OFFENDER


def coercion_score(assessment: Assessment) -> float:
    """Return the probability (0..1) that the author coerces, moved to the side of `CALLED` the role is on."""
    probability = assessment.roles[Role.OFFENDER]
    return max(probability, CALLED) if coerces(assessment) else probability * _SHARE_OF_OTHERS


def signal_scores(assessment: Assessment) -> Mapping[SignalId, float]:
    """Return a score (0..1) for each signal.

    A signal of coercion has its own score where the role is `offender`, just under half of it elsewhere, and 0 where
    it was not seen. `disclosure` is the larger of the signal's score and the probability that a victim or third person
    speaks.
    """
    share = 1.0 if coerces(assessment) else _SHARE_OF_OTHERS
    scores = dict.fromkeys(SignalId, 0.0)
    for signal in assessment.signals:
        scores[signal.id] = signal.score if signal.id is SignalId.DISCLOSURE else signal.score * share
    speaks_of_a_case = assessment.roles[Role.VICTIM] + assessment.roles[Role.THIRD_PARTY]
    scores[SignalId.DISCLOSURE] = min(max(scores[SignalId.DISCLOSURE], speaks_of_a_case), 1.0)
    return scores
