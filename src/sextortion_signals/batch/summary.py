"""What a batch came to: counts only, never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sextortion_signals.batch.assess import AssessedRecord
from sextortion_signals.types import Level, Role, SignalId


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Counts over all rows.

    `failures` is by error class; `seconds` is wall time; `unverified` counts the rows in a language in which the
    detector was never measured; `protected` the cells that a spreadsheet would have run as formulas.
    """

    rows: int
    assessed: int
    failed: int
    truncated: int
    unverified: int
    levels: Mapping[str, int]
    roles: Mapping[str, int]
    signals: Mapping[str, int]
    failures: Mapping[str, int]
    protected: int
    seconds: float
    text_column: str
    encoding: str | None
    model: str | None
    thresholds: Mapping[str, float]

    @property
    def rows_per_second(self) -> float:
        """Rows a second, the model's loading time included."""
        return self.rows / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()} | {
            "rows_per_second": round(self.rows_per_second, 1)
        }


@dataclass(slots=True)
class Tally:
    """Counts rows as they pass."""

    rows: int = 0
    truncated: int = 0
    unverified: int = 0
    levels: Counter[str] = field(default_factory=lambda: Counter({level.value: 0 for level in Level}))
    roles: Counter[str] = field(default_factory=lambda: Counter({role.value: 0 for role in Role}))
    signals: Counter[str] = field(default_factory=lambda: Counter({signal.value: 0 for signal in SignalId}))
    failures: Counter[str] = field(default_factory=Counter)
    model: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def add(self, assessed: AssessedRecord) -> None:
        """Count one record."""
        self.rows += 1
        if assessed.failure is not None:
            self.failures[assessed.failure.kind] += 1
        assessment = assessed.assessment
        if assessment is None:
            return
        self.levels[assessment.level.value] += 1
        self.roles[assessment.role.value] += 1
        self.signals.update(signal.id.value for signal in assessment.signals)
        self.truncated += assessment.truncated
        self.unverified += not assessment.language.verified
        self.model, self.thresholds = assessment.model, assessment.thresholds

    def summary(self, *, protected: int, seconds: float, text_column: str, encoding: str | None) -> BatchSummary:
        """Return the counts so far."""
        failed = self.failures.total()
        return BatchSummary(
            rows=self.rows,
            assessed=self.rows - failed,
            failed=failed,
            truncated=self.truncated,
            unverified=self.unverified,
            levels=dict(self.levels),
            roles=dict(self.roles),
            signals=dict(self.signals),
            failures=dict(self.failures),
            protected=protected,
            seconds=round(seconds, 3),
            text_column=text_column,
            encoding=encoding,
            model=self.model,
            thresholds=dict(self.thresholds),
        )
