"""Chunks assessed in several processes, with their order kept."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from typing import Any

from sextortion_signals.batch.assess import (
    CHUNK_SIZE,
    AssessedRecord,
    AssessOptions,
    Failure,
    Load,
    assess_texts,
    chunk_texts,
    chunked,
    join_chunk,
)
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.types import Assessment

Outcomes = list[Assessment | Failure]


def assess_in_workers(
    load: Load,
    records: Iterable[Mapping[str, Any]],
    *,
    text_column: str,
    options: AssessOptions,
    workers: int,
    chunk_size: int = CHUNK_SIZE,
) -> Generator[AssessedRecord, None, None]:
    """Assess records as `assess_records` does, in up to `workers` processes that each call `load` once.

    `load` has to be picklable. Processes are spawned, not forked: nothing of this process (open files, locks, threads)
    is copied into them. Errors of `load` are raised here. Each worker holds one chunk.
    """
    crew = _Crew(load, options)
    busy: deque[tuple[Sequence[Mapping[str, Any]], _Worker]] = deque()
    try:
        for chunk in chunked(records, chunk_size):
            texts = chunk_texts(chunk, text_column)
            if len(busy) < workers:
                worker = crew.hire()
                worker.give(texts)
            else:
                done, worker = busy.popleft()
                outcomes = worker.take()
                worker.give(texts)  # before the rows are handed on: it works while they are written
                yield from join_chunk(done, outcomes)
            busy.append((chunk, worker))
        for done, worker in busy:
            yield from join_chunk(done, worker.take())
    except BaseException:
        crew.kill()
        raise
    crew.dismiss()


class _Worker:
    """A process at the other end of a pipe that takes a list of texts and gives back their outcomes.

    No executor: those of the standard library hand work on in threads, through queues with locks, and a worker killed
    in the middle of a result leaves such a thread waiting for the rest of it for ever. Here nobody but the caller
    waits, and only at a pipe whose other end the system closes when the process dies.
    """

    def __init__(self, context: SpawnContext, load: Load, options: AssessOptions) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, load, options), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, texts: Sequence[Any]) -> None:
        try:
            self._pipe.send(texts)
        except OSError:
            raise _ended_unexpectedly() from None

    def take(self) -> Outcomes:
        try:
            outcomes: Outcomes | Exception = self._pipe.recv()
        except (EOFError, OSError):
            raise _ended_unexpectedly() from None
        if isinstance(outcomes, Exception):
            raise outcomes
        return outcomes

    def kill(self) -> None:
        self._process.kill()
        self.dismiss()

    def dismiss(self) -> None:
        self._pipe.close()
        self._process.join()


class _Crew:
    """All workers of a run."""

    def __init__(self, load: Load, options: AssessOptions) -> None:
        self._load, self._options = load, options
        self._context = get_context("spawn")
        self._workers: list[_Worker] = []

    def hire(self) -> _Worker:
        with _interrupts_held_back():
            self._workers.append(_Worker(self._context, self._load, self._options))
        return self._workers[-1]

    def kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.dismiss()


def _ended_unexpectedly() -> SextortionSignalsError:
    return SextortionSignalsError(
        "a worker process ended unexpectedly, perhaps for want of memory; use fewer --workers"
    )


def _work(pipe: Connection, load: Load, options: AssessOptions) -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    detector = None
    while True:
        try:
            texts = pipe.recv()
        except (EOFError, OSError):  # dismissed, or the parent is gone
            return
        outcomes: Outcomes | Exception
        try:
            detector = load() if detector is None else detector
            outcomes = assess_texts(detector, texts, options)
        except Exception as error:  # raised again in the parent
            outcomes = error
        try:
            pipe.send(outcomes)
        except OSError:  # nobody is there to take them
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
