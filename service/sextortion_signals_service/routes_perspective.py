"""The Perspective API's endpoints, and the document its official client asks for first."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from sextortion_signals_service.bodies import StrictJsonRoute
from sextortion_signals_service.encoding import encode, json_response
from sextortion_signals_service.openapi import error_responses
from sextortion_signals_service.perspective_discovery import VERSION, discovery_document
from sextortion_signals_service.perspective_format import check_attributes, to_response
from sextortion_signals_service.perspective_schemas import (
    AnalyzeRequest,
    AnalyzeResponse,
    GoogleError,
    SuggestRequest,
    SuggestResponse,
)
from sextortion_signals_service.problems import NOT_FOUND, ProblemError
from sextortion_signals_service.scoring import ready_scorer

_ERRORS: Final = error_responses(GoogleError, 400, 401, 408, 413, 415, 422, 429, 500, 503)
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}", re.ASCII)

perspective = APIRouter(prefix=f"/{VERSION}", route_class=StrictJsonRoute, tags=["compatible formats"])
discovery = APIRouter(tags=["compatible formats"])


@perspective.post("/comments:analyze", response_model=AnalyzeResponse, responses=_ERRORS, operation_id="analyzeComment")
async def analyze(request: Request, body: AnalyzeRequest) -> Response:
    """Assess one comment in the Perspective API's format. The language is read from the text, whatever is claimed."""
    check_attributes(body.requested_attributes)
    assessment = await ready_scorer(request).assess(body.comment.text)
    return json_response(encode(to_response(assessment, body)))


@perspective.post(
    "/comments:suggestscore", response_model=SuggestResponse, responses=_ERRORS, operation_id="suggestCommentScore"
)
async def suggest_score(body: SuggestRequest) -> Response:
    """Take feedback on a score and drop it: nothing is stored, and nothing is learned from it."""
    return json_response(encode({} if body.client_token is None else {"clientToken": body.client_token}))


@discovery.get(
    "/$discovery/rest",
    response_model=dict[str, Any],
    responses=error_responses(GoogleError, 404, 422, 500),
    operation_id="discovery",
)
async def discover(request: Request, version: Annotated[str, Query()] = VERSION) -> Response:
    """Describe the Perspective endpoints to Google's API client (`discoveryServiceUrl`)."""
    if version != VERSION:
        raise ProblemError(NOT_FOUND)
    return json_response(encode(discovery_document(_root_url(request))))


def _root_url(request: Request) -> str:
    public: str | None = request.app.state.settings.public_url
    if public is not None:
        return public.rstrip("/") + "/"
    host = request.headers.get("host", "")
    # Anything else in a Host header was not sent by a client that means to come back.
    known = host if _HOST.fullmatch(host) else "127.0.0.1"
    return f"{request.url.scheme}://{known}{request.scope.get('root_path', '')}/"
