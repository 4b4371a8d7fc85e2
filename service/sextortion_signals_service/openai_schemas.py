"""What OpenAI's moderation format looks like, for the OpenAPI document. Unknown fields of a request are left alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, SkipValidation

from sextortion_signals.types import Level, Role, SignalId
from sextortion_signals_service.schemas import LanguageModel, ResponseModel, StrictModel, Text


class TolerantModel(StrictModel):
    """Base of the requests of other services' formats: their clients send fields that mean nothing here."""

    model_config = ConfigDict(extra="ignore", strict=False)


class TextPart(TolerantModel):
    """A part of the text."""

    type: Literal["text"]
    text: Text


class ModerationRequest(TolerantModel):
    """What to assess. `model` may have any name, since there is one model."""

    input: SkipValidation[
        Annotated[
            Text | list[Text] | list[TextPart],
            Field(description="A text, several texts, or the typed parts of one text. Images are refused."),
        ]
    ]


class ModerationSignal(ResponseModel):
    """A signal seen in the text; `evidence` are pairs of offsets in code points, half open."""

    id: SignalId
    score: float
    evidence: list[tuple[int, int]]


class ModerationDetails(ResponseModel):
    """What the format has no place for: the assessment without quotes, and the ids of the fitting advice."""

    risk: float
    level: Level
    role: Role
    roles: dict[Role, float]
    language: LanguageModel
    thresholds: dict[str, float]
    truncated: bool
    signals: list[ModerationSignal]
    advice: list[str] = Field(description="Ids of items of `GET /v1/advice`.")


class ModerationResult(ResponseModel):
    """The result for one text; all 13 categories of the format are false and 0, because they are not assessed."""

    flagged: bool = Field(description="Whether the author is called an offender. A call for help is no ground for it.")
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[Literal["text"]]]
    sextortion: ModerationDetails | None = Field(description="Null for a text that holds nothing to read.")


class ModerationResponse(ResponseModel):
    """One result for each text, in order."""

    id: str
    model: str
    results: list[ModerationResult]


class OpenAIErrorDetail(ResponseModel):
    """What was wrong; never what was sent."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(ResponseModel):
    """An error as OpenAI's clients read it."""

    error: OpenAIErrorDetail
