"""Recognises by its content how a conversation was saved, and reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sextortion_signals.errors import RecordError
from sextortion_signals.transcripts.json_lines import looks_like_json, read_json
from sextortion_signals.transcripts.line_export import looks_like_line, read_line
from sextortion_signals.transcripts.plain_log import looks_like_plain, read_plain
from sextortion_signals.types import Message


class TranscriptFormat(StrEnum):
    """How a conversation was saved."""

    JSONL = "jsonl"
    LINE = "line"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation as it was saved; `id` is what its file calls it, None where it has no name."""

    id: str | None
    messages: tuple[Message, ...]


_LOOKS: dict[TranscriptFormat, Callable[[str], bool]] = {
    # LINE's first line begins with a bracket, as a JSON list does.
    TranscriptFormat.LINE: looks_like_line,
    TranscriptFormat.JSONL: looks_like_json,
    TranscriptFormat.PLAIN: looks_like_plain,
}


def read_transcripts(content: str, chosen: TranscriptFormat | None = None) -> list[Transcript]:
    """Return the conversations in a file's content: several in JSON lines, one in the other formats.

    Raises `RecordError`, which names the line and never a text, when the content is in none of the formats, or not in
    the one chosen.
    """
    content = content.removeprefix("\ufeff")
    found = chosen or next((name for name, looks in _LOOKS.items() if looks(content)), None)
    if found is None:
        raise RecordError(
            "this is no conversation in a known format: JSON lines with sender and text, lines of `name: text`, or "
            "LINE's exported talk; choose one with --format"
        )
    transcripts = list(_read(content, found))
    if not transcripts or not all(transcript.messages for transcript in transcripts):
        raise RecordError(f"there is no message in this file, read as {found.value}; see --format")
    return transcripts


def _read(content: str, found: TranscriptFormat) -> Iterator[Transcript]:
    if found is TranscriptFormat.JSONL:
        yield from (Transcript(name, tuple(messages)) for name, messages in read_json(content))
    else:
        reader = read_line if found is TranscriptFormat.LINE else read_plain
        yield Transcript(None, tuple(reader(content)))
