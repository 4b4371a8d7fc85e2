"""What was seen of a conversation so far: a few numbers a sender, however long it is.

`advance` is pure: a state, the next message and its assessment give the next state. It knows no model of conversations;
what the numbers are worth is learned (`model`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from sextortion_signals.conversation.phrases import opens_contact, tells_of_payment
from sextortion_signals.types import Assessment, Message, Role, SignalId

DECAY = 0.88
"""What a sum keeps at every further message: half of it after five or six."""
FADE = 0.99
"""What a maximum keeps at every further message: half of it after 69."""
MOST_SENDERS = 8
"""Senders of whom sums are kept; beyond that, the calmest is forgotten."""
LONGEST_WEIGHED = 100
"""A message weighs as the square root of its length, but no more than one of so many code points."""
STAGE_SCORE = 0.5
"""A signal counts as a stage from this probability on,"""
STAGE_RISK = 0.3
"""in a message of at least this risk, or after one that was."""
TRACKED_CUES = (
    "media",
    "intimate",
    "unless",
    "expose",
    "threatened",
    "plea",
)
"""Classes of the lexicon that are remembered of every sender, for this block of messages and the one before."""
CUE_BLOCK = 64
"""Messages in a block: in a log of thousands every sender has used every word."""

# Log odds are held between these, and a sum counts them from where harmless messages lie.
_LOWEST, _HIGHEST = -5.0, 6.0
_OFFENDER_ZERO, _TOLD_ZERO, _RISK_ZERO = -4.0, -4.5, -3.5
_UNLIKELY, _LIKELY = (1.0 / (1.0 + math.exp(-odds)) for odds in (_LOWEST, _HIGHEST))
_IMAGE, _PAY, _EXPOSE, _PRESSURE, _ISOLATION, _MOVE, _DISCLOSURE = map(
    list(SignalId).index,
    (
        SignalId.IMAGE_DEMAND,
        SignalId.PAYMENT_DEMAND,
        SignalId.EXPOSURE_THREAT,
        SignalId.PRESSURE,
        SignalId.ISOLATION,
        SignalId.CHANNEL_MOVE,
        SignalId.DISCLOSURE,
    ),
)


class Stage(StrEnum):
    """How such cases run, in their usual order; the first two are harmless by themselves."""

    CONTACT = "contact"
    MOVE = "move"
    LURE = "lure"
    REVEAL = "reveal"
    DEMAND = "demand"
    PRESSURE = "pressure"
    ISOLATION = "isolation"
    AFTER_PAYMENT = "after_payment"
    SECOND_WAVE = "second_wave"


_STAGES = tuple(Stage)
_CONTACT, _MOVED, _LURE, _REVEAL, _DEMAND, _PRESSED, _ISOLATED, _AFTER_PAYMENT, _SECOND_WAVE = range(len(_STAGES))
_CONTACT_WINDOW = 6


class SenderState(NamedTuple):
    """What one sender wrote so far; sums and maxima are as of message `at`.

    `offender` and `told` are sums of log odds (of being an offender's message; a victim's or third person's), `length`
    the sum of lengths, each decayed. The rest are faded maxima: `peak` and `told_peak` of those log odds from 0 up,
    `told_again` the second largest, `third` that of a third person, then four signals' probabilities. `cues` are the
    tracked cues of this block of messages as bits, `earlier_cues` those of the block before.
    """

    sender: str
    at: int
    offender: float
    told: float
    length: float
    peak: float
    told_peak: float
    told_again: float
    third: float
    pay: float
    image: float
    expose: float
    disclosure: float
    cues: int
    earlier_cues: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What was concluded so far; see `ConversationAssessment`. `signals` are bits in the order of `SignalId`.

    `lang` is the language of the message that last moved the risk; the advice is given in it.
    """

    risk: float = 0.0
    offender: str | None = None
    first_alert: int | None = None
    moved_by: int | None = None
    signals: int = 0
    lang: str = ""


class ConversationState(NamedTuple):
    """A conversation up to some message. `ConversationState()` is one that has not begun.

    `messages` counts those read, `senders` are as of the last message of each, `risk` and `length` are decayed sums
    over all messages, `stages` the first message of each stage or -1 in the order of `Stage`, `paid` tells whether
    somebody has spoken of having paid, `news` whether the last message changed its sender's tracked words.
    """

    messages: int = 0
    senders: tuple[SenderState, ...] = ()
    risk: float = 0.0
    length: float = 0.0
    stages: tuple[int, ...] = (-1,) * len(_STAGES)
    paid: bool = False
    news: bool = False
    standing: Standing = Standing()

    @property
    def seen(self) -> dict[Stage, int]:
        """Return the stages seen and the message at which each was first."""
        return {stage: place for stage, place in zip(_STAGES, self.stages, strict=True) if place >= 0}


def advance(state: ConversationState, message: Message, assessment: Assessment) -> ConversationState:
    """Return the state after one more message; what was concluded (`standing`) is carried over as it is.

    The work is the same for every message, wherever it stands. `assessment` is that of the message's text.
    """
    length = min(len(message.text.strip()), LONGEST_WEIGHED)
    weight = math.sqrt(length)
    place = state.messages
    known = None
    for sender in state.senders:
        if sender.sender == message.sender:
            known = sender
            break
    before = known or _new(message.sender, place)
    written = _written(before, assessment, place, length, weight)
    stages, paid = _stages(state, message, assessment)
    return ConversationState(
        place + 1,
        _placed(state.senders, known, written),
        state.risk * DECAY + (_log_odds(assessment.risk) - _RISK_ZERO) * weight,
        state.length * DECAY + length,
        stages,
        paid,
        written.cues | written.earlier_cues != before.cues | before.earlier_cues,
        state.standing,
    )


def sum_level(total: float, length: float) -> float:
    """Return a decayed sum against the length it was taken over (Stouffer's combination), about -0.2 to 4."""
    return 0.2 * total / math.sqrt(length) if length else 0.0


def _new(sender: str, place: int) -> SenderState:
    return SenderState(sender, place, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0)


def _written(before: SenderState, assessment: Assessment, place: int, length: int, weight: float) -> SenderState:
    roles, scores, risk = assessment.roles, assessment.scores, assessment.risk
    offender = _log_odds(roles[Role.OFFENDER])
    third = roles[Role.THIRD_PARTY]
    told = _log_odds(roles[Role.VICTIM] + third)
    fade = FADE ** (place - before.at)
    told_peak = before.told_peak * fade
    passed = place // CUE_BLOCK - before.at // CUE_BLOCK
    now = told - _LOWEST
    return SenderState(
        before.sender,
        place,
        before.offender * DECAY + (offender - _OFFENDER_ZERO) * weight,
        before.told * DECAY + (told - _TOLD_ZERO) * weight,
        before.length * DECAY + length,
        _higher(before.peak * fade, _log_odds(risk) - _LOWEST),
        _higher(told_peak, now),
        _higher(before.told_again * fade, told_peak if told_peak < now else now),
        _higher(before.third * fade, _log_odds(third) - _LOWEST),
        _higher(before.pay * fade, scores[_PAY]),
        _higher(before.image * fade, scores[_IMAGE]),
        _higher(before.expose * fade, scores[_EXPOSE]),
        _higher(before.disclosure * fade, scores[_DISCLOSURE]),
        cue_bits(assessment.cues) | (0 if passed else before.cues),
        (before.earlier_cues, before.cues, 0)[min(passed, 2)],
    )


def _placed(
    senders: tuple[SenderState, ...], known: SenderState | None, written: SenderState
) -> tuple[SenderState, ...]:
    """Return the senders with the one who has just written; the others keep their order, so that nothing jumps."""
    if known is not None:
        return tuple([written if sender is known else sender for sender in senders])
    if len(senders) < MOST_SENDERS:
        return (*senders, written)
    # The calmest of those who are left out is no loss: offenders and victims are the ones with strong messages.
    calmest = min(senders, key=lambda sender: (sender.peak, sender.at))
    return (*(sender for sender in senders if sender is not calmest), written)


def _stages(state: ConversationState, message: Message, assessment: Assessment) -> tuple[tuple[int, ...], bool]:
    place, stages, cues, scores = state.messages, state.stages, assessment.cues, assessment.scores
    paid = state.paid or ("did_send" in cues and tells_of_payment(message.text))
    seen = []
    # Signals are scored as if the text were a case; where it hardly is one, they date nothing.
    if max(scores) >= STAGE_SCORE and (
        assessment.risk >= STAGE_RISK or stages[_LURE] >= 0 or stages[_REVEAL] >= 0 or stages[_DEMAND] >= 0
    ):
        seen = _coercive(state, cues, scores)
    if "app" in cues and ("move" in cues or "send_request" in cues):
        seen.append(_MOVED)
    if place < _CONTACT_WINDOW and stages[_CONTACT] < 0 and opens_contact(message.text):
        seen.append(_CONTACT)
    if seen and any(stages[stage] < 0 for stage in seen):
        stages = tuple(place if old < 0 and stage in seen else old for stage, old in enumerate(stages))
    return stages, paid


def _coercive(state: ConversationState, cues: frozenset[str], scores: tuple[float, ...]) -> list[int]:
    pay, image, expose = (scores[signal] >= STAGE_SCORE for signal in (_PAY, _IMAGE, _EXPOSE))
    begun = state.stages[_REVEAL] >= 0 or state.stages[_DEMAND] >= 0
    found = {
        _MOVED: scores[_MOVE] >= STAGE_SCORE,
        _LURE: image,
        _REVEAL: expose,
        _DEMAND: pay or (image and (begun or expose)),
        _PRESSED: scores[_PRESSURE] >= STAGE_SCORE,
        _ISOLATED: scores[_ISOLATION] >= STAGE_SCORE,
        _AFTER_PAYMENT: (pay or expose) and (state.paid or (pay and "again" in cues)),
        _SECOND_WAVE: (pay or expose) and "authority" in cues and (begun or state.paid),
    }
    return [stage for stage, is_seen in found.items() if is_seen]


def _higher(first: float, second: float) -> float:
    return first if first > second else second  # half the time of `max`, which eight calls a message feel


def _log_odds(probability: float) -> float:
    if probability <= _UNLIKELY:
        return _LOWEST
    return math.log(probability / (1.0 - probability)) if probability < _LIKELY else _HIGHEST


@lru_cache(maxsize=4096)
def cue_bits(cues: frozenset[str]) -> int:
    """Return the tracked cues among `cues` as bits in the order of `TRACKED_CUES`."""
    return sum(1 << place for place, cue in enumerate(TRACKED_CUES) if cue in cues)
