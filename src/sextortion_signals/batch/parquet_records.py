"""Records in Parquet, by pyarrow (extra `batch`); the columns of a Parquet input keep their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, BinaryIO

from sextortion_signals.batch.cells import flat_text
from sextortion_signals.batch.formats import Format, Layout, Record
from sextortion_signals.batch.source import ByteSource
from sextortion_signals.errors import MissingExtraError, RecordError

_BATCH_ROWS = 1024


class ParquetReader:
    """Reads the rows of a Parquet file in batches of 1,024; `schema` is the file's Arrow schema."""

    def __init__(self, source: ByteSource) -> None:
        self._arrow, parquet = _arrow()
        try:
            self._file = parquet.ParquetFile(source.buffered().stream)
        except (self._arrow.ArrowException, OSError) as error:
            raise RecordError(f"the input is not a Parquet file ({type(error).__name__})") from None
        self._read_rows = 0
        self._rows: int = self._file.metadata.num_rows
        self.schema: Any = self._file.schema_arrow
        self.columns: tuple[str, ...] = tuple(self.schema.names)
        self.layout = Layout(Format.PARQUET)

    def __iter__(self) -> Iterator[Record]:
        batches = self._file.iter_batches(batch_size=_BATCH_ROWS)
        while (batch := self._next(batches)) is not None:
            self._read_rows += batch.num_rows
            yield from batch.to_pylist()

    def fraction(self) -> float | None:
        """Return how many of the rows have been read."""
        return self._read_rows / self._rows if self._rows else 1.0

    def _next(self, batches: Iterator[Any]) -> Any:
        try:
            return next(batches, None)
        except (self._arrow.ArrowException, OSError) as error:
            problem = f"the Parquet file is damaged behind row {self._read_rows} ({type(error).__name__})"
            raise RecordError(f"{problem}; write it again") from None


class ParquetWriter:
    """Writes rows as Parquet: `schema` gives the types of the input's columns, all others are strings but the risk."""

    def __init__(self, stream: BinaryIO, columns: Sequence[str], *, risk_column: str, schema: Any = None) -> None:
        self._arrow, parquet = _arrow()
        self.protected = 0
        self._typed = frozenset(schema.names if schema else ()) | {risk_column}
        self._schema = self._arrow.schema([self._field(column, risk_column, schema) for column in columns])
        self._writer = parquet.ParquetWriter(stream, self._schema)

    def write(self, records: Sequence[Mapping[str, Any]]) -> None:
        rows = [{name: self._value(name, record.get(name)) for name in self._schema.names} for record in records]
        self._writer.write_batch(self._arrow.RecordBatch.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        self._writer.close()

    def _field(self, column: str, risk_column: str, schema: Any) -> Any:
        if schema is not None and column in schema.names:
            return schema.field(column)
        return self._arrow.field(column, self._arrow.float64() if column == risk_column else self._arrow.string())

    def _value(self, name: str, value: object) -> object:
        if value is None or name in self._typed:
            return value
        # Arrow strings are UTF-8, which cannot hold a lone surrogate.
        return flat_text(value).encode("utf-8", "replace").decode("utf-8")


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise MissingExtraError("reading or writing Parquet", "batch") from None
