"""Assessments as added columns: flat values for tables, nested values for JSONL, made where the text was assessed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sextortion_signals.batch.assess import AssessOptions, Failure, Load, Outcome, TextAssessor, assess_items
from sextortion_signals.batch.columns import RESULT_FIELDS
from sextortion_signals.batch.summary import Tally
from sextortion_signals.types import Assessment

TRUNCATED_NOTE = "note: only the first part of the text was read"
NO_RISK = -1.0
"""Stands for the risk of a row that could not be assessed, so that it is sorted behind all others."""

Render = Callable[[Outcome], Any]
"""Turns an outcome into what the encoder of a format takes beside a record."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with the texts of each chunk, in whichever process; picklable if `load` is."""

    load: Load
    options: AssessOptions
    render: Render

    def do(self, detector: TextAssessor, items: Sequence[Any]) -> ChunkResult:
        """Assess what `chunk_items` returns."""
        outcomes = assess_items(detector, items, self.options)
        tally = Tally()
        for outcome in outcomes:
            tally.add(outcome)
        risks = [NO_RISK if isinstance(outcome, Failure) else outcome.risk for outcome in outcomes]
        return ChunkResult([self.render(outcome) for outcome in outcomes], risks, tally)


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What becomes of a chunk, small enough for a pipe: for each row what is written of it and its risk; counts."""

    rendered: list[Any]
    risks: list[float]
    tally: Tally


def renderer(*, table: bool, prefix: str) -> Render:
    """Return how outcomes are rendered: for a table as tuples, else as pieces of JSON objects."""
    return flat_values if table else partial(nested_json, prefix=prefix)


def flat_values(outcome: Outcome) -> tuple[Any, ...]:
    """Return the values of the added columns as numbers and strings, None where there is nothing.

    Signals read `exposure_threat 0.97; pressure 0.61`, evidence `exposure_threat[5:17] quote; ...` with offsets in
    code points of the text, advice is its titles, a language that was never measured is marked `(unverified)`.
    """
    if isinstance(outcome, Failure):
        return _failed(outcome)
    return (
        round(outcome.risk, 4),
        outcome.level.value,
        outcome.role.value,
        "; ".join(f"{signal.id.value} {signal.score:.2f}" for signal in outcome.signals),
        "; ".join(
            f"{signal.id.value}[{evidence.start}:{evidence.end}] {evidence.quote}"
            for signal in outcome.signals
            for evidence in signal.evidence
        ),
        " / ".join(advice.title for advice in outcome.advice),
        outcome.language.code + ("" if outcome.language.verified else " (unverified)"),
        _note(outcome),
    )


def nested_json(outcome: Outcome, *, prefix: str) -> str:
    """Return the added fields as the inside of a JSON object: signals, evidence, advice, language are nested."""
    values = _failed(outcome) if isinstance(outcome, Failure) else _nested_values(outcome)
    names = (prefix + name for name in RESULT_FIELDS)
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)[1:-1]


def _nested_values(assessment: Assessment) -> tuple[Any, ...]:
    return (
        assessment.risk,
        assessment.level.value,
        assessment.role.value,
        [{"id": signal.id.value, "score": signal.score} for signal in assessment.signals],
        [
            {"signal": signal.id.value, **evidence.to_dict()}
            for signal in assessment.signals
            for evidence in signal.evidence
        ],
        [{"id": item.id, "audience": item.audience.value, "title": item.title} for item in assessment.advice],
        assessment.language.to_dict(),
        _note(assessment),
    )


def _failed(failure: Failure) -> tuple[Any, ...]:
    return (*(None for _ in RESULT_FIELDS[:-1]), failure.message)


def _note(assessment: Assessment) -> str | None:
    return TRUNCATED_NOTE if assessment.truncated else None
