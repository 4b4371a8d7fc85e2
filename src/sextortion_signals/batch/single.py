"""One input to one output: what is asked for becomes a conversion, and the conversion is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard, cast

from sextortion_signals import __version__
from sextortion_signals.batch.assess import AssessOptions, Load
from sextortion_signals.batch.atomic import check_target
from sextortion_signals.batch.columns import find_text_column, result_columns
from sextortion_signals.batch.convert import Conversion, Converted, Progress, convert_into_file, convert_into_stream
from sextortion_signals.batch.crew import Crew, hired
from sextortion_signals.batch.formats import Format, ReadOptions, WriteOptions, format_of
from sextortion_signals.batch.records import make_encoder, open_records, output_layout
from sextortion_signals.batch.results import Work, renderer
from sextortion_signals.batch.settings import Fingerprint, Settings, columns_hash
from sextortion_signals.batch.unfinished import is_published


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for, whatever its input and output are; `run_batch` says what each field means."""

    load: Load
    text_column: str | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    options: AssessOptions = field(default_factory=AssessOptions)
    sort: bool = False
    workers: int | None = 1
    restart: bool = False

    def settings(self, crew: Crew, more: dict[str, Any]) -> Settings:
        """Return what decides the output: the request, the model, and what is known only of the input at hand."""
        written = [self.write.prefix, self.write.keep_formulas, self.sort]
        return {
            "program": __version__,
            "options": self.options.to_dict(),
            **more,
            "writing": [*written, more.get("writing")],
            **crew.identity(),
        }


class Crews:
    """Those who assess, hired once for all files: some render for tables, others for JSONL."""

    def __init__(self, request: Request, stack: ExitStack) -> None:
        self._request, self._stack = request, stack
        self._hired: dict[bool, Crew] = {}

    def rendering(self, *, table: bool) -> Crew:
        """Return a crew that renders for a table, or else for JSONL."""
        if table not in self._hired:
            render = renderer(table=table, prefix=self._request.write.prefix)
            work = Work(self._request.load, self._request.options, render)
            self._hired[table] = self._stack.enter_context(hired(work, self._request.workers))
        return self._hired[table]


@contextmanager
def open_crews(request: Request) -> Iterator[Crews]:
    """Have crews at hand until the block ends."""
    with ExitStack() as stack:
        yield Crews(request, stack)


def convert_one(
    request: Request,
    crews: Crews,
    source: Path | BinaryIO,
    target: Path | BinaryIO,
    on_progress: Progress | None = None,
) -> Converted:
    """Assess every record of `source` and write it to `target`; errors as in `run_batch`."""
    read, write = request.read, request.write
    table = _check(source, target, request)
    fingerprint = Fingerprint(source) if _is_file(source) and _is_file(target, new=True) else None
    with open_records(source, read, all_columns=table) as reader:
        column = find_text_column(reader.columns, request.text_column)
        added = result_columns(reader.columns, write.prefix)
        layout = output_layout(reader.layout, path_of(source), path_of(target), write)
        encoder = make_encoder(reader.columns, added, reader, layout, write)
        crew = crews.rendering(table=table)
        conversion = Conversion(reader, encoder, crew, column, request.sort, on_progress)
        if not _is_file(target, new=True):
            return _into_stream(conversion, target)
        known = {
            "input": fingerprint.sha256 if fingerprint else None,
            "columns": columns_hash(reader.columns, column),
            "reading": asdict(reader.layout),
            "writing": asdict(layout),
        }
        settings = request.settings(crew, known)
        return convert_into_file(conversion, target, settings, fingerprint, force=write.force, restart=request.restart)


def path_of(item: Path | BinaryIO) -> Path | None:
    """Return the path, or None for a stream."""
    return item if isinstance(item, Path) else None


def _into_stream(conversion: Conversion, target: Path | BinaryIO) -> Converted:
    if not isinstance(target, Path):
        return convert_into_stream(conversion, target)
    with target.open("wb") as stream:  # a pipe or a device
        return convert_into_stream(conversion, cast(BinaryIO, stream))


def _is_file(item: Path | BinaryIO, *, new: bool = False) -> TypeGuard[Path]:
    """Say whether this is a regular file (or, with `new`, may become one), not a stream, a pipe or a device."""
    return isinstance(item, Path) and (item.is_file() or (new and not item.exists()))


def _check(source: Path | BinaryIO, target: Path | BinaryIO, request: Request) -> bool:
    """Refuse what cannot work before anything is loaded; return whether the output is a table (all but JSONL)."""
    if isinstance(target, Path) and (request.restart or not is_published(target)):
        check_target(target, source=path_of(source), force=request.write.force)
    source_format = format_of(path_of(source), request.read.format)
    return format_of(path_of(target), request.write.format, fallback=source_format) is not Format.JSONL
