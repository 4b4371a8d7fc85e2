"""Check conversations against the guide: what single texts may not hold either, and what only conversations can break.

Conversations are long, and long texts of one language share more 3-grams than short ones by chance. Two of this corpus
share at most a third, so half already is a copy with changes.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sextortion_signals.corpus.content import find_forbidden
from sextortion_signals.corpus.conversations import (
    CONVERSATIONS,
    Conversation,
    Fault,
    SourceConversation,
    conversation_paths,
    scan_conversations,
)
from sextortion_signals.corpus.duplicates import near_texts
from sextortion_signals.corpus.rules import MAXIMUM_LENGTH, Problem, known_names, source_lines
from sextortion_signals.types import Role

SIMILAR = 0.5
# The label of a category in cards.toml, without what stands in brackets, fixes risk and whether an offender is named.
_FIXED_LABELS: Mapping[str, tuple[int, bool]] = {
    "0": (0, False),
    "1, no offender present": (1, False),
    "1, offender named": (1, True),
}


@dataclass(frozen=True, slots=True)
class ConversationCheck:
    """What was read of the conversations of a corpus. `strict_turns` counts those in strict alternation."""

    files: int
    conversations: int
    strict_turns: int
    problems: tuple[Problem, ...]


def check_conversations(folder: Path, *, near_duplicates: bool = True) -> ConversationCheck:
    """Check every `conversations/src/*.txt` below the corpus folder against `GUIDE.md`; there may be none.

    Conversations that cannot be read are problems, and those around them are still checked.
    """
    paths = conversation_paths(folder)
    read: list[SourceConversation] = []
    problems: list[Problem] = []
    for path in paths:
        lines = source_lines(path)
        for item in [lines] if isinstance(lines, Problem) else scan_conversations(path.name, lines):
            if isinstance(item, SourceConversation):
                read.append(item)
            elif isinstance(item, Fault):
                problems.append(Problem(path.name, f"line {item.line}", item.rule, item.detail))
            else:
                problems.append(item)
    cards = folder / CONVERSATIONS / "cards.toml"
    problems += [*_card_problems(read, known_names(cards)), *_label_problems(read, _labels(cards))]
    problems += _message_problems(read)
    problems += _near_duplicates(read) if near_duplicates else ()
    return ConversationCheck(len(paths), len(read), sum(item.conversation.alternates for item in read), tuple(problems))


def strictest_role(conversation: Conversation) -> Role:
    """Return the role whose content rules hold for every message of a conversation.

    Beside an offender's lines those of the others are bound as they are: an age in an answer is the age of a victim.
    """
    if conversation.offender is not None:
        return Role.OFFENDER
    return Role.VICTIM if conversation.risk else Role.OTHER


def _card_problems(read: Sequence[SourceConversation], known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in read:
        one = item.conversation
        if item.file.removesuffix(".txt") != one.batch:
            yield _problem(item, "card_file", f"card {one.card} belongs into {one.batch}.txt")
        if one.category not in known.get("categories", {one.category}):
            yield _problem(item, "card_category", f"{one.category} is no category of cards.toml")
        if one.register not in known.get(one.lang, {one.register}):
            yield _problem(item, "card_register", f"{one.register} is no {one.lang} register of cards.toml")
        if one.id in seen:
            yield _problem(item, "card_twice", f"card {one.card} is opened twice")
        seen.add(one.id)


def _label_problems(read: Sequence[SourceConversation], labels: Mapping[str, str]) -> Iterator[Problem]:
    """Yield conversations that their category does not fit, and open categories in which all have one risk."""
    members: dict[str, list[SourceConversation]] = defaultdict(list)
    for item in read:
        members[item.conversation.category].append(item)
    for category, items in members.items():
        label = labels.get(category, "")
        fixed = _FIXED_LABELS.get(label.partition(" (")[0])
        if fixed is not None:
            for item in items:
                if (item.conversation.risk, item.conversation.offender is not None) != fixed:
                    yield _problem(item, "label_category", f"a conversation of {category} is '{label}'")
        elif label and len({item.conversation.risk for item in items}) == 1:
            yield _problem(items[0], "label_single", f"all of {category} has one risk, and cards.toml says '{label}'")


def _message_problems(read: Sequence[SourceConversation]) -> Iterator[Problem]:
    for item in read:
        role = strictest_role(item.conversation)
        for line, message in zip(item.lines, item.conversation.messages, strict=True):
            if len(message.text) > MAXIMUM_LENGTH:
                detail = f"line {line}: {len(message.text)} code points; at most {MAXIMUM_LENGTH} are allowed"
                yield _problem(item, "length", detail)
            for rule in find_forbidden(message.text, role):
                yield _problem(item, f"content_{rule.name}", f"line {line}: {rule.why}")


def _near_duplicates(read: Sequence[SourceConversation]) -> Iterator[Problem]:
    for first, second, similarity in near_texts([item.conversation.text for item in read], threshold=SIMILAR):
        detail = f"nearly the messages of {read[first].conversation.id} (similarity {similarity:.2f})"
        yield _problem(read[second], "near_duplicate", detail)


def _problem(item: SourceConversation, rule: str, detail: str) -> Problem:
    return Problem(item.file, item.conversation.id, rule, detail)


def _labels(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {category: entry.get("label", "") for category, entry in table["categories"].items()}
