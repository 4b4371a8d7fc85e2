"""What goes over the wire about conversations and reports; see `schemas`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, InstanceOf

from sextortion_signals.conversation import Reason, Stage
from sextortion_signals.types import Level, SignalId
from sextortion_signals_service.schemas import (
    AdviceLanguage,
    AdviceModel,
    AssessmentModel,
    AudienceName,
    EvidenceModel,
    ResponseModel,
    StrictModel,
    Text,
)

LONGEST_STATE = 16_384

Sender = Annotated[
    str,
    Field(
        max_length=128,
        description="Your own id of who wrote it, the same in every message. It comes back in answers and in `state`.",
    ),
]


class MessageModel(StrictModel):
    """One message. A text without anything to read, such as that of a picture, keeps its place."""

    sender: Sender
    text: Text


class ConversationRequest(StrictModel):
    """A conversation from its beginning, or its next messages together with the `state` of the last answer."""

    messages: list[MessageModel] = Field(min_length=1)
    state: Annotated[str, Field(max_length=LONGEST_STATE)] | None = Field(
        default=None, description="What the last answer on this conversation gave; opaque and signed."
    )
    lang: AdviceLanguage | None = None
    audience: AudienceName | None = None
    truncate: bool = Field(default=False, description="Read the beginning of texts over the limit.")
    awareness: bool = Field(default=False, description="Give general advice also where nothing was found.")


class ReportedItem(StrictModel):
    """What was reported; `sender` is left out where nobody knows who wrote it."""

    text: Text
    sender: Sender | None = None


class ReportRequest(StrictModel):
    """A report: any of `reason`, `item` and `thread` may be missing, not all."""

    reason: Text | None = Field(default=None, description="What the reporter chose from a menu or wrote.")
    item: ReportedItem | None = None
    thread: list[MessageModel] = Field(default=[], description="The conversation that the item stands in.")
    lang: AdviceLanguage | None = None
    audience: AudienceName | None = None
    truncate: bool = Field(default=False, description="Read the beginning of texts over the limit.")


class StepModel(ResponseModel):
    """What one message did: `risk` and `level` are those after it."""

    message: int = Field(ge=0, description="Position in the whole conversation.")
    sender: str
    risk: float = Field(ge=0.0, le=1.0)
    level: Level
    rise: float = Field(ge=0.0, le=1.0, description="What this message added to the risk.")
    moved_by: int | None = Field(description="The message that last moved the risk.")
    reasons: list[Reason]
    evidence: list[EvidenceModel] = Field(description="Spans of this message.")
    stages: list[Stage] = Field(description="Stages seen here for the first time.")


class MessageEvidenceModel(ResponseModel):
    """A span of one message, in code points, half open."""

    message: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: InstanceOf[str]


class ConversationSignalModel(ResponseModel):
    """One signal, merged over the messages of the request."""

    id: SignalId
    score: float = Field(ge=0.0, le=1.0)
    evidence: list[MessageEvidenceModel]


class ConversationOutcome(ResponseModel):
    """What is said about a conversation. A triage aid: a person decides. The risk never falls."""

    risk: float = Field(ge=0.0, le=1.0)
    level: Level
    first_alert: int | None = Field(description="The message at which the risk first reached `elevated`.")
    offender: str | None = Field(description="The sender who coerces or lures, where one can be named.")
    stages: dict[Stage, int] = Field(description="The message at which each stage was first seen.")
    signals: list[ConversationSignalModel]
    advice: list[AdviceModel]
    timeline: list[StepModel] = Field(description="One step for each message of the request.")
    messages: list[AssessmentModel] = Field(description="Each message of the request, assessed by itself.")
    model: str
    thresholds: dict[str, float]


class ConversationModel(ConversationOutcome):
    """The outcome, and `state` to go on from it."""

    state: str = Field(description="Send it with the next messages. It holds your senders' ids and no text.")


class ReportModel(ResponseModel):
    """One risk for the queue, and what it was weighed from."""

    risk: float = Field(ge=0.0, le=1.0)
    level: Level
    offender: str | None
    reason: AssessmentModel | None = Field(description="The reporter's own words, assessed.")
    thread: ConversationOutcome | None = Field(description="The thread with the reported item in it.")
    advice: list[AdviceModel]
    model: str
