"""Texts to measure on: rows of a file, labelled throughout or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sextortion_signals.errors import RecordError
from sextortion_signals.types import Role, SignalId

UNNAMED = "(none)"
_Name = TypeVar("_Name", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Label:
    """What a text was labelled by people: `unsure` holds the signals on which readers disagreed.

    A text with `risk` 0 has the role `OTHER` and no signals, whatever the file says beside it.
    """

    risk: int
    role: Role
    signals: frozenset[SignalId]
    unsure: frozenset[SignalId]


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One text to measure on. `group` is its category or kind, or the corpus of a text without a label."""

    id: str
    text: str
    lang: str
    group: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class EvaluationFile:
    """One file to measure on: `labelled` says whether every row carries a label or none does."""

    name: str
    rows: tuple[EvaluationRow, ...]
    labelled: bool


def evaluation_file(name: str, records: Sequence[tuple[int, Mapping[str, Any]]]) -> EvaluationFile:
    """Return numbered records, at least one, as a file of texts. Raises `RecordError` naming file and line."""
    rows = tuple(_row(record, f"{name}:{number}", number) for number, record in records)
    labelled = rows[0].label is not None
    for row in rows:
        if (row.label is not None) is not labelled:
            raise RecordError(f"{name}: row {row.id} differs from the first: give all rows a risk, or none")
    return EvaluationFile(name, rows, labelled)


def _row(record: Mapping[str, Any], where: str, number: int) -> EvaluationRow:
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RecordError(f"{where}: the field text must be a string that holds something to read")
    label = _label(record, where) if record.get("risk") is not None else None
    return EvaluationRow(**names_of(record, number, labelled=label is not None), text=text, label=label)


def names_of(record: Mapping[str, Any], number: int, *, labelled: bool) -> dict[str, str]:
    """Return id, lang and group of a record: what it is called, and which figures it counts in."""
    names = ("category", "kind", "source") if labelled else ("corpus", "source", "category", "kind")
    return {
        "id": str(record.get("id") or f"line {number}"),
        "lang": str(record.get("lang") or UNNAMED),
        "group": next((str(record[name]) for name in names if record.get(name)), UNNAMED),
    }


def risk_of(record: Mapping[str, Any], where: str) -> int:
    """Return the risk by label. Raises `RecordError` where it is neither 0 nor 1."""
    if record["risk"] not in (0, 1):
        raise RecordError(f"{where}: risk must be 0 or 1")
    return int(record["risk"])


def _label(record: Mapping[str, Any], where: str) -> Label:
    risk = risk_of(record, where)
    unsure = _signals(record, "unsure", where)
    if not risk:
        return Label(0, Role.OTHER, frozenset(), unsure)
    role = _named(Role, record.get("role"), f"{where}: role")
    return Label(1, role, _signals(record, "signals", where), unsure)


def _signals(record: Mapping[str, Any], field: str, where: str) -> frozenset[SignalId]:
    values = record.get(field) or []
    if not isinstance(values, list):
        raise RecordError(f"{where}: {field} must be a list of signal ids")
    return frozenset(_named(SignalId, value, f"{where}: {field}") for value in values)


def _named(names: type[_Name], value: object, where: str) -> _Name:
    if isinstance(value, str) and value in list(names):
        return names(value)
    raise RecordError(f"{where} must be one of {', '.join(names)}")
