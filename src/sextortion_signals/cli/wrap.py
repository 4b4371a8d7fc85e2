"""Lines that fit a terminal in which Japanese characters take two cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Characters that may not begin or end a line (the core of the Japanese line breaking rules, JIS X 4051).
_NOT_FIRST = frozenset(
    "、。，．,.!?！？・：；:;ー〜～…‥)）]］}｝」』】〉》”’々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ%％"
)
_NOT_LAST = frozenset("(（[［{｛「『【〈《“‘")
# What stays together: a run of Latin letters, digits and signs (a word, an address), spaces, or one other character.
_PIECES = re.compile(r"[\x21-\x7e\u00a1-\u024f]+|\s+|.", re.DOTALL)


def wrap(text: str, width: int, *, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of at most `width` cells; `indent` stands before each, `first` before the first.

    Line breaks of the text are kept. A word or address longer than a line is not cut, so that it can be copied.
    """
    lines = []
    start = indent if first is None else first
    for paragraph in text.splitlines() or [""]:
        for line in _break(paragraph, width, start, indent):
            lines.append(line)
        start = indent
    return lines


def cells(text: str) -> int:
    """Return how many terminal cells a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def _break(paragraph: str, width: int, first: str, indent: str) -> Iterator[str]:
    line, used = first, cells(first)
    empty = True
    for piece in _units(paragraph):
        size = cells(piece.rstrip())
        if not empty and used + size > width:
            yield line.rstrip()
            line, used, empty = indent, cells(indent), True
        if empty:
            piece = piece.lstrip()
        line, used = line + piece, used + cells(piece)
        empty = empty and not piece
    yield line.rstrip()


def _units(paragraph: str) -> Iterator[str]:
    """Yield what may not be broken: a piece with the brackets before it and the closing marks and spaces behind it."""
    unit = ""
    for piece in _PIECES.findall(paragraph):
        if unit and not (piece[0] in _NOT_FIRST or piece.isspace() or unit[-1] in _NOT_LAST):
            yield unit
            unit = ""
        unit += piece
    if unit:
        yield unit
