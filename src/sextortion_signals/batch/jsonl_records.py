"""Records in JSONL: one JSON object a line; values keep their types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, starmap
from typing import BinaryIO

from sextortion_signals.batch.assess import chunked
from sextortion_signals.batch.cells import flat_text
from sextortion_signals.batch.formats import FlawedRecord, Format, Layout, Record
from sextortion_signals.batch.source import ByteSource, pass_over, text_lines
from sextortion_signals.batch.spool import Spool, write_in_order

_PEEKED_LINES = 1024


class JsonlReader:
    """Reads the objects of a JSONL file. A line that is no object becomes a `FlawedRecord`; blank lines are left out.

    `all_columns` reads the input twice to know the names of every line, which a table needs before its first row.
    """

    def __init__(self, source: ByteSource, *, encoding: str, all_columns: bool = False) -> None:
        self.layout = Layout(Format.JSONL, encoding)
        self._source = source.buffered() if all_columns else source
        self._first: list[tuple[int, str]] = []
        self._lines = self._read()
        if all_columns:
            self.columns = _names(self._lines)
            self._source.stream.seek(0)
            self._lines = self._read()
        else:
            self._first = list(islice(self._lines, _PEEKED_LINES))
            self.columns = _names(self._first)

    def __iter__(self) -> Iterator[Record]:
        return starmap(_parse, chain(self._first, self._lines))

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Sequence[Record]]:
        """Yield the rows behind the first `skip` in lists of `size`; those before are not parsed."""
        lines = chain(self._first, self._lines)
        pass_over(lines, skip)
        yield from chunked(starmap(_parse, lines), size)

    def fraction(self) -> float | None:
        """Return how much of the file has been read."""
        return self._source.fraction()

    def _read(self) -> Iterator[tuple[int, str]]:
        with text_lines(self._source.stream, self.layout.encoding, newline="\n") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


class JsonlEncoder:
    """Writes one JSON object a line, UTF-8; what is added comes as the inside of a JSON object."""

    appendable = True
    head = b""

    def __init__(self, added: Sequence[str], layout: Layout) -> None:
        self.protected = 0
        self.compression = layout.compression
        self._added = frozenset(added)

    def encode(self, records: Sequence[Record], added: Sequence[str]) -> list[bytes]:
        """Return one line a record."""
        lines = (self._line(record, fields) for record, fields in zip(records, added, strict=True))
        # In UTF-8 only a lone surrogate fails, and its backslash form is its JSON escape: it survives.
        return [line.encode("utf-8", "backslashreplace") for line in lines]

    def finish(self, spool: Spool, target: BinaryIO) -> None:
        """Write the lines in the order of the spool."""
        write_in_order(spool, self.head, target, self.compression)

    def _line(self, record: Record, fields: str) -> str:
        if not self._added.isdisjoint(record):
            # A line far down may have a field that the first lines, which were looked at, have not.
            record = {name: value for name, value in record.items() if name not in self._added}
        own = json.dumps(record, ensure_ascii=False, default=flat_text)
        return f"{own[:-1]}, {fields}}}\n" if record else f"{{{fields}}}\n"


def _parse(number: int, line: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return FlawedRecord({}, f"line {number} is not JSON; write one object a line")
    if not isinstance(value, dict):
        return FlawedRecord({}, f"line {number} is not a JSON object; write for example an object with the field text")
    return value


def _names(lines: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for record in starmap(_parse, lines):
        names.update(dict.fromkeys(record))
    return tuple(names)
