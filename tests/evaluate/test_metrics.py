"""Measures against values worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
import pytest

from sextortion_signals.evaluate import metrics
from sextortion_signals.evaluate.results import METRICS
from sextortion_signals.evaluate.table import ScoreTable
from sextortion_signals.types import Role, SignalId

MakeTable = Callable[..., ScoreTable]
# By hand: risk-1 rows at ranks 1, 3, 4 of five. AP = (1/1 + 2/3 + 3/4) / 3; of 3 x 2 pairs, 2 + 1 + 1 are in order.
RISK = np.array([True, False, True, True, False])
SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.1])


def test_average_precision_and_auc_by_hand() -> None:
    assert metrics.average_precision(RISK, SCORE) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert metrics.area_under_roc(RISK, SCORE) == pytest.approx(4 / 6)


def test_auc_counts_a_tie_half() -> None:
    assert metrics.area_under_roc(np.array([True, False]), np.array([0.5, 0.5])) == 0.5


@pytest.mark.parametrize(
    ("share", "recall"), [(0.0, 0.2), (0.01, 0.4), (0.02, 0.6), (0.029, 0.6), (0.05, 1.0), (1.0, 1.0)]
)
def test_recall_at_counts_rows_above_the_first_that_must_stay_below(share: float, recall: float) -> None:
    # Risk-0 scores 0.00 ... 0.99; risk-1 scores lie above 0, 1, 2, 5, 10 of them counted from the top.
    risk_0 = np.arange(100) / 100
    risk_1 = np.array([0.995, 0.985, 0.975, 0.955, 0.955])
    risk = np.repeat([False, True], [100, 5])

    assert metrics.recall_at(risk, np.concatenate([risk_0, risk_1]), share) == pytest.approx(recall)


def test_recall_at_never_splits_a_tie() -> None:
    # 1 % of 100 allows one risk-0 row, but two share the highest score: a risk-1 row on it is not found.
    risk = np.repeat([False, True], [100, 2])
    score = np.concatenate([np.zeros(98), [0.9, 0.9], [0.9, 0.91]])

    assert metrics.recall_at(risk, score, 0.01) == 0.5


def test_recall_at_1_percent_of_few_rows_allows_no_false_alarm() -> None:
    assert metrics.recall_at(RISK, SCORE, 0.01) == pytest.approx(1 / 3)
    assert metrics.allowed_rows(99, 0.01) == 0


@pytest.mark.parametrize("rows", [100, 300, 700, 2900])
def test_allowed_rows_is_not_misled_by_binary_fractions(rows: int) -> None:
    assert metrics.allowed_rows(rows, 0.01) == rows // 100


def test_recall_at_agrees_with_the_roc_curve(random_table: ScoreTable) -> None:
    from sklearn.metrics import roc_curve

    false_alarms, recall, _ = roc_curve(random_table.risk, random_table.score, drop_intermediate=False)
    for share in (0.01, 0.05, 0.2, 0.5):
        expected = recall[false_alarms <= share].max()
        assert metrics.recall_at(random_table.risk, random_table.score, share) == pytest.approx(expected)


def test_headline_by_hand(make_table: MakeTable) -> None:
    table = make_table(
        (1, 0.95, Role.OFFENDER, Role.OFFENDER),
        (1, 0.50, Role.VICTIM, Role.OFFENDER),
        (1, 0.30, Role.THIRD_PARTY, Role.THIRD_PARTY),
        (1, 0.10, Role.VICTIM, Role.OTHER),
        (0, 0.20, Role.OTHER, Role.VICTIM),
        (0, 0.00, Role.OTHER, Role.OTHER),
    )

    values = metrics.headline(table)

    assert list(values) == list(METRICS)
    assert values["recall_elevated"] == 3 / 4
    assert values["recall_high"] == 1 / 4
    assert values["false_alarms_elevated"] == 1 / 2
    assert values["false_alarms_high"] == 0.0
    assert values["role_accuracy"] == 3 / 6
    assert values["victim_called_offender"] == pytest.approx(1 / 3)
    assert values["brier"] == pytest.approx((0.05**2 + 0.5**2 + 0.7**2 + 0.9**2 + 0.2**2) / 6)
    assert values["signals_f1"] is None


def test_measures_that_a_file_cannot_define_are_none(make_table: MakeTable) -> None:
    alarms_only = metrics.headline(make_table((0, 0.3), (0, 0.1)))
    cases_only = metrics.headline(make_table((1, 0.3), (1, 0.1)))

    assert {key for key, value in alarms_only.items() if value is None} == {
        *("average_precision", "auc", "recall_at_1", "recall_at_5", "recall_elevated", "recall_high"),
        *("victim_called_offender", "signals_f1"),
    }
    assert alarms_only["false_alarms_elevated"] == 0.5
    assert cases_only["false_alarms_high"] is None
    assert cases_only["average_precision"] == 1.0


def test_signals_leave_unsure_rows_out_and_need_five_rows(make_table: MakeTable) -> None:
    pay, press = SignalId.PAYMENT_DEMAND, SignalId.PRESSURE
    both = (1, 0.9, Role.OFFENDER, Role.OFFENDER)
    table = make_table(
        *[(*both, (pay,), (pay,), ())] * 4,
        (*both, (pay,), (), ()),
        (*both, (), (pay,), ()),
        (*both, (pay,), (), (pay,)),
        *[(*both, (press,), (press,), ())] * 4,
    )

    found = {result.signal: result for result in metrics.signal_results(table)}

    assert (found[pay].rows, found[pay].left_out, found[pay].counted) == (5, 1, True)
    assert (found[pay].precision, found[pay].recall, found[pay].f1) == pytest.approx((0.8, 0.8, 0.8))
    assert (found[press].rows, found[press].f1, found[press].counted) == (4, 1.0, False)
    assert (found[SignalId.ISOLATION].rows, found[SignalId.ISOLATION].f1) == (0, 0.0)
    assert metrics.headline(table)["signals_f1"] == pytest.approx(0.8)


def test_role_confusion_counts_label_by_outcome(make_table: MakeTable) -> None:
    table = make_table((1, 0.9, Role.VICTIM, Role.OFFENDER), (1, 0.9, Role.VICTIM, Role.VICTIM), (0, 0.1))

    result = metrics.role_result(table)

    assert result.names == ("offender", "victim", "third_party", "other")
    assert result.confusion == ((0, 0, 0, 0), (1, 1, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1))


def test_calibration_errors_by_hand() -> None:
    # Twenty rows in ten pairs of equal mass. Risks 0.05, 0.15 ... 0.95 twice; every pair holds one risk-1 row.
    score = np.repeat(np.arange(10) / 10 + 0.05, 2)
    risk = np.tile([False, True], 10)

    result = metrics.calibration(risk, score)

    expected = sum(abs(value - 0.5) for value in np.arange(10) / 10 + 0.05) / 10
    assert result.ece_equal_mass == pytest.approx(expected)
    assert result.ece_equal_width == pytest.approx(expected)
    assert [item.rows for item in result.equal_mass] == [2] * 10
    assert (result.equal_width[0].mean_risk, result.equal_width[0].share_risk) == pytest.approx((0.05, 0.5))


def test_calibration_bins_differ_where_risks_crowd_and_empty_bins_are_left_out() -> None:
    score = np.array([0.0, 0.01, 0.02, 0.03, 1.0])
    risk = np.array([False, False, False, True, True])

    result = metrics.calibration(risk, score)

    assert [item.rows for item in result.equal_mass] == [1] * 5
    assert [(item.low, item.high, item.rows) for item in result.equal_width] == [(0.0, 0.03, 4), (1.0, 1.0, 1)]
    assert result.ece_equal_width == pytest.approx((4 * abs(0.015 - 0.25) + 0) / 5)
    assert result.ece_equal_mass == pytest.approx((0.0 + 0.01 + 0.02 + 0.97 + 0.0) / 5)


def test_curves_are_thinned_and_keep_their_ends() -> None:
    generator = np.random.default_rng(1)
    risk, score = generator.random(5_000) < 0.3, generator.random(5_000)

    curves = metrics.curves(risk, score)

    assert (curves.false_alarms[0], curves.false_alarms[-1]) == (0.0, 1.0)
    assert (curves.recall[0], curves.recall[-1]) == (0.0, 1.0)
    assert len(curves.recall) == len(curves.precision) == 400
    assert sum(curves.histogram_risk_1) == risk.sum()
    assert sum(curves.histogram_risk_0) == (~risk).sum()


def test_curves_of_one_kind_hold_the_histogram_alone() -> None:
    curves = metrics.curves(np.array([False, False]), np.array([0.0, 1.0]))

    assert (curves.recall, curves.false_alarms) == ((), ())
    assert (curves.histogram_risk_0[0], curves.histogram_risk_0[-1]) == (1, 1)


def test_workload_by_hand() -> None:
    # 1,000 reference texts: 10 reviews of 10,000 are one of them, 5 of 10,000 none, so the curve starts at 10.
    reference = np.arange(1_000) / 1_000
    score = np.array([0.9995, 0.9985, 0.5])

    workload = metrics.workload(score, reference, "texts")

    assert workload.reviews[:3] == (10.0, 20.0, 50.0)
    assert workload.recall[:2] == pytest.approx((2 / 3, 2 / 3))
    assert workload.recall[-1] == 1.0
    assert metrics.workload(np.empty(0), reference, "texts").reviews == ()


def test_exact_rate_is_the_clopper_pearson_interval() -> None:
    none_seen, some = metrics.exact_rate(0, 1_000), metrics.exact_rate(3, 20)

    assert (none_seen.value, none_seen.low) == (0.0, 0.0)
    assert none_seen.high == pytest.approx(10_000 * (1 - 0.025 ** (1 / 1_000)))
    assert some.low is not None
    # At the lower end, three or more hits of twenty have a probability of 2.5 %.
    low = some.low / 10_000
    assert 1 - sum(comb(20, k) * low**k * (1 - low) ** (20 - k) for k in range(3)) == pytest.approx(0.025)
