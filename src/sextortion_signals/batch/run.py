"""A file of records in, the same file with the assessments out."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from sextortion_signals.batch.assess import CHUNK_SIZE, AssessedRecord, AssessOptions, Load, assess_records, chunked
from sextortion_signals.batch.atomic import atomic_output, check_target
from sextortion_signals.batch.columns import find_text_column, result_columns
from sextortion_signals.batch.formats import Format, ReadOptions, RecordReader, RecordWriter, WriteOptions, format_of
from sextortion_signals.batch.records import open_records, open_writer, output_layout
from sextortion_signals.batch.results import flat_result, nested_result
from sextortion_signals.batch.summary import BatchSummary, Tally

Progress = Callable[[int, float | None], None]
"""Called after each chunk with the rows done and the part of the input read (0..1, None if not known)."""


def run_batch(
    load: Load,
    source: Path | BinaryIO,
    target: Path | BinaryIO,
    *,
    text_column: str | None = None,
    read: ReadOptions | None = None,
    write: WriteOptions | None = None,
    options: AssessOptions | None = None,
    sort: bool = False,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> BatchSummary:
    """Assess every record of `source` and write it with its assessment to `target`.

    All columns, all rows and their order are kept; with `sort` the highest risk comes first, rows that could not be
    assessed last, and all rows are held in memory. A path as target is written whole or not at all; streams stay open.
    `load` returns the detector; with several `workers` it has to be picklable. Its errors pass.

    Raises:
        RecordError: input or output cannot be used; nothing is written.
        MissingExtraError: Parquet without pyarrow.
        UnknownOptionError: an option of `options` is wrong.
    """
    read, write, options = read or ReadOptions(), write or WriteOptions(), options or AssessOptions()
    started = time.perf_counter()
    table = _check(source, target, read, write)
    with open_records(source, read, all_columns=table) as reader:
        column = find_text_column(reader.columns, text_column)
        columns = (*reader.columns, *result_columns(reader.columns, write.prefix))
        layout = output_layout(reader.layout, _path(source), _path(target), write)
        tally = Tally()
        with (
            closing(_assess(load, reader, column, options, workers)) as assessed,
            _output(target, force=write.force) as stream,
            open_writer(stream, columns, reader, layout, write) as writer,
        ):
            counted = _counted(assessed, reader, tally, on_progress)
            _write(counted, writer, prefix=write.prefix, table=table, sort=sort)
    return tally.summary(
        protected=writer.protected,
        seconds=time.perf_counter() - started,
        text_column=column,
        encoding=reader.layout.encoding,
    )


def _path(item: Path | BinaryIO) -> Path | None:
    return item if isinstance(item, Path) else None


def _check(source: Path | BinaryIO, target: Path | BinaryIO, read: ReadOptions, write: WriteOptions) -> bool:
    """Refuse what cannot work before anything is loaded; return whether the output is a table (all but JSONL)."""
    if isinstance(target, Path):
        check_target(target, source=_path(source), force=write.force)
    source_format = format_of(_path(source), read.format)
    return format_of(_path(target), write.format, fallback=source_format) is not Format.JSONL


def _assess(
    load: Load, records: Iterable[Mapping[str, Any]], column: str, options: AssessOptions, workers: int
) -> Generator[AssessedRecord, None, None]:
    if workers > 1:
        # Not at the top: multiprocessing is start-up time that every other command would pay for nothing.
        from sextortion_signals.batch.workers import assess_in_workers

        return assess_in_workers(load, records, text_column=column, options=options, workers=workers)
    return assess_records(load(), records, text_column=column, options=options)


def _output(target: Path | BinaryIO, *, force: bool) -> AbstractContextManager[BinaryIO]:
    return atomic_output(target, force=force) if isinstance(target, Path) else nullcontext(target)


def _counted(
    assessed: Iterable[AssessedRecord], reader: RecordReader, tally: Tally, on_progress: Progress | None
) -> Iterator[AssessedRecord]:
    for item in assessed:
        tally.add(item)
        if on_progress and tally.rows % CHUNK_SIZE == 0:
            on_progress(tally.rows, reader.fraction())
        yield item
    if on_progress:
        on_progress(tally.rows, 1.0)


def _write(assessed: Iterable[AssessedRecord], writer: RecordWriter, *, prefix: str, table: bool, sort: bool) -> None:
    result = flat_result if table else nested_result
    ordered = sorted(assessed, key=_risk, reverse=True) if sort else assessed
    rows = ({**item.record, **result(item, prefix=prefix)} for item in ordered)
    for chunk in chunked(rows, CHUNK_SIZE):
        writer.write(chunk)


def _risk(item: AssessedRecord) -> float:
    return item.assessment.risk if item.assessment else -1.0
