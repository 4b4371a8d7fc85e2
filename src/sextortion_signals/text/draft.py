"""The text while it is being cleaned, with the way back to the caller's text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Edit = tuple[int, int, str]
"""Replace the characters `start..end` (half open, never empty) by a string, which may be empty."""


class Draft:
    """A text under work. Character `i` comes from `raw[starts[i]:ends[i]]`; no lists means the identity.

    One object goes through all cleaning steps of one text and is then thrown away, hence mutable.
    """

    __slots__ = ("ends", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] | None = None
        self.ends: list[int] | None = None

    def apply(self, edits: Sequence[Edit]) -> None:
        """Carry out edits that are in text order and do not overlap.

        An edit that keeps the length maps character by character; else each new character comes
        from the whole stretch it replaces. Both keep the map monotone.
        """
        if not edits:
            return
        if any(len(new) != end - start for start, end, new in edits):
            self._remap(edits)
        pieces: list[str] = []
        position = 0
        for start, end, new in edits:
            pieces.append(self.text[position:start])
            pieces.append(new)
            position = end
        pieces.append(self.text[position:])
        self.text = "".join(pieces)

    def _remap(self, edits: Sequence[Edit]) -> None:
        starts = list(range(len(self.text))) if self.starts is None else self.starts
        ends = list(range(1, len(self.text) + 1)) if self.ends is None else self.ends
        new_starts: list[int] = []
        new_ends: list[int] = []
        position = 0
        for start, end, new in edits:
            kept = end if len(new) == end - start else start
            new_starts += starts[position:kept]
            new_ends += ends[position:kept]
            if kept != end:
                new_starts += [starts[start]] * len(new)
                new_ends += [ends[end - 1]] * len(new)
            position = end
        self.starts = new_starts + starts[position:]
        self.ends = new_ends + ends[position:]

    def arrays(self) -> tuple[NDArray[np.int32] | None, NDArray[np.int32] | None]:
        """Return `(starts, ends)` as int32 arrays, or a pair of None for the identity."""
        if self.starts is None:
            return None, None
        return np.array(self.starts, dtype=np.int32), np.array(self.ends, dtype=np.int32)
