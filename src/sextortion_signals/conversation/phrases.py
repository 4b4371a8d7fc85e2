"""Phrases that date stages: how strangers open, and that somebody has paid. They carry no weight of their own."""

from __future__ import annotations

import unicodedata

_OPENINGS = (
    "はじめまして",
    "初めまして",
    "友達になっ",
    "友達になろ",
    "友達になりま",
    "友達募集",
    "知り合いかも",
    "仲良くして",
    "フォローありがと",
    "nice to meet",
    "found your p",
    "saw your p",
    "came across your",
    "suggested friend",
    "be friends",
    "thanks for adding",
    "thanks for the add",
    "thanks for following",
)
_PAID = (
    "払った",
    "払っちゃ",
    "払ってしま",
    "払いました",
    "振り込んだ",
    "振り込みました",
    "送金した",
    "送金しました",
    "i paid",
    "i've paid",
    "ive paid",
    "already paid",
    "we paid",
    "he paid",
    "she paid",
    "sent the money",
    "sent you the money",
    "sent the code",
)
_LONGEST = 200


def opens_contact(text: str) -> bool:
    """Tell whether a text reads like the first words to a stranger. Looks at its beginning only."""
    return _has_one(text, _OPENINGS)


def tells_of_payment(text: str) -> bool:
    """Tell whether a text says that somebody has paid. Looks at its beginning only."""
    return _has_one(text, _PAID)


def _has_one(text: str, phrases: tuple[str, ...]) -> bool:
    beginning = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    return any(phrase in beginning for phrase in phrases)
