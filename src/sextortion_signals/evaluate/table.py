"""Labels and assessments of one file as arrays: what every measure is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.evaluate.records import EvaluationRow
from sextortion_signals.types import Assessment, Level, Role, SignalId

ROLES = tuple(Role)
SIGNALS = tuple(SignalId)
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Labels and assessments of `n` rows.

    `risk`, `elevated` and `high` are flags of shape (n,), `score` the assessed risks in 0..1, `role` and `role_seen`
    indices into `ROLES`. `signals`, `signals_seen` and `sure` are flags of shape (n, 7) in the order of `SIGNALS`;
    `sure` is false where a signal counts neither way.
    """

    risk: Flags
    score: Floats
    elevated: Flags
    high: Flags
    role: NDArray[np.int64]
    role_seen: NDArray[np.int64]
    signals: Flags
    signals_seen: Flags
    sure: Flags

    def take(self, chosen: Flags | NDArray[np.int64]) -> ScoreTable:
        """Return the chosen rows."""
        return ScoreTable(*(getattr(self, name)[chosen] for name in self.__slots__))


def score_table(rows: Sequence[EvaluationRow], assessments: Sequence[Assessment]) -> ScoreTable:
    """Lay labelled rows and their assessments out as arrays."""
    labels = [row.label for row in rows if row.label is not None]
    return ScoreTable(
        risk=np.array([label.risk == 1 for label in labels]),
        score=risks(assessments),
        elevated=np.array([item.level is not Level.LOW for item in assessments]),
        high=np.array([item.level is Level.HIGH for item in assessments]),
        role=np.array([ROLES.index(label.role) for label in labels]),
        role_seen=np.array([ROLES.index(item.role) for item in assessments]),
        signals=_flags([label.signals for label in labels]),
        signals_seen=_flags([frozenset(signal.id for signal in item.signals) for item in assessments]),
        sure=~_flags([label.unsure for label in labels]),
    )


def risks(assessments: Sequence[Assessment]) -> Floats:
    """Return the assessed risks, shape (n,)."""
    return np.array([item.risk for item in assessments], dtype=np.float64)


def _flags(sets: Sequence[frozenset[SignalId]]) -> Flags:
    return np.array([[signal in chosen for signal in SIGNALS] for chosen in sets])
