"""Reading request bodies: what is JSON, and what is refused before anything else looks at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from sextortion_signals_service.problems import MALFORMED_JSON, UNSUPPORTED_MEDIA_TYPE, ProblemError


class _StrictRequest(Request):
    """A request whose body must be JSON as RFC 8259 has it."""

    async def json(self) -> Any:
        try:
            return json.loads(await self.body(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            # ValueError also means broken UTF-8 or a number of thousands of digits, RecursionError deep nesting.
            # `from None`: a JSONDecodeError holds the whole body.
            raise ProblemError(MALFORMED_JSON) from None


def _refuse_constant(_name: str) -> NoReturn:
    # Python reads NaN and Infinity; JSON has neither, and nothing in a request is a number.
    raise ValueError


class StrictJsonRoute(APIRoute):
    """A route with a body: only as `application/json` or `application/*+json`, and only as strict JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if not _is_json(request.headers.get("content-type", "")):
                raise ProblemError(UNSUPPORTED_MEDIA_TYPE)
            return await handler(_StrictRequest(request.scope, request.receive))

        return handle


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))
