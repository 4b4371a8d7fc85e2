"""LINE's exported talk (.txt): a head, a line for each day, then time, name and text between tabs.

    [LINE] はなこさんとのトーク履歴
    保存日時：2026/01/31 21:05

    2026/01/30(金)
    21:03<TAB>はなこ<TAB>いまどこ?
    21:04<TAB>たろう<TAB>"駅
    もうすぐ着く"
    21:05<TAB>はなこ<TAB>[スタンプ]
    21:06<TAB>たろうが退出しました。

What apps write differs with their age and language: full dates with points, 午後9:03, 9:03 PM, times without a name
for what the app itself says (joined, left, unsent). Those lines are no messages. `[写真]`, `[スタンプ]` and calls are:
they keep their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sextortion_signals.errors import RecordError
from sextortion_signals.types import Message

_HEAD = "[LINE]"
_TIME = r"(?:(?:午前|午後|上午|下午|AM|PM)\s?)?\d{1,2}:\d{2}(?:\s?[AP]M)?"
_LINE = re.compile(rf"{_TIME}\t(?P<rest>.*)")
_DAY = re.compile(
    r"\d{4}[/.]\d{1,2}[/.]\d{1,2}\s?(?:\(.{1,4}\)|[^\s\d:]{1,10})?"
    r"|[A-Z][a-z]{2}, \d{1,2}/\d{1,2}/\d{4}|\d{4}年\d{1,2}月\d{1,2}日.{0,5}"
)
_LOOKED_AT = 20


def looks_like_line(content: str) -> bool:
    """Tell whether the content has LINE's head, or times and tabs near its beginning."""
    lines = [line.rstrip("\r") for line in content.split("\n")[:_LOOKED_AT]]
    return content.startswith(_HEAD) or any(_named(line) is not None for line in lines)


def read_line(content: str) -> Iterator[Message]:
    """Yield the messages. Raises `RecordError` when there is not one line with time, name and text."""
    found = False
    open_message: tuple[str, list[str]] | None = None
    for raw in content.split("\n"):
        line = raw.rstrip("\r")
        started = _LINE.fullmatch(line)
        if open_message and not started and not _is_day(line, open_message[1]):
            open_message[1].append(line)
            continue
        if open_message:
            yield _message(*open_message)
            open_message = None
        named = _named(line)
        if named is not None:
            open_message, found = (named[0], [named[1]]), True
    if open_message:
        yield _message(*open_message)
    if not found:
        raise RecordError("there is no line with a time, a name and a text between tabs, as LINE exports them")


def _named(line: str) -> tuple[str, str] | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    name, tab, text = match["rest"].partition("\t")
    # One column after the time: the app speaks.
    return (name, text) if tab and name.strip() else None


def _is_day(line: str, lines: list[str]) -> bool:
    """Tell whether a line begins a day; inside quotation marks still open it does so only after a blank line."""
    quoted = lines[0].startswith('"') and not (lines[-1].endswith('"') and (len(lines) > 1 or len(lines[0]) > 1))
    return _DAY.fullmatch(line) is not None and (not quoted or not lines[-1])


def _message(name: str, lines: list[str]) -> Message:
    text = "\n".join(lines).rstrip()
    # Quotation marks stand only around messages of several lines; a mark inside one is doubled.
    if "\n" in text and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    return Message(name, text)
