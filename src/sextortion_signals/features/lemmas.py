"""Hashed lemma and part-of-speech n-grams, read from the one string that the tokenizer writes for a text.

A polynomial hash over a prefix sum gives the hash of every lemma, pair of lemmas and run of three parts of
speech at once: with S[i] = sum of c_k * B**k (mod 2**64) a span [s, e) hashes to (S[e] - S[s]) * B**-s, the same
wherever the span stands. No Python object is made per token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.features.ngrams import VOID_SLOT, mix
from sextortion_signals.text import fold_codes, lemma_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_KINDS = np.array([0xB5297A4D, 0x68E31DA4 | 1, 0x1B56C4E9], dtype=np.uint32)[:, None]
_TAB, _NEWLINE, _STAR = 9, 10, 42


@dataclass(frozen=True, slots=True)
class LemmaBatch:
    """Slots of three kinds for each token of a batch: lemma, lemma pair, run of three parts of speech.

    `slots` has shape (3, K) over all tokens; pairs and runs that would cross into the next text hold `VOID_SLOT`.
    `bounds` has shape (n + 1,): text i owns tokens `bounds[i]:bounds[i + 1]`. `counts` (n,): features in each text.
    `surface_lengths` (K,) in characters of the clean text. `lines` holds what the tokenizer wrote for each text.
    """

    lines: tuple[str, ...]
    slots: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    counts: NDArray[np.int64]
    surface_lengths: NDArray[np.int64]

    def single(self, index: int) -> LemmaBatch:
        """Return one text as a batch of its own."""
        part = slice(int(self.bounds[index]), int(self.bounds[index + 1]))
        bounds = np.array([0, part.stop - part.start], dtype=np.int64)
        lines = self.lines[index : index + 1]
        return LemmaBatch(
            lines, self.slots[:, part], bounds, self.counts[index : index + 1], self.surface_lengths[part]
        )


def lemma_batch(texts: Sequence[str], bits: int) -> LemmaBatch:
    """Tag each text once and hash its lemma features into 2**`bits` slots."""
    lines = tuple(map(lemma_lines, texts))
    joined = "\n".join(filter(None, lines)) + "\n" * any(lines)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.flatnonzero(codes == _NEWLINE)
    tabs = np.flatnonzero(codes == _TAB).reshape(-1, 2)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64) if len(ends) else np.zeros(0, dtype=np.int64)
    sizes = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
    bounds = np.zeros(len(lines) + 1, dtype=np.int64)
    bounds[1:] = ends.searchsorted(np.cumsum(sizes + (sizes > 0)))
    tokens = np.diff(bounds)
    lemma, pos = _token_hashes(codes, starts, tabs, ends)
    last = np.repeat(bounds[1:], tokens) - np.arange(len(ends))  # tokens left in the text, this one included
    slots = mix(_high(_runs(lemma, pos)), _KINDS, bits)
    slots[1, last < 2] = VOID_SLOT
    slots[2, last < 3] = VOID_SLOT
    counts = tokens + np.maximum(tokens - 1, 0) + np.maximum(tokens - 2, 0)
    return LemmaBatch(lines, slots, bounds, counts, (tabs[:, 0] - starts).astype(np.int64))


def _token_hashes(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], tabs: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    powers, inverses = _powers(1 << max(len(codes).bit_length(), 12))
    prefix = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((fold_codes(codes).astype(np.uint64) + np.uint64(1)) * powers[: len(codes)], out=prefix[1:])

    def span(start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.uint64]:
        return (prefix[end] - prefix[start]) * inverses[start]

    first, second = tabs[:, 0], tabs[:, 1]
    # An unknown word has no lemma ("*"): its surface stands in.
    unknown = (codes[np.minimum(first + 1, len(codes) - 1)] == _STAR) & (second == first + 2)
    lemma = np.where(unknown, span(starts, first), span(first + 1, second))
    return lemma, span(second + 1, ends)


@lru_cache(maxsize=2)  # for texts alone and for batches
def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    powers = np.full(size, _BASE, dtype=np.uint64)
    inverses = np.full(size, _INVERSE, dtype=np.uint64)
    powers[0] = inverses[0] = 1
    return np.cumprod(powers, dtype=np.uint64), np.cumprod(inverses, dtype=np.uint64)


def _high(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    mixed = hashes ^ (hashes >> np.uint64(29))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _runs(lemma: NDArray[np.uint64], pos: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the hashes of lemmas, pairs of lemmas and runs of three parts of speech, shape (3, K)."""
    base = np.uint64(_BASE)
    runs = np.stack([lemma, lemma, pos])
    runs[1:] *= base
    runs[1, :-1] += lemma[1:]
    runs[2, :-1] += pos[1:]
    runs[2] *= base
    runs[2, :-2] += pos[2:]
    return runs
