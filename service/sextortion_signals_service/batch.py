"""Many texts in one request: each fails alone, order is kept, and other requests get their turn in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sextortion_signals.detector import Detector
from sextortion_signals.errors import InputError
from sextortion_signals.types import Assessment, Audience
from sextortion_signals_service.encoding import encode
from sextortion_signals_service.logs import LOGGER
from sextortion_signals_service.problems import INTERNAL_ERROR, ProblemError, problem_of, validation_problem
from sextortion_signals_service.schemas import BatchItem, BatchRequest

logger = logging.getLogger(LOGGER)

# The detector holds Python's global lock, so a thread would not free the event loop; a turn between pieces does.
# Measured on two busy cores: 256 short texts took 70 to 80 ms both whole and in these pieces, but kept a health check
# waiting for 79 and 15 ms; 160 texts of 2,000 characters took about 1 s and kept it waiting for 1,177 and 57 ms.
# Pieces of half the size took longer in all and kept it waiting just as long.
CHUNK_TEXTS = 32
CHUNK_CODE_POINTS = 10_000

_ITEM = TypeAdapter(BatchItem)


@dataclass(frozen=True, slots=True)
class Options:
    """What `Detector.assess` takes beside the text."""

    lang: str | None
    audience: Audience | None
    truncate: bool
    awareness: bool

    def keywords(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Job:
    """One valid text of a batch, or in `problem` why it is not valid."""

    index: int
    id: str | None
    text: str
    options: Options
    problem: ProblemError | None


def read_jobs(request: BatchRequest) -> list[Job]:
    """Validate the texts of a batch one by one; the result has one job for each, in order."""
    options = Options(request.lang, request.audience, request.truncate, request.awareness)
    if request.items is not None:
        return [_read_item(index, entry, options) for index, entry in enumerate(request.items)]
    return [_read_text(index, text, options) for index, text in enumerate(request.texts or ())]


def _read_text(index: int, text: Any, options: Options) -> Job:
    if isinstance(text, str):
        return Job(index, None, text, options, None)
    return Job(index, None, "", options, validation_problem([{"type": "string_type", "loc": ()}]))


def _read_item(index: int, entry: Any, options: Options) -> Job:
    try:
        item = _ITEM.validate_python(entry)
    except ValidationError as error:
        problem = validation_problem(error.errors(include_url=False, include_context=False, include_input=False))
        return Job(index, None, "", options, problem)
    own = Options(
        lang=item.lang or options.lang,
        audience=item.audience or options.audience,
        truncate=options.truncate if item.truncate is None else item.truncate,
        awareness=options.awareness if item.awareness is None else item.awareness,
    )
    return Job(index, item.id, item.text, own, None)


async def assess_batch(detector: Detector, jobs: Sequence[Job]) -> bytes:
    """Return the encoded `BatchResponse` for `jobs`."""
    results: list[bytes] = []
    failed = 0
    for chunk in chunked(jobs):
        outcomes = _assess_chunk(detector, chunk)
        failed += sum(isinstance(outcome, ProblemError) for outcome in outcomes)
        # Encoded here and not at the end, so that this work, too, is done a piece at a time.
        results.append(encode([_result(job, outcome) for job, outcome in zip(chunk, outcomes, strict=True)])[1:-1])
        await asyncio.sleep(0)
    head = encode({"model": detector.model, "failed": failed})[:-1]
    return head + b',"results":[' + b",".join(results) + b"]}"


def chunked(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """Cut `jobs` so that no piece holds more than `CHUNK_TEXTS` texts, or starts another beyond `CHUNK_CODE_POINTS`."""
    start, length = 0, 0
    for position, job in enumerate(jobs):
        if position - start == CHUNK_TEXTS or length >= CHUNK_CODE_POINTS:
            yield jobs[start:position]
            start, length = position, 0
        length += len(job.text)
    if start < len(jobs):
        yield jobs[start:]


def _result(job: Job, outcome: Assessment | ProblemError) -> dict[str, Any]:
    if isinstance(outcome, ProblemError):
        return {"index": job.index, "id": job.id, "assessment": None, "problem": outcome.to_dict()}
    return {"index": job.index, "id": job.id, "assessment": outcome.to_dict(), "problem": None}


def _assess_chunk(detector: Detector, chunk: Sequence[Job]) -> list[Assessment | ProblemError]:
    outcomes: dict[int, Assessment | ProblemError] = {job.index: job.problem for job in chunk if job.problem}
    groups: dict[Options, list[Job]] = {}
    for job in chunk:
        if job.problem is None:
            groups.setdefault(job.options, []).append(job)
    for options, group in groups.items():
        for job, outcome in zip(group, _assess_group(detector, group, options), strict=True):
            outcomes[job.index] = outcome
    return [outcomes[job.index] for job in chunk]


def _assess_group(detector: Detector, group: Sequence[Job], options: Options) -> Sequence[Assessment | ProblemError]:
    try:
        return detector.assess_many([job.text for job in group], **options.keywords())
    except Exception:
        # Together they are several times faster; one by one shows which of them cannot be assessed, and why.
        return [_assess_one(detector, job, options) for job in group]


def _assess_one(detector: Detector, job: Job, options: Options) -> Assessment | ProblemError:
    try:
        return detector.assess(job.text, **options.keywords())
    except InputError as error:
        return problem_of(error)
    except Exception:
        # A fault of ours with one text must not cost the caller the results of 255 others.
        logger.exception("a text of a batch could not be assessed")
        return ProblemError(INTERNAL_ERROR)
