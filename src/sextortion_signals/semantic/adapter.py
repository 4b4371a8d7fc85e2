"""What our training changed in the base model: a few megabytes that a model folder carries.

Low-rank adaptation (Hu et al. 2021, "LoRA"): beside each matrix W of the encoder stand two thin ones, and the encoder
computes with W + B A. The normalisation layers and the heads are replaced whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
"""Query, key, value, attention output, feed-forward in and out: the names of the base model's file."""
NORMS = ("aln.w", "aln.b", "oln.w", "oln.b")


@dataclass(frozen=True, slots=True)
class Adapter:
    """Trained arrays by name: `l3.q.A` (rank, inputs), `l3.q.B` (outputs, rank), `l3.aln.w`, `att.w`, `head.w`, ..."""

    arrays: Mapping[str, NDArray[np.float32]]

    def adapt(self, name: str, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the adapted matrix `name`, e.g. `l3.q`; matrices without an adaptation come back as they are."""
        if f"{name}.A" not in self.arrays:
            return matrix
        return np.asarray(matrix + self.arrays[f"{name}.B"] @ self.arrays[f"{name}.A"])


def read_adapter(flat: NDArray[np.float16], layout: Mapping[str, list[int]]) -> Adapter:
    """Cut one flat array into named ones. `layout` gives the shapes in the order in which they lie in it.

    Raises ValueError when the sizes do not fit.
    """
    sizes = {name: math.prod(shape) for name, shape in layout.items()}
    if sum(sizes.values()) != len(flat):
        raise ValueError(f"{len(flat)} numbers for a layout of {sum(sizes.values())}")
    arrays, place = {}, 0
    for name, shape in layout.items():
        arrays[name] = flat[place : place + sizes[name]].reshape(shape).astype(np.float32)
        place += sizes[name]
    return Adapter(arrays)
