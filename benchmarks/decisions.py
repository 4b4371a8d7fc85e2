"""From what a system says of texts to the figures of the leaderboard.

A system that gives scores alone gets its operating point, its roles and its signals by the rules that set our own
(`sextortion_signals.train.calibrate`), from its scores of the dev split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.corpus import Row
from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED, table_statistics, with_intervals
from sextortion_signals.evaluate.metrics import headline
from sextortion_signals.evaluate.records import EvaluationRow
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.table import ROLES, SIGNALS, Flags, Floats, ScoreTable, score_table
from sextortion_signals.model import CASE_ROLES, HEADS, Calibration
from sextortion_signals.train import make_targets
from sextortion_signals.train.calibrate import fit_calibration, offender_floor, operating_points, signal_thresholds
from sextortion_signals.types import Assessment, Role, SignalId

# Keys of `sextortion_signals.evaluate.results.METRICS`, and the columns they head. There is one operating point,
# `elevated`, since the baselines have no two.
FIGURES = {
    "auc": "AUC",
    "average_precision": "AP",
    "recall_at_1": "R@1 %",
    "recall_at_5": "R@5 %",
    "recall_elevated": "recall at elevated",
    "false_alarms_elevated": "false alarms there",
    "role_accuracy": "role accuracy",
    "victim_called_offender": "victims called offender",
    "signals_f1": "macro F1 of signals",
}
ROLE_FIGURES = ("role_accuracy", "victim_called_offender")
SIGNAL_FIGURES = ("signals_f1",)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a system says of n texts.

    `risk` (n,) in 0..1, `elevated` (n,) flags, `roles` (n,) indices into `ROLES`, `signals` (n, 7) flags. A system that
    knows no roles or no signals has None there.
    """

    risk: Floats
    elevated: Flags
    roles: NDArray[np.int64] | None = None
    signals: Flags | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Calibration, operating point and thresholds of one system; `calibration` is None where it knows risk alone."""

    elevated: float
    calibration: Calibration | None = None
    offender_floor: float = 0.5
    signal_thresholds: tuple[float, ...] = ()

    @classmethod
    def fit(cls, scores: Floats, rows: Sequence[Row]) -> Decision:
        """Set everything from scores of rows that the system was not fitted on.

        `scores` are risks (n,) in 0..1, or logits (n, 11) in the order of `HEADS`.
        """
        targets = make_targets(rows)
        everyday = np.array([row.category.startswith("ev_") for row in rows])
        if scores.ndim == 1:
            return cls(operating_points(scores, targets[:, 0], everyday)["elevated"]["risk"])
        calibration = fit_calibration(scores, targets)
        found = calibration.apply(scores)
        elevated = operating_points(found.risk, targets[:, 0], everyday)["elevated"]["risk"]
        floor = offender_floor(found.roles, found.risk >= elevated, targets)
        return cls(elevated, calibration, floor, tuple(signal_thresholds(found.signals, targets).values()))

    def apply(self, scores: Floats) -> Answers:
        """Return the answers that scores of the same kind give; roles by the rule of `sextortion_signals.risk`."""
        if self.calibration is None:
            return Answers(scores, scores >= self.elevated)
        found = self.calibration.apply(scores)
        raised = found.risk >= self.elevated
        likeliest = np.where(found.roles[:, 0] >= self.offender_floor, 0, 1 + found.roles[:, 1:].argmax(axis=1))
        case = np.array([ROLES.index(role) for role in CASE_ROLES])[likeliest]
        return Answers(
            risk=found.risk,
            elevated=raised,
            roles=np.where(raised, case, ROLES.index(Role.OTHER)),
            # Of every text: that our own detector shows signals of raised texts alone is no rule for others.
            signals=found.signals >= np.array(self.signal_thresholds),
        )


def checked_scores(scores: object, texts: Sequence[str], name: str) -> Floats:
    """Return scores as an array; raises `SystemExit` when they are neither risks (n,) in 0..1 nor logits (n, 11)."""
    array = np.asarray(scores, dtype=np.float64)
    risks = array.shape == (len(texts),) and bool(((array >= 0) & (array <= 1)).all())
    if not risks and not (array.shape == (len(texts), len(HEADS)) and np.isfinite(array).all()):
        heads = f"or logits of shape ({len(texts)}, {len(HEADS)}) in the order of sextortion_signals.model.HEADS"
        raise SystemExit(f"{name}: scores() must give {len(texts)} risks from 0 to 1, {heads}; it gave {array.shape}")
    return array


def answers_of(assessments: Sequence[Assessment], rows: Sequence[EvaluationRow]) -> Answers:
    """Return what a detector's assessments of rows say."""
    table = score_table(rows, assessments)
    return Answers(table.score, table.elevated, table.role_seen, table.signals_seen)


def figures(answers: Answers, rows: Sequence[EvaluationRow], *, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Return each of `FIGURES` with its 95 % interval; one that the system has no answer for has no value."""
    table = _table(answers, rows)
    unknown = {
        *(ROLE_FIGURES if answers.roles is None else ()),
        *(SIGNAL_FIGURES if answers.signals is None else ()),
    }
    values = {name: None if name in unknown else value for name, value in headline(table).items() if name in FIGURES}
    return with_intervals(values, table_statistics(table), table.risk, resamples=resamples, seed=SEED)


def _table(answers: Answers, rows: Sequence[EvaluationRow]) -> ScoreTable:
    labels = [row.label for row in rows if row.label is not None]
    nothing = np.zeros((len(labels), len(SIGNALS)), dtype=np.bool_)
    other = np.full(len(labels), ROLES.index(Role.OTHER))
    return ScoreTable(
        risk=np.array([label.risk == 1 for label in labels]),
        score=answers.risk,
        elevated=answers.elevated,
        high=nothing[:, 0],
        role=np.array([ROLES.index(label.role) for label in labels]),
        role_seen=other if answers.roles is None else answers.roles,
        signals=_flags(label.signals for label in labels),
        signals_seen=nothing if answers.signals is None else answers.signals,
        sure=~_flags(label.unsure for label in labels),
    )


def _flags(sets: Iterable[Set[SignalId]]) -> Flags:
    return np.array([[signal in chosen for signal in SIGNALS] for chosen in sets])
