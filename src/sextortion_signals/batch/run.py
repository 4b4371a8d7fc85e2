"""A file of records in, the same file with the assessments out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from sextortion_signals.batch.assess import AssessOptions, Load
from sextortion_signals.batch.convert import Converted, Progress
from sextortion_signals.batch.folder import convert_folder
from sextortion_signals.batch.formats import ReadOptions, WriteOptions
from sextortion_signals.batch.single import Request, convert_one, open_crews
from sextortion_signals.batch.summary import BatchSummary
from sextortion_signals.errors import RecordError


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
    workers: int | None = 1,
    restart: bool = False,
    on_progress: Progress | None = None,
) -> BatchSummary:
    """Assess every record of `source` and write it with its assessment to `target`.

    All columns, all rows and their order are kept; with `sort` the highest risk comes first, rows that could not be
    assessed last. `load` returns the detector; with several `workers` it has to be picklable, and so with None, which
    takes as many as there are cores where the input is long enough to be worth it. Its errors pass.

    A folder as source needs a folder as target; each file of it becomes one there.

    A path as target is written whole or not at all. Work that was interrupted, by whatever, is kept beside it, and the
    same call continues it: the output is then the same, byte for byte, as without the interruption. `restart` discards
    such work. Streams stay open and cannot be continued as a target.

    Raises:
        RecordError: input or output cannot be used; there is no output then.
        ResumeError: interrupted work belongs to another input, model or options.
        OutputError: the output cannot be written; what was done so far is kept.
        MissingExtraError: Parquet, Arrow or zstd without pyarrow.
        UnknownOptionError: an option of `options` is wrong.
    """
    started = time.perf_counter()
    how = (read or ReadOptions(), write or WriteOptions(), options or AssessOptions())
    request = Request(load, text_column, *how, sort, workers, restart)
    return _convert(request, source, target, on_progress).summary(time.perf_counter() - started)


def _convert(
    request: Request, source: Path | BinaryIO, target: Path | BinaryIO, on_progress: Progress | None
) -> Converted:
    with open_crews(request) as crews:
        if not (isinstance(source, Path) and source.is_dir()):
            return convert_one(request, crews, source, target, on_progress)
        if not isinstance(target, Path):
            raise RecordError(f"{source} is a folder; name a folder for the output, too")
        return convert_folder(request, crews, source, target, on_progress)
