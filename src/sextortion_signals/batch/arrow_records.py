"""Records in Arrow's own formats and what Parquet shares with them, by pyarrow (extra `batch`).

Columns that come from Arrow or Parquet go through as they are, never as Python objects, and so keep their types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np

from sextortion_signals.batch.assess import CHUNK_SIZE
from sextortion_signals.batch.cells import flat_text
from sextortion_signals.batch.columns import list_columns
from sextortion_signals.batch.compression import Compression
from sextortion_signals.batch.formats import ColumnChunk, Format, Layout, Record
from sextortion_signals.batch.source import ByteSource
from sextortion_signals.batch.spool import Spool
from sextortion_signals.errors import MissingExtraError, RecordError

_FILE_BEGINNING = b"ARROW1"

# Rows of a row group (Parquet) or record batch (Arrow); fewer where they take more than so many bytes.
_GROUP_ROWS = 65_536
_GROUP_BYTES = 1 << 26


class ArrowReader:
    """Reads an Arrow file (Feather) or an Arrow stream, whichever it is; `schema` is its schema."""

    def __init__(self, source: ByteSource) -> None:
        self._arrow = pyarrow()
        self._source = source
        self._read = 0
        # A file tells at its end where its batches are, a stream has them one behind the other.
        self._is_file = source.sample.startswith(_FILE_BEGINNING)
        try:
            self._opened: Any = (
                self._arrow.ipc.open_file(source.buffered().stream)
                if self._is_file
                else self._arrow.ipc.open_stream(source.stream)
            )
        except (self._arrow.ArrowException, OSError) as error:
            raise RecordError(f"the input is no Arrow file or stream ({type(error).__name__})") from None
        self.schema: Any = self._opened.schema
        self.columns = column_names(self.schema)
        self.layout = Layout(Format.ARROW if self._is_file else Format.ARROW_STREAM)

    def __iter__(self) -> Iterator[Record]:
        for chunk in self.chunks(CHUNK_SIZE):
            yield from chunk

    def chunks(self, size: int, *, skip: int = 0) -> Iterator[Sequence[Record]]:
        """Yield the rows behind the first `skip` in chunks of `size`."""
        yield from exact_chunks(self._batches(), size, skip=skip)

    def fraction(self) -> float | None:
        """Return how much has been read."""
        if not self._is_file:
            return self._source.fraction()
        return self._read / self._opened.num_record_batches if self._opened.num_record_batches else 1.0

    def _batches(self) -> Iterator[Any]:
        opened = self._opened
        batches = map(opened.get_batch, range(opened.num_record_batches)) if self._is_file else iter(opened)
        while True:
            try:
                batch = next(batches, None)
            except (self._arrow.ArrowException, OSError) as error:
                problem = f"the Arrow data is damaged behind batch {self._read} ({type(error).__name__})"
                raise RecordError(f"{problem}; write it again") from None
            if batch is None:
                return
            self._read += 1
            yield batch


class ArrowEncoder:
    """Makes record batches of records: `schema` gives the types of the input's columns, all others are strings.

    The first of the added values is a number, the risk. Batches are kept as Arrow streams, one a chunk; only when all
    are there, `finish` hands them to `open_writer(target, schema)`, in larger groups.
    """

    appendable = False
    compression: Compression | None = None
    head = b""

    def __init__(self, columns: Sequence[str], added: Sequence[str], schema: Any, open_writer: Any) -> None:
        self._arrow = pyarrow()
        self.protected = 0
        text = self._arrow.string()
        fields = [self._arrow.field(name, text) for name in columns] if schema is None else list(plain_schema(schema))
        types = [self._arrow.float64(), *(text for _ in added[1:])]
        fields += [self._arrow.field(name, kind) for name, kind in zip(added, types, strict=True)]
        self._columns = tuple(columns)
        self._schema = self._arrow.schema(fields)
        self._open_writer = open_writer

    def encode(self, records: Sequence[Record], added: Sequence[Sequence[Any]]) -> list[bytes]:
        """Return one Arrow stream that holds the records and the added values."""
        columns: list[Any] = (
            [plain_column(column) for column in records.batch.columns]
            if isinstance(records, ColumnChunk)
            else [[_text(record.get(name)) for record in records] for name in self._columns]
        )
        risks, *others = zip(*added, strict=True)
        columns += [list(risks), *([_text(value) for value in values] for values in others)]
        arrays = [self._array(values, field) for values, field in zip(columns, self._schema, strict=True)]
        batch = self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema)
        sink = self._arrow.BufferOutputStream()
        with self._arrow.ipc.new_stream(sink, self._schema) as writer:
            writer.write_batch(batch)
        return [sink.getvalue().to_pybytes()]

    def finish(self, spool: Spool, target: BinaryIO) -> None:
        """Write the batches of the spool as one file, in its order if it has one."""
        with spool.stream() as stream, self._open_writer(target, self._schema) as writer:
            groups = self._grouped(self._batches(stream)) if spool.order is None else self._gathered(spool)
            for group in groups:
                writer.write_table(group)

    def _array(self, values: Any, field: Any) -> Any:
        return self._arrow.array(values, field.type) if isinstance(values, list) else values

    def _batches(self, stream: Any) -> Iterator[Any]:
        while stream.peek(1):
            yield from self._arrow.ipc.open_stream(stream)

    def _grouped(self, batches: Iterable[Any]) -> Iterator[Any]:
        group: list[Any] = []
        rows = size = 0
        for batch in batches:
            group.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
                yield self._arrow.Table.from_batches(group, self._schema)
                group, rows, size = [], 0, 0
        if group:
            yield self._arrow.Table.from_batches(group, self._schema)

    def _gathered(self, spool: Spool) -> Iterator[Any]:
        """Yield the rows in the order of the spool; its batches are mapped, only what is looked at is read."""
        view = self._arrow.BufferReader(self._arrow.py_buffer(spool.view()))
        batches: list[Any] = []
        while view.tell() < view.size():
            batches += self._arrow.ipc.open_stream(view)
        begins = np.cumsum([0, *(batch.num_rows for batch in batches)])
        order = spool.order if spool.order is not None else np.arange(begins[-1])
        for first in range(0, len(order), _GROUP_ROWS):
            wanted = order[first : first + _GROUP_ROWS]
            holder = np.searchsorted(begins, wanted, side="right") - 1
            by_batch = np.argsort(holder, kind="stable")
            cuts = np.flatnonzero(np.diff(holder[by_batch])) + 1
            parts = [
                batches[holder[rows[0]]].take(self._arrow.array(wanted[rows] - begins[holder[rows[0]]]))
                for rows in np.split(by_batch, cuts)
            ]
            yield self._arrow.Table.from_batches(parts, self._schema).take(self._arrow.array(np.argsort(by_batch)))
            spool.forget()


def arrow_writer(chosen: Format, target: Any, schema: Any) -> Any:
    """Return a writer of tables in Arrow's file or stream format; a context manager."""
    ipc = pyarrow().ipc
    return ipc.new_file(target, schema) if chosen is Format.ARROW else ipc.new_stream(target, schema)


