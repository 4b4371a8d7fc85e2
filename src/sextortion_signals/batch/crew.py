"""Who assesses the chunks of a run: this process, or several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from typing import Any, Protocol

from sextortion_signals.batch.assess import Chunk, TextAssessor
from sextortion_signals.batch.results import ChunkResult, Work
from sextortion_signals.batch.settings import identity

# A process takes as long to start as some thousand texts take.
_CHUNKS_OF_A_SHORT_INPUT = 4


class Crew(Protocol):
    """Assesses chunks, in order."""

    def identity(self) -> dict[str, Any]:
        """Return what decides the answers of the model in use."""

    def assess(
        self, chunks: Iterable[Chunk], items: Callable[[Chunk], Sequence[Any]]
    ) -> Iterator[tuple[Chunk, ChunkResult]]:
        """Yield each chunk with its result; `items` returns what is to be assessed of a chunk."""


class Alone:
    """Assesses in this process."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._detector: TextAssessor | None = None

    def identity(self) -> dict[str, Any]:
        return identity(self._loaded())

    def assess(
        self, chunks: Iterable[Chunk], items: Callable[[Chunk], Sequence[Any]]
    ) -> Iterator[tuple[Chunk, ChunkResult]]:
        for chunk in chunks:
            yield chunk, self._work.do(self._loaded(), items(chunk))

    def dismiss(self) -> None:
        """Let go of the model."""
        self._detector = None

    def _loaded(self) -> TextAssessor:
        if self._detector is None:
            self._detector = self._work.load()
        return self._detector


class AsNeeded:
    """Assesses a short input in this process and a long one in others, one for each core at most."""

    def __init__(self, work: Work, hire: Callable[[], Crew]) -> None:
        self._alone = Alone(work)
        self._hire = hire
        self._others: Crew | None = None

    def identity(self) -> dict[str, Any]:
        return self._alone.identity()

    def assess(
        self, chunks: Iterable[Chunk], items: Callable[[Chunk], Sequence[Any]]
    ) -> Iterator[tuple[Chunk, ChunkResult]]:
        chunks = iter(chunks)
        first = list(islice(chunks, _CHUNKS_OF_A_SHORT_INPUT + 1))
        if self._others is None and len(first) > _CHUNKS_OF_A_SHORT_INPUT:
            # The others load the model for themselves; nobody needs this process's any more.
            self._alone.dismiss()
            self._others = self._hire()
        yield from (self._others or self._alone).assess(chain(first, chunks), items)


@contextmanager
def hired(work: Work, workers: int | None) -> Iterator[Crew]:
    """Have this process, or with several `workers` as many others, at hand until the block ends.

    None takes as many as there are cores, where the input is long enough to be worth their start.
    """
    number = usable_cores() if workers is None else workers
    if number == 1:
        yield Alone(work)
        return
    # Not at the top: multiprocessing is start-up time that every other command would pay for nothing.
    from sextortion_signals.batch.workers import hired_workers

    with ExitStack() as stack:

        def hire() -> Crew:
            return stack.enter_context(hired_workers(work, number))

        yield AsNeeded(work, hire) if workers is None else hire()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
