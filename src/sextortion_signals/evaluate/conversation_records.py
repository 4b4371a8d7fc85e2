"""Conversations to measure on: lines of a file, labelled throughout or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate.records import names_of, risk_of
from sextortion_signals.types import Message


@dataclass(frozen=True, slots=True)
class ConversationLabel:
    """What a conversation was labelled by people.

    `offender` is the sender who coerces or lures, None where none takes part. `first_evidence` and `unmistakable` are
    the indices of the messages at which a careful reader would first worry, and at which it is certain; None where
    nobody marked them. With risk 0 all three are None, whatever the file says beside it.
    """

    risk: int
    offender: str | None = None
    first_evidence: int | None = None
    unmistakable: int | None = None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation to measure on. `group` is its category or kind, or the corpus of one without a label."""

    id: str
    lang: str
    group: str
    messages: tuple[Message, ...]
    label: ConversationLabel | None


@dataclass(frozen=True, slots=True)
class ConversationFile:
    """One file of conversations: `labelled` says whether every one carries a label or none does."""

    name: str
    rows: tuple[ConversationRow, ...]
    labelled: bool


def conversation_file(name: str, records: Sequence[tuple[int, Mapping[str, Any]]]) -> ConversationFile:
    """Return numbered records, at least one, as a file of conversations. Raises `RecordError` naming file and line."""
    rows = tuple(_row(record, f"{name}:{number}", number) for number, record in records)
    labelled = rows[0].label is not None
    for row in rows:
        if (row.label is not None) is not labelled:
            raise RecordError(f"{name}: conversation {row.id} differs from the first: give all a risk, or none")
    return ConversationFile(name, rows, labelled)


def _row(record: Mapping[str, Any], where: str, number: int) -> ConversationRow:
    messages = _messages(record.get("messages"), where)
    label = _label(record, messages, where) if record.get("risk") is not None else None
    return ConversationRow(**names_of(record, number, labelled=label is not None), messages=messages, label=label)


def _messages(value: object, where: str) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise RecordError(f"{where}: messages must be a list of at least one message")
    return tuple(_message(item, f"{where}: message {index}") for index, item in enumerate(value))


def _message(item: object, where: str) -> Message:
    sender, text = (item.get("sender"), item.get("text")) if isinstance(item, dict) else (None, None)
    if not isinstance(sender, str) or not isinstance(text, str):
        raise RecordError(f"{where} must hold a sender and a text, both strings")
    # A picture or a sticker has no text, and keeps its place.
    return Message(sender, text)


def _label(record: Mapping[str, Any], messages: Sequence[Message], where: str) -> ConversationLabel:
    if not risk_of(record, where):
        return ConversationLabel(0)
    offender = record.get("offender")
    if offender is not None and offender not in {message.sender for message in messages}:
        raise RecordError(f"{where}: offender must be a sender of the conversation, or null")
    first, certain = (_mark(record.get(name), len(messages), f"{where}: {name}") for name in _MARKS)
    return ConversationLabel(1, offender, first, certain)


_MARKS = ("first_evidence", "unmistakable")


def _mark(value: object, messages: int, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < messages:
        raise RecordError(f"{where} must be the index of a message, 0 to {messages - 1}, or null")
    return value
