"""Disguised copies of training rows: offenders misspell, mask and split words; the corpus is mostly plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sextortion_signals.corpus import Row
from sextortion_signals.corpus.evasion import disguise

# Share of rows that get a copy, by risk. Some harmless ones do too: a disguise is no proof of anything (docs/why/008).
COPIED = {1: 0.3, 0: 0.1}


def disguised_copies(rows: Sequence[Row], seed: int) -> list[Row]:
    """Return disguised copies of some rows, labels and card unchanged; the same rows and seed give the same copies.

    A copy that came out like its row, because no disguise applied, is left out.
    """
    chances = np.random.default_rng(seed).random(len(rows))
    chosen = (index for index, row in enumerate(rows) if chances[index] < COPIED[row.risk])
    copies = (replace(rows[index], text=disguise(rows[index].text, seed + index)) for index in chosen)
    known = {row.text for row in rows}
    return [copy for copy in copies if copy.text not in known]
