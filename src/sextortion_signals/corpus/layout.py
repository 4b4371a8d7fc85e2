"""Tables of strings as aligned text and as Markdown, for reports about corpora and measurements."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def aligned_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with the first column flush left and the others flush right, without a final line break.

    Full-width letters count two columns. White space inside a cell becomes one space, so a row stays one line.
    """
    lines = [[" ".join(cell.split()) for cell in row] for row in (header, *rows)]
    widths = [max(_width(cell) for cell in column) for column in zip(*lines, strict=True)]
    drawn = [_line(cells, widths) for cells in lines]
    return "\n".join([drawn[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *drawn[1:]])


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, prose: bool = False) -> str:
    """Return a Markdown table without a final line break, the first column left and the others right.

    With `prose`, the last column holds words and is left, too.
    """
    marks = ["---", *["---:"] * (len(header) - 1 - prose), *["---"] * prose]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, marks, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    gaps = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    first, *others = zip(cells, gaps, strict=True)
    return "  ".join([first[0] + first[1], *(gap + cell for cell, gap in others)]).rstrip()


def _width(text: str) -> int:
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
