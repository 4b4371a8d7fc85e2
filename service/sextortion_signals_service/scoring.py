"""How every endpoint has texts assessed, so that none of them keeps the others waiting.

Short texts are assessed on the event loop, all that have come in one turn of it together: one at a time costs four
times as much a text as thirty at a time, and a thread would cost more than the assessing (figures in
docs/operations.md). Long texts, and every text of a tier that reads by meaning, go to one scoring thread, a piece at a
time and the requests in turn; a health check is answered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from fastapi import Request

from sextortion_signals.detector import Detector
from sextortion_signals.types import Assessment, Audience, Tier
from sextortion_signals_service.problems import NOT_READY, ProblemError

PIECE_TEXTS = 32
PIECE_CODE_POINTS = 10_000
# About 2 ms of a quiet core, which is the longest that a health check waits for texts on the event loop.
INLINE_CODE_POINTS = 2_000

_T = TypeVar("_T")
Outcome = Assessment | Exception
Observer = Callable[[Sequence[Outcome]], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What `Detector.assess` takes beside the text."""

    lang: str | None = None
    audience: Audience | None = None
    truncate: bool = False
    awareness: bool = False

    def keywords(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


PLAIN = Options()


@dataclass(frozen=True, slots=True)
class _Item:
    """Texts of one request that wait together; no more than a piece, unless it is one long text."""

    texts: Sequence[str]
    options: Options
    code_points: int
    done: asyncio.Future[list[Outcome]]


class Scorer:
    """Has `detector` assess the texts of all requests. Belongs to one event loop; `observe` is told every outcome."""

    def __init__(self, detector: Detector, observe: Observer | None = None) -> None:
        self.detector = detector
        self._observe = observe
        self._light: deque[_Item] = deque()
        self._heavy: deque[_Item] = deque()
        self._thread = ThreadPoolExecutor(1, "scoring")
        self._thread_busy = False

    async def assess(self, text: str, options: Options = PLAIN) -> Assessment:
        """Assess one text. Raises what `Detector.assess` raises."""
        (outcome,) = await self.assess_piece([text], options)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def assess_many(self, texts: Sequence[str], options: Options = PLAIN) -> list[Outcome]:
        """Assess texts, in the same order; where one cannot be assessed the outcome is the exception."""
        outcomes: list[Outcome] = []
        for first, last in pieces([len(text) for text in texts]):
            outcomes += await self.assess_piece(texts[first:last], options)
        return outcomes

    async def assess_piece(self, texts: Sequence[str], options: Options) -> list[Outcome]:
        """Assess texts that `pieces` would leave together. A caller that stops waiting takes its texts back."""
        loop = asyncio.get_running_loop()
        item = _Item(texts, options, sum(map(len, texts)), loop.create_future())
        if self.detector.tier is Tier.FAST and item.code_points <= INLINE_CODE_POINTS:
            if not self._light:
                loop.call_soon(self._drain_light)
            self._light.append(item)
        else:
            self._heavy.append(item)
            self._start_heavy()
        return await item.done

    async def conclude(self, texts: Sequence[str], work: Callable[[], _T]) -> _T:
        """Return `work()`, done with texts that are assessed already: what a conversation or report comes to.

        Where these texts would not be assessed on the event loop, neither is this done there. Raises what `work` does.
        """
        if self.detector.tier is Tier.FAST and sum(map(len, texts)) <= INLINE_CODE_POINTS and len(texts) <= PIECE_TEXTS:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Let the scoring thread end when it has nothing more to do."""
        self._thread.shutdown(wait=False)

    def _drain_light(self) -> None:
        piece = _take(self._light, INLINE_CODE_POINTS)
        if self._light:
            # Others of the event loop get their turn first.
            asyncio.get_running_loop().call_soon(self._drain_light)
        self._finish(piece, self._score(piece))

    def _start_heavy(self) -> None:
        if self._thread_busy or not (piece := _take(self._heavy, PIECE_CODE_POINTS)):
            return
        self._thread_busy = True
        scored = asyncio.get_running_loop().run_in_executor(self._thread, self._score, piece)

        def finish(future: asyncio.Future[list[Outcome]]) -> None:
            self._thread_busy = False
            self._finish(piece, future.result())
            self._start_heavy()

        scored.add_done_callback(finish)

    def _score(self, piece: Sequence[_Item]) -> list[Outcome]:
        texts = [text for item in piece for text in item.texts]
        if not texts:
            return []
        options = piece[0].options
        if len(texts) == 1:
            return [self._score_one(texts[0], options)]
        try:
            return list(self.detector.assess_many(texts, **options.keywords()))
        except Exception:
            # Together they are several times faster; one by one shows which of them cannot be assessed, and why.
            return [self._score_one(text, options) for text in texts]

    def _score_one(self, text: str, options: Options) -> Outcome:
        try:
            return self.detector.assess(text, **options.keywords())
        except Exception as error:
            return error

    def _finish(self, piece: Sequence[_Item], outcomes: Sequence[Outcome]) -> None:
        rest = iter(outcomes)
        for item in piece:
            own = list(islice(rest, len(item.texts)))
            if not item.done.done():
                item.done.set_result(own)
        if self._observe is not None:
            self._observe(outcomes)


def _take(waiting: deque[_Item], most_code_points: int) -> list[_Item]:
    """Take the items from the front that can be assessed together; those nobody waits for any more are dropped."""
    taken: list[_Item] = []
    texts = code_points = 0
    while waiting:
        item = waiting[0]
        if not item.done.done():
            texts += len(item.texts)
            code_points += item.code_points
            too_many = texts > PIECE_TEXTS or code_points > most_code_points
            if taken and (too_many or item.options != taken[0].options):
                break
            taken.append(item)
        waiting.popleft()
    return taken


def pieces(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut texts of these lengths into pieces `(first, last)`, half open.

    No piece holds more than `PIECE_TEXTS` texts, or starts another one beyond `PIECE_CODE_POINTS`.
    """
    start, length = 0, 0
    for position, own in enumerate(lengths):
        if position - start == PIECE_TEXTS or length >= PIECE_CODE_POINTS:
            yield start, position
            start, length = position, 0
        length += own
    if start < len(lengths):
        yield start, len(lengths)


def ready_scorer(request: Request) -> Scorer:
    """Return the scorer of this application. Raises the 503 problem while there is none."""
    scorer: Scorer | None = request.app.state.scorer
    if scorer is None:
        raise ProblemError(NOT_READY, headers={"Retry-After": "1"})
    return scorer
