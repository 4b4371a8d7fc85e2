"""A folder of files to a folder of the same files with assessments, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sextortion_signals.batch.atomic import check_target
from sextortion_signals.batch.checkpoint import Checkpoint, read_checkpoint
from sextortion_signals.batch.compression import split_compression
from sextortion_signals.batch.convert import Converted, Progress
from sextortion_signals.batch.formats import COLUMNAR, SUFFIXES, Format
from sextortion_signals.batch.locks import locked
from sextortion_signals.batch.settings import Fingerprint, Settings, check_settings, hash_of
from sextortion_signals.batch.single import Crews, Request, convert_one
from sextortion_signals.batch.unfinished import CHECKPOINT_NAME, SUFFIX, remove, unfinished_folder
from sextortion_signals.errors import OutputError, RecordError, ResumeError


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file: its name below the folder, where it is read and where it is written."""

    name: str
    source: Path
    target: Path


def convert_folder(
    request: Request, crews: Crews, source: Path, target: Path, on_progress: Progress | None = None
) -> Converted:
    """Assess every file of `source` that has a known suffix, subfolders included, into the same place in `target`.

    Each file appears when it is complete. An interrupted run is continued by the same call: of files that are done only
    the hash is compared, files that came since are done as well.

    Raises:
        ResumeError: a file that is done has changed, or the interrupted run had another model or other options.
        RecordError: a file cannot be used (it is named), or there is none.
    """
    files, left_out = list_files(source, target, request)
    settings = request.settings(crews.rendering(table=True), {"reading": _reading(request)})
    with _unfinished(files, target, settings, request) as done:
        resumed, earlier = done.rows, done.seconds
        columns, encodings = set(), set()
        progress = _Progress(files, done, on_progress)
        for file in files:
            if file.name not in done.files:
                converted = _convert(request, crews, file, progress.within(file))
                resumed += converted.resumed
                columns.add(converted.text_column)
                encodings.add(converted.encoding)
                _add(done, converted, file)
                done.write(unfinished_folder(target) / CHECKPOINT_NAME, settings)
    encoding = encodings.pop() if len(encodings) == 1 else None
    return Converted(done, ", ".join(sorted(columns)), encoding, resumed, earlier, files=len(files), left_out=left_out)


def list_files(source: Path, target: Path, request: Request) -> tuple[list[FolderFile], tuple[str, ...]]:
    """Return the files to assess, by name, and the names of those left out because their suffix names no format.

    Hidden files and those that begin with an underscore (`_SUCCESS`) are neither.

    Raises:
        RecordError: there is no file to assess, two would have one output, or the output lies in the input.
    """
    if target.resolve().is_relative_to(source.resolve()):
        raise RecordError(f"{target} lies in the input folder {source}; write to another place")
    files: dict[str, FolderFile] = {}
    left_out = []
    for path in sorted(item for item in source.rglob("*") if item.is_file()):
        relative = path.relative_to(source)
        if any(part[0] in "._" or part.endswith(SUFFIX) for part in relative.parts):
            continue
        if request.read.format is None and split_compression(path)[0].suffix.lower() not in SUFFIXES:
            left_out.append(relative.as_posix())
            continue
        output = _output_name(relative, request.write.format)
        if output.as_posix() in files:
            raise RecordError(f"{relative} and another file would both become {output}; rename one of them")
        files[output.as_posix()] = FolderFile(relative.as_posix(), path, target / output)
    if not files:
        raise RecordError(f"{source} holds no file whose suffix names a format ({', '.join(sorted(SUFFIXES))})")
    return list(files.values()), tuple(left_out)


def _output_name(relative: Path, chosen: Format | None) -> Path:
    if chosen is None:
        return relative
    plain, compression = split_compression(relative)
    suffix = relative.suffix if compression and chosen not in COLUMNAR else ""
    return plain.with_suffix(f".{chosen.value}{suffix}")


@contextmanager
def _unfinished(
    files: Sequence[FolderFile], target: Path, settings: Settings, request: Request
) -> Iterator[Checkpoint]:
    """Begin or continue the work on a folder: which files of it are done is kept beside it."""
    folder = unfinished_folder(target)
    try:
        target.mkdir(exist_ok=True)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}") from None
    with locked(folder / "lock", target):
        done = _recovered(files, folder, settings, request)
        # From here on what lies in the place of an output is ours, also if this run is killed at once.
        done.write(folder / CHECKPOINT_NAME, settings)
        try:
            yield done
        except BaseException as error:
            if done.files:
                error.add_note(f"{len(done.files):,} file(s) are done; run the same command again to continue")
            raise
        remove(folder, finished=True)


def _recovered(files: Sequence[FolderFile], folder: Path, settings: Settings, request: Request) -> Checkpoint:
    try:
        found = read_checkpoint(folder / CHECKPOINT_NAME)
    except ValueError:
        found = None
        if not request.restart:
            raise ResumeError(f"{folder} is damaged and cannot be continued; add --restart to discard it") from None
    if found is None or request.restart:
        ours = found[0].files if found else {}
        for file in files:
            if file.target.exists() and file.name not in ours:
                check_target(file.target, source=file.source, force=request.write.force)
        return Checkpoint()
    done, before = found
    check_settings(before, settings, where=folder)
    for file in files:
        if file.name in done.files and not _is_unchanged(file, done):
            raise ResumeError(
                f"{file.name} has changed since it was assessed, or its output is gone; add --restart to begin anew"
            )
    return done


def _is_unchanged(file: FolderFile, done: Checkpoint) -> bool:
    return file.target.exists() and Fingerprint(file.source).sha256 == done.files[file.name]


def _convert(request: Request, crews: Crews, file: FolderFile, progress: Progress) -> Converted:
    write = replace(request.write, force=True)  # checked already; a run killed at this file may have left its output
    try:
        file.target.parent.mkdir(parents=True, exist_ok=True)
        return convert_one(replace(request, write=write), crews, file.source, file.target, progress)
    except RecordError as error:
        named = type(error)(f"{file.name}: {error}")
        for note in getattr(error, "__notes__", []):
            named.add_note(note)
        raise named from None


def _add(done: Checkpoint, converted: Converted, file: FolderFile) -> None:
    done.tally.merge(converted.done.tally)
    done.rows += converted.done.rows
    done.protected += converted.done.protected
    done.seconds += converted.done.seconds
    done.files[file.name] = converted.sha256 or ""


def _reading(request: Request) -> list[Any]:
    read, write = request.read, request.write
    chosen = [read.format, read.encoding, read.delimiter, write.format, write.encoding]
    return [*chosen, hash_of(request.text_column)]


class _Progress:
    """Turns the progress in one file into that in all of them, by their sizes."""

    def __init__(self, files: Sequence[FolderFile], done: Checkpoint, on_progress: Progress | None) -> None:
        self._sizes = {file.name: file.source.stat().st_size for file in files}
        self._total = sum(self._sizes.values()) or 1
        self._done, self._on_progress = done, on_progress

    def within(self, file: FolderFile) -> Progress:
        """Return what is told of the progress in a file."""
        passed, size = (
            sum(self._sizes[name] for name in self._done.files if name in self._sizes),
            self._sizes[file.name],
        )

        def tell(rows: int, fraction: float | None) -> None:
            if self._on_progress:
                self._on_progress(self._done.rows + rows, (passed + (fraction or 0.0) * size) / self._total)

        return tell
