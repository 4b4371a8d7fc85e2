"""What wraps every request, from the outside in: the access log, the last catch for exceptions, the limit on bodies.

Plain ASGI: starlette's `BaseHTTPMiddleware` would cost a task and a stream for each request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sextortion_signals_service.dialects import respond
from sextortion_signals_service.logs import LOGGER
from sextortion_signals_service.problems import BODY_TOO_LARGE, INTERNAL_ERROR, ProblemError

logger = logging.getLogger(LOGGER)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


class AccessLog:
    """Logs method, route template, status and milliseconds: nothing of the path, the query, the headers or the body."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        status: int | None = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._log(scope, status, (self._clock() - started) * 1000)

    @staticmethod
    def _log(scope: Scope, status: int | None, milliseconds: float) -> None:
        # The method and the path are the caller's own words until they match something of ours.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        fields = {"method": method, "route": route, "status": status, "ms": round(milliseconds, 2)}
        logger.info("request", extra={"fields": fields})


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
