"""Thresholds from budgets: the lowest risk at which a labelled file keeps what a team can afford.

Recall and false alarms are measured each within its own kind of rows, so a sample may hold far more cases than the
stream. Where a figure needs the share of cases, it is the stated base rate, never that of the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.errors import RecordError
from sextortion_signals.profile import POINTS, Budget, PointFigures, Stream
from sextortion_signals.tune import intervals

MINIMUM_ROWS = 30
"""Rows of each kind without which nothing is said: with 30, a recall of one half is known to 17 points either way."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Assessed risks, ascending: `cases`, shape (n1,), of risk-1 rows, `others`, shape (n0,), of risk-0 rows."""

    cases: Floats
    others: Floats

    @classmethod
    def of(cls, score: Floats, risk: NDArray[np.bool_]) -> Scores:
        """Split the risks of labelled rows, both of shape (n,)."""
        return cls(np.sort(score[risk]), np.sort(score[~risk]))

    def figures(self, threshold: float, stream: Stream) -> PointFigures:
        """Measure one operating point, the risk from which on a text reaches it; both kinds have rows."""
        recall = intervals.rate(*_reaching(self.cases, threshold))
        false_alarms = intervals.rate(*_reaching(self.others, threshold))
        precision = reviews = None
        if stream.base_rate is not None:
            precision = intervals.precision(recall, false_alarms, base_rate=stream.base_rate)
            if stream.messages_per_day is not None:
                reviews = intervals.reviews(
                    recall, false_alarms, base_rate=stream.base_rate, messages=stream.messages_per_day
                )
        return PointFigures(recall, false_alarms, precision, reviews)


def _reaching(scores: Floats, threshold: float) -> tuple[int, int]:
    return int(np.count_nonzero(scores >= threshold)), len(scores)


def choose_thresholds(
    scores: Scores, budgets: Mapping[str, Budget], stream: Stream, before: Mapping[str, float]
) -> dict[str, float]:
    """Return a threshold for each point: the lowest that keeps its budget, or that of `before` where none is asked.

    `high` is never below `elevated`. Raises `RecordError` when no threshold keeps a budget and still finds a case.
    """
    thresholds: dict[str, float] = {}
    floor = 0.0
    for point in POINTS:
        if budgets[point].asked:
            floor = _lowest(scores, point, budgets[point], stream, floor)
        else:
            floor = max(floor, before[point])
        thresholds[point] = floor
    return thresholds


def rows_needed(budget: Budget, stream: Stream) -> int:
    """Return how many risk-0 rows a budget needs at least.

    With fewer, one single false alarm in the file stands for more than the budget allows, even if every case were
    found; then a threshold could only be set by rows that happen not to be there.
    """
    needed = [MINIMUM_ROWS]
    if budget.false_alarms is not None:
        needed.append(_ceil(1.0 / budget.false_alarms))
    if budget.reviews_per_day is not None:
        rate, messages = _stated(stream)
        needed.append(_ceil(messages * (1.0 - rate) / budget.reviews_per_day))
    if budget.precision is not None:
        rate, _ = _stated(stream)
        needed.append(_ceil(budget.precision * (1.0 - rate) / (rate * (1.0 - budget.precision))))
    return max(needed)


def _stated(stream: Stream) -> tuple[float, float]:
    """Return base rate and messages a day as numbers, not a number where one is not stated."""
    rate = math.nan if stream.base_rate is None else stream.base_rate
    return rate, math.nan if stream.messages_per_day is None else stream.messages_per_day


def _ceil(number: float) -> int:
    return math.ceil(number - 1e-9)


def check_rows(cases: int, others: int, budgets: Mapping[str, Budget], stream: Stream) -> None:
    """Raise `RecordError`, which says how many rows are needed, unless there are enough of each kind for `budgets`."""
    for kind, rows in ((1, cases), (0, others)):
        if rows < MINIMUM_ROWS:
            raise RecordError(
                f"the file has {rows:,} usable rows with risk {kind}; at least {MINIMUM_ROWS} of each kind are needed"
            )
    for point, budget in budgets.items():
        needed = rows_needed(budget, stream)
        if others < needed:
            raise RecordError(
                f"what is asked for {point} needs at least {needed:,} rows with risk 0, the file has "
                f"{others:,}: one false alarm among so few stands for more than that; "
                "label more texts that are no cases, or allow more"
            )


def _lowest(scores: Scores, point: str, budget: Budget, stream: Stream, floor: float) -> float:
    """Return the lowest threshold of at least `floor` that keeps `budget` and finds a case.

    One false alarm more is counted than the file shows. A threshold is put right above a row that must not reach it, so
    k false alarms among n rows stand for (k + 1) / (n + 1) among new texts, on average (the quantile of split conformal
    prediction: Papadopoulos et al. 2002). Without this, most points would cost more than what was asked.
    """
    candidates = np.unique(np.concatenate([scores.cases, scores.others]))
    candidates = candidates[candidates >= floor]
    recall = 1.0 - np.searchsorted(scores.cases, candidates) / len(scores.cases)
    alarms = (len(scores.others) - np.searchsorted(scores.others, candidates) + 1) / len(scores.others)
    keeps = (alarms <= _allowed(budget, stream, recall) + 1e-12) & (recall > 0.0)
    if not keeps.any():
        raise RecordError(_no_threshold(point, budget, stream, recall, alarms))
    index = int(np.flatnonzero(keeps)[0])
    if index == 0:
        return floor  # every row from there on may reach it
    # Between two risks of the file, not on one: the same text alone and in a batch differs in the last bits.
    below, reached = candidates[index - 1 : index + 1].tolist()
    middle = float(below + reached) / 2
    return middle if below < middle else float(reached)


def _allowed(budget: Budget, stream: Stream, recall: Floats) -> Floats:
    """Return the largest share of false alarms that keeps `budget` at each recall; both of shape (n,)."""
    rate, messages = _stated(stream)
    allowed = np.ones_like(recall)
    if budget.false_alarms is not None:
        allowed = np.minimum(allowed, budget.false_alarms)
    if budget.reviews_per_day is not None:
        allowed = np.minimum(allowed, (budget.reviews_per_day / messages - rate * recall) / (1.0 - rate))
    if budget.precision is not None:
        odds = rate * (1.0 - budget.precision) / (budget.precision * (1.0 - rate))
        allowed = np.minimum(allowed, recall * odds)
    return allowed


def _no_threshold(point: str, budget: Budget, stream: Stream, recall: Floats, alarms: Floats) -> str:
    """Say that no threshold keeps a budget, and which precision the file can show; shapes (n,)."""
    message = f"no threshold keeps what is asked for {point} and still finds a case in this file"
    if budget.precision is not None:
        rate, _ = _stated(stream)
        found = rate * recall
        best = float(np.max(found / (found + (1.0 - rate) * alarms), initial=0.0))
        message += f"; the highest precision that its rows can show at this base rate is {best:.2g}"
    return message + "; allow more, or label more texts"
