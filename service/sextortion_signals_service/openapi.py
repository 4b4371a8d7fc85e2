"""The OpenAPI document: what FastAPI generates, with the media type of errors set right."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from sextortion_signals_service.problems import MEDIA_TYPE

DESCRIPTION = (
    "Scores Japanese and English texts for sextortion: risk, who is speaking, signals with exact evidence, and the "
    "fitting advice. A triage aid: it sorts a queue for people and never decides alone. No text is kept or logged."
)


def use_problem_media_type(app: FastAPI) -> None:
    """Make the OpenAPI document of `app` say `application/problem+json` for errors; FastAPI has one type for all."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response["content"]:
                        response["content"][MEDIA_TYPE] = response["content"].pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]
