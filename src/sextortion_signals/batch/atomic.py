"""Output that is either all there or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from sextortion_signals.errors import RecordError


def check_target(target: Path, *, source: Path | None, force: bool) -> None:
    """Raise RecordError if `target` is the input, exists (without `force`), or has no folder to lie in."""
    if target.is_dir():
        raise RecordError(f"{target} is a folder; name a file in it")
    if not target.parent.is_dir():
        raise RecordError(f"the folder {target.parent} does not exist; create it first")
    if not target.exists():
        return
    if source is not None and source.exists() and target.samefile(source):
        raise RecordError(f"{target} is the input itself; write to another file")
    if target.is_file() and not force:
        raise RecordError(f"{target} exists; use --force to replace it")


@contextmanager
def atomic_output(target: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when the block ends well, complete and flushed to the disk.

    Until then it is a hidden file in the same folder, removed on any failure and on Ctrl-C. A target that is no
    regular file (a pipe, /dev/null) is written directly.

    Raises:
        RecordError: the target cannot be written, or appeared meanwhile and `force` is not set.
    """
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            yield cast(BinaryIO, stream)
        return
    final = target.resolve()  # a link stays a link: what it points to is replaced
    partial = final.with_name(f".{final.name}.{os.urandom(4).hex()}.part")
    try:
        with _create(partial) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if final.exists() and not force:
            raise RecordError(f"{target} has appeared meanwhile; use --force to replace it")
        partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(final.parent)


def _create(path: Path) -> BinaryIO:
    try:
        # Not tempfile: its files are private to the user, and a result in a shared folder has to follow the umask.
        return cast(BinaryIO, path.open("xb"))
    except OSError as error:
        raise RecordError(f"cannot write into {path.parent}: {error.strerror}") from None


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the file system can do that."""
    # The new name is safe only once the folder is on the disk too; not every file system can do that.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
