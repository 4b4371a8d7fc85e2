"""Read the files that are measured on: JSON lines, labelled throughout or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
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


def read_evaluation_file(path: Path) -> EvaluationFile:
    """Read one JSONL file of texts.

    Labelled rows hold `text, lang, risk (0 or 1), role, signals`, `category` or `kind`, and may hold `id` and `unsure`
    (signals that count neither way). Rows without `risk` hold `text` and may hold `corpus`. A row without an id is
    named by its line. Raises `RecordError` naming file and line, never the text.
    """
    rows = tuple(_row(record, f"{path.name}:{number}", number) for number, record in _records(path))
    if not rows:
        raise RecordError(f"{path.name} holds no rows; write one JSON object a line")
    labelled = rows[0].label is not None
    for row in rows:
        if (row.label is not None) is not labelled:
            raise RecordError(f"{path.name}: row {row.id} differs from the first: give all rows a risk, or none")
    return EvaluationFile(path.name, rows, labelled)


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path.name} is not UTF-8") from None
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise RecordError(f"{path.name}:{number}: not a JSON object; write one object a line")
        yield number, record


def _row(record: Mapping[str, Any], where: str, number: int) -> EvaluationRow:
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RecordError(f"{where}: the field text must be a string that holds something to read")
    label = _label(record, where) if record.get("risk") is not None else None
    names = ("corpus", "source", "category", "kind") if label is None else ("category", "kind", "source")
    group = next((str(record[name]) for name in names if record.get(name)), UNNAMED)
    return EvaluationRow(
        id=str(record.get("id") or f"line {number}"),
        text=text,
        lang=str(record.get("lang") or UNNAMED),
        group=group,
        label=label,
    )


def _label(record: Mapping[str, Any], where: str) -> Label:
    risk = record["risk"]
    if risk not in (0, 1):
        raise RecordError(f"{where}: risk must be 0 or 1")
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
