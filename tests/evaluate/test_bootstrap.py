from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from sextortion_signals.evaluate import metrics
from sextortion_signals.evaluate.bootstrap import fired_statistics, ranking_statistics, table_statistics, with_intervals
from sextortion_signals.evaluate.table import ScoreTable


def test_statistics_with_weight_one_are_the_figures_themselves(random_table: ScoreTable) -> None:
    statistics = table_statistics(random_table)(np.ones((1, len(random_table.risk))))

    values = metrics.headline(random_table)
    assert set(statistics) == set(values)
    for name, value in values.items():
        assert statistics[name][0] == pytest.approx(value), name


def test_weights_stand_for_repeated_rows(random_table: ScoreTable) -> None:
    generator = np.random.default_rng(3)
    drawn = np.concatenate(
        [generator.choice(np.flatnonzero(kind), int(kind.sum())) for kind in (random_table.risk, ~random_table.risk)]
    )
    weights = np.bincount(drawn, minlength=len(random_table.risk))[None].astype(float)

    repeated = metrics.headline(random_table.take(drawn))
    weighted = table_statistics(random_table)(weights)

    for name, value in repeated.items():
        assert weighted[name][0] == pytest.approx(value), name


def test_intervals_hold_the_value_and_repeat_with_the_seed(random_table: ScoreTable) -> None:
    def estimate(seed: int) -> dict[str, tuple[float | None, float | None]]:
        values = with_intervals(
            metrics.headline(random_table), table_statistics(random_table), random_table.risk, resamples=300, seed=seed
        )
        for name, item in values.items():
            assert item.value is not None
            assert item.low is not None
            assert item.high is not None
            assert item.low <= item.value <= item.high, name
        return {name: (item.low, item.high) for name, item in values.items()}

    assert estimate(1) == estimate(1)
    assert estimate(1) != estimate(2)


def test_interval_of_a_share_is_about_the_normal_one() -> None:
    # 400 risk-0 rows of which 100 fire: standard error sqrt(0.25 * 0.75 / 400).
    risk = np.repeat([True, False], [100, 400])
    score = np.concatenate([np.ones(100), np.ones(100), np.zeros(300)])
    values = {**metrics.ranking(risk, score), "recall_elevated": 1.0, "false_alarms_elevated": 0.25}

    item = with_intervals(values, fired_statistics(risk, score, score >= 1.0), risk)["false_alarms_elevated"]

    error = (0.25 * 0.75 / 400) ** 0.5
    assert item.low == pytest.approx(0.25 - 1.96 * error, abs=0.006)
    assert item.high == pytest.approx(0.25 + 1.96 * error, abs=0.006)


def test_resamples_keep_the_share_of_risk() -> None:
    seen: list[np.ndarray] = []
    risk = np.repeat([True, False], [3, 40])

    def statistics(weights: np.ndarray) -> dict[str, np.ndarray]:
        seen.append(weights)
        return {"figure": weights[:, 0]}

    with_intervals({"figure": 1.0}, statistics, risk, resamples=50)

    (weights,) = seen
    assert (weights[:, risk].sum(axis=1) == 3).all()
    assert (weights[:, ~risk].sum(axis=1) == 40).all()


def test_undefined_figures_and_no_resamples_have_no_interval(make_table: Callable[..., ScoreTable]) -> None:
    table = make_table((0, 0.4), (0, 0.1))

    drawn = with_intervals(metrics.headline(table), table_statistics(table), table.risk, resamples=20)
    none = with_intervals(metrics.headline(table), table_statistics(table), table.risk, resamples=0)

    assert (drawn["auc"].value, drawn["auc"].low) == (None, None)
    assert drawn["false_alarms_elevated"].high == 1.0
    assert none["brier"].value == pytest.approx((0.16 + 0.01) / 2)
    assert none["brier"].low is None


def test_many_rows_are_drawn_in_blocks_fast() -> None:
    generator = np.random.default_rng(5)
    risk, score = generator.random(20_000) < 0.4, generator.random(20_000)
    started = time.perf_counter()

    estimate = with_intervals(metrics.ranking(risk, score), ranking_statistics(risk, score), risk, resamples=300)["auc"]

    assert estimate.low is not None
    assert estimate.low < 0.5 < (estimate.high or 0)
    assert time.perf_counter() - started < 30
