"""Labels that a second reader gave conversations, and how far they are those of the writers.

`conversations/readings/second.tsv` holds the second reader's labels. Once sources are mended by what the reading found,
agreement with them would flatter: the writers' labels of that day are then kept in `first.tsv` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sextortion_signals.corpus.agreement import (
    AGREEMENT_HEADER,
    ALL,
    LabelAgreement,
    agreement_cells,
    label_agreement,
)
from sextortion_signals.corpus.conversations import CONVERSATIONS, NOBODY, Conversation, read_conversations
from sextortion_signals.corpus.readings import labelled_lines
from sextortion_signals.errors import CorpusError

READINGS = Path(CONVERSATIONS, "readings")
SECOND_READER = READINGS / "second.tsv"
FIRST_READER = READINGS / "first.tsv"
HEADER = ("id", "risk", "offender", "first", "unmistakable")
MARKS = ("first_evidence", "unmistakable")
_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ConversationReading:
    """A conversation with the labels its writer gave it, and the same one with those of the second reader."""

    first: Conversation
    second: Conversation


@dataclass(frozen=True, slots=True)
class MarkAgreement:
    """How far two readers place one mark from each other, over the `n` conversations of risk 1 by both.

    `mean` is the mean absolute difference in messages, `same` the share of conversations with the mark at the same
    message; both None without such a conversation.
    """

    mark: str
    lang: str
    n: int
    mean: float | None
    same: float | None


@dataclass(frozen=True, slots=True)
class ConversationAgreement:
    """Agreement of two readers on conversations: the risk, the offender named (or nobody), and both marks."""

    labels: tuple[LabelAgreement, ...]
    marks: tuple[MarkAgreement, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"labels": [asdict(item) for item in self.labels], "marks": [asdict(item) for item in self.marks]}

    def tables(self) -> list[_Table]:
        """Return title, header and rows of each table."""
        langs = tuple(dict.fromkeys(item.lang for item in self.labels))
        labels: list[tuple[str, ...]] = [
            (f"{item.label}: {item.lang}", *agreement_cells(item)[1:]) for item in self.labels
        ]
        marks: list[tuple[str, ...]] = [
            (f"{item.mark}: {item.lang}", str(item.n), _cell(item.mean), _cell(item.same)) for item in self.marks
        ]
        header = ("mark", "conversations", "mean difference in messages", "share at the same message")
        title = f"Second reading ({', '.join(langs)})"
        return [(f"{title}: labels", AGREEMENT_HEADER, labels), (f"{title}: marks", header, marks)]


def read_conversation_readings(folder: Path) -> list[ConversationReading]:
    """Read `conversations/readings/second.tsv` of a corpus folder, in file order, beside the writers' labels.

    Tab separated, UTF-8, with the header `id risk offender first unmistakable`: risk 0 or 1, the offender's letter or
    `-`, and both marks as indices of messages from 0, `-` with risk 0. Writers' labels are those of `first.tsv` beside
    it, in the same form, and those of the sources where that file or a line in it is missing. Raises `CorpusError`
    naming file and line for another form, an unknown or repeated id and labels that contradict themselves.
    """
    written = {item.id: item for item in read_conversations(folder)}
    second = _read(folder / SECOND_READER, written)
    first = _read(folder / FIRST_READER, written) if (folder / FIRST_READER).is_file() else {}
    return [ConversationReading(first.get(name, written[name]), item) for name, item in second.items()]


def measure_conversation_agreement(folder: Path) -> ConversationAgreement | None:
    """Compare the two readings of a corpus folder by language and together; None where no second reading is there.

    Kappa and its interval are those of `measure_agreement`. Raises `CorpusError` for a fault in the files.
    """
    if not (folder / SECOND_READER).is_file():
        return None
    readings = read_conversation_readings(folder)
    langs = sorted({reading.first.lang for reading in readings})
    groups = {lang: [reading for reading in readings if reading.first.lang == lang] for lang in langs}
    groups |= {ALL: readings} if len(langs) > 1 else {}
    labels = [
        label_agreement(name, lang, [(value(pair.first), value(pair.second)) for pair in group], kinds)
        for name, value, kinds in _questions(readings)
        for lang, group in groups.items()
    ]
    marks = [_mark_agreement(mark, lang, group) for mark in MARKS for lang, group in groups.items()]
    return ConversationAgreement(tuple(labels), tuple(marks))


def _questions(readings: Sequence[ConversationReading]) -> Iterator[tuple[str, Callable[[Conversation], int], int]]:
    named = {item.offender for pair in readings for item in (pair.first, pair.second)}
    answers = [None, *sorted(filter(None, named))]
    yield "risk", lambda item: item.risk, 2
    yield "offender named", lambda item: answers.index(item.offender), len(answers)


def _mark_agreement(mark: str, lang: str, readings: Sequence[ConversationReading]) -> MarkAgreement:
    both = [pair for pair in readings if pair.first.risk and pair.second.risk]
    apart = [abs(getattr(pair.first, mark) - getattr(pair.second, mark)) for pair in both]
    if not apart:
        return MarkAgreement(mark, lang, 0, None, None)
    return MarkAgreement(mark, lang, len(apart), sum(apart) / len(apart), apart.count(0) / len(apart))


def _read(path: Path, written: dict[str, Conversation]) -> dict[str, Conversation]:
    found: dict[str, Conversation] = {}
    for number, (name, *labels) in labelled_lines(path, HEADER):
        where = f"{path.name}:{number}"
        if name not in written:
            raise CorpusError(f"{where}: no conversation of the corpus has this id")
        if name in found:
            raise CorpusError(f"{where}: conversation {name} was labelled already")
        found[name] = _labelled(written[name], labels, where)
    if not found:
        raise CorpusError(f"{path} holds no labels")
    return found


def _labelled(item: Conversation, labels: Sequence[str], where: str) -> Conversation:
    risk, offender, *marks = labels
    nobody = offender == NOBODY
    if risk == "0" and nobody and marks == [NOBODY, NOBODY]:
        return replace(item, risk=0, offender=None, first_evidence=None, unmistakable=None)
    places = [str(place) for place in range(len(item.messages))]
    if risk != "1" or not all(mark in places for mark in marks):
        last = len(places) - 1
        raise CorpusError(
            f"{where}: write risk 0 and - three times, or risk 1 and both marks as numbers from 0 to {last}"
        )
    if not nobody and offender not in {message.sender for message in item.messages}:
        raise CorpusError(f"{where}: the offender must be a sender of the conversation, or -")
    first, certain = map(int, marks)
    if first > certain:
        raise CorpusError(f"{where}: the first worry cannot come after certainty")
    return replace(item, risk=1, offender=None if nobody else offender, first_evidence=first, unmistakable=certain)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
