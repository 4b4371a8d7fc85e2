"""Finds a few thousand literals in a batch by the n-gram slots that the batch has anyway.

A literal begins with an n-gram of its first `MAX_ORDER` characters (of all of them, if it is shorter), so it can only
stand where that n-gram's slot is. One look-up in a table of slots leaves some ten candidates in a text of fifty
characters, nearly all of them real; each is then compared character by character.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.features.ngrams import MAX_ORDER, CharBatch, char_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NONE = np.uint32(0xFFFFFFFF)
# Widths of the fields of a sort key: more literals, or longer ones, than any lexicon has.
_LITERAL_BITS, _LENGTH_BITS = 20, 12


@dataclass(frozen=True, slots=True)
class LiteralIndex:
    """Folded literals, ready to be looked for in batches hashed into 2**`bits` slots.

    `words` are the literals. A key is an order and a slot; `offsets` (`MAX_ORDER`, 1) make keys of a batch's slots, and
    `by_key` tells which literals begin with a key. The rest is the same for arrays:
    `begins` (`MAX_ORDER` * 2**bits,) tells whether a literal begins with an n-gram of this order and slot. `keys` (K,)
    are those keys, rising; key k belongs to the literals `ids[first[k] : first[k] + count[k]]`.
    `heads` (N, `MAX_ORDER`) and `tails` (N, longest - `MAX_ORDER`) hold their characters, padded with `_NONE`,
    `lengths` (N,) how many there are.
    """

    bits: int
    words: tuple[str, ...]
    offsets: NDArray[np.uint32]
    by_key: Mapping[int, Sequence[int]]
    begins: NDArray[np.bool_]
    keys: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    ids: NDArray[np.int64]
    heads: NDArray[np.uint32]
    tails: NDArray[np.uint32]
    lengths: NDArray[np.int64]

    def find(self, batch: CharBatch) -> tuple[NDArray[np.int64], ...]:
        """Return every occurrence, also overlapping ones: literal, text, start and end in `batch.codes`, each (H,).

        The order is that of their ends, the longest first where two end together, then that of the literals.
        """
        places, keys = self._candidates(batch)
        key = self.keys.searchsorted(keys)
        count = self.count[key]
        last = count.cumsum()
        literal = self.ids[np.repeat(self.first[key] - last + count, count) + np.arange(int(count.sum()))]
        start = np.repeat(places, count)
        agree = np.flatnonzero(_agree(batch.codes, start, self.heads.take(literal, axis=0)))
        return self._whole(batch, literal[agree], start[agree])

    def find_in_one(self, batch: CharBatch) -> list[tuple[int, int, int]]:
        """Return what `find` does for a batch of one text, without the text: literal, start and end."""
        text = batch.codes.tobytes().decode("utf-32-le", "surrogatepass")
        places, keys = self._candidates(batch)
        found = [
            (start + len(self.words[literal]), -len(self.words[literal]), literal)
            for start, key in zip(places.tolist(), keys.tolist(), strict=True)
            for literal in self.by_key[key]
            # The blank of a literal is none of the sentinels.
            if text.startswith(self.words[literal], start, -1)
        ]
        return [(literal, end + less, end) for end, less, literal in sorted(found)]

    def _candidates(self, batch: CharBatch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where literals may begin, and the key of each such place."""
        keys = batch.slots + self.offsets
        places = np.flatnonzero(self.begins.take(keys))
        return places % len(batch.codes), keys.reshape(-1)[places].astype(np.int64)

    def _whole(
        self, batch: CharBatch, literal: NDArray[np.int64], start: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], ...]:
        """Keep the literals whose heads stand at `start` that stand there with their tails, inside one text."""
        length = self.lengths[literal]
        end = start + length
        text = batch.bounds.searchsorted(start, side="right") - 1
        # A sentinel reads as a blank once it is folded, so the blank of a literal could be one between two texts.
        whole = end <= batch.bounds[text + 1]
        longer = np.flatnonzero(length > MAX_ORDER)
        whole[longer] &= _agree(batch.codes, start[longer] + MAX_ORDER, self.tails.take(literal[longer], axis=0))
        order = np.argsort((end << _LITERAL_BITS + _LENGTH_BITS) - (length << _LITERAL_BITS) + literal)
        order = order[whole[order]]
        return literal[order], text[order], start[order], end[order]


def _agree(codes: NDArray[np.uint32], start: NDArray[np.int64], wanted: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell for each row of `wanted` whether these characters stand at its start."""
    there = codes.take(start[:, None] + np.arange(wanted.shape[1]), mode="clip")
    return np.asarray(((there == wanted) | (wanted == _NONE)).all(axis=1), dtype=np.bool_)


def index_literals(literals: Sequence[str], bits: int) -> LiteralIndex:
    """Return an index of folded, non-empty literals for batches hashed into 2**`bits` slots."""
    batch = char_batch(literals, bits)
    lengths = np.diff(batch.bounds) - 1
    row = np.minimum(lengths, MAX_ORDER) - 1
    own = batch.slots[row, batch.bounds[:-1] + 1].astype(np.int64) + (row << bits)
    ids = np.argsort(own, kind="stable")
    ordered = own[ids]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    begins = np.zeros(MAX_ORDER << bits, dtype=np.bool_)
    begins[own] = True
    inside = np.arange(int(lengths.max(initial=MAX_ORDER))) < lengths[:, None]
    codes = np.full(inside.shape, _NONE, dtype=np.uint32)
    codes[inside] = np.delete(batch.codes, batch.bounds)
    heads, tails = (np.ascontiguousarray(part) for part in np.split(codes, [MAX_ORDER], axis=1))
    by_key: dict[int, list[int]] = {}
    for literal, key in enumerate(own.tolist()):
        by_key.setdefault(key, []).append(literal)
    return LiteralIndex(
        bits=bits,
        words=tuple(literals),
        offsets=(np.arange(MAX_ORDER, dtype=np.uint32) << np.uint32(bits))[:, None],
        by_key=by_key,
        begins=begins,
        keys=ordered[first],
        first=first,
        count=np.diff(first, append=len(ids)),
        ids=ids,
        heads=heads,
        tails=tails,
        lengths=lengths,
    )
