"""Calibration and operating points, fitted on out-of-fold logits: no row is judged by a model that saw its card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from sextortion_signals.model import CASE_ROLES, HEADS, SIGNALS, Calibration

FOLDS = 5
# What each operating point may cost: the share of risk-0 texts (most of them hard neighbours) that reach it, and the
# share of everyday texts alone, of which a real stream nearly all consists (docs/why/007).
FALSE_ALARMS = {"elevated": 0.05, "high": 0.005}
EVERYDAY_FALSE_ALARMS = {"elevated": 0.004, "high": 0.0002}
# Share of everyday texts whose risks make the tail where a budget is too small to be counted, and how many are needed.
TAIL = 0.03
LEAST_TAIL = 20
# Shapes of a tail that so few risks may claim: 0 is exponential, below it the tail has an end.
SHAPES = (-0.25, 0.25)
# At most this share of victims' and third persons' texts may be raised and called an offender's (docs/why/004).
MISTAKEN_FOR_OFFENDER = 0.02
_FIRST_SIGNAL = 1 + len(CASE_ROLES)


def out_of_fold(
    fit: Callable[[NDArray[np.int64]], Any], matrix: Any, groups: NDArray[Any], folds: int = FOLDS
) -> NDArray[np.float64]:
    """Return logits (n, 11), each row's from a model fitted without its group. `fit(indices)` returns that model."""
    logits = np.zeros((matrix.shape[0], len(HEADS)))
    for inside, outside in GroupKFold(n_splits=folds).split(matrix, groups=groups):
        logits[outside] = fit(inside).decision_function(matrix[outside])
    return logits


def fit_calibration(logits: NDArray[np.float64], targets: NDArray[np.int8]) -> Calibration:
    """Fit Platt scaling (risk, signals) and a temperature (roles) to held-out logits of shape (n, 11)."""
    pairs = [_platt(logits[:, head], targets[:, head]) for head in range(len(HEADS))]
    cases = targets[:, 0] == 1
    temperature = _temperature(logits[cases, 1:_FIRST_SIGNAL], targets[cases, 1:_FIRST_SIGNAL].argmax(axis=1))
    return Calibration(pairs[0], temperature, tuple(pairs[_FIRST_SIGNAL:]))


def operating_points(
    risk: NDArray[np.float64], truth: NDArray[np.int8], everyday: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Return for each level the risk threshold, the false-alarm rates it was set at and the recall it has there.

    `risk`, `truth` (0 or 1) and `everyday` (which of the risk-0 texts are everyday talk) have shape (n,). A threshold
    is the lowest that keeps both budgets, that of all risk-0 texts and that of the everyday ones. A budget of less than
    one everyday text cannot be counted: then the tail of their risks is extrapolated.
    """
    negatives, calm = risk[truth == 0], risk[(truth == 0) & everyday]
    points = {}
    for name, rate in FALSE_ALARMS.items():
        threshold = max(_threshold(negatives, rate), _everyday_threshold(calm, EVERYDAY_FALSE_ALARMS[name]))
        points[name] = {
            "risk": threshold,
            "false_alarms": rate,
            "false_alarms_everyday": EVERYDAY_FALSE_ALARMS[name],
            "false_alarms_measured": float((negatives >= threshold).mean()),
            "false_alarms_everyday_measured": float((calm >= threshold).mean()) if len(calm) else 0.0,
            "recall_measured": float((risk[truth == 1] >= threshold).mean()),
        }
    return points


def _threshold(negatives: NDArray[np.float64], rate: float) -> float:
    """Return the lowest threshold that at most `rate` of the negatives, shape (n,), reach; 0 without negatives."""
    if not len(negatives):
        return 0.0
    return float(np.nextafter(np.sort(negatives)[::-1][int(rate * len(negatives))], 1.0))


def _everyday_threshold(calm: NDArray[np.float64], rate: float) -> float:
    """Return `_threshold`, or where `rate` is less than one text, the point beyond which the tail should have it.

    Log odds above a high quantile are taken as generalised Pareto (peaks over threshold, Pickands 1975). The end is
    never below the highest risk seen.
    """
    counted = _threshold(calm, rate)
    beyond = int(TAIL * len(calm))
    if rate * len(calm) >= 1.0 or beyond < LEAST_TAIL:
        return counted
    odds = np.sort(np.log(calm) - np.log1p(-calm))
    start = odds[-beyond - 1]
    end = start + _excess(odds[-beyond:] - start, rate / TAIL)
    return max(counted, float(1.0 / (1.0 + np.exp(-end))))


def _excess(excesses: NDArray[np.float64], share: float) -> float:
    """Return what `share` of generalised Pareto excesses (n,), sorted, lie above.

    Shape by probability-weighted moments (Hosking and Wallis 1987, plotting positions (i - 0.35) / n), held within
    `SHAPES`; scale by the mean.
    """
    mean = excesses.mean()
    if not 0.0 < mean < np.inf:  # all alike, or a risk of exactly 1: there is no tail to follow
        return 0.0
    places = (np.arange(1, len(excesses) + 1) - 0.35) / len(excesses)
    weighted = (excesses * (1.0 - places)).mean()
    shape = float(np.clip(2.0 - mean / (mean - 2.0 * weighted), *SHAPES))
    scale = mean * (1.0 - shape)
    return float(scale * (np.log(1.0 / share) if abs(shape) < 1e-9 else (share**-shape - 1.0) / shape))


def offender_floor(roles: NDArray[np.float64], raised: NDArray[np.bool_], targets: NDArray[np.int8]) -> float:
    """Return the least probability of `offender` at which hardly any victim or third person is called one.

    `roles` (n, 3) are calibrated, `raised` (n,) says which texts reach `elevated` (the others get no role of a case).
    Never below 0.5, so `offender` is also the likeliest role.
    """
    spoken_by_others = targets[:, 1] == 0
    scores = np.sort(np.where(raised, roles[:, 0], 0.0)[spoken_by_others])[::-1]
    allowed = int(MISTAKEN_FOR_OFFENDER * len(scores))
    return max(0.5, float(np.nextafter(scores[allowed], 1.0)))


def signal_thresholds(scores: NDArray[np.float64], targets: NDArray[np.int8]) -> dict[str, float]:
    """Return for each signal the probability with the best F1 on held-out rows, between 0.2 and 0.8."""
    grid = np.linspace(0.2, 0.8, 61)
    thresholds = {}
    for index, signal in enumerate(SIGNALS):
        truth = targets[:, _FIRST_SIGNAL + index] == 1
        shown = scores[:, index, None] >= grid
        hits = (shown & truth[:, None]).sum(axis=0)
        f1 = 2 * hits / np.maximum(shown.sum(axis=0) + truth.sum(), 1)
        thresholds[signal.value] = round(float(grid[int(f1.argmax())]), 4)
    return thresholds


def _platt(logits: NDArray[np.float64], truth: NDArray[np.int8]) -> tuple[float, float]:
    known = truth >= 0
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[known, None], truth[known])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _temperature(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1))
        return float((log_sum - scaled[np.arange(len(truth)), truth]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
