"""Who assesses the chunks of a run: this process, or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from sextortion_signals.batch.assess import Chunk, TextAssessor
from sextortion_signals.batch.results import ChunkResult, Work
from sextortion_signals.batch.settings import identity


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

    def _loaded(self) -> TextAssessor:
        if self._detector is None:
            self._detector = self._work.load()
        return self._detector


def hired(work: Work, workers: int) -> AbstractContextManager[Crew]:
    """Return this process, or with several `workers` as many others, until the block ends."""
    if workers == 1:
        return nullcontext(Alone(work))
    # Not at the top: multiprocessing is start-up time that every other command would pay for nothing.
    from sextortion_signals.batch.workers import hired_workers

    return hired_workers(work, workers)
