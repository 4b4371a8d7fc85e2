"""Named features: lexicon classes, found by their literals, and ordered pairs of classes.

One look-up finds every literal of a batch; everything after it is NumPy over the hits, so ordinary texts (few hits)
cost almost nothing and every feature knows the exact span it came from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.features.literals import LiteralIndex, index_literals
from sextortion_signals.features.ngrams import CharBatch
from sextortion_signals.tables import parse_table, read_table, table_source
from sextortion_signals.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Where hits are put in order they lie on one line: by class, text and start, or by text, start and length. These are
# the lowest bits of each field: room for 2,000 classes, a million texts in a batch and spans of 4,000 characters.
_CLASS, _TEXT_IN_CLASS = np.int64(52), np.int64(32)
_TEXT, _START = np.int64(40), np.int64(12)
# A text alone of up to so many characters is read by loops.
_SHORT = 500
# A set of classes is one integer of 64 bits; a lexicon with more classes reports its first 63.
_MOST_CLASSES = 63
# Texts hold few combinations of classes, so their sets of names are kept, up to this many.
_MOST_SETS = 1 << 16
_FIRST, _SECOND, _SPAN = itemgetter(0), itemgetter(1), itemgetter(1, 2)


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
    literals: tuple[str, ...]
    class_of: NDArray[np.int64]  # literal -> class
    word_start: NDArray[np.bool_]  # literal must not follow a Latin letter
    word_end: NDArray[np.bool_]  # literal must not be followed by one
    patterns: NDArray[np.int64]  # (P, 3): first class, second class, largest gap
    rules: tuple[tuple[int, bool, bool], ...]  # literal -> the three above
    followers: Mapping[int, Sequence[tuple[int, int, int]]]  # first class -> pattern, second class, largest gap
    indexes: dict[int, LiteralIndex] = field(default_factory=dict, compare=False, repr=False)  # by bits of a slot
    class_sets: dict[int, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)  # by bits of classes

    def __reduce__(self) -> tuple[Callable[[str], Lexicon], tuple[str]]:
        # Compiling takes milliseconds, and the source is the smallest form.
        return (compile_lexicon, (self.source,))

    def index(self, bits: int) -> LiteralIndex:
        """Return the literals' index for batches hashed into 2**`bits` slots; made at the first call."""
        if bits not in self.indexes:
            self.indexes[bits] = index_literals(self.literals, bits)
        return self.indexes[bits]

    def classes(self, hits: Hits, texts: int) -> list[frozenset[str]]:
        """Return the names of the classes (not the patterns) hit in each of `texts` texts."""
        single = np.flatnonzero(hits.feature < min(len(self.names) - len(self.patterns), _MOST_CLASSES))
        masks = np.zeros(texts, dtype=np.int64)
        if len(single):
            owner = hits.text[single]  # sorted, so one stretch a text
            begins = np.flatnonzero(np.diff(owner, prepend=-1))
            bits = np.left_shift(np.int64(1), hits.feature[single])
            masks[owner[begins]] = np.bitwise_or.reduceat(bits, begins)
        sets = self.class_sets
        return [sets[mask] if mask in sets else self._class_set(mask) for mask in masks.tolist()]

    def _class_set(self, mask: int) -> frozenset[str]:
        found = frozenset(name for place, name in enumerate(self.names[:_MOST_CLASSES]) if mask >> place & 1)
        if len(self.class_sets) < _MOST_SETS:
            self.class_sets[mask] = found
        return found

    def find(self, batch: CharBatch) -> Hits:
        """Return every class and pattern hit of the batch."""
        if len(batch.bounds) == 2 and len(batch.codes) <= _SHORT:
            return self._find_in_one(batch)
        literal, text, start, end = self.index(batch.bits).find(batch)
        latin = _is_latin(batch.codes)
        # Sentinels surround every text, so start - 1 and end are always inside.
        glued = (self.word_start[literal] & latin[start - 1]) | (self.word_end[literal] & latin[end])
        alone = np.flatnonzero(~glued)
        text = text[alone]
        offset = batch.bounds[text] + 1
        return self._with_patterns(
            np.stack([text, self.class_of[literal[alone]], start[alone] - offset, end[alone] - offset])
        )

    def _find_in_one(self, batch: CharBatch) -> Hits:
        """Return what `find` does, by loops: a text has few hits, and each array operation costs as much as one."""
        latin = _is_latin(batch.codes).tolist()
        hits = [
            (class_, start - 1, end - 1)
            for literal, start, end in self.index(batch.bits).find_in_one(batch)
            for class_, word_start, word_end in (self.rules[literal],)
            if not (word_start and latin[start - 1]) and not (word_end and latin[end])
        ]
        by_class: dict[int, list[tuple[int, int]]] = {}
        for class_, start, end in sorted(hits, key=_SECOND):
            by_class.setdefault(class_, []).append((start, end))
        first_pattern = len(self.names) - len(self.patterns)
        pairs = []
        for first, start, end in hits:
            for pattern, second, gap in self.followers.get(first, ()):
                seconds = by_class.get(second, ())
                place = bisect_right(seconds, start, key=_FIRST)
                if place < len(seconds) and seconds[place][0] <= end + gap:
                    pairs.append((first_pattern + pattern, start, max(end, seconds[place][1])))
        # Where spans are the same, classes come before patterns, and those in their order.
        rows = sorted([*hits, *sorted(pairs, key=_FIRST)], key=_SPAN)
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return Hits(np.zeros(len(rows), dtype=np.int64), table[:, 0], table[:, 1], table[:, 2])

    def _with_patterns(self, hits: NDArray[np.int64]) -> Hits:
        """Add the pattern hits to class hits, shape (4, H): text, class, start, end."""
        table = np.concatenate([hits, self._pairs(hits)], axis=1)
        text, _, start, end = table
        order = np.argsort(text << _TEXT | start << _START | (end - start), kind="stable")
        return Hits(*table[:, order])

    def _pairs(self, hits: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each hit of a pattern's first class, the next hit of its second that begins within the gap of its end."""
        text, feature, start, end = hits
        by_class = np.argsort(feature, kind="stable")
        bounds = feature[by_class].searchsorted(np.arange(len(self.names) + 1))
        firsts, seconds, gaps = self.patterns.T
        times = bounds[firsts + 1] - bounds[firsts]
        last = np.cumsum(times)
        pattern = np.repeat(np.arange(len(firsts)), times)
        first = by_class[np.repeat(bounds[firsts] - last + times, times) + np.arange(len(pattern))]
        # All hits on the line, and where on it, behind the beginning of its first, each pattern's second may begin:
        # later than the first begins, so a literal never pairs with itself.
        line = feature << _CLASS | text << _TEXT_IN_CLASS | start
        places = np.argsort(line, kind="stable")
        line = line[places]
        base = seconds[pattern] << _CLASS | text[first] << _TEXT_IN_CLASS
        where = line.searchsorted(base | start[first], side="right")
        inside = np.minimum(where, len(line) - 1)
        close = (where < len(line)) & (line[inside] <= base + end[first] + gaps[pattern])
        pattern, first, second = pattern[close], first[close], places[inside[close]]
        names = pattern + (len(self.names) - len(self.patterns))
        return np.stack([text[first], names, start[first], np.maximum(end[first], end[second])])


def lexicon_source() -> str:
    """Return the lexicon of this package version as TOML. Training copies it into the model it makes."""
    return table_source("features/lexicon")


def compile_lexicon(source: str) -> Lexicon:
    """Compile TOML: tables `[classes]` (name -> literals) and `[patterns]` (name -> first, second, gap)."""
    # Nearly always it is the package's own.
    table = read_table("features/lexicon") if source == lexicon_source() else parse_table(source)
    classes = list(table["classes"])
    literals: dict[tuple[str, int], bool] = {}
    written = [(str(word), index) for index, words in enumerate(table["classes"].values()) for word in words]
    folded, start = fold("".join(word for word, _ in written)), 0
    for word, index in written:
        text = folded[start : start + len(word)]
        literals[text.removesuffix("*"), index] = text.endswith("*")
        start += len(word)
    edges = np.array([(ord(text[0]), ord(text[-1])) for text, _ in literals], dtype=np.uint32).reshape(-1, 2)
    latin = _is_latin(edges)
    patterns = [(classes.index(str(a)), classes.index(str(b)), int(str(g))) for a, b, g in table["patterns"].values()]
    class_of = [index for _, index in literals]
    word_start, word_end = latin[:, 0], latin[:, 1] & ~np.array([*literals.values()], dtype=np.bool_)
    followers: dict[int, list[tuple[int, int, int]]] = {}
    for index, (first, second, gap) in enumerate(patterns):
        followers.setdefault(first, []).append((index, second, gap))
    return Lexicon(
        source=source,
        names=(*classes, *table["patterns"]),
        literals=tuple(text for text, _ in literals),
        class_of=np.array(class_of, dtype=np.int64),
        word_start=word_start,
        word_end=word_end,
        patterns=np.array(patterns, dtype=np.int64).reshape(-1, 3),
        rules=tuple(zip(class_of, word_start.tolist(), word_end.tolist(), strict=True)),
        followers=followers,
    )


def _is_latin(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return (codes >= ord("a")) & (codes <= ord("z"))
