"""What the Perspective API's format looks like. Field names are those of the wire, unknown fields are left alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, SkipValidation
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from sextortion_signals_service.openai_schemas import TolerantModel
from sextortion_signals_service.schemas import ResponseModel, Text

MOST_ATTRIBUTES = 32
MOST_LANGUAGES = 10

_Language = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,35}$")]


class CamelModel(TolerantModel):
    """Base of the requests: snake_case here, camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel)


class Comment(CamelModel):
    """The text to assess. Only plain text is read."""

    text: Text
    type: Literal["PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"] | None = None


class AttributeParameters(CamelModel):
    """How one attribute is wanted: left out of the answer where its score is below the threshold."""

    score_type: Literal["PROBABILITY", "SCORE_TYPE_UNSPECIFIED"] | None = None
    score_threshold: float | None = Field(default=None, ge=0.0, le=1.0)


def _limit(value: Any) -> Any:
    # Before each of them is validated: 40,000 of them cost a second of building errors.
    if isinstance(value, dict) and len(value) > MOST_ATTRIBUTES:
        raise PydanticCustomError("too_long", "too many attributes")
    return value


class AnalyzeRequest(CamelModel):
    """One comment and the attributes wanted of it. The claimed `languages` are a hint and never a reason to refuse."""

    comment: Comment
    requested_attributes: Annotated[dict[str, AttributeParameters | None], BeforeValidator(_limit), Field(min_length=1)]
    span_annotations: bool | None = None
    languages: list[_Language] | None = Field(default=None, max_length=MOST_LANGUAGES)
    client_token: Text | None = Field(default=None, description="Echoed in the answer.")


class SuggestRequest(CamelModel):
    """Feedback on a score. It is answered, so that clients go on, and dropped: nothing is stored or learned."""

    comment: Comment
    attribute_scores: SkipValidation[dict[str, Any]] | None = None
    client_token: Text | None = Field(default=None, description="Echoed in the answer.")


class Score(ResponseModel):
    """A score of 0 to 1."""

    value: float = Field(ge=0.0, le=1.0)
    type: Literal["PROBABILITY"]


class SpanScore(ResponseModel):
    """The score of a span of the text in code points, half open."""

    begin: int
    end: int
    score: Score


class AttributeScores(ResponseModel):
    """The score of the whole comment and, if asked for, of the evidence in it."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    summary_score: Score
    span_scores: list[SpanScore] = Field(default=[])


class AnalyzeResponse(ResponseModel):
    """The scores by attribute, less those below their threshold."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    attribute_scores: dict[str, AttributeScores]
    languages: list[str]
    detected_languages: list[str]
    client_token: str | None = None


class SuggestResponse(ResponseModel):
    """The token of the request, if there was one."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    client_token: str | None = None


class GoogleErrorDetail(ResponseModel):
    """What was wrong; never what was sent."""

    code: int
    message: str
    status: str


class GoogleError(ResponseModel):
    """An error as Google's clients read it."""

    error: GoogleErrorDetail
