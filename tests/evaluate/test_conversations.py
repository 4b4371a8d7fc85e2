"""The measures of conversations against examples that are computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sextortion_signals.evaluate.bootstrap import with_intervals
from sextortion_signals.evaluate.conversation_records import ConversationLabel
from sextortion_signals.evaluate.conversation_results import CONVERSATION_METRICS
from sextortion_signals.evaluate.conversations import (
    alarm_table,
    alerts_over,
    erde,
    figure_statistics,
    figures,
    first_alert,
    latency_penalty,
)

CALM = ConversationLabel(0)


def case(first: int | None, certain: int | None, offender: str | None = "A") -> ConversationLabel:
    return ConversationLabel(1, offender, first, certain)


@pytest.mark.parametrize(
    ("timeline", "threshold", "expected"),
    [
        ([0.1, 0.5, 0.3, 0.9], 0.5, 1),
        ([0.1, 0.5, 0.3, 0.9], 0.6, 3),
        ([0.1, 0.5], 0.6, None),
        ([0.7], 0.0, 0),
    ],
)
def test_alarm_is_at_the_first_message_that_reaches_the_threshold(
    timeline: list[float], threshold: float, expected: int | None
) -> None:
    assert first_alert(timeline, threshold) == expected
    (row,) = alerts_over([timeline], [threshold])
    assert row.tolist() == [expected] if expected is not None else bool(np.isnan(row).all())


def test_penalty_is_a_half_five_messages_after_certainty_and_none_before() -> None:
    penalty = latency_penalty(np.array([-3.0, 0.0, 5.0, 10.0, 1e6]))

    # With p = ln 3 / 5: after five messages -1 + 2 / (1 + 1/3), after ten -1 + 2 / (1 + 1/9).
    assert penalty == pytest.approx([0, 0, 1 / 2, 4 / 5, 1])


def test_detection_by_hand() -> None:
    # Two found, one missed, one false alarm, two left alone.
    labels = [case(0, 1), case(0, 1), case(0, 1), CALM, CALM, CALM]

    measured = figures(alarm_table(labels, [1, 6, None, 2, None, None]))

    assert measured["precision"] == 2 / 3
    assert measured["recall"] == 2 / 3
    assert measured["f1"] == pytest.approx(2 / 3)
    assert measured["false_alarms"] == 1 / 3


def test_delays_are_counted_over_found_conversations() -> None:
    labels = [case(2, 5), case(0, 0), case(1, 3), case(4, 9), case(0, 2), CALM]

    measured = figures(alarm_table(labels, [5, 4, 0, 7, None, 0]))

    # After certainty 0, 4, -3, -2; after first evidence 3, 4, -1, 3.
    assert measured["delay_median"] == -1.0
    assert measured["delay_p90"] == pytest.approx(0 + 0.7 * 4)
    assert measured["evidence_delay_median"] == 3.0
    assert measured["evidence_delay_p90"] == pytest.approx(3.7)
    assert measured["early"] == 1 / 4


def test_f_latency_by_hand() -> None:
    # Delays 5, 10 and 0: the median penalty is a half. Three of four found, no false alarm: F1 = 6/7.
    labels = [case(0, 0), case(0, 0), case(0, 3), case(0, 0), CALM]

    measured = figures(alarm_table(labels, [5, 10, 3, None, None]))

    assert measured["f1"] == pytest.approx(6 / 7)
    assert measured["f_latency"] == pytest.approx(6 / 7 * 1 / 2)


def test_median_penalty_of_two_is_that_between_them() -> None:
    measured = figures(alarm_table([case(0, 0), case(0, 0)], [5, 10]))

    assert measured["f_latency"] == pytest.approx(1 - (1 / 2 + 4 / 5) / 2)


def test_erde_by_hand() -> None:
    risk = np.array([True, True, True, False, False])
    # Found at the fifth and at the first message, one missed, one false alarm.
    alert = np.array([4.0, 0.0, np.nan, 3.0, np.nan])

    costs_5 = [1 / 2, 1 / (1 + math.exp(4)), 1, 3 / 5, 0]
    costs_50 = [1 / (1 + math.exp(45)), 1 / (1 + math.exp(49)), 1, 3 / 5, 0]
    assert erde(risk, alert, 5) == pytest.approx(sum(costs_5) / 5)
    assert erde(risk, alert, 50) == pytest.approx(sum(costs_50) / 5)
    measured = figures(alarm_table([case(0, 0)] * 3 + [CALM] * 2, [4, 0, None, 3, None]))
    assert (measured["erde_5"], measured["erde_50"]) == (erde(risk, alert, 5), erde(risk, alert, 50))


def test_erde_of_a_very_long_conversation_is_that_of_a_missed_one() -> None:
    assert erde(np.array([True]), np.array([1e6]), 5) == 1.0


def test_offenders_are_counted_over_alarms_that_have_one() -> None:
    labels = [case(0, 0, "A"), case(0, 0, "B"), case(0, 0, "A"), case(0, 0, None), case(0, 0, "A"), CALM]

    measured = figures(alarm_table(labels, [0, 0, 0, 0, None, 0], ["A", "A", None, "B", "A", "A"]))

    # Found: right, another, nobody, one in a talk without an offender. The missed one and the false alarm are out.
    assert measured["offender_right"] == 1 / 3
    assert measured["offender_wrong"] == 2 / 4


def test_what_is_not_defined_is_none() -> None:
    calm = figures(alarm_table([CALM, CALM], [None, 1]))
    assert calm == {
        **dict.fromkeys(CONVERSATION_METRICS),
        "precision": 0.0,
        "false_alarms": 1 / 2,
    }
    missed = figures(alarm_table([case(0, 1)], [None]))
    assert (missed["f1"], missed["f_latency"], missed["precision"], missed["delay_median"]) == (0.0, 0.0, None, None)
    assert (missed["erde_5"], missed["false_alarms"]) == (1.0, None)
    unmarked = figures(alarm_table([case(None, None)], [1]))
    assert (unmarked["f1"], unmarked["f_latency"], unmarked["early"]) == (1.0, None, None)


def test_alarms_over_thresholds_follow_the_highest_risk_so_far() -> None:
    rows = alerts_over([[0.1, 0.6, 0.2, 0.8], [0.5]], [0.05, 0.3, 0.55, 0.7, 0.9])

    assert np.nan_to_num(rows, nan=-1).tolist() == [[0, 0], [1, 0], [1, -1], [3, -1], [-1, -1]]


def test_intervals_hold_the_figures_and_repeat() -> None:
    generator = np.random.default_rng(3)
    labels = [case(2, 4) if generator.random() < 0.5 else CALM for _ in range(60)]
    alerts = [int(generator.integers(8)) if generator.random() < 0.7 else None for _ in range(60)]
    table = alarm_table(labels, alerts)

    first, second = (
        with_intervals(figures(table), figure_statistics(table), table.risk, resamples=200) for _ in range(2)
    )

    assert first == second
    assert set(first) == set(CONVERSATION_METRICS)
    for estimate in (first["recall"], first["f_latency"], first["erde_5"], first["delay_median"]):
        assert estimate.low <= estimate.value <= estimate.high
    assert first["recall"].low < first["recall"].high


def test_weights_of_one_give_the_figures_themselves() -> None:
    table = alarm_table([case(0, 1), case(0, 2), CALM, CALM], [1, None, 3, None], ["A", None, "B", None])

    statistics = figure_statistics(table)(np.array([[1.0, 1, 1, 1], [2, 0, 1, 0]]))

    for key, value in figures(table).items():
        assert statistics[key][0] == pytest.approx(np.nan if value is None else value, nan_ok=True)
    assert statistics["recall"][1] == 1.0
    assert statistics["precision"][1] == pytest.approx(2 / 3)
