"""How an error is worded for whom: RFC 9457 for our own API, and the forms that two official clients read.

    /v1/moderations    the OpenAI clients raise a class by status and put the whole body into its message
    /v1alpha1/...      Google's client shows `error.message`

All say the same, since all are made from one `ProblemError`, and none holds anything the caller sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from sextortion_signals.errors import InputError
from sextortion_signals_service.encoding import encode, json_response
from sextortion_signals_service.problems import ProblemError, problem_of, problem_of_http, validation_problem

OPENAI_PATH: Final = "/v1/moderations"
PERSPECTIVE_PREFIX: Final = "/v1alpha1/"
DISCOVERY_PREFIX: Final = "/$discovery/"

# Both services answer 400 to a request that does not fit; limits keep the statuses of our own API.
_BAD_REQUESTS = frozenset({"invalid-request", "empty-text", "unknown-option"})
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_GOOGLE_STATUSES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def respond(problem: ProblemError, scope: Scope) -> Response:
    """Return `problem` as a response in the form that callers of this path read."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path == OPENAI_PATH:
        return _answer(openai_error, problem)
    if path.startswith((PERSPECTIVE_PREFIX, DISCOVERY_PREFIX)):
        return _answer(google_error, problem)
    return problem.to_response()


def openai_error(problem: ProblemError) -> dict[str, Any]:
    """Return the error object of OpenAI's API; `param` is the field at fault, `code` the slug of the problem."""
    kind = _OPENAI_TYPES.get(problem.kind.status, "invalid_request_error")
    place = problem.errors[0]["pointer"].split("/")[1:] if problem.errors else []
    return {
        "message": _message(problem),
        "type": "server_error" if problem.kind.status >= 500 else kind,
        "param": "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in place).lstrip(".") or None,
        "code": problem.kind.slug,
    }


def google_error(problem: ProblemError) -> dict[str, Any]:
    """Return the error object of Google's APIs."""
    status = _status(problem)
    name = _GOOGLE_STATUSES.get(status, "INVALID_ARGUMENT")
    return {"code": status, "message": _message(problem), "status": name}


def _answer(form: Callable[[ProblemError], dict[str, Any]], problem: ProblemError) -> Response:
    headers = dict(problem.headers or {})
    if problem.kind.status == 500:
        # The OpenAI client would ask twice more; a fault of ours with a text is the same the next time.
        headers["x-should-retry"] = "false"
    return json_response(encode({"error": form(problem)}), _status(problem), headers)


def _status(problem: ProblemError) -> int:
    return 400 if problem.kind.slug in _BAD_REQUESTS else problem.kind.status


def _message(problem: ProblemError) -> str:
    kind = problem.kind
    where = "".join(f" {error['pointer'] or error['in']}: {error['detail']}" for error in problem.errors)
    return f"{kind.title}. {where.strip() or kind.detail}"


async def _on_http_exception(request: Request, error: Exception) -> Response:
    return respond(problem_of_http(cast(HTTPException, error)), request.scope)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    return respond(validation_problem(cast(RequestValidationError, error).errors()), request.scope)


async def _on_input_error(request: Request, error: Exception) -> Response:
    return respond(problem_of(cast(InputError, error)), request.scope)


def install(app: FastAPI) -> None:
    """Make every error that FastAPI, starlette or the library raises below `app` a problem response."""
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(InputError, _on_input_error)
