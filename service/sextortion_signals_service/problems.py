"""Errors as RFC 9457 problem details.

    Kind                    what can go wrong: one entry of `KINDS` each, listed in docs/api.md
    ProblemError            raise it anywhere below the middleware; becomes a problem response
    problem_of(error)       the problem for one of the library's input errors
    problem_of_http(error)  the problem for what FastAPI or starlette raises: 404, 405, ...

No answer made here holds anything the caller sent, except the harmless names of unknown fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sextortion_signals.errors import EmptyTextError, InputError, TextTooLongError, TextTypeError, UnknownOptionError
from sextortion_signals_service.encoding import encode, json_response

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:sextortion-signals:problem:"

# A validation error can hold one entry for each field of a request; nobody reads more than this.
_MOST_ERRORS = 20
_SAFE_NAME = re.compile(r"[A-Za-z0-9_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: `slug` ends its type URI, `title` and `detail` are its fixed texts."""

    slug: str
    status: int
    title: str
    detail: str


MALFORMED_JSON = Kind("malformed-json", 400, "The body is not JSON", "Send one JSON document in UTF-8.")
NOT_FOUND = Kind("not-found", 404, "There is nothing here", "GET /openapi.json lists what this service answers.")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This method is not allowed here", "See the 'Allow' header.")
BODY_TOO_LARGE = Kind("body-too-large", 413, "The body is too large", "Send fewer or shorter texts at a time.")
UNSUPPORTED_MEDIA_TYPE = Kind(
    "unsupported-media-type", 415, "The body has the wrong type", "Send it with 'Content-Type: application/json'."
)
INVALID_REQUEST = Kind(
    "invalid-request", 422, "The request does not fit the schema", "See 'errors', and GET /openapi.json."
)
TOO_MANY_ITEMS = Kind("too-many-items", 422, "The batch has too many texts", "Send it in several requests.")
TOO_MANY_MESSAGES = Kind(
    "too-many-messages",
    422,
    "The conversation has too many messages",
    "Send it in several requests, each with the 'state' of the last answer.",
)
INVALID_STATE = Kind(
    "invalid-state",
    422,
    "The state cannot be used",
    "It was changed, or comes from another model or key: send the conversation from its beginning, without 'state'.",
)
EMPTY_TEXT = Kind("empty-text", 422, "The text is empty", "Send a text that holds something to read.")
TEXT_TOO_LONG = Kind(
    "text-too-long", 422, "The text is too long", "Send a shorter one, or 'truncate': true to have its beginning read."
)
UNKNOWN_OPTION = Kind(
    "unknown-option", 422, "An option has a value that does not exist", "Check 'lang' and 'audience' in docs/api.md."
)
UNSUPPORTED_INPUT = Kind(
    "unsupported-input",
    400,
    "This service reads text only",
    "Leave out images and other media, or judge them elsewhere.",
)
UNAUTHORIZED = Kind(
    "unauthorized", 401, "A valid API key is missing", "Send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'."
)
BODY_TOO_SLOW = Kind("body-too-slow", 408, "The body took too long", "Send it faster, or less of it.")
RATE_LIMITED = Kind("rate-limited", 429, "This key asks too often", "Wait as long as 'Retry-After' says.")
TOO_MANY_AT_ONCE = Kind(
    "too-many-at-once", 429, "This key has too many requests under way", "Wait for answers before asking for more."
)
OVERLOADED = Kind("overloaded", 503, "The service has too much to do", "Wait as long as 'Retry-After' says.")
TIMED_OUT = Kind("timed-out", 503, "The answer took too long", "Send fewer or shorter texts at a time.")
INTERNAL_ERROR = Kind("internal-error", 500, "Something went wrong here", "The log of the service says where.")
NOT_READY = Kind("not-ready", 503, "The model is not loaded yet", "Try again in a moment.")

KINDS = (
    MALFORMED_JSON,
    UNSUPPORTED_INPUT,
    UNAUTHORIZED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_SLOW,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_REQUEST,
    TOO_MANY_ITEMS,
    TOO_MANY_MESSAGES,
    INVALID_STATE,
    EMPTY_TEXT,
    TEXT_TOO_LONG,
    UNKNOWN_OPTION,
    RATE_LIMITED,
    TOO_MANY_AT_ONCE,
    INTERNAL_ERROR,
    NOT_READY,
    OVERLOADED,
    TIMED_OUT,
)

