"""Records in CSV: any common delimiter and Japanese encoding, line breaks inside quotation marks, ragged rows."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from sextortion_signals.batch.assess import chunked
from sextortion_signals.batch.cells import flat_text, is_formula
from sextortion_signals.batch.columns import list_columns
from sextortion_signals.batch.formats import FlawedRecord, Format, Layout, Record
from sextortion_signals.batch.source import ByteSource, pass_over, text_lines
from sextortion_signals.batch.spool import Spool, write_in_order
from sextortion_signals.errors import RecordError

_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_CELL = 10_000_000
_SNIFFED_LINES = 50
# Appended to the lines of a file. If the csv module does not hand it back as a row of its own, a quotation mark was
# opened and never closed, and all rows behind it would silently be one cell.
_END = "\0\1\2"


class CsvReader:
    """Reads the rows of a CSV file as dicts of strings; the first row names the columns."""

    def __init__(self, source: ByteSource, *, encoding: str, delimiter: str | None = None) -> None:
        # The module's own limit (128 Ki characters) is below what a report may hold; a limit there must be, for a
        # quotation mark that is never closed makes one cell of the rest of the file.
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        sample = source.sample.decode(encoding, "ignore")
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            raise RecordError(f"the delimiter has to be one character, not {delimiter!r}; a tab is written '\\t'")
        line_end = "\r\n" if "\r\n" in sample else "\n"
        self.layout = Layout(Format.CSV, encoding, delimiter or sniff_delimiter(sample), line_end)
        self._source = source
        self._rows = self._read_rows()
        header = next(self._rows, None)
        if header is None:
            raise RecordError("the input is empty; it needs a first line with the names of the columns")
        self.columns = _column_names(header[1])

    def __iter__(self) -> Iterator[Record]:
        for line, cells in self._rows:
            yield self._record(line, cells)

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Sequence[Record]]:
        """Yield the rows behind the first `skip` in lists of `size`."""
        pass_over(self._rows, skip)
        yield from chunked(self, size)

    def fraction(self) -> float | None:
        """Return how much of the file has been read."""
        return self._source.fraction()

    def _read_rows(self) -> Iterator[tuple[int, list[str]]]:
        line = 1
        with text_lines(self._source.stream, self.layout.encoding, newline="") as lines:
            rows = csv.reader(chain(lines, [_END]), delimiter=self.layout.delimiter or ",")
            try:
                for cells in rows:
                    if cells == [_END] and rows.line_num == line:
                        return
                    if cells and cells[-1].endswith(_END):
                        raise RecordError(f"a quotation mark opened in the row at line {line} is never closed")
                    if cells:
                        yield line, cells
                    line = rows.line_num + 1
            except csv.Error as error:
                raise RecordError(f"line {line} is not CSV ({error}); is a quotation mark left open?") from None

    def _record(self, line: int, cells: list[str]) -> Record:
        surplus = len(cells) - len(self.columns)
        if surplus <= 0:
            return dict(zip(self.columns, cells + [""] * -surplus, strict=True))
        # Nothing is dropped: the cells too many stay, joined, in the last column.
        kept = [*cells[: len(self.columns) - 1], (self.layout.delimiter or ",").join(cells[len(self.columns) - 1 :])]
        problem = (
            f"line {line} has {len(cells)} cells, the header {len(self.columns)}; quote cells that hold a delimiter"
        )
        return FlawedRecord(dict(zip(self.columns, kept, strict=True)), problem)


class CsvEncoder:
    """Writes records as CSV with a header; cells that a spreadsheet would run as a formula get a leading apostrophe.

    Offsets in ss_evidence count without that apostrophe: they belong to the text as it was read.
    """

    appendable = True

    def __init__(
        self, columns: Sequence[str], added: Sequence[str], layout: Layout, *, keep_formulas: bool = False
    ) -> None:
        self._encoding = layout.encoding or "utf-8"
        # In a UTF encoding only a lone surrogate cannot be written; elsewhere a lost character is an error.
        errors = "replace" if self._encoding.startswith("utf") else "strict"
        self._encoder = codecs.getincrementalencoder(self._encoding)(errors)
        self.protected = 0
        self.compression = layout.compression
        self._keep_formulas = keep_formulas
        self._columns = tuple(columns)
        self._lines: list[str] = []
        self._writer = csv.writer(self, delimiter=layout.delimiter or ",", lineterminator=layout.line_end)
        # The header goes through the encoder first in every run, so that a byte order mark stands there and only there.
        (self.head,) = self._encode([[self._cell(column) for column in (*columns, *added)]])

    def encode(self, records: Sequence[Record], added: Sequence[Sequence[Any]]) -> list[bytes]:
        """Return one line a record: its columns and the added values."""
        cell = self._cell
        return self._encode(
            [
                [*(cell(record.get(column)) for column in self._columns), *map(cell, values)]
                for record, values in zip(records, added, strict=True)
            ]
        )

    def finish(self, spool: Spool, target: BinaryIO) -> None:
        """Write the lines in the order of the spool."""
        write_in_order(spool, self.head, target, self.compression)

    def write(self, line: str) -> None:
        """Take a line from the csv module."""
        self._lines.append(line)

    def _cell(self, value: object) -> str:
        cell = flat_text(value)
        if self._keep_formulas or not is_formula(cell):
            return cell
        self.protected += 1
        return "'" + cell

    def _encode(self, rows: list[list[str]]) -> list[bytes]:
        self._writer.writerows(rows)
        lines, self._lines = self._lines, []
        try:
            return [self._encoder.encode(line) for line in lines]
        except UnicodeEncodeError:
            problem = f"the output holds characters that {self._encoding} cannot write"
            raise RecordError(f"{problem}; use --output-encoding utf-8-sig") from None


def sniff_delimiter(sample: str) -> str:
    """Return the delimiter that gives the first rows the same number of cells, at least two; else a comma."""
    lines = sample.splitlines(keepends=True)[:_SNIFFED_LINES]
    return max(_DELIMITERS, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])


def _column_names(header: Sequence[str]) -> tuple[str, ...]:
    # A spreadsheet exports empty columns at its right edge without a name; they are kept all the same.
    names = tuple(name if name.strip() else f"column_{number}" for number, name in enumerate(header, 1))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RecordError(f"the header has twice: {list_columns(twice)}; give each column a name of its own")
    return names
