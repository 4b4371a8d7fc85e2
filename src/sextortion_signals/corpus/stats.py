"""Count the corpus: what the dataset card, the command line and a reader want to know about it."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sextortion_signals.corpus.build import SPLITS, split_of
from sextortion_signals.corpus.dataset_card import DATASET_CARD, replace_section
from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.corpus.source import Row, read_sources
from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Role, SignalId

NO_SIGNAL = "(none)"
LENGTHS = ("shortest", "median", "mean", "ninth decile", "longest")
# Name -> language -> rows.
Counts = Mapping[str, Mapping[str, int]]
_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class LengthStats:
    """Lengths of texts in code points, or of anything that is counted."""

    shortest: int
    median: float
    mean: float
    ninth_decile: float
    longest: int


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Counts of a corpus. Every table maps a name to rows by language.

    `hard_share` is the share of the risk-0 rows that look like sextortion on purpose: rows of a `ben_` category and
    the N halves of minimal pairs. `pairs` counts minimal pairs, not rows.
    """

    languages: tuple[str, ...]
    rows: Mapping[str, int]
    cards: Mapping[str, int]
    batches: Mapping[str, int]
    pairs: Mapping[str, int]
    risk_0_share: Mapping[str, float]
    hard_share: Mapping[str, float]
    roles: Counts
    signals: Counts
    categories: Counts
    registers: Counts
    splits: Counts
    lengths: Mapping[str, LengthStats]

    def to_dict(self) -> dict[str, Any]:
        plain = {name: _plain(getattr(self, name)) for name in self.__slots__}
        return {**plain, "languages": list(self.languages)}

    def to_text(self) -> str:
        """Return aligned tables, one after another."""
        return "\n".join(f"{title}\n{aligned_table(header, rows)}\n" for title, header, rows in self._tables())

    def to_markdown(self) -> str:
        """Return the same tables as Markdown, as the dataset card holds them."""
        return "\n".join(f"### {title}\n\n{markdown_table(header, rows)}\n" for title, header, rows in self._tables())

    def _tables(self) -> list[_Table]:
        named = {
            "Rows by role": self.roles,
            "Rows by signal": self.signals,
            "Rows by split": self.splits,
            "Rows by category": self.categories,
            "Rows by register": self.registers,
        }
        return [self._overview(), self._lengths(), *(self._counted(title, table) for title, table in named.items())]

    def _overview(self) -> _Table:
        counted = {"rows": self.rows, "situation cards": self.cards, "batches": self.batches, "pairs": self.pairs}
        rows = [(name, *self._cells(table)) for name, table in counted.items()]
        shares = {"share of risk 0": self.risk_0_share, "hard share of risk 0": self.hard_share}
        everything = (*self.languages, "all")
        rows += [(name, *(f"{table[lang]:.3f}" for lang in everything)) for name, table in shares.items()]
        return "Overview", ("", *everything), rows

    def _lengths(self) -> _Table:
        return "Lengths in code points", ("language", *LENGTHS), length_rows(self.lengths)

    def _counted(self, title: str, table: Counts) -> _Table:
        return title, ("", *self.languages, "all"), [(name, *self._cells(row)) for name, row in table.items()]

    def _cells(self, row: Mapping[str, int]) -> tuple[str, ...]:
        counts = [row.get(lang, 0) for lang in self.languages]
        return (*map(str, counts), str(sum(counts)))


def corpus_stats(folder: Path) -> CorpusStats:
    """Count the sources below a corpus folder. Raises `CorpusError` where one cannot be read."""
    return count_rows(read_sources(folder))


def count_rows(rows: Sequence[Row]) -> CorpusStats:
    """Count rows of a corpus."""
    languages = tuple(sorted({row.lang for row in rows}))
    by_language = {lang: [row for row in rows if row.lang == lang] for lang in languages}
    groups = {**by_language, "all": list(rows)}
    return CorpusStats(
        languages=languages,
        rows=_per_language(by_language, lambda row: row.id),
        cards=_per_language(by_language, lambda row: row.card),
        batches=_per_language(by_language, lambda row: row.batch),
        pairs=_per_language(by_language, lambda row: row.pair),
        risk_0_share=_frozen({lang: _share(members, members) for lang, members in groups.items()}),
        hard_share=_frozen({lang: _hard_share(members) for lang, members in groups.items()}),
        roles=_counts(rows, lambda row: [row.role.value], [role.value for role in Role]),
        signals=_counts(rows, _signal_names, [*(signal.value for signal in SignalId), NO_SIGNAL]),
        categories=_counts(rows, lambda row: [row.category]),
        registers=_counts(rows, lambda row: [row.register]),
        splits=_counts(rows, lambda row: [split_of(row.card)], SPLITS),
        lengths=_frozen({lang: length_stats(len(row.text) for row in members) for lang, members in groups.items()}),
    )


def length_rows(table: Mapping[str, LengthStats]) -> list[tuple[str, ...]]:
    """Return a row of cells for each name of a table of lengths, below its name and `LENGTHS`."""
    return [
        (
            name,
            str(item.shortest),
            *(f"{v:.1f}" for v in (item.median, item.mean, item.ninth_decile)),
            str(item.longest),
        )
        for name, item in table.items()
    ]


def update_dataset_card(folder: Path) -> Path:
    """Write the counts of the corpus between the marks of its `DATASET_CARD.md`; return the card's path.

    Raises `CorpusError` where the card or its marks are missing.
    """
    path = folder / DATASET_CARD
    if not path.is_file():
        raise CorpusError(f"{path} is missing")
    card = path.read_text(encoding="utf-8")
    path.write_text(replace_section(card, "stats", corpus_stats(folder).to_markdown()), encoding="utf-8")
    return path


def _counts(rows: Iterable[Row], names: Callable[[Row], Iterable[str]], order: Sequence[str] = ()) -> Counts:
    counter = Counter((name, row.lang) for row in rows for name in names(row))
    table: dict[str, dict[str, int]] = {name: {} for name in order}
    for (name, lang), count in sorted(counter.items()):
        table.setdefault(name, {})[lang] = count
    return _frozen({name: _frozen(row) for name, row in table.items()})


def _signal_names(row: Row) -> list[str]:
    return [signal.value for signal in row.signals] or [NO_SIGNAL]


def _per_language(groups: Mapping[str, Sequence[Row]], key: Callable[[Row], str | None]) -> Mapping[str, int]:
    return _frozen({lang: len({key(row) for row in members} - {None}) for lang, members in groups.items()})


def _share(chosen: Sequence[Row], among: Sequence[Row]) -> float:
    return sum(row.risk == 0 for row in chosen) / len(among) if among else 0.0


def _hard_share(rows: Sequence[Row]) -> float:
    risk_0 = [row for row in rows if row.risk == 0]
    return _share([row for row in risk_0 if row.category.startswith("ben_") or row.pair is not None], risk_0)


def length_stats(lengths: Iterable[int]) -> LengthStats:
    """Return how a set of lengths, at least one, is spread."""
    lengths = sorted(lengths)
    return LengthStats(
        shortest=lengths[0],
        median=float(statistics.median(lengths)),
        mean=statistics.fmean(lengths),
        # The smallest length that nine tenths of them do not exceed.
        ninth_decile=float(lengths[-(-9 * len(lengths) // 10) - 1]),
        longest=lengths[-1],
    )


def _frozen(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(table))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return {name: getattr(value, name) for name in value.__slots__} if isinstance(value, LengthStats) else value