_LIBRARY_KINDS: dict[type[InputError], Kind] = {
    EmptyTextError: EMPTY_TEXT,
    TextTooLongError: TEXT_TOO_LONG,
    TextTypeError: INVALID_REQUEST,
    UnknownOptionError: UNKNOWN_OPTION,
}
_HTTP_KINDS = {kind.status: kind for kind in (MALFORMED_JSON, NOT_FOUND, METHOD_NOT_ALLOWED)}

# pydantic's own messages quote the value for some types of error, and new types appear; so ours are written out.
_DETAILS = {
    "missing": "This field is required.",
    "extra_forbidden": "This field does not exist here.",
    "too_many_fields": "There are more fields than any request of this service has.",
    "texts_or_items": "Give either 'texts' or 'items', and not both.",
    "is_instance_of": "This must be a string.",
    "string_type": "This must be a string.",
    "string_unicode": "This is not valid Unicode.",
    "string_too_long": "This string is too long.",
    "string_pattern_mismatch": "This string has a form that is not allowed.",
    "bool_type": "This must be true or false.",
    "list_type": "This must be a list.",
    "too_short": "This is empty.",
    "too_long": "This has too many entries.",
    "greater_than_equal": "This number is too small.",
    "less_than_equal": "This number is too large.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "bool_parsing": "This must be true or false.",
    "dict_type": "This must be a JSON object.",
    "enum": "This value does not exist; GET /openapi.json lists those that do.",
    "literal_error": "This value does not exist; GET /openapi.json lists those that do.",
    "model_type": "This must be a JSON object.",
    "model_attributes_type": "This must be a JSON object.",
}


class ProblemError(HTTPException):
    """An error that is its own answer. `errors` says where a request does not fit; `headers` go with the answer.

    A subclass of starlette's `HTTPException`, because FastAPI lets only those out of the reading of a body.
    """

    def __init__(
        self, kind: Kind, *, errors: Sequence[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind.status, kind.detail, dict(headers or {}))
        self.kind = kind
        self.errors = errors

    def to_dict(self) -> dict[str, Any]:
        """Return the problem object of RFC 9457, section 3.1; `errors` is left out where there are none."""
        kind = self.kind
        problem: dict[str, Any] = {
            "type": kind.slug if kind.slug == "about:blank" else TYPE_PREFIX + kind.slug,
            "title": kind.title,
            "status": kind.status,
            "detail": kind.detail,
        }
        return {**problem, "errors": [dict(error) for error in self.errors]} if self.errors else problem

    def to_response(self) -> Response:
        """Return the problem as a response of its own media type."""
        headers = {**(self.headers or {}), "Content-Type": MEDIA_TYPE}
        return json_response(encode(self.to_dict()), self.kind.status, headers)


def problem_of(error: InputError) -> ProblemError:
    """Return the problem for an error of the library. Its message is not used: it may name the value of an option."""
    kinds = (kind for error_type, kind in _LIBRARY_KINDS.items() if isinstance(error, error_type))
    return ProblemError(next(kinds, INVALID_REQUEST))


def validation_problem(errors: Sequence[Mapping[str, Any]], *, within: str = "body") -> ProblemError:
    """Return the problem for pydantic's `errors()`: where and what was wrong, without the values.

    `within` ("body" or "query") is used where an error does not name the part of the request itself.
    """
    return ProblemError(INVALID_REQUEST, errors=[_entry(error, within) for error in islice(errors, _MOST_ERRORS)])


def _entry(error: Mapping[str, Any], within: str) -> dict[str, str]:
    location = list(error["loc"])
    part = location.pop(0) if location and location[0] in ("body", "query") else within
    return {
        "in": str(part),
        "pointer": "".join(f"/{safe_name(name)}" for name in location),
        "detail": _DETAILS.get(error["type"], "This value is not allowed."),
    }


def safe_name(name: object) -> str:
    """Return the name of a field if it cannot hold a text, and else a stand-in."""
    # The caller chose the names of unknown fields and may have put text into them.
    return str(name) if _SAFE_NAME.fullmatch(str(name)) else "(name withheld)"


def problem_of_http(error: HTTPException) -> ProblemError:
    """Return the problem for an HTTP error, whoever raised it. Only problems of our own keep their detail."""
    if isinstance(error, ProblemError):
        return error
    return ProblemError(_HTTP_KINDS.get(error.status_code) or _blank(error.status_code), headers=error.headers)


def _blank(status: int) -> Kind:
    # RFC 9457, section 4.2.1: "about:blank" says no more than the status itself.
    phrase = HTTPStatus(status).phrase
    return Kind("about:blank", status, phrase, phrase)
