"""Count the conversations of a corpus: what the dataset card and the command line show beside the counts of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sextortion_signals.corpus.agreement import ALL
from sextortion_signals.corpus.build import SPLITS, split_of
from sextortion_signals.corpus.conversation_readings import ConversationAgreement, measure_conversation_agreement
from sextortion_signals.corpus.conversations import Conversation, read_conversations
from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.corpus.stats import LENGTHS, LengthStats, length_rows, length_stats

NO_SECOND_READER = "No second reading of the conversations is published yet, and so no figure of agreement.\n"
# Name -> language -> conversations.
_Counts = dict[str, dict[str, int]]
_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ConversationStats:
    """Counts of the conversations of a corpus.

    `counts`, `splits`, `categories` and `registers` map a name to counts by language. `shares` (in 0..1) and the three
    tables of lengths map a name to figures, by language and risk: conversations in messages, messages in code points,
    and how many messages there are up to and with a mark. `agreement` is None without a second reading.
    """

    languages: tuple[str, ...]
    counts: _Counts
    shares: dict[str, dict[str, float | None]]
    lengths: dict[str, LengthStats]
    message_lengths: dict[str, LengthStats]
    marks: dict[str, LengthStats]
    splits: _Counts
    categories: _Counts
    registers: _Counts
    agreement: ConversationAgreement | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_text(self) -> str:
        """Return aligned tables, one after another."""
        return "\n".join(f"{title}\n{aligned_table(header, rows)}\n" for title, header, rows in self._tables())

    def to_markdown(self) -> str:
        """Return the same tables as Markdown, as the dataset card holds them."""
        tables = [f"### {title}\n\n{markdown_table(header, rows)}\n" for title, header, rows in self._tables()]
        return "\n".join([*tables, *([] if self.agreement else [NO_SECOND_READER])])

    def _tables(self) -> list[_Table]:
        header = ("", *self.languages, ALL)
        counted = [
            ("Conversations by split and risk", self.splits),
            ("Conversations by category", self.categories),
            ("Conversations by register", self.registers),
        ]
        lengths = [
            ("Lengths of conversations in messages", self.lengths),
            ("Lengths of messages in code points", self.message_lengths),
            ("Messages up to and with a mark", self.marks),
        ]
        return [
            ("Conversations", header, [*self._rows(self.counts), *self._shares()]),
            *((title, ("", *LENGTHS), length_rows(table)) for title, table in lengths),
            *((title, header, self._rows(table)) for title, table in counted),
            *(self.agreement.tables() if self.agreement else []),
        ]

    def _rows(self, table: _Counts) -> list[tuple[str, ...]]:
        rows = []
        for name, row in table.items():
            counts = [row.get(lang, 0) for lang in self.languages]
            rows.append((name, *map(str, (*counts, sum(counts)))))
        return rows

    def _shares(self) -> list[tuple[str, ...]]:
        return [
            (name, *("–" if share is None else f"{share:.3f}" for share in row.values()))
            for name, row in self.shares.items()
        ]


def conversation_stats(folder: Path) -> ConversationStats | None:
    """Count the conversations of a corpus folder; None where it has none. Raises `CorpusError` for a faulty source."""
    found = read_conversations(folder)
    return count_conversations(found, measure_conversation_agreement(folder)) if found else None


def count_conversations(
    found: Sequence[Conversation], agreement: ConversationAgreement | None = None
) -> ConversationStats:
    """Count conversations, at least one."""
    languages = tuple(sorted({item.lang for item in found}))
    groups = {lang: [item for item in found if item.lang == lang] for lang in languages} | {ALL: list(found)}
    by_risk = {
        f"{lang}, risk {risk}": [item for item in group if item.risk == risk]
        for lang, group in groups.items()
        for risk in (0, 1)
    }
    return ConversationStats(
        languages=languages,
        counts={name: {lang: count(groups[lang]) for lang in languages} for name, count in _COUNTS.items()},
        shares={name: {lang: share(group) for lang, group in groups.items()} for name, share in _SHARES.items()},
        lengths={name: length_stats(len(item.messages) for item in group) for name, group in by_risk.items() if group},
        message_lengths={
            name: length_stats(len(message.text) for item in group for message in item.messages)
            for name, group in by_risk.items()
            if group
        },
        marks=_mark_lengths(groups),
        splits=_counted(
            found,
            lambda item: f"{split_of(item.card)}, risk {item.risk}",
            [f"{split}, risk {risk}" for split in SPLITS for risk in (0, 1)],
        ),
        categories=_counted(found, lambda item: item.category),
        registers=_counted(found, lambda item: item.register),
        agreement=agreement,
    )


def _mark_lengths(groups: Mapping[str, Sequence[Conversation]]) -> dict[str, LengthStats]:
    marks: dict[str, LengthStats] = {}
    for lang, group in groups.items():
        for name, mark in (("first evidence", "first_evidence"), ("unmistakable", "unmistakable")):
            places = [getattr(item, mark) + 1 for item in group if item.risk]
            if places:
                marks[f"{lang}, {name}"] = length_stats(places)
    return marks


def _counted(found: Sequence[Conversation], name: Callable[[Conversation], str], order: Sequence[str] = ()) -> _Counts:
    table: _Counts = {key: {} for key in order}
    for (key, lang), count in sorted(Counter((name(item), item.lang) for item in found).items()):
        table.setdefault(key, {})[lang] = count
    return table


def _share(which: Callable[[Conversation], bool], risk: int | None = None) -> _Share:
    """Return a function of conversations: the share of those with a risk, of all by default, that are so."""

    def share(group: Sequence[Conversation]) -> float | None:
        among = [item for item in group if risk is None or item.risk == risk]
        return sum(map(which, among)) / len(among) if among else None

    return share


_Share = Callable[[Sequence[Conversation]], float | None]
_COUNTS: Mapping[str, Callable[[Sequence[Conversation]], int]] = {
    "conversations": len,
    "messages": lambda group: sum(len(item.messages) for item in group),
    "situation cards": lambda group: len({item.card for item in group}),
    "batches": lambda group: len({item.batch for item in group}),
    "with an offender": lambda group: sum(item.offender is not None for item in group),
    "telling of a case": lambda group: sum(item.risk == 1 and item.offender is None for item in group),
}
_SHARES: Mapping[str, _Share] = {
    "share of risk 0": _share(lambda item: item.risk == 0),
    "share of three or more senders": _share(lambda item: len({message.sender for message in item.messages}) > 2),
    "share in strict turns, risk 0": _share(lambda item: item.alternates, 0),
    "share in strict turns, risk 1": _share(lambda item: item.alternates, 1),
    "share of risk 1 with both marks at one message": _share(lambda item: item.first_evidence == item.unmistakable, 1),
}
