"""Bootstrap intervals (Efron and Tibshirani 1993, chapter 13), computed for many resamples at once.

A resample is a vector of weights: how often each row was drawn. Every headline figure is a function of such weights,
so a block of resamples is a matrix and no figure needs a loop. Rows are drawn within risk 1 and within risk 0, so that
each resample has the file's own share of both: AP depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from sextortion_signals.evaluate.metrics import allowed_rows, signal_results, victims
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.table import ROLES, Flags, Floats, ScoreTable
from sextortion_signals.types import Role

RESAMPLES = 1_000
SEED = 2026
_LOW, _HIGH = 0.025, 0.975
# Weights of one block: 2 million float64 are 16 MiB, and a few such arrays live at once.
_BLOCK_CELLS = 2_000_000
Statistics = dict[str, Floats]


def with_intervals(
    values: Mapping[str, float | None],
    statistics: Callable[[Floats], Statistics],
    risk: Flags,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, Estimate]:
    """Put a 95 % percentile interval beside each value.

    `statistics` maps weights of shape (k, n) to the same figures, shape (k,) each. A figure that is not defined (None)
    gets no interval. The same seed gives the same intervals.
    """
    blocks = [statistics(weights) for weights in _weights(risk, resamples, np.random.default_rng(seed))]
    estimates = {}
    for name, value in values.items():
        drawn = np.concatenate([block[name] for block in blocks]) if value is not None and blocks else np.empty(0)
        drawn = drawn[np.isfinite(drawn)]
        low, high = np.quantile(drawn, (_LOW, _HIGH)).tolist() if len(drawn) else (None, None)
        estimates[name] = Estimate(value, low, high)
    return estimates


def _weights(risk: Flags, resamples: int, generator: np.random.Generator) -> Iterator[Floats]:
    kinds = [np.flatnonzero(risk), np.flatnonzero(~risk)]
    block = max(1, _BLOCK_CELLS // len(risk))
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        weights = np.zeros((count, len(risk)))
        for rows in kinds:
            weights[:, rows] = _draw(len(rows), count, generator)
        yield weights


def _draw(rows: int, count: int, generator: np.random.Generator) -> Floats:
    cells = generator.integers(0, rows, (count, rows)) if rows else np.empty((count, 0), dtype=np.int64)
    cells += np.arange(count)[:, None] * rows
    return np.bincount(cells.ravel(), minlength=count * rows).reshape(count, rows).astype(np.float64)


def ranking_statistics(risk: Flags, score: Floats) -> Callable[[Floats], Statistics]:
    """Return a function of weights for the figures of `metrics.ranking`; the scores are sorted once."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    positive = risk[order].astype(np.float64)
    # Rows with one score share one threshold, so counts are read where a run of equal scores ends.
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))

    def statistics(weights: Floats) -> Statistics:
        drawn = weights[:, order]
        found = np.cumsum(drawn * positive, axis=1)[:, ends]
        alarms = np.cumsum(drawn, axis=1)[:, ends] - found
        return _from_counts(found, alarms)

    return statistics


def _from_counts(found: Floats, alarms: Floats) -> Statistics:
    # The last column is the lowest threshold, which every row reaches: the totals.
    risk_rows, other_rows = found[:, -1:], alarms[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, fall_out = found / risk_rows, alarms / other_rows
        steps = np.diff(recall, axis=1, prepend=0.0)
        precision = np.where(found > 0, found / (found + alarms), 0.0)
        middle = recall - steps / 2
    return {
        "average_precision": (steps * precision).sum(axis=1),
        "auc": (np.diff(fall_out, axis=1, prepend=0.0) * middle).sum(axis=1),
        "recall_at_1": _recall_within(recall, alarms, 0.01),
        "recall_at_5": _recall_within(recall, alarms, 0.05),
    }


def _recall_within(recall: Floats, alarms: Floats, share: float) -> Floats:
    allowed = allowed_rows(int(alarms[0, -1]), share)
    return np.asarray(np.where(alarms <= allowed, recall, 0.0).max(axis=1))


def table_statistics(table: ScoreTable) -> Callable[[Floats], Statistics]:
    """Return a function of weights for the figures of `metrics.headline`."""
    rank = ranking_statistics(table.risk, table.score)
    counted = np.array([signal.counted for signal in signal_results(table)])
    risk, other, spoken_for = table.risk, ~table.risk, victims(table)
    called_offender = table.role_seen == ROLES.index(Role.OFFENDER)
    everything = np.ones_like(risk)
    squared = (table.score - risk) ** 2

    def statistics(weights: Floats) -> Statistics:
        return {
            **rank(weights),
            "recall_elevated": _share(weights, table.elevated, risk),
            "recall_high": _share(weights, table.high, risk),
            "false_alarms_elevated": _share(weights, table.elevated, other),
            "false_alarms_high": _share(weights, table.high, other),
            "role_accuracy": _share(weights, table.role == table.role_seen, everything),
            "victim_called_offender": _share(weights, called_offender, spoken_for),
            "signals_f1": _macro_f1(weights, table, counted),
            "brier": weights @ squared / weights.sum(axis=1),
        }

    return statistics


def fired_statistics(risk: Flags, score: Floats, fired: Flags) -> Callable[[Floats], Statistics]:
    """Return a function of weights for a rule with scores and one operating point."""
    rank = ranking_statistics(risk, score)

    def statistics(weights: Floats) -> Statistics:
        recall, alarms = _share(weights, fired, risk), _share(weights, fired, ~risk)
        return {**rank(weights), "recall_elevated": recall, "false_alarms_elevated": alarms}

    return statistics


def _share(weights: Floats, flags: Flags, among: Flags) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray((weights @ (flags & among)) / (weights @ among))


def _macro_f1(weights: Floats, table: ScoreTable, counted: Flags) -> Floats:
    truth, seen, sure = (part[:, counted] for part in (table.signals, table.signals_seen, table.sure))
    if not counted.any():
        return np.full(len(weights), np.nan)
    both = weights @ (truth & seen & sure)
    either = weights @ (truth & sure) + weights @ (seen & sure)
    return np.asarray((2 * both / np.maximum(either, 1.0)).mean(axis=1))
