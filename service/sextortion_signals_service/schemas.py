"""What goes over the wire. Requests are strict; responses have exactly the keys of the library's `to_dict()`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, SkipValidation, model_validator
from pydantic_core import PydanticCustomError

from sextortion_signals.types import Audience, Level, Role, SignalId, Tier

# No request has more fields than this. Without it 1 MiB of unknown fields costs 0.4 s of error building.
_MOST_FIELDS = 32

# `InstanceOf` and not a plain `str`: a plain one refuses half a surrogate pair in some versions of pydantic.
Text = Annotated[
    InstanceOf[str], Field(description="The text, as it was written. Offsets count its Unicode code points.")
]
AdviceLanguage = Annotated[
    Literal["ja", "en"],
    Field(description="Language of the advice; by default that of the text, which is read from its script."),
]
AudienceName = Annotated[Audience, Field(strict=False, description="Whom the advice is for.")]


class StrictModel(BaseModel):
    """Base of all requests: unknown fields and wrong types are errors, and errors do not hold the input."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _limit_fields(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            raise PydanticCustomError("too_many_fields", "too many fields")
        return value


class AssessRequest(StrictModel):
    """One text to assess."""

    text: Text
    lang: AdviceLanguage | None = None
    audience: AudienceName | None = None
    truncate: bool = Field(
        default=False, description="Read the beginning of a text over the limit instead of refusing it."
    )
    awareness: bool = Field(default=False, description="Give general advice also where nothing was found.")


class BatchItem(StrictModel):
    """One text of a batch. What it leaves out is taken from the batch."""

    text: Text
    id: Annotated[str, Field(pattern=r"^[!-~]{1,128}$")] | None = Field(
        default=None,
        description="Your own name for it, echoed in its result: up to 128 printable ASCII characters, no spaces.",
    )
    lang: AdviceLanguage | None = None
    audience: AudienceName | None = None
    truncate: bool | None = None
    awareness: bool | None = None


class BatchRequest(StrictModel):
    """Many texts: `texts`, or `items` where each carries an id or options of its own.

    The texts and items are not validated here but one by one, so that a bad one fails alone.
    """

    texts: list[SkipValidation[Text]] | None = Field(
        default=None, description="Texts that share the options of the batch."
    )
    items: list[SkipValidation[BatchItem]] | None = Field(
        default=None, description="Texts with ids or options of their own."
    )
    lang: AdviceLanguage | None = None
    audience: AudienceName | None = None
    truncate: bool = False
    awareness: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.texts is None) == (self.items is None):
            raise PydanticCustomError("texts_or_items", "either texts or items")
        return self


class AdviceQuery(StrictModel):
    """Which advice to list."""

    lang: AdviceLanguage = "ja"
    audience: AudienceName | None = None


class ResponseModel(BaseModel):
    """Base of all responses. They describe what is sent; what is sent is the library's own `to_dict()`."""

    model_config = ConfigDict(extra="forbid")


class EvidenceModel(ResponseModel):
    """A span of the text in code points, half open: `text[start:end] == quote`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: InstanceOf[str]


class SignalModel(ResponseModel):
    """One signal seen in the text."""

    id: SignalId
    score: float = Field(ge=0.0, le=1.0)
    evidence: list[EvidenceModel]


class ResourceModel(ResponseModel):
    """A place to turn to, as verified at `source` on the day `checked`."""

    id: str
    name: str
    url: str
    contact: str
    hours: str
    note: str
    source: str
    checked: str


class AdviceModel(ResponseModel):
    """One reviewed item of advice."""

    id: str
    audience: Audience
    title: str
    body: str
    actions: list[str]
    resources: list[ResourceModel]
    campaign: list[str]
    lang: str


class LanguageModel(ResponseModel):
    """Language by script; with `verified` false a low risk proves nothing."""

    code: str
    verified: bool


class AssessmentModel(ResponseModel):
    """What is said about one text. A triage aid: a person decides."""

    risk: float = Field(ge=0.0, le=1.0)
    level: Level
    role: Role
    roles: dict[Role, float]
    signals: list[SignalModel]
    advice: list[AdviceModel]
    language: LanguageModel
    model: str
    thresholds: dict[str, float]
    truncated: bool
    tier: Tier


class CampaignModel(ResponseModel):
    """The campaign all advice rests on; `messages` are those that `campaign` of an item names."""

    name: str
    note: str
    messages: dict[str, str]
    sources: list[str]
    checked: str


class AdviceResponse(ResponseModel):
    """The advice catalogue in one language."""

    lang: Literal["ja", "en"]
    audience: Audience | None
    campaign: CampaignModel
    items: list[AdviceModel]
    resources: list[ResourceModel]


class SignalWordingModel(ResponseModel):
    """A signal in one language; `near_misses` look like it and do not show it."""

    name: str
    definition: str
    hits: list[str]
    near_misses: list[str]


class SignalDefinitionModel(ResponseModel):
    """One signal; `advice` holds ids of items of `GET /v1/advice`."""

    id: SignalId
    ja: SignalWordingModel
    en: SignalWordingModel
    advice: list[str]


class SignalsResponse(ResponseModel):
    """All signals there are."""

    signals: list[SignalDefinitionModel]


class ModelDescription(BaseModel):
    """What `Detector.describe()` says, and the longest text that is read, in code points."""

    model_config = ConfigDict(extra="allow")

    model: str
    languages: list[str]
    tier: Tier = Field(description="How thoroughly texts are read.")
    thresholds_in_use: dict[str, float]
    profile: dict[str, Any] | None = Field(description="The profile in use, as `sextortion-signals tune` wrote it.")
    max_text_length: int


class FieldError(ResponseModel):
    """Where a request does not fit: in the `body` or `query`, at a JSON pointer."""

    in_: str = Field(alias="in")
    pointer: str
    detail: str


class ProblemModel(ResponseModel):
    """An error as RFC 9457 has it. It never holds what was sent."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = Field(default=[], description="Only with validation errors.")


class BatchResult(ResponseModel):
    """The outcome for one text: either `assessment` or `problem` is null."""

    index: int = Field(ge=0, description="Position in `texts` or `items`.")
    id: str | None
    assessment: AssessmentModel | None
    problem: ProblemModel | None


class BatchResponse(ResponseModel):
    """One result for each text, in the order of the request."""

    model: str
    failed: int = Field(ge=0, description="How many of the results are problems.")
    results: list[BatchResult]


class HealthModel(ResponseModel):
    """The process answers."""

    status: str


class ReadyModel(ResponseModel):
    """The model is loaded."""

    status: str
    model: str
