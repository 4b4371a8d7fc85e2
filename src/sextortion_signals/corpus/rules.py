"""The rules of the guide that rows can break, each a function from rows to problems. Content is `content.py`'s."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextortion_signals.corpus.source import SIGNAL_LETTERS, Row
from sextortion_signals.text import normalize
from sextortion_signals.types import Role, SignalId

MAXIMUM_LENGTH = 2_000
# What a category says about the role of its rows; `pairs` holds every role.
_ROLE_OF_PREFIX: Mapping[str, Role] = {
    "ben": Role.OTHER,
    "ev": Role.OTHER,
    "off": Role.OFFENDER,
    "vic": Role.VICTIM,
    "third": Role.THIRD_PARTY,
}
_LETTER_ORDER = "".join(SIGNAL_LETTERS)


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: `row` is a row id, or the line of the file where no row could be read. Never holds a text."""

    file: str
    row: str
    rule: str
    detail: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row with the file it was read from and its label as written."""

    file: str
    label: str
    row: Row

    def problem(self, rule: str, detail: str) -> Problem:
        return Problem(self.file, self.row.id, rule, detail)


def source_lines(path: Path) -> list[str] | Problem:
    """Return the lines of a source file, or why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        return Problem(path.name, "file", "encoding", f"not UTF-8 at byte {error.start}")
    except OSError as error:
        return Problem(path.name, "file", "unreadable", str(error.strerror))


def known_names(path: Path) -> dict[str, frozenset[str]]:
    """Return the categories, and the registers by language, of a list of cards; nothing where there is none."""
    if not path.is_file():
        return {}
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    registers = {lang: frozenset(names) for lang, names in table["registers"].items()}
    return {"categories": frozenset(table["categories"]), **registers}


def label_problems(rows: Iterable[SourceRow]) -> Iterator[Problem]:
    """Yield labels that contradict themselves or their category."""
    for item in rows:
        role, signals = item.row.role, item.row.signals
        wanted = _ROLE_OF_PREFIX.get(item.row.category.split("_")[0])
        if wanted is not None and role is not wanted:
            yield item.problem("label_category", f"a row of {item.row.category} is {wanted.value}, not {role.value}")
        if role is Role.OTHER and signals:
            yield item.problem("label_signals", "an N row has no signals")
        told = role in (Role.VICTIM, Role.THIRD_PARTY)
        if told and SignalId.DISCLOSURE not in signals:
            yield item.problem("label_disclosure", "a V or T row carries d")
        if role is Role.OFFENDER and SignalId.DISCLOSURE in signals:
            yield item.problem("label_disclosure", "an O row never carries d")
        letters = item.label[1:]
        if len(letters) != len(set(letters)):
            yield item.problem("label_letters", f"a letter is written twice; write {_LETTER_ORDER} once each")


def length_problems(rows: Iterable[SourceRow]) -> Iterator[Problem]:
    """Yield texts longer than 2,000 code points; a source line never holds an empty one."""
    for item in rows:
        if len(item.row.text) > MAXIMUM_LENGTH:
            yield item.problem("length", f"{len(item.row.text)} code points; at most {MAXIMUM_LENGTH} are allowed")


def pair_problems(rows: Iterable[SourceRow]) -> Iterator[Problem]:
    """Yield minimal pairs that are not two rows with different labels."""
    pairs: dict[str, list[SourceRow]] = defaultdict(list)
    for item in rows:
        if item.row.pair is not None:
            pairs[item.row.pair].append(item)
    for halves in pairs.values():
        first = halves[0]
        number = (first.row.pair or "").split("=")[1]
        if len(halves) != 2:
            yield first.problem("pair", f"={number} has {len(halves)} rows; a pair has two")
        elif (halves[0].row.role, halves[0].row.signals) == (halves[1].row.role, halves[1].row.signals):
            yield first.problem("pair", f"the two rows of ={number} have one label; role or signals must differ")


def card_problems(rows: Sequence[SourceRow], known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Yield cards in the wrong file, written twice, or with a category or register that `cards.toml` does not have.

    `known` maps "categories", "ja" and "en" (registers) to the names that exist; an absent key checks nothing.
    """
    for item in _first_rows(rows):
        row = item.row
        if item.file.removesuffix(".txt") != row.batch:
            yield item.problem("card_file", f"card {row.card} belongs into {row.batch}.txt")
        if row.category not in known.get("categories", {row.category}):
            yield item.problem("card_category", f"{row.category} is no category of cards.toml")
        if row.register not in known.get(row.lang, {row.register}):
            yield item.problem("card_register", f"{row.register} is no {row.lang} register of cards.toml")
    seen: set[str] = set()
    for item in rows:
        if item.row.id in seen:
            yield item.problem("card_twice", f"card {item.row.card} is opened twice")
        seen.add(item.row.id)


def _first_rows(rows: Sequence[SourceRow]) -> Iterator[SourceRow]:
    seen: set[tuple[str, str]] = set()
    for item in rows:
        if (item.file, item.row.card) not in seen:
            seen.add((item.file, item.row.card))
            yield item


def duplicate_problems(rows: Iterable[SourceRow]) -> Iterator[Problem]:
    """Yield texts that are those of an earlier row after cleaning, but for case and white space."""
    first: dict[str, str] = {}
    for item in rows:
        key = " ".join(normalize(item.row.text).text.casefold().split())
        if key in first:
            yield item.problem("duplicate", f"the text of {first[key]} again")
        first.setdefault(key, item.row.id)