def pyarrow(module: str = "pyarrow") -> Any:
    """Import pyarrow; raise MissingExtraError with the command that installs it."""
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError("reading or writing Parquet and Arrow", "batch") from None


def plain_schema(schema: Any) -> Any:
    """Return a schema in which categories (dictionaries) are replaced by their values.

    An Arrow file can hold one dictionary a column, and which values there are is known only at the end.
    """
    arrow = pyarrow()
    return arrow.schema(
        [field.with_type(field.type.value_type) if arrow.types.is_dictionary(field.type) else field for field in schema]
    )


def plain_column(column: Any) -> Any:
    """Return a column with its categories replaced by their values."""
    return column.dictionary_decode() if hasattr(column, "dictionary_decode") else column


def exact_chunks(batches: Iterable[Any], size: int, *, skip: int = 0) -> Iterator[ColumnChunk]:
    """Yield chunks of exactly `size` rows, the last one shorter, whatever the batches are; `skip` rows are left out."""
    arrow = pyarrow()
    held: list[Any] = []
    rows = 0
    for batch in batches:
        passed = min(skip, batch.num_rows)
        skip -= passed
        if passed < batch.num_rows:
            held.append(batch.slice(passed))
            rows += batch.num_rows - passed
        if rows >= size:
            whole = arrow.Table.from_batches(held)
            yield from (_chunk(whole.slice(begin, size)) for begin in range(0, rows - size + 1, size))
            rest = whole.slice(rows - rows % size)
            held, rows = rest.to_batches(), rest.num_rows
    if rows:
        yield _chunk(arrow.Table.from_batches(held))


def column_names(schema: Any) -> tuple[str, ...]:
    """Return the names of the columns; raise RecordError if one is there twice."""
    names = tuple(schema.names)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RecordError(f"the input has twice: {list_columns(twice)}; give each column a name of its own")
    return names


def _chunk(table: Any) -> ColumnChunk:
    (batch,) = table.combine_chunks().to_batches()
    return ColumnChunk(batch)


def _text(value: object) -> object:
    if value is None:
        return None
    # Arrow strings are UTF-8, which cannot hold a lone surrogate.
    return flat_text(value).encode("utf-8", "replace").decode("utf-8")
