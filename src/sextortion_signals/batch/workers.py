"""Chunks assessed in several processes, with their order kept."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from sextortion_signals.batch.assess import (
    CHUNK_SIZE,
    AssessedRecord,
    AssessOptions,
    Failure,
    Load,
    TextAssessor,
    assess_texts,
    chunk_texts,
    chunked,
    join_chunk,
)
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.types import Assessment

Outcomes = list[Assessment | Failure]

_CHUNKS_AHEAD = 2
"""Chunks waiting for each worker: enough to keep it busy, few enough to keep memory constant."""


def assess_in_workers(
    load: Load,
    records: Iterable[Mapping[str, Any]],
    *,
    text_column: str,
    options: AssessOptions,
    workers: int,
    chunk_size: int = CHUNK_SIZE,
) -> Generator[AssessedRecord, None, None]:
    """Assess records as `assess_records` does, in `workers` processes that each call `load` once.

    `load` has to be picklable. Processes are spawned, not forked: nothing of this process (open files, locks, threads)
    is copied into them. Errors of `load` are raised here.
    """
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)
    waiting: deque[tuple[Sequence[Mapping[str, Any]], Future[Outcomes]]] = deque()
    try:
        for chunk in chunked(records, chunk_size):
            texts = chunk_texts(chunk, text_column)
            with _interrupts_held_back():
                waiting.append((chunk, pool.submit(_assess_chunk, load, texts, options)))
            if len(waiting) > _CHUNKS_AHEAD * workers:
                yield from _next_chunk(waiting)
        while waiting:
            yield from _next_chunk(waiting)
    except BaseException:
        _abandon(pool)
        raise
    pool.shutdown(wait=True)


def _abandon(pool: ProcessPoolExecutor) -> None:
    # What the workers still do is not wanted: killed, they leave a broken pool, which takes itself down at once.
    # Cancelling its futures beside that would break it. `_processes` has no public name before Python 3.14.
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=True)


def _next_chunk(
    waiting: deque[tuple[Sequence[Mapping[str, Any]], Future[Outcomes]]],
) -> Iterator[AssessedRecord]:
    chunk, future = waiting.popleft()
    try:
        outcomes = future.result()
    except BrokenProcessPool:
        raise SextortionSignalsError(
            "a worker process ended unexpectedly, perhaps for want of memory; use fewer --workers"
        ) from None
    yield from join_chunk(chunk, outcomes)


def _assess_chunk(load: Load, texts: Sequence[Any], options: AssessOptions) -> Outcomes:
    return assess_texts(_detector(load), texts, options)


_DETECTOR: list[TextAssessor] = []


def _detector(load: Load) -> TextAssessor:
    # Loaded with the first chunk, not by the pool's initializer: an error there would only say that the pool broke.
    if not _DETECTOR:
        _DETECTOR.append(load())
    return _DETECTOR[0]


def _ignore_interrupts() -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while a process may be started: it inherits that, and so prints no traceback while it starts."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
