"""Twelve signed weights in one 32-byte row, summed exactly.

NumPy gathers 32-byte rows on a fast path, so all heads cost little more than one. Each int64 holds three fields of
21 bits; a weight has at most 511 in absolute value, so up to 2,052 rows add up without one field reaching the next.
Integer sums make scores bit-identical on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELD_BITS = 21
FIELDS_PER_WORD = 3
WORDS = 4
MAX_HEADS = FIELDS_PER_WORD * WORDS
MAX_WEIGHT = 511
MAX_SUMMANDS = (1 << (FIELD_BITS - 1)) // MAX_WEIGHT

_MASK = np.int64((1 << FIELD_BITS) - 1)
_SIGN = np.int64(1 << (FIELD_BITS - 1))


def pack(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pack integer weights of shape (..., heads), |w| <= `MAX_WEIGHT`, heads <= `MAX_HEADS`, into (..., `WORDS`)."""
    heads = weights.shape[-1]
    if heads > MAX_HEADS or np.abs(weights).max(initial=0) > MAX_WEIGHT:
        raise ValueError(f"at most {MAX_HEADS} heads with weights of at most {MAX_WEIGHT} can be packed")
    packed = np.zeros((*weights.shape[:-1], WORDS), dtype=np.int64)
    for head in range(heads):
        word, field = divmod(head, FIELDS_PER_WORD)
        packed[..., word] += weights[..., head] << np.int64(FIELD_BITS * field)
    return packed


def unpack_one(packed: Sequence[int], heads: int) -> list[int]:
    """Undo `pack` for one packed row as plain numbers, where arrays would cost more than they save."""
    mask, sign = (1 << FIELD_BITS) - 1, 1 << (FIELD_BITS - 1)
    out = []
    for word in packed:
        rest = word
        for _ in range(FIELDS_PER_WORD):
            low = ((rest & mask) ^ sign) - sign
            out.append(low)
            rest = (rest - low) >> FIELD_BITS
    return out[:heads]


def unpack(packed: NDArray[np.int64], heads: int) -> NDArray[np.int64]:
    """Undo `pack`, also for sums of up to `MAX_SUMMANDS` packed rows: (..., `WORDS`) -> (..., heads)."""
    out = np.empty((*packed.shape, FIELDS_PER_WORD), dtype=np.int64)
    rest = packed
    for field in range(FIELDS_PER_WORD):
        low = ((rest & _MASK) ^ _SIGN) - _SIGN  # sign-extended lowest field
        out[..., field] = low
        rest = (rest - low) >> np.int64(FIELD_BITS)
    return out.reshape(*packed.shape[:-1], MAX_HEADS)[..., :heads]
