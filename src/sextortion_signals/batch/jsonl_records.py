"""Records in JSONL: one JSON object a line; values keep their types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO

from sextortion_signals.batch.cells import flat_text
from sextortion_signals.batch.formats import FlawedRecord, Format, Layout, Record
from sextortion_signals.batch.source import ByteSource, text_lines

_PEEKED_LINES = 1024


class JsonlReader:
    """Reads the objects of a JSONL file. A line that is no object becomes a `FlawedRecord`; blank lines are left out.

    `all_columns` reads the input twice to know the names of every line, which a table needs before its first row.
    """

    def __init__(self, source: ByteSource, *, encoding: str, all_columns: bool = False) -> None:
        self.layout = Layout(Format.JSONL, encoding)
        self._source = source.buffered() if all_columns else source
        self._first: list[Record] = []
        if all_columns:
            self.columns = _names(self._read())
            self._source.stream.seek(0)
            self._records = self._read()
        else:
            self._records = self._read()
            self._first = list(islice(self._records, _PEEKED_LINES))
            self.columns = _names(iter(self._first))

    def __iter__(self) -> Iterator[Record]:
        yield from self._first
        yield from self._records

    def fraction(self) -> float | None:
        """Return how much of the file has been read."""
        return self._source.fraction()

    def _read(self) -> Iterator[Record]:
        with text_lines(self._source.stream, self.layout.encoding, newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parse(line, number)


class JsonlWriter:
    """Writes one JSON object a line, UTF-8."""

    def __init__(self, stream: BinaryIO) -> None:
        self.protected = 0
        self._stream = stream

    def write(self, records: Sequence[Mapping[str, Any]]) -> None:
        lines = (json.dumps(record, ensure_ascii=False, default=flat_text) + "\n" for record in records)
        # In UTF-8 only a lone surrogate fails, and its backslash form is its JSON escape: it survives.
        self._stream.write("".join(lines).encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Leave the stream open; nothing is held back."""


def _parse(line: str, number: int) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return FlawedRecord({}, f"line {number} is not JSON; write one object a line")
    if not isinstance(value, dict):
        return FlawedRecord({}, f"line {number} is not a JSON object; write for example an object with the field text")
    return value


def _names(records: Iterator[Record]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    return tuple(names)
