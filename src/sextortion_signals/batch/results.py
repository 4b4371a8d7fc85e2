"""Assessments as added columns: flat strings for CSV and Parquet, nested values for JSONL."""

from __future__ import annotations

from typing import Any

from sextortion_signals.batch.assess import AssessedRecord
from sextortion_signals.batch.columns import RESULT_FIELDS
from sextortion_signals.types import Assessment

TRUNCATED_NOTE = "note: only the first part of the text was read"


def flat_result(assessed: AssessedRecord, *, prefix: str) -> dict[str, Any]:
    """Return the added columns as numbers and strings, None where there is nothing.

    Signals read `exposure_threat 0.97; pressure 0.61`, evidence `exposure_threat[5:17] quote; ...` with offsets in
    code points of the text, advice is its titles, a language that was never measured is marked `(unverified)`.
    """
    assessment = assessed.assessment
    if assessment is None:
        return _failed(assessed, prefix)
    return _named(
        prefix,
        round(assessment.risk, 4),
        assessment.level.value,
        assessment.role.value,
        "; ".join(f"{signal.id.value} {signal.score:.2f}" for signal in assessment.signals),
        "; ".join(
            f"{signal.id.value}[{evidence.start}:{evidence.end}] {evidence.quote}"
            for signal in assessment.signals
            for evidence in signal.evidence
        ),
        " / ".join(advice.title for advice in assessment.advice),
        assessment.language.code + ("" if assessment.language.verified else " (unverified)"),
        _note(assessment),
    )


def nested_result(assessed: AssessedRecord, *, prefix: str) -> dict[str, Any]:
    """Return the added fields for JSONL: signals, evidence, advice and language as lists and objects."""
    assessment = assessed.assessment
    if assessment is None:
        return _failed(assessed, prefix)
    return _named(
        prefix,
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


def _named(prefix: str, *values: object) -> dict[str, Any]:
    return {prefix + field: value for field, value in zip(RESULT_FIELDS, values, strict=True)}


def _failed(assessed: AssessedRecord, prefix: str) -> dict[str, Any]:
    message = assessed.failure.message if assessed.failure else None
    return _named(prefix, *(None for _ in RESULT_FIELDS[:-1]), message)


def _note(assessment: Assessment) -> str | None:
    return TRUNCATED_NOTE if assessment.truncated else None
