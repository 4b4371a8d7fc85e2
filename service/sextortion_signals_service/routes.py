"""What the service answers. Each endpoint reads, asks the library, and encodes; nothing is decided here.

Endpoints are `async def`, because FastAPI's thread pool would halve the rate; `scoring` says where the work is done.
They return encoded bytes of the library's own `to_dict()`: `response_model` describes them in openapi.json, and a test
validates one against the other, but no request pays for that again.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import PlainTextResponse

from sextortion_signals.advice import load_catalog
from sextortion_signals.detector import Detector
from sextortion_signals.signals.catalog import load_signal_catalog
from sextortion_signals_service import conversation_schemas, conversations, schemas
from sextortion_signals_service.batch import assess_batch, read_jobs
from sextortion_signals_service.bodies import StrictJsonRoute
from sextortion_signals_service.encoding import encode, json_response
from sextortion_signals_service.gate import METRICS_PATH
from sextortion_signals_service.openapi import problem_responses
from sextortion_signals_service.problems import NOT_FOUND, TOO_MANY_ITEMS, TOO_MANY_MESSAGES, ProblemError
from sextortion_signals_service.scoring import Options, ready_scorer

_GET: Final = problem_responses(401, 429, 500, 503)
_GET_WITH_QUERY: Final = problem_responses(401, 422, 429, 500, 503)
_GET_FROM_MODEL: Final = problem_responses(401, 429, 500, 503)
_HEALTH: Final = problem_responses(500)
_READY: Final = problem_responses(500, 503)
_POST: Final = problem_responses(400, 401, 408, 413, 415, 422, 429, 500, 503)
_METRICS: Final = problem_responses(401, 404, 500)

assessing = APIRouter(prefix="/v1", route_class=StrictJsonRoute, tags=["assess"])
catalogues = APIRouter(prefix="/v1", tags=["catalogues"])
operations = APIRouter(tags=["operations"])


def loaded_detector(request: Request) -> Detector:
    """Return the detector of this application. Raises the 503 problem while there is none."""
    return ready_scorer(request).detector


@assessing.post("/assess", response_model=schemas.AssessmentModel, responses=_POST, operation_id="assess")
async def assess(request: Request, body: schemas.AssessRequest) -> Response:
    """Assess one text: risk, level, role, signals with their evidence, and the fitting advice."""
    options = Options(body.lang, body.audience, body.truncate, body.awareness)
    assessment = await ready_scorer(request).assess(body.text, options)
    return json_response(encode(assessment.to_dict()))


@assessing.post("/assess/batch", response_model=schemas.BatchResponse, responses=_POST, operation_id="assessBatch")
async def assess_many(request: Request, body: schemas.BatchRequest) -> Response:
    """Assess many texts. Each has a result of its own, in order: an assessment, or the problem with that text."""
    scorer = ready_scorer(request)
    if len(body.items or body.texts or ()) > request.app.state.settings.max_batch_items:
        raise ProblemError(TOO_MANY_ITEMS)
    return json_response(await assess_batch(scorer, read_jobs(body)))


@assessing.post(
    "/conversations/assess",
    response_model=conversation_schemas.ConversationModel,
    responses=_POST,
    operation_id="assessConversation",
)
async def assess_conversation(request: Request, body: conversation_schemas.ConversationRequest) -> Response:
    """Assess a conversation, or its next messages with the `state` of the last answer: nothing is stored here."""
    scorer = ready_scorer(request)
    _limit(request, len(body.messages))
    return json_response(await conversations.assess_conversation(scorer, request.app.state.tokens, body))


@assessing.post(
    "/reports/assess", response_model=conversation_schemas.ReportModel, responses=_POST, operation_id="assessReport"
)
async def assess_report(request: Request, body: conversation_schemas.ReportRequest) -> Response:
    """Assess a platform's report: the reporter's own words weighed with the reported item and its thread."""
    scorer = ready_scorer(request)
    _limit(request, len(body.thread))
    return json_response(await conversations.assess_report(scorer, body))


def _limit(request: Request, messages: int) -> None:
    if messages > request.app.state.settings.max_conversation_messages:
        raise ProblemError(TOO_MANY_MESSAGES)


@catalogues.get("/advice", response_model=schemas.AdviceResponse, responses=_GET_WITH_QUERY, operation_id="advice")
async def advice(query: Annotated[schemas.AdviceQuery, Query()]) -> Response:
    """List all advice in one language, with the places to turn to, for everybody or for one audience."""
    catalog = load_catalog()
    campaign = catalog.campaign
    japanese = query.lang == "ja"
    document = {
        "lang": query.lang,
        "audience": query.audience,
        "campaign": {
            "name": campaign.name_ja if japanese else campaign.name_en,
            "note": campaign.note_ja if japanese else campaign.note_en,
            "messages": {message.id: message.text(query.lang) for message in campaign.messages},
            "sources": list(campaign.sources),
            "checked": campaign.checked,
        },
        "items": [item.to_dict() for item in catalog.items(query.lang, query.audience)],
        "resources": [resource.to_dict() for resource in catalog.resources(query.lang)],
    }
    return json_response(encode(document))


@catalogues.get("/signals", response_model=schemas.SignalsResponse, responses=_GET, operation_id="signals")
async def signals() -> Response:
    """List the signals: what each means in Japanese and English, with hits, near misses and the advice it leads to."""
    return json_response(encode({"signals": [definition.to_dict() for definition in load_signal_catalog()]}))


@catalogues.get("/model", response_model=schemas.ModelDescription, responses=_GET_FROM_MODEL, operation_id="model")
async def model(request: Request) -> Response:
    """Say which model is loaded: its languages, operating points with their false-alarm rates, and metrics."""
    detector = loaded_detector(request)
    return json_response(encode({**detector.describe(), "max_text_length": detector.max_length}))


@operations.get("/healthz", response_model=schemas.HealthModel, responses=_HEALTH, operation_id="health")
async def health() -> Response:
    """Answer 200 as long as the process answers at all."""
    return json_response(encode({"status": "ok"}))


@operations.get(METRICS_PATH, response_class=PlainTextResponse, responses=_METRICS, operation_id="metrics")
async def metrics(request: Request) -> Response:
    """Count requests, their times, and levels and roles of what was assessed, in the format of Prometheus."""
    if not request.app.state.settings.metrics:
        raise ProblemError(NOT_FOUND)
    return Response(request.app.state.metrics.exposition(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


@operations.get("/readyz", response_model=schemas.ReadyModel, responses=_READY, operation_id="ready")
async def ready(request: Request) -> Response:
    """Answer 200 when texts can be assessed, 503 before the model is loaded."""
    return json_response(encode({"status": "ready", "model": loaded_detector(request).model}))
