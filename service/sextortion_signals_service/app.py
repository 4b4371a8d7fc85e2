"""The application factory."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from sextortion_signals import __version__
from sextortion_signals.detector import Detector
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals_service import openapi, problems, reviewer_page
from sextortion_signals_service.logs import LOGGER, log_loop_error
from sextortion_signals_service.middleware import AccessLog, BodyLimit, CatchExceptions
from sextortion_signals_service.routes import assessing, catalogues, operations
from sextortion_signals_service.settings import Settings

ROUTERS = (assessing, catalogues, operations)

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
    app.state.detector = detector
    app.state.settings = settings
    for router in ROUTERS:
        app.include_router(router)
    if settings.reviewer_page:
        app.include_router(reviewer_page.page)
    problems.install(app)
    _wrap(app, settings)
    openapi.use_problem_media_type(app)
    return app


_WARM_UP = "動画を送られたくなければ払え。Pay or I post it."


def _wrap(app: FastAPI, settings: Settings) -> None:
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(CatchExceptions)
    if settings.access_log:
        app.add_middleware(AccessLog)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_exception_handler(log_loop_error)
    if app.state.detector is None:
        app.state.detector = _load(app.state.settings)
        # Dictionary, lexicons and catalogue are read on first use; the first caller shall not wait for them.
        app.state.detector.assess(_WARM_UP)
        # What is loaded stays until the end. Without this, full collections walk all of it again and again: they made
        # the slowest of a hundred batches 50 times slower than the usual one.
        gc.collect()
        gc.freeze()
    yield


def _load(settings: Settings) -> Detector:
    thresholds = {str(name): risk for name, risk in (settings.thresholds or {}).items()}
    try:
        detector = Detector.load(
            settings.model_path,
            tier=settings.tier,
            profile=settings.profile,
            thresholds=thresholds,
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
