"""The measures, each on arrays. Shares are in 0..1; a measure that a file cannot define is None, never a guess."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.results import (
    CalibrationBin,
    CalibrationResult,
    Curves,
    Estimate,
    RoleResult,
    SignalResult,
    Workload,
)
from sextortion_signals.evaluate.table import ROLES, SIGNALS, Flags, Floats, ScoreTable
from sextortion_signals.types import Role

BINS = 10
MINIMUM_SIGNAL_ROWS = 5
HISTOGRAM_BINS = 20
_CURVE_POINTS = 400
_REVIEWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_CASE_OF_OTHERS = (ROLES.index(Role.VICTIM), ROLES.index(Role.THIRD_PARTY))
_OFFENDER = ROLES.index(Role.OFFENDER)


def average_precision(risk: Flags, score: Floats) -> float | None:
    """Return the mean precision over the recall steps, or None without a risk-1 row."""
    return float(require("sklearn.metrics").average_precision_score(risk, score)) if risk.any() else None


def area_under_roc(risk: Flags, score: Floats) -> float | None:
    """Return how often a risk-1 row scores above a risk-0 row (ties count half), or None without both kinds."""
    return float(require("sklearn.metrics").roc_auc_score(risk, score)) if _both(risk) else None


def recall_at(risk: Flags, score: Floats, share: float) -> float | None:
    """Return the recall at the lowest threshold that at most `share` of the risk-0 rows reach; None without both kinds.

    With fewer than 1 / `share` risk-0 rows none of them may reach it. Ties are never split.
    """
    if not _both(risk):
        return None
    return share_above(score[risk], score[~risk], share)


def share_above(score: Floats, reference: Floats, share: float) -> float:
    """Return how much of `score` lies above the threshold that at most `share` of `reference` reaches."""
    allowed = allowed_rows(len(reference), share)
    if allowed >= len(reference):
        return 1.0
    # The first reference row that must stay below: everything strictly above it is found.
    barrier = np.partition(reference, len(reference) - 1 - allowed)[len(reference) - 1 - allowed]
    return float(np.mean(score > barrier))


def allowed_rows(rows: int, share: float) -> int:
    """Return how many of `rows` are at most `share` of them; 1 % of 100 is 1 in spite of binary fractions."""
    return math.floor(rows * share + 1e-9)


def share_of(flags: Flags, among: Flags) -> float | None:
    """Return the share of `among` that is flagged, or None where `among` is empty."""
    return float(flags[among].mean()) if among.any() else None


def brier_score(risk: Flags, score: Floats) -> float | None:
    """Return the mean squared distance of the risk from the label."""
    return float(require("sklearn.metrics").brier_score_loss(risk, score, labels=[False, True]))


def victims(table: ScoreTable) -> Flags:
    """Return which rows are by a victim or speak for one: they must never come out as the offender's."""
    return np.isin(table.role, _CASE_OF_OTHERS)


def headline(table: ScoreTable) -> dict[str, float | None]:
    """Return the headline figures by the keys of `METRICS`."""
    risk, score = table.risk, table.score
    counted = [signal.f1 for signal in signal_results(table) if signal.counted]
    return {
        **ranking(risk, score),
        "recall_elevated": share_of(table.elevated, risk),
        "recall_high": share_of(table.high, risk),
        "false_alarms_elevated": share_of(table.elevated, ~risk),
        "false_alarms_high": share_of(table.high, ~risk),
        "role_accuracy": float(np.mean(table.role == table.role_seen)),
        "victim_called_offender": share_of(table.role_seen == _OFFENDER, victims(table)),
        "signals_f1": float(np.mean(counted)) if counted else None,
        "brier": brier_score(risk, score),
    }


def ranking(risk: Flags, score: Floats) -> dict[str, float | None]:
    """Return the figures that depend on the order of the scores alone."""
    return {
        "average_precision": average_precision(risk, score),
        "auc": area_under_roc(risk, score),
        "recall_at_1": recall_at(risk, score, 0.01),
        "recall_at_5": recall_at(risk, score, 0.05),
    }


def role_result(table: ScoreTable) -> RoleResult:
    """Count which role came out as which."""
    counts = require("sklearn.metrics").confusion_matrix(table.role, table.role_seen, labels=range(len(ROLES)))
    return RoleResult(tuple(role.value for role in ROLES), tuple(tuple(map(int, row)) for row in counts))


