"""Many texts in one request: each fails alone, order is kept, and other requests get their turn in between."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sextortion_signals.errors import InputError
from sextortion_signals.types import Assessment
from sextortion_signals_service.encoding import encode
from sextortion_signals_service.logs import LOGGER
from sextortion_signals_service.problems import INTERNAL_ERROR, ProblemError, problem_of, validation_problem
from sextortion_signals_service.schemas import BatchItem, BatchRequest
from sextortion_signals_service.scoring import Options, Outcome, Scorer, pieces

logger = logging.getLogger(LOGGER)

_ITEM = TypeAdapter(BatchItem)


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


async def assess_batch(scorer: Scorer, jobs: Sequence[Job]) -> bytes:
    """Return the encoded `BatchResponse` for `jobs`."""
    results: list[bytes] = []
    failed = 0
    for first, last in pieces([len(job.text) for job in jobs]):
        chunk = jobs[first:last]
        outcomes = await _assess_chunk(scorer, chunk)
        failed += sum(isinstance(outcome, ProblemError) for outcome in outcomes)
        # Encoded here and not at the end, so that this work, too, is done a piece at a time.
        results.append(encode([_result(job, outcome) for job, outcome in zip(chunk, outcomes, strict=True)])[1:-1])
    head = encode({"model": scorer.detector.model, "failed": failed})[:-1]
    return head + b',"results":[' + b",".join(results) + b"]}"


def _result(job: Job, outcome: Assessment | ProblemError) -> dict[str, Any]:
    if isinstance(outcome, ProblemError):
        return {"index": job.index, "id": job.id, "assessment": None, "problem": outcome.to_dict()}
    return {"index": job.index, "id": job.id, "assessment": outcome.to_dict(), "problem": None}


async def _assess_chunk(scorer: Scorer, chunk: Sequence[Job]) -> list[Assessment | ProblemError]:
    outcomes: dict[int, Assessment | ProblemError] = {job.index: job.problem for job in chunk if job.problem}
    groups: dict[Options, list[Job]] = {}
    for job in chunk:
        if job.problem is None:
            groups.setdefault(job.options, []).append(job)
    for options, group in groups.items():
        for job, outcome in zip(group, await scorer.assess_piece([job.text for job in group], options), strict=True):
            outcomes[job.index] = _problem_or_assessment(outcome)
    return [outcomes[job.index] for job in chunk]


def _problem_or_assessment(outcome: Outcome) -> Assessment | ProblemError:
    if isinstance(outcome, InputError):
        return problem_of(outcome)
    if isinstance(outcome, Exception):
        # A fault of ours with one text must not cost the caller the results of 255 others.
        logger.error("a text of a batch could not be assessed", exc_info=outcome)
        return ProblemError(INTERNAL_ERROR)
    return outcome
