"""Chunks assessed in this process or in several, with their order kept."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from typing import Any

from sextortion_signals.batch.assess import Chunk, TextAssessor
from sextortion_signals.batch.results import ChunkResult, Work
from sextortion_signals.batch.settings import identity
from sextortion_signals.errors import SextortionSignalsError

# Asks a worker which model it has loaded, instead of giving it texts.
_WHO_ARE_YOU = "who are you"


@contextmanager
def hired_workers(work: Work, number: int) -> Iterator[Workers]:
    """Have up to `number` processes at hand that each call `work.load` once; on an error they are killed.

    Processes are spawned, not forked: nothing of this process (open files, locks, threads) is copied into them.
    """
    workers = Workers(work, number)
    try:
        yield workers
    except BaseException:
        workers.kill()
        raise
    workers.dismiss()


class Workers:
    """All workers of a run. Errors of `load` are raised here. Each worker holds one chunk."""

    def __init__(self, work: Work, number: int) -> None:
        self._work, self._number = work, number
        self._context = get_context("spawn")
        self._hired: list[_Worker] = []

    def identity(self) -> dict[str, Any]:
        """Return what decides the answers of the model that the workers load."""
        worker = self._hire()
        worker.give(_WHO_ARE_YOU)
        known: dict[str, Any] = worker.take()
        return known

    def assess(
        self, chunks: Iterable[Chunk], items: Callable[[Chunk], Sequence[Any]]
    ) -> Iterator[tuple[Chunk, ChunkResult]]:
        """Yield each chunk with its result, in order; `items` returns what is to be assessed of a chunk."""
        busy: deque[tuple[Chunk, _Worker]] = deque()
        for chunk in chunks:
            given = items(chunk)
            if len(busy) < self._number:
                worker = self._hired[len(busy)] if len(busy) < len(self._hired) else self._hire()
                worker.give(given)
            else:
                done, worker = busy.popleft()
                result: ChunkResult = worker.take()
                worker.give(given)  # before the rows are handed on: it works while they are written
                yield done, result
            busy.append((chunk, worker))
        for done, worker in busy:
            yield done, worker.take()

    def kill(self) -> None:
        for worker in self._hired:
            worker.kill()

    def dismiss(self) -> None:
        for worker in self._hired:
            worker.dismiss()

    def _hire(self) -> _Worker:
        with _interrupts_held_back():
            self._hired.append(_Worker(self._context, self._work))
        return self._hired[-1]


class _Worker:
    """A process at the other end of a pipe that takes a list of texts and gives back their result.

    No executor: those of the standard library hand work on in threads, through queues with locks, and a worker killed
    in the middle of a result leaves such a thread waiting for the rest of it for ever. Here nobody but the caller
    waits, and only at a pipe whose other end the system closes when the process dies.
    """

    def __init__(self, context: SpawnContext, work: Work) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, items: Any) -> None:
        try:
            self._pipe.send(items)
        except OSError:
            raise _ended_unexpectedly() from None

    def take(self) -> Any:
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError):
            raise _ended_unexpectedly() from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        self._process.kill()
        self.dismiss()

    def dismiss(self) -> None:
        self._pipe.close()
        self._process.join()


def _ended_unexpectedly() -> SextortionSignalsError:
    return SextortionSignalsError(
        "a worker process ended unexpectedly, perhaps for want of memory; use fewer --workers"
    )


def _work(pipe: Connection, work: Work) -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    detector: TextAssessor | None = None
    while True:
        try:
            items = pipe.recv()
        except (EOFError, OSError):  # dismissed, or the parent is gone
            return
        answer: Any
        try:
            detector = work.load() if detector is None else detector
            answer = identity(detector) if items == _WHO_ARE_YOU else work.do(detector, items)
        except Exception as error:  # raised again in the parent
            answer = error
        try:
            pipe.send(answer)
        except OSError:  # nobody is there to take it
            return


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while a process is started: it inherits that, and so prints no traceback while it starts."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
