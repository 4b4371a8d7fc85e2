"""A two-list keyword rule like those that teams filter with today: the baseline beside every figure of the model.

The lists (`keyword_rule.toml`) are what somebody would write down in an hour: words of threatening and publishing, and
words of money and images. They are not tuned on anything.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

# Both lists hit: what a team that uses such a rule sends to review.
FIRED = 1.0


def keyword_rule(text: str) -> float:
    """Return 1.0 when both lists hit, 0.5 when one does, 0.0 when none does."""
    folded = _fold(text)
    return sum(any(word in folded for word in words) for words in _word_lists()) / 2


@cache
def _word_lists() -> tuple[tuple[str, ...], ...]:
    table = tomllib.loads(files(__package__).joinpath("keyword_rule.toml").read_text(encoding="utf-8"))
    return tuple(tuple(_fold(word) for words in languages.values() for word in words) for languages in table.values())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
