"""Messages as they are handed in: checked, and put back into their places with what is said about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sextortion_signals.errors import EmptyTextError, TextTypeError
from sextortion_signals.text import detect_language
from sextortion_signals.types import Assessment, Level, Message, Role, Tier

Outcome = TypeVar("Outcome")


def check_messages(messages: Sequence[Message]) -> list[Message]:
    """Return the messages; raises `TextTypeError` for anything else, `EmptyTextError` where there is none."""
    if isinstance(messages, str | bytes | Message):
        raise TextTypeError(f"messages must be a list of Message, not {type(messages).__name__}")
    checked = list(messages)
    if not checked:
        raise EmptyTextError("the conversation has no messages; leave such conversations out")
    for place, message in enumerate(checked):
        if not isinstance(message, Message):
            raise TextTypeError(f"messages[{place}] must be a Message, not {type(message).__name__}")
        if not (isinstance(message.sender, str) and isinstance(message.text, str)):
            name = "text" if isinstance(message.sender, str) else "sender"
            wrong = type(getattr(message, name)).__name__
            raise TextTypeError(f"messages[{place}].{name} must be a str, not {wrong}")
    return checked


def in_place(
    count: int, found: Mapping[int, Outcome], model: str, tier: Tier, thresholds: Mapping[str, float]
) -> list[Outcome | Assessment]:
    """Return `count` outcomes: those `found`, by place, and for the rest an assessment that says nothing."""
    if len(found) == count:
        return list(found.values())
    nothing = Assessment(
        risk=0.0,
        level=Level.LOW,
        role=Role.OTHER,
        roles={role: float(role is Role.OTHER) for role in Role},
        signals=(),
        advice=(),
        language=detect_language(""),
        model=model,
        thresholds=thresholds,
        tier=tier,
    )
    return [found.get(place, nothing) for place in range(count)]
