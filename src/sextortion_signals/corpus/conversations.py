"""Read conversations as they are written: one text file per batch, cards and marked messages (GUIDE.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Message

CONVERSATIONS = "conversations"
SHORTEST, LONGEST = 4, 60
NOBODY = "-"
_CARD = re.compile(r"@ (?P<card>(?P<lang>ja|en)-c\d\d-\d\d) (?P<category>[a-z_]+) (?P<register>[a-z-]+)\s*")
_HEAD = re.compile(r"= (?:0|1 (?P<offender>[A-Z-]))\s*")
_MESSAGE = re.compile(r"(?P<sender>[A-Z])(?: +(?P<mark>\?!?|!))? +\| (?P<text>.*\S)\s*")
_FORMS = {
    "@": "a card opens with '@ CARD CATEGORY REGISTER'",
    "=": "a conversation opens with '= 0', '= 1 SENDER' or '= 1 -' below a card",
}
_MESSAGE_FORM = "a message is 'SENDER | TEXT', 'SENDER ? | TEXT' or the like, below '= 0' or '= 1'"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One labelled conversation.

    `risk` is 1 when somebody coerces or lures in it, or tells of a live or recent case. `offender` is the sender who
    does, None where none takes part. `first_evidence` and `unmistakable` are indices into `messages`: where a careful
    moderator who reads from the top would first worry, and where it is certain; both None with risk 0.
    """

    id: str
    lang: str
    risk: int
    offender: str | None
    first_evidence: int | None
    unmistakable: int | None
    category: str
    register: str
    card: str
    batch: str
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The messages without their senders, one below the other."""
        return "\n".join(message.text for message in self.messages)

    @property
    def alternates(self) -> bool:
        """Whether no sender ever writes two messages in a row."""
        return all(one.sender != next_.sender for one, next_ in zip(self.messages, self.messages[1:], strict=False))

    def to_dict(self) -> dict[str, Any]:
        names = ("id", "lang", "risk", "offender", "first_evidence", "unmistakable", "category", "card")
        messages = [{"sender": message.sender, "text": message.text} for message in self.messages]
        return {**{name: getattr(self, name) for name in names}, "messages": messages}


@dataclass(frozen=True, slots=True)
class SourceConversation:
    """A conversation with the file it was read from and the line of each of its messages."""

    file: str
    lines: tuple[int, ...]
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line, or the conversation that opens in it, cannot be read. Never holds a text."""

    line: int
    rule: str
    detail: str


@dataclass(slots=True)
class _Draft:
    """One conversation while its lines are read."""

    card: re.Match[str]
    number: int
    line: int
    offender: str | None
    messages: list[re.Match[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    flawed: bool = False


def conversation_paths(folder: Path) -> list[Path]:
    """Return the sources of conversations of a corpus folder in name order; a corpus may have none."""
    return sorted((folder / CONVERSATIONS / "src").glob("*.txt"))


def read_conversations(folder: Path) -> list[Conversation]:
    """Read every `conversations/src/*.txt` below the corpus folder, in name order; nothing where there are none.

    Raises `CorpusError` naming file and line, never a text.
    """
    return [conversation for path in conversation_paths(folder) for conversation in read_conversation_source(path)]


def read_conversation_source(path: Path) -> Iterator[Conversation]:
    """Yield the conversations of one source file. Raises `CorpusError` naming file and line, never a text."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not UTF-8 at byte {error.start}") from None
    for item in scan_conversations(path.name, lines):
        if isinstance(item, Fault):
            raise CorpusError(f"{path.name}:{item.line}: {item.detail}")
        yield item.conversation


def scan_conversations(file: str, lines: Iterable[str]) -> Iterator[SourceConversation | Fault]:
    """Yield the conversations and the faults of one source file, in order; a fault never ends the reading."""
    card: re.Match[str] | None = None
    draft: _Draft | None = None
    number = 0
    for line_number, line in _written(lines):
        if line[0] in _FORMS:
            yield from _finished(file, draft)
            draft = None
        if line.startswith("@"):
            card, number = _CARD.fullmatch(line), 0
            if card is None:
                yield Fault(line_number, "form", _FORMS["@"])
        elif line.startswith("="):
            # A flawed head keeps its number, so that the ids below it are those they will have once it is mended.
            number += 1
            draft = _opened(card, number, line_number, _HEAD.fullmatch(line))
            if draft is None:
                yield Fault(line_number, "form", _FORMS["="])
        elif not _added(draft, line_number, _MESSAGE.fullmatch(line)):
            yield Fault(line_number, "form", _MESSAGE_FORM)
    yield from _finished(file, draft)


def _written(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#"))


def _opened(card: re.Match[str] | None, number: int, line: int, head: re.Match[str] | None) -> _Draft | None:
    return None if card is None or head is None else _Draft(card, number, line, head["offender"])


def _added(draft: _Draft | None, line: int, message: re.Match[str] | None) -> bool:
    if draft is None:
        return False
    if message is None:
        draft.flawed = True
        return False
    draft.messages.append(message)
    draft.lines.append(line)
    return True


def _finished(file: str, draft: _Draft | None) -> Iterator[SourceConversation | Fault]:
    if draft is None or draft.flawed:
        return
    faults = list(_faults(draft))
    yield from faults
    if not faults:
        yield SourceConversation(file, tuple(draft.lines), _conversation(draft))


def _faults(draft: _Draft) -> Iterator[Fault]:
    senders = {message["sender"] for message in draft.messages}
    if not SHORTEST <= len(draft.messages) <= LONGEST:
        detail = f"{len(draft.messages)} messages; a conversation has {SHORTEST} to {LONGEST}"
        yield Fault(draft.line, "length", detail)
    if senders != {chr(ord("A") + place) for place in range(len(senders))}:
        yield Fault(draft.line, "senders", "senders are the letters from A on, without a gap")
    if draft.offender not in {None, NOBODY, *senders}:
        yield Fault(draft.line, "offender", "the offender sends no message; write '= 1 -' where none takes part")
    worry, certain = _marked(draft, "?"), _marked(draft, "!")
    if draft.offender is None and (worry or certain):
        yield Fault(draft.line, "marks", "a conversation of risk 0 has no marks")
    if draft.offender is not None:
        if (len(worry), len(certain)) != (1, 1):
            yield Fault(draft.line, "marks", "a conversation of risk 1 has one ? and one !")
        elif worry > certain:
            yield Fault(draft.line, "marks", "? cannot stand below !")


def _conversation(draft: _Draft) -> Conversation:
    card = draft.card
    worry, certain = _marked(draft, "?"), _marked(draft, "!")
    return Conversation(
        id=f"{card['card']}-{draft.number:02d}",
        lang=card["lang"],
        risk=int(draft.offender is not None),
        offender=None if draft.offender == NOBODY else draft.offender,
        first_evidence=worry[0] if worry else None,
        unmistakable=certain[0] if certain else None,
        category=card["category"],
        register=card["register"],
        card=card["card"],
        batch=card["card"].rsplit("-", 1)[0],
        messages=tuple(Message(item["sender"], item["text"].replace("\\n", "\n")) for item in draft.messages),
    )


def _marked(draft: _Draft, mark: str) -> list[int]:
    return [index for index, message in enumerate(draft.messages) if mark in (message["mark"] or "")]
