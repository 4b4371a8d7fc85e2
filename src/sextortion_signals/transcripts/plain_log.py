"""Plain logs: `name: text`, with or without a time before the name; other lines go on with the message above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sextortion_signals.errors import RecordError
from sextortion_signals.types import Message

_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s*"
_TIME = rf"(?:\[?(?:{_DATE})?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[AaPp]\.?[Mm]\.?)?\]?\s*(?:[-–]\s*)?)?"
# A name is short, holds no colon, and is no beginning of an address (https://).
_NAMED = re.compile(rf"{_TIME}(?P<name>[^\s:：\t][^:：\t]{{0,39}}?)\s*[:：](?!//)\s?(?P<text>.*)")


def looks_like_plain(content: str) -> bool:
    """Tell whether the first line that is not blank has a name."""
    first = next((line for line in content.split("\n") if line.strip()), "")
    return _NAMED.fullmatch(first.rstrip("\r")) is not None


def read_plain(content: str) -> Iterator[Message]:
    """Yield the messages. Raises `RecordError` when the first line names nobody."""
    sender, lines = "", list[str]()
    for line in content.split("\n"):
        match = _NAMED.fullmatch(line.rstrip("\r"))
        if match is None:
            if not lines and line.strip():
                raise RecordError("the first line names no sender; write `name: text`")
            lines.append(line.rstrip("\r"))
            continue
        if sender:
            yield Message(sender, "\n".join(lines).rstrip())
        sender, lines = match["name"], [match["text"]]
    if sender:
        yield Message(sender, "\n".join(lines).rstrip())
