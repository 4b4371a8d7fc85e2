"""Records in Parquet, by pyarrow (extra `batch`); the columns of a Parquet input keep their types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sextortion_signals.batch.arrow_records import column_names, exact_chunks, pyarrow
from sextortion_signals.batch.assess import CHUNK_SIZE
from sextortion_signals.batch.formats import Format, Layout, Record
from sextortion_signals.batch.source import ByteSource
from sextortion_signals.errors import RecordError


class ParquetReader:
    """Reads the rows of a Parquet file in chunks; `schema` is the file's Arrow schema."""

    def __init__(self, source: ByteSource) -> None:
        self._arrow = pyarrow()
        try:
            self._file = pyarrow("pyarrow.parquet").ParquetFile(source.buffered().stream)
        except (self._arrow.ArrowException, OSError) as error:
            raise RecordError(f"the input is not a Parquet file ({type(error).__name__})") from None
        self._read_rows = 0
        self._rows: int = self._file.metadata.num_rows
        self.schema: Any = self._file.schema_arrow
        self.columns = column_names(self.schema)
        self.layout = Layout(Format.PARQUET)

    def __iter__(self) -> Iterator[Record]:
        for chunk in self.chunks(CHUNK_SIZE):
            yield from chunk

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Sequence[Record]]:
        """Yield the rows behind the first `skip` in chunks of `size`; row groups before them are not read."""
        first = 0
        while first < self._file.num_row_groups and self._group_rows(first) <= skip - self._read_rows:
            self._read_rows += self._group_rows(first)
            first += 1
        groups = list(range(first, self._file.num_row_groups))
        batches = self._file.iter_batches(batch_size=size, row_groups=groups)
        yield from exact_chunks(self._checked(batches), size, skip=skip - self._read_rows)

    def fraction(self) -> float | None:
        """Return how many of the rows have been read."""
        return self._read_rows / self._rows if self._rows else 1.0

    def _group_rows(self, number: int) -> int:
        return int(self._file.metadata.row_group(number).num_rows)

    def _checked(self, batches: Iterator[Any]) -> Iterator[Any]:
        while True:
            try:
                batch = next(batches, None)
            except (self._arrow.ArrowException, OSError) as error:
                problem = f"the Parquet file is damaged behind row {self._read_rows} ({type(error).__name__})"
                raise RecordError(f"{problem}; write it again") from None
            if batch is None:
                return
            self._read_rows += batch.num_rows
            yield batch


def parquet_writer(target: Any, schema: Any) -> Any:
    """Return a writer of tables, each of which becomes a row group; a context manager."""
    return pyarrow("pyarrow.parquet").ParquetWriter(target, schema)
