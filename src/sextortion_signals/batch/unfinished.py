"""The work of a run that has not finished: a folder beside the output from which the same command continues.

`OUTPUT.unfinished` holds `rows` (what has been written so far), `order` (with --sort: risk and length of each row),
`checkpoint.json` and `lock`. Files only grow; a checkpoint names how much of them counts, and what a killed run wrote
behind it is cut off. When all rows are done, the finished file is moved to the output's name in one step and the
folder is removed. A run that was killed at any instant in between finds out how far that was.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from sextortion_signals.batch.atomic import check_target, sync_folder
from sextortion_signals.batch.checkpoint import Checkpoint, read_checkpoint
from sextortion_signals.batch.locks import locked
from sextortion_signals.batch.settings import Settings, check_settings
from sextortion_signals.errors import OutputError, RecordError, ResumeError

SUFFIX = ".unfinished"
CHECKPOINT_NAME = "checkpoint.json"
_SECONDS_BETWEEN_CHECKPOINTS = 0.2
# On a slow disk a checkpoint takes long: no more than a fiftieth of the time goes there.
_TIMES_ITS_COST = 50


def unfinished_folder(target: Path) -> Path:
    """Return where the work on `target` lies until it is finished."""
    final = _final(target)
    return final.with_name(final.name + SUFFIX)


@contextmanager
def open_unfinished(target: Path, settings: Settings, *, force: bool, restart: bool) -> Iterator[Unfinished]:
    """Begin or continue the work on `target`; the block's end leaves nothing but the output.

    After an error the folder stays if it holds a checkpoint, and a note on the error says so. It is removed after a
    fault of the input, for with that there is nothing to continue, but not where the input could not be read for once.

    Raises:
        ResumeError: the folder holds a run with other settings, or a damaged one.
        RecordError: another process works in the folder.
        OutputError: the folder or a file in it cannot be written.
    """
    folder = unfinished_folder(target)
    with _writing(folder), suppress(FileExistsError):
        folder.mkdir()
    with locked(folder / "lock", target):
        work = Unfinished(target, folder, settings, force=force)
        work.recover(restart=restart)
        try:
            yield work
        except BaseException as error:
            work.close()
            if not work.has_checkpoint() or _is_lost(error):
                remove(folder)
            elif not isinstance(error, ResumeError):
                error.add_note(
                    f"{work.kept:,} rows are kept in {folder}: run the same command again to continue, or with "
                    "--restart to begin anew"
                )
            raise
        work.close()
        remove(folder, finished=True)


def remove(folder: Path, *, finished: bool = False) -> None:
    """Remove what a run has left; killed meanwhile, what remains is still understood.

    The checkpoint of a `finished` run goes last, for it says that the output is what that run made; otherwise it goes
    first, for it must not speak of rows that are gone.
    """
    names = [CHECKPOINT_NAME, "checkpoint.new", "rows", "order", "output", "lock"]
    with suppress(OSError):
        for name in reversed(names) if finished else names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def is_published(target: Path) -> bool:
    """Say whether `target` is the output of a run that was killed just before it could clean up."""
    try:
        found = read_checkpoint(unfinished_folder(target) / CHECKPOINT_NAME)
    except (OSError, ValueError):
        return False
    return found is not None and _is_file(target, found[0].published)


class Unfinished:
    """Rows go in by `append`; `commit` makes those so far count; `publish` turns them into the output.

    `done` is how far the run has come, `kept` how many rows of it count already.
    """

    def __init__(self, target: Path, folder: Path, settings: Settings, *, force: bool) -> None:
        self.done = Checkpoint()
        self.kept = 0
        self.rows_path, self.order_path = folder / "rows", folder / "order"
        self._target, self._folder, self._settings, self._force = target, folder, settings, force
        self._checkpoint_path = folder / CHECKPOINT_NAME
        self._files: list[BinaryIO] = []
        self._started = self._committed = time.monotonic()
        self._cost = 0.0

    def recover(self, *, restart: bool) -> None:
        """Take up what an earlier run has left, up to its last checkpoint."""
        found = None if restart else self._found()
        if found is not None:
            self.done, self.kept = found, found.rows
            if found.published is not None:
                return
        else:
            self._checkpoint_path.unlink(missing_ok=True)
        with _writing(self._folder):
            self._files = [
                _cut(self.rows_path, self.done.written),
                _cut(self.order_path, self.done.ordered),
            ]

    def append(self, rows: bytes, order: bytes) -> None:
        """Write behind what is there."""
        with _writing(self._folder):
            for file, data in zip(self._files, (rows, order), strict=True):
                _write_all(file, data)
        self.done.written += len(rows)
        self.done.ordered += len(order)

    def commit(self, *, now: bool = False) -> None:
        """Make `done` the point from which a later run goes on: only now and then, unless it has to be `now`."""
        begun = time.monotonic()
        if not now and begun - self._committed < max(_SECONDS_BETWEEN_CHECKPOINTS, _TIMES_ITS_COST * self._cost):
            return
        self.done.seconds += begun - self._started
        self._started = begun
        with _writing(self._folder):
            for file in self._files:
                os.fsync(file.fileno())
            self.done.write(self._checkpoint_path, self._settings)
        self.kept = self.done.rows
        self._committed = time.monotonic()
        self._cost = self._committed - begun

    def publish(self, finish: Callable[[BinaryIO], None] | None) -> None:
        """Move the output to its name: what `finish` writes, or the rows as they are.

        Raises:
            OutputError: the output cannot be written, or something of its name appeared meanwhile.
        """
        if self.done.published is not None:
            return
        with _writing(self._folder):
            finished = self.rows_path
            if finish is not None:
                finished = self._folder / "output"
                with finished.open("wb") as stream:
                    finish(cast(BinaryIO, stream))
                    stream.flush()
                    os.fsync(stream.fileno())
            self.done.published = finished.stat().st_ino
            self.commit(now=True)
        self.close()
        final = _final(self._target)
        if final.exists() and not self._force:
            raise OutputError(f"{self._target} has appeared meanwhile; use --force to replace it")
        with _writing(final.parent):
            finished.replace(final)
        sync_folder(final.parent)

    def has_checkpoint(self) -> bool:
        """Say whether a later run could go on from here."""
        return self._checkpoint_path.exists()

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()
        self._files = []

    def _found(self) -> Checkpoint | None:
        try:
            found = read_checkpoint(self._checkpoint_path)
        except ValueError:
            raise self._damaged() from None
        if found is None:
            return None
        done, settings = found
        if done.published is not None:
            if _is_file(self._target, done.published):
                # With other settings this is no continuation, but a new run over an output that is there already.
                if _same(settings, self._settings, self._folder):
                    return done
                check_target(self._target, source=None, force=self._force)
                return None
            # Killed before the output was moved, or it was moved and then taken away by somebody.
            done.published = None
            if not self.rows_path.exists():
                return None
        check_settings(settings, self._settings, where=self._folder)
        if _size(self.rows_path) < done.written or _size(self.order_path) < done.ordered:
            raise self._damaged()
        return done

    def _damaged(self) -> ResumeError:
        return ResumeError(f"{self._folder} is damaged and cannot be continued; add --restart to discard it")


def _is_lost(error: BaseException) -> bool:
    if not isinstance(error, RecordError) or isinstance(error, OutputError | ResumeError):
        return False
    # A number (errno) comes from the system: a share that is away, a bad sector. Without one, the content is at fault.
    return not isinstance(error.__context__, OSError) or error.__context__.errno is None


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def _cut(path: Path, size: int) -> BinaryIO:
    # Without a buffer: what was written is written, and nothing fails later, when the file is closed.
    file = cast(BinaryIO, path.open("ab", buffering=0))
    file.truncate(size)
    return file


def _write_all(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _final(target: Path) -> Path:
    # A link stays a link: what it points to is replaced.
    return target.resolve() if target.is_symlink() else target


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_file(path: Path, number: int | None) -> bool:
    return number is not None and path.exists() and path.stat().st_ino == number


def _same(before: Settings, now: Settings, where: Path) -> bool:
    try:
        check_settings(before, now, where=where)
    except ResumeError:
        return False
    return True
