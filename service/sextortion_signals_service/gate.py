"""The gate before every endpoint that works for a caller: keys, limits, time-out. Health checks pass beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sextortion_signals_service.dialects import respond
from sextortion_signals_service.keys import KeyRing
from sextortion_signals_service.limits import Admission
from sextortion_signals_service.problems import BODY_TOO_SLOW, TIMED_OUT, UNAUTHORIZED, ProblemError

KEY_OF_SCOPE = "sextortion_signals.key"
METRICS_PATH = "/metrics"
# Every path that starts so is guarded, also one that does not exist: what is added later is guarded from the start.
_GUARDED = ("/v1",)


def guarded(path: str) -> bool:
    """Return whether a path needs a key, where there are keys."""
    return path.startswith(_GUARDED) or path == METRICS_PATH


class Gate:
    """Lets a request in that carries a key (where there are keys), is within the limits, and ends in time."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: KeyRing,
        admission: Admission,
        seconds: float,
        refused: Callable[[str], None],
    ) -> None:
        self._app, self._keys, self._admission, self._seconds = app, keys, admission, seconds
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if not guarded(path):
            await self._app(scope, receive, send)
            return
        try:
            key = self._keys.name_of(scope)
            if key is None:
                raise ProblemError(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
            scope[KEY_OF_SCOPE] = key
            if path == METRICS_PATH:
                await self._app(scope, receive, send)
                return
            with self._admission.enter(key):
                await self._in_time(scope, receive, send)
        except ProblemError as problem:
            self._refused(problem.kind.slug)
            await respond(problem, scope)(scope, receive, send)

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = started = False

        async def watch_body() -> Message:
            nonlocal whole
            message = await receive()
            whole = not message.get("more_body", False)
            return message

        async def watch_answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, watch_body, watch_answer)
        except TimeoutError:
            if started:
                # The caller is too slow in reading the answer; the connection is cut.
                raise
            kind = TIMED_OUT if whole else BODY_TOO_SLOW
            raise ProblemError(kind, headers={"Retry-After": "1"} if whole else {"Connection": "close"}) from None
