"""What a record is, which file formats there are, and how they are read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, overload

from sextortion_signals.batch.compression import Compression, split_compression
from sextortion_signals.errors import RecordError

if TYPE_CHECKING:
    from sextortion_signals.batch.spool import Spool

Record = dict[str, Any]
"""One row: column name to value. CSV values are strings, JSONL and Parquet values whatever the file holds."""


class FlawedRecord(Record):
    """A row that could not be read properly. It holds what could be saved of it; `problem` says what is wrong."""

    def __init__(self, values: Mapping[str, Any], problem: str) -> None:
        super().__init__(values)
        self.problem = problem

    def __reduce__(self) -> tuple[type[FlawedRecord], tuple[Record, str]]:
        return (FlawedRecord, (dict(self), self.problem))


class ColumnChunk(Sequence[Record]):
    """Rows that lie in columns: `batch` is an Arrow record batch. They become dicts only where somebody asks."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch
        self._records: list[Record] | None = None

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if self._records is None:
            names = self.batch.schema.names
            columns = [_values(column) for column in self.batch.columns]
            self._records = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return self._records[index]

    def values(self, name: str) -> list[Any]:
        """Return the values of one column."""
        return _values(self.batch.column(name))


class Format(StrEnum):
    """A file format of records."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    ARROW = "arrow"
    """Arrow's file format, also known as Feather."""
    ARROW_STREAM = "arrows"
    """Arrow's stream format."""


SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".tab": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".arrows": Format.ARROW_STREAM,
}
COLUMNAR = frozenset({Format.PARQUET, Format.ARROW, Format.ARROW_STREAM})
"""Formats that are read and written by pyarrow."""

# A file of such a name that holds CSV or JSONL would be a surprise to whoever opens it.
_OTHER_SUFFIXES = frozenset({".json", ".xlsx", ".xls", ".ods", ".avro", ".orc", ".bz2", ".xz", ".zip", ".7z"})
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
    compression: Compression | None = None


class RecordReader(Protocol):
    """An open input: go through its rows once, one by one or in chunks."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def layout(self) -> Layout: ...

    def __iter__(self) -> Iterator[Record]: ...

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Sequence[Record]]:
        """Yield the rows behind the first `skip` in lists of `size`, the last one shorter."""

    def fraction(self) -> float | None:
        """Return how much has been read, 0..1, or None where the length of the input is not known."""


class RecordEncoder(Protocol):
    """Turns records and what is added to them into bytes, a chunk at a time and the same bytes every time.

    Where `appendable` is true, `head` and all chunks in a row are the file, and `encode` returns one piece a row.
    Elsewhere chunks are kept in a file of their own and `finish` makes the output of it. `protected` counts formulas
    that were defused. `compression` is for whoever writes the bytes.
    """

    protected: int
    appendable: bool
    compression: Compression | None

    @property
    def head(self) -> bytes: ...

    def encode(self, records: Sequence[Record], added: Sequence[Any]) -> list[bytes]: ...

    def finish(self, spool: Spool, target: BinaryIO) -> None: ...


def format_of(path: Path | None, chosen: Format | None = None, fallback: Format | None = None) -> Format:
    """Return the format of a file: `chosen`, or by its suffix (before that of a compression), or `fallback`.

    Raises:
        RecordError: none of them says it, or the suffix is that of a format that is not written.
    """
    suffix = split_compression(path)[0].suffix.lower() if path else ""
    found = chosen or SUFFIXES.get(suffix) or (None if suffix in _OTHER_SUFFIXES else fallback)
    if found is None:
        what = (
            f"the suffix {suffix!r} names no format" if path else "standard input has no suffix that names its format"
        )
        option = "--output-format" if fallback else "--format"
        raise RecordError(f"{what}; choose csv, jsonl, parquet or arrow with {option}")
    return found


def tab_separated(path: Path | None) -> bool:
    """Say whether the file's suffix promises tabs between the cells."""
    return path is not None and split_compression(path)[0].suffix.lower() in _TAB_SUFFIXES


def _values(column: Any) -> list[Any]:
    # Python's times end at microseconds, and pandas changes what becomes of finer ones: they are written as Arrow does.
    if "[ns" in str(column.type).partition("<")[0]:
        column = column.cast("string")
    values: list[Any] = column.to_pylist()
    return values
