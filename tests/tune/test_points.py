"""The lowest threshold that keeps a budget, checked against the definition, one threshold after the other."""

from __future__ import annotations

import numpy as np
import pytest

from sextortion_signals.errors import RecordError
from sextortion_signals.profile import Budget, Stream
from sextortion_signals.tune.points import MINIMUM_ROWS, Scores, check_rows, choose_thresholds, rows_needed

STREAM = Stream(base_rate=0.01, messages_per_day=10_000)
BEFORE = {"elevated": 0.5, "high": 0.9}
NOTHING = Budget()


def sample(cases: int = 300, others: int = 2_000, digits: int = 6) -> Scores:
    random = np.random.default_rng(3)
    risk = np.concatenate([random.beta(5, 2, cases), random.beta(1, 8, others)]).round(digits)
    return Scores.of(risk, np.arange(cases + others) < cases)


def costs_with_one_more(scores: Scores, threshold: float) -> dict[str, float]:
    recall = (scores.cases >= threshold).mean()
    alarms = ((scores.others >= threshold).sum() + 1) / len(scores.others)
    found, raised = 0.01 * recall, 0.99 * alarms
    return {
        "reviews_per_day": 10_000 * (found + raised),
        "false_alarms": alarms,
        "precision": -found / (found + raised),
    }


@pytest.mark.parametrize("digits", [6, 2], ids=["distinct", "ties"])
@pytest.mark.parametrize(
    "budget",
    [
        Budget(reviews_per_day=300),
        Budget(false_alarms=0.02),
        Budget(precision=0.4),
        Budget(reviews_per_day=200, false_alarms=0.03, precision=0.3),
    ],
)
def test_threshold_is_the_lowest_that_keeps_the_budget(budget: Budget, digits: int) -> None:
    scores = sample(digits=digits)
    allowed = {
        name: -value if name == "precision" else value
        for name in Budget.__slots__
        if (value := getattr(budget, name)) is not None
    }

    def keeps(threshold: float) -> bool:
        costs = costs_with_one_more(scores, threshold)
        return all(costs[name] <= most for name, most in allowed.items())

    chosen = choose_thresholds(scores, {"elevated": budget, "high": NOTHING}, STREAM, BEFORE)["elevated"]

    assert keeps(chosen)
    every = np.unique(np.concatenate([scores.cases, scores.others]))
    assert not any(keeps(threshold) for threshold in every[every < chosen])
    assert chosen not in every, "a text that scores a threshold exactly could fall on either side of it"


def test_high_is_never_below_elevated() -> None:
    budgets = {"elevated": Budget(false_alarms=0.001), "high": Budget(false_alarms=0.1)}

    thresholds = choose_thresholds(sample(), budgets, STREAM, BEFORE)

    assert thresholds["elevated"] == thresholds["high"]


def test_point_without_a_budget_stays_where_it_is() -> None:
    only_high = choose_thresholds(sample(), {"elevated": NOTHING, "high": Budget(precision=0.8)}, STREAM, BEFORE)
    only_elevated = choose_thresholds(sample(), {"elevated": Budget(false_alarms=0.1), "high": NOTHING}, STREAM, BEFORE)
    raised = choose_thresholds(
        sample(), {"elevated": Budget(false_alarms=0.01), "high": NOTHING}, STREAM, {"elevated": 0.1, "high": 0.2}
    )

    assert only_high["elevated"] == 0.5 < only_high["high"]
    assert only_elevated["elevated"] < 0.5
    assert only_elevated["high"] == 0.9
    assert raised["high"] == raised["elevated"] > 0.2


def test_budget_that_every_text_keeps_from_a_point_on_gives_that_point() -> None:
    budgets = {"elevated": NOTHING, "high": Budget(false_alarms=0.5)}

    assert choose_thresholds(sample(), budgets, STREAM, BEFORE)["high"] == 0.5


def test_neighbouring_floats_are_still_told_apart() -> None:
    others = np.full(100, 0.5)
    scores = Scores.of(np.append(np.full(50, np.nextafter(0.5, 1)), others), np.arange(150) < 50)

    threshold = choose_thresholds(scores, {"elevated": Budget(false_alarms=0.1), "high": NOTHING}, STREAM, BEFORE)

    assert threshold["elevated"] == np.nextafter(0.5, 1)
    assert scores.figures(threshold["elevated"], STREAM).recall.value == 1.0


@pytest.mark.parametrize(
    ("budget", "needed"),
    [
        (Budget(false_alarms=0.001), 1_000),
        (Budget(false_alarms=0.5), MINIMUM_ROWS),
        (Budget(reviews_per_day=10), 990),
        (Budget(precision=0.9), 891),
        (Budget(reviews_per_day=10, false_alarms=0.001, precision=0.9), 1_000),
        (NOTHING, MINIMUM_ROWS),
    ],
)
def test_rows_needed_let_the_first_false_alarm_keep_the_budget(budget: Budget, needed: int) -> None:
    assert rows_needed(budget, STREAM) == needed
    check_rows(MINIMUM_ROWS, needed, {"elevated": budget, "high": NOTHING}, STREAM)
    with pytest.raises(RecordError, match=f"at least {needed:,} "):
        check_rows(MINIMUM_ROWS, needed - 1, {"elevated": budget, "high": NOTHING}, STREAM)


def test_too_few_cases_are_refused_with_the_number_needed() -> None:
    with pytest.raises(RecordError, match=r"29 usable rows with risk 1; at least 30 of each kind"):
        check_rows(29, 5_000, {"elevated": NOTHING, "high": NOTHING}, STREAM)


def test_budget_that_no_threshold_keeps_is_refused_with_what_can_be_had() -> None:
    scores = Scores.of(np.repeat([0.4, 0.6], 500), np.arange(1_000) < 500)  # every case below every other text
    with pytest.raises(RecordError, match="no threshold keeps what is asked for elevated and still finds a case"):
        choose_thresholds(scores, {"elevated": Budget(false_alarms=0.01), "high": NOTHING}, STREAM, BEFORE)
    with pytest.raises(RecordError, match=r"the highest precision that its rows can show at this base rate is 0\.01;"):
        choose_thresholds(scores, {"elevated": Budget(precision=0.5), "high": NOTHING}, STREAM, BEFORE)
    with pytest.raises(RecordError, match="for high and still finds a case"):  # nothing reaches elevated as it is
        choose_thresholds(scores, {"elevated": NOTHING, "high": Budget(precision=0.5)}, STREAM, {"elevated": 0.7})


def test_figures_leave_out_what_the_stream_does_not_say() -> None:
    scores = sample()

    nothing, rate_only = (scores.figures(0.5, stream) for stream in (Stream(), Stream(base_rate=0.01)))
    everything = scores.figures(0.5, STREAM)

    assert (nothing.precision, nothing.reviews_per_day) == (None, None)
    assert rate_only.reviews_per_day is None
    assert rate_only.precision == everything.precision is not None
    assert everything.recall.value == (scores.cases >= 0.5).mean()
    assert everything.reviews_per_day is not None
    share = 0.01 * everything.recall.value + 0.99 * everything.false_alarms.value
    assert everything.reviews_per_day.value == pytest.approx(10_000 * share)
