"""Conversations and reports in requests: texts assessed in turn with those of other requests, the rest in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sextortion_signals import Message
from sextortion_signals.conversation import ConversationState, in_place, reported_messages
from sextortion_signals.text import is_readable
from sextortion_signals.types import Assessment
from sextortion_signals_service.conversation_schemas import ConversationRequest, MessageModel, ReportRequest
from sextortion_signals_service.encoding import encode
from sextortion_signals_service.scoring import Options, Scorer
from sextortion_signals_service.tokens import StateTokens


async def assess_conversation(scorer: Scorer, tokens: StateTokens, request: ConversationRequest) -> bytes:
    """Return the encoded `ConversationModel`."""
    state = ConversationState() if request.state is None else tokens.unpack(request.state)
    messages = read_messages(request.messages)
    assessments = await _assessed(scorer, messages, Options(request.lang, request.audience, request.truncate))

    def conclude() -> bytes:
        outcome = scorer.detector.assess_conversation(
            messages,
            state=state,
            assessments=assessments,
            lang=request.lang,
            audience=request.audience,
            awareness=request.awareness,
        )
        return encode({**outcome.to_dict(), "state": tokens.pack(outcome.state)})

    return await scorer.conclude(_texts(messages), conclude)


async def assess_report(scorer: Scorer, request: ReportRequest) -> bytes:
    """Return the encoded `ReportModel`."""
    detector, options = scorer.detector, Options(request.lang, request.audience, request.truncate)
    item, reason, told = request.item, request.reason, None
    reported = None if item is None else item.text if item.sender is None else Message(item.sender, item.text)
    messages = reported_messages(reported, read_messages(request.thread))
    if reason is not None and is_readable(reason):
        told = await scorer.assess(reason, options)
    assessments = await _assessed(scorer, messages, options)

    def conclude() -> bytes:
        chosen: dict[str, Any] = {"lang": request.lang, "audience": request.audience}
        shown = detector.assess_conversation(messages, assessments=assessments, **chosen) if messages else None
        return encode(detector.weigh_report(reason, told, shown, **chosen).to_dict())

    return await scorer.conclude(_texts(messages), conclude)


def read_messages(models: Sequence[MessageModel]) -> list[Message]:
    """Return messages as the library has them."""
    return [Message(model.sender, model.text) for model in models]


def _texts(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages]


async def _assessed(scorer: Scorer, messages: Sequence[Message], options: Options) -> list[Assessment]:
    """Return what `Detector.assess_messages` does; raises what the first text that cannot be assessed raises."""
    places = [place for place, message in enumerate(messages) if is_readable(message.text)]
    outcomes = await scorer.assess_many([messages[place].text for place in places], options)
    found: dict[int, Assessment] = {}
    for place, outcome in zip(places, outcomes, strict=True):
        if isinstance(outcome, Exception):
            raise outcome
        found[place] = outcome
    detector = scorer.detector
    return in_place(len(messages), found, detector.model, detector.tier, detector.thresholds)
