"""Hashed character n-grams of a whole batch, computed with NumPy in a handful of array operations.

All texts are folded, joined with a sentinel before, between and after them, and encoded once to UTF-32.
An n-gram may begin or end with a sentinel (so "at the start" and "at the end" are features) and never crosses one.
The same slots are used by training and at run time, so hashing is not an approximation of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.text import fold_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SENTINEL = "\x02"
MAX_ORDER = 5
# Slot 0 is never a feature: windows that would cross a sentinel are sent there, and its weight is always 0.
VOID_SLOT = 0

_MULTIPLIER = np.uint32(0x01000193)
_ORDER_SEEDS = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)[:, None]
# By order, how many more n-grams than characters there are: the two sentinels take part, but are no unigrams.
_MORE_THAN_CHARACTERS = np.array([0, 1, 0, -1, -2], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CharBatch:
    """Folded code points of a batch and their n-gram slots.

    Slots are numbers below 2**`bits`. `codes` has shape (T,), uint32. `bounds` has shape (n + 1,): positions of the
    sentinels, so text i is `codes[bounds[i] + 1 : bounds[i + 1]]`. `slots` has shape (`MAX_ORDER`, T); row k holds, at
    each position, the slot of the (k+1)-gram that begins there, or `VOID_SLOT`. `counts` has shape (n,): n-grams in
    each text.
    """

    bits: int
    codes: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    slots: NDArray[np.uint32]
    counts: NDArray[np.int64]

    def single(self, index: int) -> CharBatch:
        """Return one text as a batch of its own."""
        start, end = int(self.bounds[index]), int(self.bounds[index + 1])
        slots = self.slots[:, start : end + 1].copy()
        slots[:, -1] = VOID_SLOT  # the sentinel that ends this text begins the next one
        bounds = np.array([0, end - start], dtype=np.int64)
        return CharBatch(self.bits, self.codes[start : end + 1], bounds, slots, self.counts[index : index + 1])


def char_batch(texts: Sequence[str], bits: int) -> CharBatch:
    """Fold, join and hash `texts` into 2**`bits` slots. Texts hold no sentinel (normalisation removes controls)."""
    joined = SENTINEL + SENTINEL.join(texts) + SENTINEL
    codes = fold_codes(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(lengths + 1, out=bounds[1:])
    return CharBatch(bits, codes, bounds, _slots(codes, bounds, bits), ngram_counts(lengths))


def ngram_counts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many n-grams (orders 1 to `MAX_ORDER`, sentinels included) texts of these lengths have."""
    return np.asarray(np.maximum(lengths[:, None] + _MORE_THAN_CHARACTERS, 0).sum(axis=1))


def mix(hashes: NDArray[np.uint32], seed: NDArray[np.uint32] | np.uint32, bits: int) -> NDArray[np.uint32]:
    """Spread 32-bit hashes over 2**`bits` slots, never `VOID_SLOT`."""
    mixed = hashes * seed
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed >>= np.uint32(32 - bits)
    np.maximum(mixed, np.uint32(1), out=mixed)
    return mixed


def _slots(codes: NDArray[np.uint32], bounds: NDArray[np.int64], bits: int) -> NDArray[np.uint32]:
    size = len(codes)
    rolling = np.zeros((MAX_ORDER, size), dtype=np.uint32)
    rolling[0] = codes
    for row in range(1, MAX_ORDER):
        np.multiply(rolling[row - 1], _MULTIPLIER, out=rolling[row])
        rolling[row, : max(size - row, 0)] += codes[row:]
    slots = mix(rolling, _ORDER_SEEDS, bits)
    slots[0, bounds] = VOID_SLOT
    slots[1:, -1] = VOID_SLOT  # the last sentinel begins nothing
    for before in range(1, MAX_ORDER - 1):
        # Too few characters are left up to the sentinel, which is the last that an n-gram may hold.
        places = np.maximum(bounds[1:] - before, 0) if len(bounds) > 2 else max(int(bounds[1]) - before, 0)
        slots[before + 1 :, places] = VOID_SLOT
    return slots
