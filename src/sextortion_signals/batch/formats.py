"""What a record is, which file formats there are, and how they are read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sextortion_signals.errors import RecordError

Record = dict[str, Any]
"""One row: column name to value. CSV values are strings, JSONL and Parquet values whatever the file holds."""


class FlawedRecord(Record):
    """A row that could not be read properly. It holds what could be saved of it; `problem` says what is wrong."""

    def __init__(self, values: Mapping[str, Any], problem: str) -> None:
        super().__init__(values)
        self.problem = problem

    def __reduce__(self) -> tuple[type[FlawedRecord], tuple[Record, str]]:
        return (FlawedRecord, (dict(self), self.problem))


class Format(StrEnum):
    """A file format of records."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".tab": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}
_TAB_SUFFIXES = frozenset({".tsv", ".tab"})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read records; what is None is recognised from the file's name and first bytes."""

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write records; what is None follows the input.

    `keep_formulas` leaves cells alone that a spreadsheet would run as a formula (CSV only).
    """

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    prefix: str = "ss_"
    keep_formulas: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How an input turned out to be written, so that an output can be written the same way."""

    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    line_end: str = "\n"


class RecordReader(Protocol):
    """An open input: iterate over it once."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def layout(self) -> Layout: ...

    def __iter__(self) -> Iterator[Record]: ...

    def fraction(self) -> float | None:
        """Return how much has been read, 0..1, or None where the length of the input is not known."""


class RecordWriter(Protocol):
    """An open output. `close` writes what is left and leaves the stream open; `protected` counts defused formulas."""

    protected: int

    def write(self, records: Sequence[Mapping[str, Any]]) -> None: ...

    def close(self) -> None: ...


def format_of(path: Path | None, chosen: Format | None = None, fallback: Format | None = None) -> Format:
    """Return the format of a file: `chosen`, or by its suffix, or `fallback`.

    Raises:
        RecordError: none of them says it.
    """
    suffix = path.suffix.lower() if path else ""
    found = chosen or SUFFIXES.get(suffix) or fallback
    if found is None:
        what = (
            f"the suffix {suffix!r} names no format" if path else "standard input has no suffix that names its format"
        )
        raise RecordError(f"{what}; choose csv, jsonl or parquet with --format")
    return found


def tab_separated(path: Path | None) -> bool:
    """Say whether the file's suffix promises tabs between the cells."""
    return path is not None and path.suffix.lower() in _TAB_SUFFIXES
