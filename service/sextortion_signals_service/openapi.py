"""The OpenAPI document: what FastAPI generates, with its errors described and their media type set right."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from sextortion_signals_service.problems import MEDIA_TYPE
from sextortion_signals_service.schemas import ProblemModel

Responses = dict[int | str, dict[str, Any]]

DESCRIPTION = (
    "Scores Japanese and English texts for sextortion: risk, who is speaking, signals with exact evidence, and the "
    "fitting advice. A triage aid: it sorts a queue for people and never decides alone. No text is kept or logged."
)

# Written out, because the phrases of the HTTP statuses differ between versions of Python.
_MEANINGS = {
    400: "The body is not JSON.",
    401: "A valid API key is missing, where there are keys.",
    404: "There is nothing here.",
    408: "The body took too long to come.",
    413: "The body is too large.",
    415: "The body is not declared to be JSON.",
    422: "The request does not fit the schema, or the text cannot be assessed.",
    429: "This key asks too often, or for too much at once.",
    500: "Something went wrong here.",
    503: "The model is not loaded yet, or there is too much to do.",
}
_COMPATIBLE_MEANINGS = {**_MEANINGS, 400: "The request does not fit the format.", 422: "Too many or too long texts."}


def problem_responses(*statuses: int) -> Responses:
    """Return FastAPI's `responses` for errors of our own API."""
    return {status: {"model": ProblemModel, "description": _MEANINGS[status]} for status in statuses}


def error_responses(model: type[BaseModel], *statuses: int) -> Responses:
    """Return FastAPI's `responses` for errors in the form of another service."""
    return {status: {"model": model, "description": _COMPATIBLE_MEANINGS[status]} for status in statuses}


def use_problem_media_type(app: FastAPI) -> None:
    """Make the OpenAPI document of `app` say `application/problem+json` for errors; FastAPI has one type for all."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    _set_media_type(int(status), response["content"])
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _set_media_type(status: int, content: dict[str, Any]) -> None:
    for media_type, described in list(content.items()):
        if status >= 400 and described.get("schema", {}).get("$ref", "").endswith("/ProblemModel"):
            content[MEDIA_TYPE] = content.pop(media_type)
