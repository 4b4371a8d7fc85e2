"""The key words by which disguised spellings are recognised; the data is `keywords.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sextortion_signals.tables import read_table
from sextortion_signals.text.fold import fold
from sextortion_signals.text.patterns import lazy

_KANJI = lazy(r"[\u3400-\u9fff々]+")
_HIRAGANA = lazy(r"[ぁ-ゖー]+")
_KATAKANA = lazy(r"[ァ-ヺー]+")
_SHORT = 2
_LATIN_MINIMUM = 3
_FARTHEST = 2


@dataclass(frozen=True, slots=True)
class Keyword:
    """One spelling of a key word: as it is written out, and folded as it is looked for."""

    word: str
    folded: str
    script: str
    maskable: bool


@dataclass(frozen=True, slots=True)
class Keywords:
    """All key words, ready for look-up.

    `by_pair`, `by_first` and `by_second` hold the keywords by the first two, the first and the second folded
    character, longest first, so that a search can start at whatever is literal. `beside[n]` has the pairs of
    characters with `n` others between them, `edges` the second and the second last characters, by which most
    stretches of text are ruled out at once. `respellings` maps a lower-case
    Latin word to what it stands for (romaji, misspellings); `latin` holds the English key words; `doubled` the
    words that keep a doubled letter; `longest` and `longest_latin` are lengths.
    """

    by_pair: Mapping[str, tuple[Keyword, ...]]
    by_first: Mapping[str, tuple[Keyword, ...]]
    by_second: Mapping[str, tuple[Keyword, ...]]
    beside: Mapping[int, frozenset[str]]
    edges: frozenset[str]
    respellings: Mapping[str, str]
    latin: frozenset[str]
    doubled: frozenset[str]
    longest: int
    longest_latin: int


def script_of(word: str) -> str:
    """Return "latin", "kanji", "hiragana", "katakana" or, for a mixture, "mixed"."""
    if word.isascii():
        return "latin"
    for name, pattern in (("kanji", _KANJI), ("hiragana", _HIRAGANA), ("katakana", _KATAKANA)):
        if pattern.fullmatch(word):
            return name
    return "mixed"


@cache
def load_keywords() -> Keywords:
    """Read the data file; a few milliseconds, once, at the first text that needs it."""
    data = read_table("text/keywords")
    short = frozenset(data["mask_short"]["words"])
    japanese: dict[str, dict[str, list[str]]] = data["ja"]
    words = [w for word, more in japanese.items() for w in (word, *more.get("kana", ())) if len(w) >= _SHORT]
    words += [word for word in data["en"] if len(word) >= _LATIN_MINIMUM]
    words.sort(key=len, reverse=True)
    keywords = [Keyword(w, fold(w), script_of(w), len(w) > _SHORT or w in short) for w in words]
    respellings = _respellings(data)
    return Keywords(
        by_pair=_index(keywords, slice(0, 2)),
        by_first=_index(keywords, slice(0, 1)),
        by_second=_index(keywords, slice(1, 2)),
        beside={n: frozenset(_pairs(keywords, n)) for n in range(_FARTHEST + 1)},
        edges=frozenset(k.folded[place] for k in keywords for place in (1, -2)),
        respellings=respellings,
        latin=frozenset(data["en"]),
        doubled=frozenset(data["doubled"]["words"]),
        longest=max(len(keyword.folded) for keyword in keywords),
        longest_latin=max(map(len, [*data["en"], *respellings])),
    )


def _respellings(data: dict[str, Any]) -> dict[str, str]:
    romaji = {spelling: word for word, more in data["ja"].items() for spelling in more.get("romaji", ())}
    return romaji | {spelling: word for word, more in data["en"].items() for spelling in more}


def _pairs(keywords: list[Keyword], between: int) -> Iterator[str]:
    for keyword in keywords:
        for place in range(len(keyword.folded) - between - 1):
            yield keyword.folded[place] + keyword.folded[place + between + 1]


def _index(keywords: list[Keyword], part: slice) -> dict[str, tuple[Keyword, ...]]:
    index: dict[str, list[Keyword]] = {}
    for keyword in keywords:
        index.setdefault(keyword.folded[part], []).append(keyword)
    return {key: tuple(found) for key, found in index.items()}
