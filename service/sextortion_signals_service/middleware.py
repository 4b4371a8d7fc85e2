"""What wraps every request, from the outside in: log and metrics, the last catch for exceptions, the limit on bodies.

The gate (`gate.py`) lies between the last two.

Plain ASGI: starlette's `BaseHTTPMiddleware` would cost a task and a stream for each request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from secrets import token_hex
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sextortion_signals_service.dialects import respond
from sextortion_signals_service.gate import KEY_OF_SCOPE
from sextortion_signals_service.keys import ANONYMOUS
from sextortion_signals_service.logs import LOGGER, REQUEST_ID
from sextortion_signals_service.metrics import Metrics
from sextortion_signals_service.problems import BODY_TOO_LARGE, INTERNAL_ERROR, ProblemError

logger = logging.getLogger(LOGGER)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
UNMATCHED = "unmatched"


class Watch:
    """Gives each request an id, and tells what became of it: to the metrics, and as a line of the access log.

    What is told is the method, the route template, the status and the time: nothing of the path, the query, the headers
    or the body.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, access_log: bool, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._app, self._metrics, self._access_log, self._clock = app, metrics, access_log, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        status: int | None = None
        identifier = token_hex(8)
        # Every request has a task and so a context of its own; lines that are logged meanwhile carry the id.
        REQUEST_ID.set(identifier)

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", identifier.encode())]
            await send(message)

        self._metrics.observe_start()
        try:
            await self._app(scope, receive, watch)
        finally:
            self._tell(scope, status, self._clock() - started)

    def _tell(self, scope: Scope, status: int | None, seconds: float) -> None:
        # The method and the path are the caller's own words until they match something of ours.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _route(scope)
        self._metrics.observe_request(route, method, status or 0, seconds)
        if self._access_log:
            fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            if (key := scope.get(KEY_OF_SCOPE)) not in (None, ANONYMOUS):
                fields["key"] = key
            logger.info("request", extra={"fields": fields})


def _route(scope: Scope) -> str:
    if (route := scope.get("route")) is not None:
        return getattr(route, "path", UNMATCHED)
    # Turned away before it was routed. No guarded route has parameters, so its path is its template.
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path if path in scope["app"].state.paths else UNMATCHED


class CatchExceptions:
    """Turns an exception that nobody expected into a 500 problem and a log line without its message.

    starlette's own last catch raises the exception again, and uvicorn then prints it with its message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            logger.exception("unexpected error in a request")
            if started:
                # Too late for a 500. The server cuts the connection, so that half an answer does not pass for a whole.
                raise ConnectionAbortedError from None
            await respond(ProblemError(INTERNAL_ERROR), scope)(scope, receive, send)


class BodyLimit:
    """Refuses bodies of more than `max_bytes`: by Content-Length before reading, else as soon as too much has come."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        announced = _content_length(scope)

        async def limited() -> Message:
            nonlocal read
            if announced > self._max_bytes:
                raise ProblemError(BODY_TOO_LARGE)
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_bytes:
                raise ProblemError(BODY_TOO_LARGE)
            return message

        await self._app(scope, limited, send)


def _content_length(scope: Scope) -> int:
    # A header that is no number is the server's business; the bytes are counted anyway.
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(value) if value.isdigit() else 0
