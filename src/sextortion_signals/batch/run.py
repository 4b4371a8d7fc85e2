"""A file of records in, the same file with the assessments out."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, TypeGuard, cast

from sextortion_signals import __version__
from sextortion_signals.batch.assess import AssessOptions, Load
from sextortion_signals.batch.atomic import check_target
from sextortion_signals.batch.columns import find_text_column, result_columns
from sextortion_signals.batch.convert import Conversion, Converted, Progress, convert_into_file, convert_into_stream
from sextortion_signals.batch.crew import hired
from sextortion_signals.batch.formats import Format, Layout, ReadOptions, WriteOptions, format_of
from sextortion_signals.batch.records import make_encoder, open_records, output_layout
from sextortion_signals.batch.results import Work, renderer
from sextortion_signals.batch.settings import Fingerprint, Settings, columns_hash
from sextortion_signals.batch.summary import BatchSummary
from sextortion_signals.batch.unfinished import is_published


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
    restart: bool = False,
    on_progress: Progress | None = None,
) -> BatchSummary:
    """Assess every record of `source` and write it with its assessment to `target`.

    All columns, all rows and their order are kept; with `sort` the highest risk comes first, rows that could not be
    assessed last. `load` returns the detector; with several `workers` it has to be picklable. Its errors pass.

    A path as target is written whole or not at all. Work that was interrupted, by whatever, is kept beside it, and the
    same call continues it: the output is then the same, byte for byte, as without the interruption. `restart` discards
    such work. Streams stay open and cannot be continued as a target.

    Raises:
        RecordError: input or output cannot be used; there is no output then.
        ResumeError: interrupted work belongs to another input, model or options.
        OutputError: the output cannot be written; what was done so far is kept.
        MissingExtraError: Parquet without pyarrow.
        UnknownOptionError: an option of `options` is wrong.
    """
    read, write, options = read or ReadOptions(), write or WriteOptions(), options or AssessOptions()
    started = time.perf_counter()
    table = _check(source, target, read, write, restart=restart)
    fingerprint = Fingerprint(source) if _is_file(source) and _is_file(target, new=True) else None
    work = Work(load, options, renderer(table=table, prefix=write.prefix))
    with open_records(source, read, all_columns=table) as reader, hired(work, workers) as crew:
        column = find_text_column(reader.columns, text_column)
        added = result_columns(reader.columns, write.prefix)
        layout = output_layout(reader.layout, _path(source), _path(target), write)
        encoder = make_encoder(reader.columns, added, reader, layout, write)
        conversion = Conversion(reader, encoder, crew, column, sort, on_progress)
        if _is_file(target, new=True):
            settings = _settings(conversion, layout, write, options, fingerprint)
            converted = convert_into_file(conversion, target, settings, fingerprint, force=write.force, restart=restart)
        else:
            converted = _into_stream(conversion, target)
    seconds = converted.earlier + time.perf_counter() - started
    return converted.summary(seconds, text_column=column, encoding=reader.layout.encoding)


def _into_stream(conversion: Conversion, target: Path | BinaryIO) -> Converted:
    if not isinstance(target, Path):
        return convert_into_stream(conversion, target)
    with target.open("wb") as stream:  # a pipe or a device
        return convert_into_stream(conversion, cast(BinaryIO, stream))


def _path(item: Path | BinaryIO) -> Path | None:
    return item if isinstance(item, Path) else None


def _is_file(item: Path | BinaryIO, *, new: bool = False) -> TypeGuard[Path]:
    """Say whether this is a regular file (or, with `new`, may become one), not a stream, a pipe or a device."""
    return isinstance(item, Path) and (item.is_file() or (new and not item.exists()))


def _check(
    source: Path | BinaryIO, target: Path | BinaryIO, read: ReadOptions, write: WriteOptions, *, restart: bool
) -> bool:
    """Refuse what cannot work before anything is loaded; return whether the output is a table (all but JSONL)."""
    if isinstance(target, Path) and (restart or not is_published(target)):
        check_target(target, source=_path(source), force=write.force)
    source_format = format_of(_path(source), read.format)
    return format_of(_path(target), write.format, fallback=source_format) is not Format.JSONL


def _settings(
    conversion: Conversion, layout: Layout, write: WriteOptions, options: AssessOptions, fingerprint: Fingerprint | None
) -> Settings:
    return {
        "program": __version__,
        "input": fingerprint.sha256 if fingerprint else None,
        "columns": columns_hash(conversion.reader.columns, conversion.text_column),
        "reading": asdict(conversion.reader.layout),
        "writing": [asdict(layout), write.prefix, write.keep_formulas, conversion.sort],
        "options": options.to_dict(),
        **conversion.crew.identity(),
    }
