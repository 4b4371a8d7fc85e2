"""One process at a time works on an output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sextortion_signals.errors import OutputError, RecordError

try:
    import fcntl
except ImportError:  # Windows: two runs on one output at the same time are not told apart there
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(path: Path, target: Path) -> Iterator[None]:
    """Hold the lock file `path`, which may be removed meanwhile; the system lets go of it when the process dies.

    Raises:
        RecordError: another process holds it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError(f"cannot write into {path.parent}: {error.strerror}") from None
    try:
        _lock(descriptor, path, target)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, target: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RecordError(f"another run is writing {target}; wait until it ends") from None
    # The run that held it may have finished and removed the file between the opening and the locking.
    if not path.exists() or path.stat().st_ino != os.fstat(descriptor).st_ino:
        raise RecordError(f"another run has just written {target}; run again")
