"""Step 7 of cleaning: key words in leet (n00ds, v1d30) and in romaji (shashin okure), as whole words only."""

from __future__ import annotations

from functools import lru_cache

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.keywords import load_keywords
from sextortion_signals.text.patterns import lazy

_WORD = lazy(r"(?<![A-Za-z0-9@$!|€])[A-Za-z0-9@$!|€](?:[A-Za-z0-9@$!|€+]*[A-Za-z0-9@$€])?(?![A-Za-z0-9@$€])")
_LETTERS = lazy(r"[A-Za-z]{3,}")
# A text that matches neither of these two has nothing to respell.
_LEET_HINT = lazy(r"[A-Za-z](?:[0-9@$|€]|!+[A-Za-z0-9]|\+[A-Za-z])|[0-9@$|€][A-Za-z]")
_SAME = "0o3e4a5s7t8b9g@a$s+t€e6g2z"
_LEET = [str.maketrans(_SAME[::2] + "1!|", _SAME[1::2] + like * 3) for like in "il"]
_LEET_DIGITS = lazy(r"[0-9@$!|€+]")
_ZEROS = lazy(r"[1-9][0-9]*o[o0]*k?")  # 5OO, 3OOk: letters that pose as noughts
_LITERAL_LETTERS = 2
_LONGEST = 24


def respell(draft: Draft) -> None:
    """Write key words in their ordinary spelling: English for leet, Japanese for romaji."""
    text = draft.text
    if _LETTERS.search(text) is None and _LEET_HINT.search(text) is None:
        return
    edits: list[Edit] = []
    for match in _WORD.finditer(text):
        word = match[0]
        new = _respelled(word) if len(word) <= _LONGEST else None
        if new is not None:
            edits.append((match.start(), match.end(), new))
    draft.apply(edits)


@lru_cache(maxsize=2048)
def _respelled(word: str) -> str | None:
    """Return the ordinary spelling of a disguised key word, or None for any other word."""
    keywords = load_keywords()
    lower = word.lower()
    if _ZEROS.fullmatch(lower):
        return lower.replace("o", "0")
    if _LEET_DIGITS.search(lower) is None:
        return keywords.respellings.get(lower)
    if sum(character.isalpha() for character in lower) < _LITERAL_LETTERS:
        return None
    for table in _LEET:
        plain = lower.translate(table)
        if plain in keywords.latin:
            return plain.upper() if word.isupper() else plain
        if plain in keywords.respellings:
            return keywords.respellings[plain]
    return None
