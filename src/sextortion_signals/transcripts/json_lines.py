"""JSON: one message a line, one conversation a line, or one document of either kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sextortion_signals.errors import RecordError
from sextortion_signals.types import Message

_BEGINNING = re.compile(r"\s*(?:\{|\[\s*(?:[{\[\]]|\Z))")
_FORM = '{"sender": "A", "text": "..."} or {"id": "...", "messages": [...]}'


def looks_like_json(content: str) -> bool:
    """Tell whether the content begins as a JSON object or a list of such does; a log may begin with [21:03]."""
    return _BEGINNING.match(content) is not None


def read_json(content: str) -> Iterator[tuple[str | None, list[Message]]]:
    """Yield the id and the messages of each conversation; lines that are messages make one conversation."""
    loose: list[Message] = []
    for number, value in _values(content):
        if isinstance(value, dict) and "messages" not in value:
            loose.append(_message(value, f"line {number}"))
            continue
        messages = value.get("messages") if isinstance(value, dict) else value
        if loose or not isinstance(messages, list):
            raise RecordError(f"line {number}: each line must be {_FORM}, and all of one kind")
        name = value.get("id") if isinstance(value, dict) else None
        where = f"line {number}, messages"
        read = [_message(message, f"{where}[{place}]") for place, message in enumerate(messages)]
        yield None if name is None else str(name), read
    if loose:
        yield None, loose


def _values(content: str) -> Iterator[tuple[int, Any]]:
    try:
        yield 1, json.loads(content)  # one document, however many lines it is laid out on
    except RecursionError:
        raise RecordError("the JSON is nested too deep to be a conversation") from None
    except ValueError:
        yield from _lines(content.split("\n"))


def _lines(lines: Sequence[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            raise RecordError(f"line {number} is not JSON; write one of {_FORM} a line") from None


def _message(value: Any, where: str) -> Message:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or "sender" not in value:
        raise RecordError(
            f"{where}: a message must be an object with sender and text, such as {_FORM.split(' or ')[0]}"
        )
    return Message(str(value["sender"]), value["text"])
