"""OpenAI's moderation endpoint."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from sextortion_signals.errors import EmptyTextError, InputError
from sextortion_signals_service.bodies import StrictJsonRoute
from sextortion_signals_service.dialects import OPENAI_PATH
from sextortion_signals_service.encoding import encode, json_response
from sextortion_signals_service.openai_format import empty_result, read_inputs, to_result
from sextortion_signals_service.openai_schemas import ModerationRequest, ModerationResponse, OpenAIError
from sextortion_signals_service.openapi import error_responses
from sextortion_signals_service.problems import ProblemError, problem_of
from sextortion_signals_service.scoring import Outcome, ready_scorer

_ERRORS: Final = error_responses(OpenAIError, 400, 401, 408, 413, 415, 422, 429, 500, 503)
_DETAIL: Final = "GET /v1/model says how long a text may be."

openai = APIRouter(route_class=StrictJsonRoute, tags=["compatible formats"])


@openai.post(OPENAI_PATH, response_model=ModerationResponse, responses=_ERRORS, operation_id="moderations")
async def moderations(request: Request, body: ModerationRequest) -> Response:
    """Assess texts in OpenAI's moderation format. Only coercion by the author is flagged, not calls for help."""
    scorer = ready_scorer(request)
    texts, places = read_inputs(body.input, request.app.state.settings.max_batch_items)
    outcomes = await scorer.assess_many(texts)
    results = [_result(outcome, places[index : index + 1]) for index, outcome in enumerate(outcomes)]
    return json_response(encode({"id": f"modr-{uuid4().hex}", "model": scorer.detector.model, "results": results}))


def _result(outcome: Outcome, place: list[int]) -> dict[str, Any]:
    if isinstance(outcome, EmptyTextError):
        # A field left blank in a queue of posts is no reason to refuse the others.
        return empty_result()
    if isinstance(outcome, InputError):
        problem = problem_of(outcome)
        pointer = "/input" + "".join(f"/{index}" for index in place)
        raise ProblemError(problem.kind, errors=[{"in": "body", "pointer": pointer, "detail": _DETAIL}])
    if isinstance(outcome, Exception):
        raise outcome
    return to_result(outcome)
