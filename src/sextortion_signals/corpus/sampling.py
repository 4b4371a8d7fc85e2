"""A sample for a second reader: texts without anything that gives their label away, in an order that says nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sextortion_signals.corpus.source import Row, read_sources

SHARE = 0.15


def sample(folder: Path, *, share: float = SHARE) -> tuple[Row, ...]:
    """Return about `share` (0 < share <= 1) of the rows of a corpus folder, shuffled.

    Both the choice and the order are decided by hashes of the row id: the same corpus gives the same sample, a larger
    share holds every row of a smaller one, and a row stays in the sample when the corpus grows. Raises `ValueError`
    for a share outside of its range, `CorpusError` where a source cannot be read.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must lie above 0 and at most at 1, not {share}")
    chosen = [row for row in read_sources(folder) if _position("second", row) < share]
    return tuple(sorted(chosen, key=lambda row: (_position("order", row), row.id)))


def sample_to_tsv(rows: Sequence[Row]) -> str:
    """Return `id<TAB>lang<TAB>text` lines below a header; line breaks and tabs of a text are written as escapes."""
    lines = [("id", "lang", "text"), *((row.id, row.lang, _one_line(row.text)) for row in rows)]
    return "".join("\t".join(cells) + "\n" for cells in lines)


def _one_line(text: str) -> str:
    return text.replace("\n", "\\n").replace("\t", "\\t")


def _position(purpose: str, row: Row) -> float:
    """Return a number in 0..1 that depends on the purpose and the id alone."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{row.id}".encode()).digest()[:8], "big") / 2**64
