"""What a batch came to: counts only, never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sextortion_signals.batch.assess import Failure, Outcome
from sextortion_signals.types import Level, Role, SignalId

RISK_BINS = 20
"""Bins of equal width, 0.05, in which the risks are counted."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Counts over all rows.

    `failures` is by error class; `seconds` is wall time, that of interrupted runs included; `resumed` counts the rows
    taken over from an interrupted run; `unverified` the rows in a language in which the detector was never measured;
    `protected` the cells that a spreadsheet would have run as formulas; `risks` the assessed rows by risk, in
    `RISK_BINS` bins of equal width; `files` those of a folder, of which others were `left_out` because their suffix
    names no format.
    """

    rows: int
    resumed: int
    assessed: int
    failed: int
    truncated: int
    unverified: int
    levels: Mapping[str, int]
    roles: Mapping[str, int]
    signals: Mapping[str, int]
    failures: Mapping[str, int]
    risks: tuple[int, ...]
    protected: int
    seconds: float
    text_column: str
    encoding: str | None
    model: str | None
    tier: str | None
    thresholds: Mapping[str, float]
    files: int = 1
    left_out: tuple[str, ...] = ()

    @property
    def rows_per_second(self) -> float:
        """Rows a second, the model's loading time included."""
        return self.rows / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _plain(value) for name, value in plain.items()} | {
            "rows_per_second": round(self.rows_per_second, 1)
        }


@dataclass(slots=True)
class Tally:
    """Counts rows as they pass. Can be added to another one and written as JSON."""

    rows: int = 0
    truncated: int = 0
    unverified: int = 0
    levels: Counter[str] = field(default_factory=lambda: Counter({level.value: 0 for level in Level}))
    roles: Counter[str] = field(default_factory=lambda: Counter({role.value: 0 for role in Role}))
    signals: Counter[str] = field(default_factory=lambda: Counter({signal.value: 0 for signal in SignalId}))
    failures: Counter[str] = field(default_factory=Counter)
    risks: list[int] = field(default_factory=lambda: [0] * RISK_BINS)
    model: str | None = None
    tier: str | None = None
    thresholds: dict[str, float] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one record."""
        self.rows += 1
        if isinstance(outcome, Failure):
            self.failures[outcome.kind] += 1
            return
        self.levels[outcome.level.value] += 1
        self.roles[outcome.role.value] += 1
        self.signals.update(signal.id.value for signal in outcome.signals)
        self.risks[min(int(outcome.risk * RISK_BINS), RISK_BINS - 1)] += 1
        self.truncated += outcome.truncated
        self.unverified += not outcome.language.verified
        self.model, self.tier, self.thresholds = outcome.model, outcome.tier.value, dict(outcome.thresholds)

    def merge(self, other: Tally) -> None:
        """Add the counts of another one."""
        for name in ("rows", "truncated", "unverified"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("levels", "roles", "signals", "failures"):
            getattr(self, name).update(getattr(other, name))
        self.risks = [mine + theirs for mine, theirs in zip(self.risks, other.risks, strict=True)]
        if other.model is not None:
            self.model, self.tier, self.thresholds = other.model, other.tier, other.thresholds

    def to_dict(self) -> dict[str, Any]:
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        """Return what `to_dict` was made from."""
        counters = {name: Counter(data[name]) for name in ("levels", "roles", "signals", "failures")}
        return cls(**{**data, **counters})

    def summary(
        self,
        *,
        resumed: int,
        protected: int,
        seconds: float,
        text_column: str,
        encoding: str | None,
        files: int = 1,
        left_out: tuple[str, ...] = (),
    ) -> BatchSummary:
        """Return the counts so far."""
        failed = self.failures.total()
        return BatchSummary(
            rows=self.rows,
            resumed=resumed,
            assessed=self.rows - failed,
            failed=failed,
            truncated=self.truncated,
            unverified=self.unverified,
            levels=dict(self.levels),
            roles=dict(self.roles),
            signals=dict(self.signals),
            failures=dict(self.failures),
            risks=tuple(self.risks),
            protected=protected,
            seconds=round(seconds, 3),
            text_column=text_column,
            encoding=encoding,
            model=self.model,
            tier=self.tier,
            thresholds=dict(self.thresholds),
            files=files,
            left_out=left_out,
        )


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple | list) else value
