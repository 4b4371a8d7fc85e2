"""What a conversation is judged by: a few features of its state for each answer to "who coerces here?".

One hypothesis a sender, that this one coerces or lures, and one that nobody here does but somebody tells of a case.
Features are written once; training and run time call the same functions.
"""

from __future__ import annotations

import math

from sextortion_signals.conversation.state import TRACKED_CUES, ConversationState, sum_level

OFFENDER_FEATURES = (
    "offender_sum",
    "all_sum",
    "others_told_sum",
    "others_offender_sum",
    "pay",
    "image",
    "lever_and_demand",
    "others_expose",
    "media",
    "intimate",
    "unless",
    "others_media",
    "others_expose_words",
    "others_threatened",
    "others_plea",
)
"""`..._sum` are `sum_level` of decayed sums, `others_...` the largest of the other senders or what any of them wrote,
words are 0 or 1, the rest probabilities; `lever_and_demand` is the geometric mean of threat and demand."""

DISCLOSURE_FEATURES = (
    "told_sum",
    "told_peak",
    "told_again",
    "third",
    "disclosure",
    "expose",
    "pay",
    "others_offender_sum",
    "media",
    "expose_words",
)
"""Of the sender whose messages read most like a victim's or third person's; peaks are log odds over 5."""

_NOBODY = -1.0
_SCALE = 0.2


def _words(*cues: str) -> list[tuple[float, ...]]:
    """Return 0 or 1 for each of `cues`, for every set of tracked cues: looking up is cheaper than asking for each."""
    bits = [1 << TRACKED_CUES.index(cue) for cue in cues]
    return [tuple(float(seen & bit > 0) for bit in bits) for seen in range(1 << len(TRACKED_CUES))]


_OFFENDER_WORDS = _words("media", "intimate", "unless")
_OTHERS_WORDS = _words("media", "expose", "threatened", "plea")
_TELLER_WORDS = _words("media", "expose")


def offender_features(state: ConversationState) -> list[tuple[float, ...]]:
    """Return for each sender the features of "this one coerces", in the order of `OFFENDER_FEATURES`."""
    whole = sum_level(state.risk, state.length)
    sums = [
        (sum_level(sender.offender, sender.length), sum_level(sender.told, sender.length)) for sender in state.senders
    ]
    found = []
    for place, sender in enumerate(state.senders):
        told, offender, expose, cues = _NOBODY, _NOBODY, 0.0, 0
        for elsewhere, (other, (other_offender, other_told)) in enumerate(zip(state.senders, sums, strict=True)):
            if elsewhere != place:
                told, offender = max(told, other_told), max(offender, other_offender)
                expose = max(expose, other.expose)
                cues |= other.cues | other.earlier_cues
        own = sender.cues | sender.earlier_cues
        found.append(
            (
                sums[place][0],
                whole,
                told,
                offender,
                sender.pay,
                sender.image,
                math.sqrt(sender.expose * max(sender.pay, sender.image)),
                expose,
                *_OFFENDER_WORDS[own],
                *_OTHERS_WORDS[cues],
            )
        )
    return found


def disclosure_features(state: ConversationState) -> tuple[float, ...]:
    """Return the features of "somebody tells of a case", in the order of `DISCLOSURE_FEATURES`.

    The state must hold a sender.
    """
    teller = max(state.senders, key=lambda sender: sender.told_peak + 0.3 * sender.told_again)
    others = [sum_level(other.offender, other.length) for other in state.senders if other is not teller]
    return (
        sum_level(teller.told, teller.length),
        teller.told_peak * _SCALE,
        teller.told_again * _SCALE,
        teller.third * _SCALE,
        teller.disclosure,
        teller.expose,
        teller.pay,
        max(others, default=_NOBODY),
        *_TELLER_WORDS[teller.cues | teller.earlier_cues],
    )
