"""The application factory."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route

from sextortion_signals import Message, __version__
from sextortion_signals.detector import Detector
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals_service import dialects, openapi, reviewer_page
from sextortion_signals_service.gate import Gate
from sextortion_signals_service.keys import KeyRing
from sextortion_signals_service.limits import Admission, RateLimit
from sextortion_signals_service.logs import LOGGER, log_loop_error
from sextortion_signals_service.metrics import Metrics
from sextortion_signals_service.middleware import BodyLimit, CatchExceptions, Watch
from sextortion_signals_service.routes import assessing, catalogues, operations
from sextortion_signals_service.routes_openai import openai
from sextortion_signals_service.routes_perspective import discovery, perspective
from sextortion_signals_service.scoring import Scorer
from sextortion_signals_service.settings import Settings
from sextortion_signals_service.tokens import StateTokens

ROUTERS = (assessing, catalogues, operations, openai, perspective, discovery)

logger = logging.getLogger(LOGGER)


def create_app(detector: Detector | None = None, settings: Settings | None = None) -> FastAPI:
    """Return the service around `detector`, or around the model that `settings` names, loaded and verified at start-up.

    Start-up fails with an `ArtefactError` when the model cannot be trusted. `settings` are by default read from the
    environment.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="sextortion-signals",
        version=__version__,
        description=openapi.DESCRIPTION,
        lifespan=_lifespan,
        # The documentation pages of FastAPI load scripts from another host; this service needs no network.
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat the caller's query string in its Location.
        redirect_slashes=False,
    )
    metrics = Metrics()
    app.state.metrics = metrics
    app.state.settings = settings
    _use(app, detector)
    routers = (*ROUTERS, reviewer_page.page) if settings.reviewer_page else ROUTERS
    for router in routers:
        app.include_router(router)
    dialects.install(app)
    routes = (*app.routes, *(route for router in routers for route in router.routes))
    app.state.paths = frozenset(route.path for route in routes if isinstance(route, Route))
    _wrap(app, settings, metrics)
    openapi.use_problem_media_type(app)
    return app


_WARM_UP = "動画を送られたくなければ払え。Pay or I post it."


def _use(app: FastAPI, detector: Detector | None) -> None:
    key = app.state.settings.state_key
    app.state.scorer = None if detector is None else _scorer(detector, app.state.metrics)
    app.state.tokens = None if detector is None else StateTokens(detector, key and key.get_secret_value())


def _wrap(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    rate = None if settings.rate_limit is None else RateLimit(settings.rate_limit)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(
        Gate,
        keys=KeyRing(settings.accepted_keys()),
        admission=Admission(settings.queue_size, most_of_a_key=settings.concurrency_limit, rate=rate),
        seconds=settings.request_seconds,
        refused=metrics.observe_refusal,
    )
    app.add_middleware(CatchExceptions)
    app.add_middleware(Watch, metrics=metrics, access_log=settings.access_log)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_exception_handler(log_loop_error)
    if app.state.scorer is None:
        detector = _load(app.state.settings)
        # Dictionary, lexicons and catalogue are read on first use; the first caller shall not wait for them.
        detector.assess_conversation([Message("A", _WARM_UP)])
        _use(app, detector)
        # What is loaded stays until the end. Without this, full collections walk all of it again and again: they made
        # the slowest of a hundred batches 50 times slower than the usual one.
        gc.collect()
        gc.freeze()
    try:
        yield
    finally:
        app.state.scorer.close()


def _scorer(detector: Detector, metrics: Metrics) -> Scorer:
    metrics.observe_model(detector)
    return Scorer(detector, metrics.observe_texts)


def _load(settings: Settings) -> Detector:
    thresholds = {str(name): risk for name, risk in (settings.thresholds or {}).items()}
    of_conversations = {str(name): risk for name, risk in (settings.conversation_thresholds or {}).items()}
    try:
        detector = Detector.load(
            settings.model_path,
            tier=settings.tier,
            profile=settings.profile,
            thresholds=thresholds,
            conversation_thresholds=of_conversations,
            max_length=settings.max_text_length,
        )
    except SextortionSignalsError as error:
        # At start-up nothing has come from a caller yet, and the message tells the operator what to do.
        logger.critical("the model cannot be loaded: %s", error)
        raise
    fields = {"model": detector.model, "thresholds": dict(detector.thresholds)}
    if detector.profile is not None:
        fields["profile"] = detector.profile.name
    logger.info("model loaded", extra={"fields": fields})
    return detector
