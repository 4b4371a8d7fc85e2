"""Assessments as Arrow columns, and back from Arrow to texts. Runs in Spark's Python workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from sextortion_signals.batch.assess import Failure
from sextortion_signals.batch.results import TRUNCATED_NOTE
from sextortion_signals.conversation import ConversationSummary
from sextortion_signals.types import Assessment

SIGNALS = pa.list_(pa.struct([("id", pa.string()), ("score", pa.float64())]))
_SPAN = [("start", pa.int32()), ("end", pa.int32()), ("quote", pa.string())]
ASSESSMENT = pa.struct(
    [
        ("risk", pa.float64()),
        ("level", pa.string()),
        ("role", pa.string()),
        ("signals", SIGNALS),
        ("evidence", pa.list_(pa.struct([("signal", pa.string()), *_SPAN]))),
        ("advice", pa.list_(pa.string())),
        ("language", pa.struct([("code", pa.string()), ("verified", pa.bool_())])),
        ("error", pa.string()),
    ]
)
"""The fields of `RESULT_FIELDS` with their types; all but `error` are null where the text could not be assessed."""

CONVERSATION = pa.struct(
    [
        ("risk", pa.float64()),
        ("level", pa.string()),
        ("first_alert", pa.int64()),
        ("offender", pa.string()),
        ("signals", SIGNALS),
        ("evidence", pa.list_(pa.struct([("signal", pa.string()), ("message", pa.int64()), *_SPAN]))),
        ("advice", pa.list_(pa.string())),
        ("stages", pa.list_(pa.struct([("stage", pa.string()), ("message", pa.int64())]))),
        ("messages", pa.int64()),
        ("error", pa.string()),
    ]
)
"""What is said about a conversation; `messages` counts those read, the other fields are as in the library."""


def assessment_array(outcomes: Sequence[Assessment | Failure]) -> Any:
    """Return outcomes as a struct array of type `ASSESSMENT`, one each."""
    return struct_array(ASSESSMENT, [_cells(outcome) for outcome in outcomes])


def conversation_array(outcomes: Sequence[ConversationSummary | Failure]) -> Any:
    """Return outcomes as a struct array of type `CONVERSATION`, one each."""
    return struct_array(CONVERSATION, [_conversation_cells(outcome) for outcome in outcomes])


def struct_array(kind: Any, rows: Sequence[tuple[Any, ...]]) -> Any:
    """Return rows of cells as a struct array, column by column: whole rows as dicts take three times as long."""
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * kind.num_fields
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, kind, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(kind))


def _cells(outcome: Assessment | Failure) -> tuple[Any, ...]:
    if isinstance(outcome, Failure):
        return _failed(ASSESSMENT, outcome)
    evidence = [(signal.id.value, e.start, e.end, e.quote) for signal in outcome.signals for e in signal.evidence]
    return (
        outcome.risk,
        outcome.level.value,
        outcome.role.value,
        [(signal.id.value, signal.score) for signal in outcome.signals],
        evidence,
        [item.id for item in outcome.advice],
        (outcome.language.code, outcome.language.verified),
        TRUNCATED_NOTE if outcome.truncated else None,
    )


def _conversation_cells(outcome: ConversationSummary | Failure) -> tuple[Any, ...]:
    if isinstance(outcome, Failure):
        return _failed(CONVERSATION, outcome)
    return (
        outcome.risk,
        outcome.level.value,
        outcome.first_alert,
        outcome.offender,
        [(signal.id.value, signal.score) for signal in outcome.signals],
        [(signal.id.value, e.message, e.start, e.end, e.quote) for signal in outcome.signals for e in signal.evidence],
        [item.id for item in outcome.advice],
        [(stage.value, message) for stage, message in outcome.stages.items()],
        outcome.state.messages,
        None,
    )


def _failed(kind: Any, failure: Failure) -> tuple[Any, ...]:
    return (*[None] * (kind.num_fields - 1), failure.message)
