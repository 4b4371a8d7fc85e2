"""Named features: lexicon classes found by an Aho-Corasick automaton, and ordered pairs of classes.

One pass of the automaton over the folded, joined batch finds every literal; everything after it is NumPy over
the hits, so ordinary texts (few hits) cost almost nothing and every feature knows the exact span it came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ahocorasick_rs
import numpy as np

from sextortion_signals.features.ngrams import CharBatch
from sextortion_signals.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hits:
    """Feature hits of a batch, sorted by text and start.

    All arrays have shape (H,): index of the text, index of the feature in `Lexicon.names`, and the span in
    characters of that text's clean form, half open.
    """

    text: NDArray[np.int64]
    feature: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def single(self, index: int) -> Hits:
        """Return the hits of one text, as of a batch of its own."""
        first, last = np.searchsorted(self.text, [index, index + 1])
        part = slice(int(first), int(last))
        return Hits(np.zeros_like(self.text[part]), self.feature[part], self.start[part], self.end[part])


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The compiled lexicon. `names` are the classes followed by the patterns; both are model features."""

    source: str
    names: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick
    class_of: NDArray[np.int64]  # literal -> class
    word_start: NDArray[np.bool_]  # literal must not follow a Latin letter
    word_end: NDArray[np.bool_]  # literal must not be followed by one
    patterns: NDArray[np.int64]  # (P, 3): first class, second class, largest gap

    def __reduce__(self) -> tuple[Callable[[str], Lexicon], tuple[str]]:
        # The automaton cannot be pickled; compiling it again takes milliseconds.
        return (compile_lexicon, (self.source,))

    def find(self, batch: CharBatch) -> Hits:
        """Return every class and pattern hit of the batch."""
        joined = batch.codes.tobytes().decode("utf-32-le", "surrogatepass")
        # The automaton refuses lone surrogates (they have no UTF-8 form); a private-use character keeps the offsets.
        found = self.automaton.find_matches_as_indexes(_without_surrogates(joined), overlapping=True)
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        table = table[self._stands_alone(batch.codes, table)]
        text = np.searchsorted(batch.bounds, table[:, 1], side="right") - 1
        offset = batch.bounds[text] + 1
        classes = Hits(text, self.class_of[table[:, 0]], table[:, 1] - offset, table[:, 2] - offset)
        return self._with_patterns(classes)

    def _stands_alone(self, codes: NDArray[np.uint32], table: NDArray[np.int64]) -> NDArray[np.bool_]:
        letter = (codes >= ord("a")) & (codes <= ord("z"))
        literal, start, end = table.T
        # Sentinels surround every text, so start - 1 and end are always inside.
        glued = (self.word_start[literal] & letter[start - 1]) | (self.word_end[literal] & letter[end])
        return np.asarray(~glued, dtype=np.bool_)

    def _with_patterns(self, hits: Hits) -> Hits:
        first_pattern = len(self.names) - len(self.patterns)
        by_class = {int(c): np.flatnonzero(hits.feature == c) for c in np.unique(hits.feature)}
        parts = [np.stack([hits.text, hits.feature, hits.start, hits.end])]
        for index, (first, second, gap) in enumerate(self.patterns.tolist()):
            if first in by_class and second in by_class:
                parts.append(_pairs(hits, by_class[first], by_class[second], gap, first_pattern + index))
        table = np.concatenate(parts, axis=1)
        order = np.lexsort((table[3], table[2], table[0]))
        return Hits(*table[:, order])


def _pairs(
    hits: Hits, first: NDArray[np.int64], second: NDArray[np.int64], gap: int, feature: int
) -> NDArray[np.int64]:
    """For each hit of the first class, the next hit of the second class that begins within `gap` of its end."""
    stride = np.int64(1 << 32)  # texts are far apart on this line, so a pair never crosses into another text
    begins = hits.text[second] * stride + hits.start[second]
    order = np.argsort(begins, kind="stable")
    begins, second = begins[order], second[order]
    # "After" means: begins later than the first begins, so a literal never pairs with itself.
    where = np.searchsorted(begins, hits.text[first] * stride + hits.start[first], side="right")
    inside = where < len(begins)
    first, where = first[inside], where[inside]
    close = begins[where] <= hits.text[first] * stride + hits.end[first] + gap
    first, partner = first[close], second[where[close]]
    end = np.maximum(hits.end[first], hits.end[partner])
    return np.stack([hits.text[first], np.full(len(first), feature, dtype=np.int64), hits.start[first], end])


def _without_surrogates(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ue000" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def lexicon_source() -> str:
    """Return the lexicon of this package version as TOML. Training copies it into the model it makes."""
    return Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8")


def compile_lexicon(source: str) -> Lexicon:
    """Compile TOML: tables `[classes]` (name -> literals) and `[patterns]` (name -> first, second, gap)."""
    table = tomllib.loads(source)
    classes = list(table["classes"])
    literals: dict[tuple[str, int], bool] = {}
    for index, words in enumerate(table["classes"].values()):
        for word in words:
            text = fold(str(word))
            literals[text.removesuffix("*"), index] = text.endswith("*")
    latin_first = [_is_latin(text[0]) for text, _ in literals]
    latin_last = [_is_latin(text[-1]) and not open_end for (text, _), open_end in literals.items()]
    patterns = [(classes.index(str(a)), classes.index(str(b)), int(str(g))) for a, b, g in table["patterns"].values()]
    return Lexicon(
        source=source,
        names=(*classes, *table["patterns"]),
        automaton=ahocorasick_rs.AhoCorasick([text for text, _ in literals]),
        class_of=np.array([index for _, index in literals], dtype=np.int64),
        word_start=np.array(latin_first, dtype=np.bool_),
        word_end=np.array(latin_last, dtype=np.bool_),
        patterns=np.array(patterns, dtype=np.int64).reshape(-1, 3),
    )


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z"
