"""A conversation's state as plain JSON values and back, so that somebody else can keep it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from sextortion_signals.conversation.state import MOST_SENDERS, ConversationState, SenderState, Stage, Standing

STATE_FORMAT = 1
"""Number of the form below. To change it: raise it; a state of another number is not read."""

_Kind = tuple[type, ...]
_WHOLE: _Kind = (int,)
_NUMBER: _Kind = (float, int)  # a writer of JSON may leave out the point
_TEXT: _Kind = (str,)
_NOTHING = type(None)
_STATE = (_WHOLE, (list,), _NUMBER, _NUMBER, (list,), (bool,), (bool,), (list,))
_SENDER = (_TEXT, _WHOLE, *[_NUMBER] * 11, _WHOLE, _WHOLE)
_STANDING = (_NUMBER, (str, _NOTHING), (int, _NOTHING), (int, _NOTHING), _WHOLE, _TEXT)


def dump_state(state: ConversationState) -> list[Any]:
    """Return the state as nested lists of numbers and strings. Among them are the senders' ids, but no text."""
    return [
        STATE_FORMAT,
        state.messages,
        [list(sender) for sender in state.senders],
        state.risk,
        state.length,
        list(state.stages),
        state.paid,
        state.news,
        list(astuple(state.standing)),
    ]


def load_state(data: Any) -> ConversationState:
    """Return the state in what `dump_state` gave; raises `ValueError` for anything else."""
    if not isinstance(data, list) or data[:1] != [STATE_FORMAT]:
        raise ValueError(f"this is no state of the form {STATE_FORMAT}")
    messages, senders, risk, length, stages, paid, news, standing = _checked(data[1:], _STATE)
    if len(senders) > MOST_SENDERS:
        raise ValueError("the state has too many senders")
    return ConversationState(
        messages,
        tuple(SenderState(*_checked(sender, _SENDER)) for sender in senders),
        risk,
        length,
        tuple(_checked(stages, [_WHOLE] * len(Stage))),
        paid,
        news,
        Standing(*_checked(standing, _STANDING)),
    )


def _checked(values: Any, kinds: Sequence[_Kind]) -> list[Any]:
    if not isinstance(values, list) or len(values) != len(kinds):
        raise ValueError("a part of the state has another length")
    for value, kind in zip(values, kinds, strict=True):
        # True is an int to Python, infinities are floats.
        odd = (isinstance(value, bool) and kind != (bool,)) or (isinstance(value, float) and not math.isfinite(value))
        if odd or not isinstance(value, kind):
            raise ValueError("a part of the state has another type")
    return values