def signal_results(table: ScoreTable) -> tuple[SignalResult, ...]:
    """Measure each signal over the rows that are sure of it."""
    return tuple(_signal_result(table, index) for index in range(len(SIGNALS)))


def _signal_result(table: ScoreTable, index: int) -> SignalResult:
    sure = table.sure[:, index]
    truth, seen = table.signals[sure, index], table.signals_seen[sure, index]
    measure = require("sklearn.metrics").precision_recall_fscore_support
    precision, recall, f1, _ = measure(truth, seen, labels=[True], average=None, zero_division=0.0)
    return SignalResult(
        signal=SIGNALS[index].value,
        rows=int(truth.sum()),
        left_out=int((~sure).sum()),
        precision=float(precision[0]),
        recall=float(recall[0]),
        f1=float(f1[0]),
        counted=bool(truth.sum() >= MINIMUM_SIGNAL_ROWS),
    )


def calibration(risk: Flags, score: Floats) -> CalibrationResult:
    """Compare risks with what they promise, in ten bins of equal mass and ten of equal width."""
    order = np.argsort(score, kind="stable")
    mass = _bins(risk, score, np.array_split(order, BINS))
    position = np.minimum((score * BINS).astype(np.int64), BINS - 1)
    width = _bins(risk, score, [np.flatnonzero(position == index) for index in range(BINS)])
    return CalibrationResult(_calibration_error(mass), _calibration_error(width), mass, width)


def _bins(risk: Flags, score: Floats, members: Iterable[NDArray[np.int64]]) -> tuple[CalibrationBin, ...]:
    return tuple(
        CalibrationBin(
            low=float(score[rows].min()),
            high=float(score[rows].max()),
            rows=len(rows),
            mean_risk=float(score[rows].mean()),
            share_risk=float(risk[rows].mean()),
        )
        for rows in members
        if len(rows)
    )


def _calibration_error(bins: tuple[CalibrationBin, ...]) -> float:
    total = sum(item.rows for item in bins)
    return sum(item.rows * abs(item.mean_risk - item.share_risk) for item in bins) / total


def curves(risk: Flags, score: Floats) -> Curves:
    """Return the points of the plots, at most 400 a curve; no ROC or precision-recall curve without both kinds."""
    edges = np.linspace(0.0, 1.0, HISTOGRAM_BINS + 1)
    below, above = (tuple(np.histogram(score[chosen], edges)[0].tolist()) for chosen in (~risk, risk))
    if not _both(risk):
        return Curves((), (), (), (), below, above)
    scikit = require("sklearn.metrics")
    false_alarms, roc_recall, _ = scikit.roc_curve(risk, score)
    precision, recall, _ = scikit.precision_recall_curve(risk, score)
    return Curves(
        false_alarms=_thinned(false_alarms),
        roc_recall=_thinned(roc_recall),
        recall=_thinned(recall[::-1]),
        precision=_thinned(precision[::-1]),
        histogram_risk_0=below,
        histogram_risk_1=above,
    )


def _thinned(values: Floats) -> tuple[float, ...]:
    chosen = np.unique(np.linspace(0, len(values) - 1, _CURVE_POINTS).round().astype(np.int64))
    return tuple(values[chosen].tolist())


def workload(score: Floats, reference: Floats, name: str) -> Workload:
    """Return the recall over risk-1 scores for a growing number of reference texts that people must read."""
    reviews = [count for count in _REVIEWS if allowed_rows(len(reference), count / 10_000)] if len(score) else []
    recall = tuple(share_above(score, reference, count / 10_000) for count in reviews)
    return Workload(name, len(reference), tuple(map(float, reviews)), recall)


def exact_rate(count: int, rows: int, *, per: int = 10_000) -> Estimate:
    """Return `count` of `rows` per `per` of them with the exact (Clopper-Pearson) 95 % interval."""
    interval = require("scipy.stats").binomtest(count, rows).proportion_ci(0.95, "exact")
    return Estimate(per * count / rows, per * float(interval.low), per * float(interval.high))


def _both(risk: Flags) -> bool:
    return bool(risk.any() and not risk.all())
