from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sextortion_signals.errors import ProfileError, RecordError, UnknownOptionError
from sextortion_signals.profile import Budget, Stream, parse_profile
from sextortion_signals.tune import LabelledTexts, TextScorer, TuneResult, tune

STREAM = Stream(base_rate=0.01, messages_per_day=1_000)
NOTHING = Budget()
CASES = np.linspace(0.3, 1.0, 100).round(4).tolist()
OTHERS = np.linspace(0.0, 0.7, 400).round(4).tolist()


@pytest.fixture
def run(scorer: TextScorer, make_rows: Callable[..., LabelledTexts]) -> Callable[..., TuneResult]:
    """Tune on a hundred cases and four hundred other texts."""

    def tuned(elevated: Budget = NOTHING, high: Budget = NOTHING, stream: Stream = STREAM, **counts: int) -> TuneResult:
        rows = make_rows(CASES, OTHERS, **counts)
        return tune(scorer, rows, {"elevated": elevated, "high": high}, stream, name="night")

    return tuned


def test_profile_says_what_was_asked_and_measured(run: Callable[..., TuneResult], scorer: TextScorer) -> None:
    budget = Budget(reviews_per_day=60)

    result = run(budget, Budget(precision=0.2))

    profile = result.profile
    assert (profile.name, profile.model, profile.stream) == ("night", scorer.manifest.model, STREAM)
    assert profile.manifest_sha256 == scorer.manifest.sha256
    assert profile.asked == {"elevated": budget, "high": Budget(precision=0.2)}
    assert (profile.rows.risk_1, profile.rows.risk_0) == (100, 400)
    assert abs((date.fromisoformat(profile.created) - date.today()).days) <= 1
    measured = profile.measured["elevated"]
    assert measured.recall.value == np.mean([risk >= profile.thresholds["elevated"] for risk in CASES])
    assert measured.reviews_per_day is not None
    assert 55 < measured.reviews_per_day.value <= 60
    assert parse_profile(json.loads(profile.to_json())) == profile


def test_result_measures_the_points_until_now_on_the_same_rows(run: Callable[..., TuneResult]) -> None:
    result = run(Budget(false_alarms=0.1))

    assert result.thresholds_before == {"elevated": 0.5, "high": 0.9}
    assert result.measured_before["high"].recall.value == np.mean([risk >= 0.9 for risk in CASES])
    document = json.loads(json.dumps(result.to_dict()))
    assert document["before"]["measured"]["high"]["recall"]["value"] == result.measured_before["high"].recall.value
    assert document["profile"] == result.profile.to_dict()
    assert document["notes"] == list(result.notes)


def test_notes_tell_an_enriched_sample_from_the_stream(run: Callable[..., TuneResult]) -> None:
    (stated,) = run(Budget(false_alarms=0.1)).notes
    (unstated,) = run(Budget(false_alarms=0.1), stream=Stream()).notes

    assert stated.startswith("20 % of the labelled rows are cases, 1 % of your stream as you state it. That is fine: ")
    assert "Precision and reviews a day rest on the stated share" in stated
    assert "state it with --base-rate" in unstated


def test_notes_count_what_was_left_out(run: Callable[..., TuneResult]) -> None:
    notes = " ".join(run(Budget(false_alarms=0.1), unlabelled=1_200, unreadable=3).notes)

    assert "1,200 row(s) without a label were left out." in notes
    assert "3 row(s) without a text that can be assessed were left out." in notes


def test_notes_name_rows_in_other_languages(scorer: TextScorer, make_rows: Callable[..., LabelledTexts]) -> None:
    rows = make_rows(CASES, OTHERS)
    korean = LabelledTexts(("안녕하세요 0.4", *rows.texts[1:]), rows.risk, 0, 0)

    notes = tune(scorer, korean, {"elevated": Budget(false_alarms=0.1), "high": NOTHING}, STREAM, name="x").notes

    assert any(note.startswith("1 row(s) are in a language in which the detector was never measured") for note in notes)


def test_notes_warn_where_a_point_is_not_what_one_would_expect(run: Callable[..., TuneResult]) -> None:
    cases = Stream(base_rate=0.1, messages_per_day=1_000)
    assert any(
        "The cases alone are about 100 a day" in note for note in run(Budget(reviews_per_day=50), stream=cases).notes
    )
    assert not any("cases alone" in note for note in run(Budget(reviews_per_day=150), stream=cases).notes)
    same = run(Budget(false_alarms=0.01), Budget(false_alarms=0.2)).notes
    assert "What is asked for high is kept at the threshold of elevated already, so both are one." in same
    assert not any("so high was raised" in note for note in run(Budget(false_alarms=0.01)).notes)


def test_notes_say_that_high_was_raised(scorer: TextScorer, make_rows: Callable[..., LabelledTexts]) -> None:
    scorer.thresholds["high"] = 0.6  # type: ignore[index]
    budgets = {"elevated": Budget(false_alarms=0.01), "high": NOTHING}

    result = tune(scorer, make_rows(CASES, OTHERS), budgets, STREAM, name="x")

    assert "elevated lies above the high in use until now (0.6), so high was raised to it." in result.notes


@pytest.mark.parametrize(
    ("budgets", "stream", "message"),
    [
        ({}, STREAM, "say what you can afford"),
        ({"elevated": NOTHING, "high": NOTHING}, STREAM, "say what you can afford"),
        ({"elevated": Budget(precision=0.5), "high": NOTHING}, Stream(), "needs the share of cases"),
        ({"elevated": Budget(reviews_per_day=5), "high": NOTHING}, Stream(0.1), "--messages-per-day and --base-rate"),
        ({"elevated": Budget(reviews_per_day=5), "high": NOTHING}, Stream(None, 9), "--messages-per-day and"),
        ({"elevated": Budget(reviews_per_day=0), "high": NOTHING}, STREAM, "reviews a day at elevated must be above 0"),
        ({"elevated": Budget(false_alarms=1), "high": NOTHING}, STREAM, "must lie between 0 and 1"),
        ({"elevated": NOTHING, "high": Budget(precision=float("nan"))}, STREAM, "precision at high must lie"),
        ({"elevated": Budget(false_alarms=0.1), "high": NOTHING}, Stream(2.0), "the base rate must lie"),
        ({"elevated": Budget(false_alarms=0.1), "high": NOTHING}, Stream(0.1, float("inf")), "messages a day must be"),
    ],
)
def test_request_that_makes_no_sense_is_refused_before_texts_are_scored(
    make_rows: Callable[..., LabelledTexts], budgets: dict[str, Budget], stream: Stream, message: str
) -> None:
    with pytest.raises(UnknownOptionError, match=message):
        tune(None, make_rows(CASES, OTHERS), budgets, stream, name="x")  # type: ignore[arg-type]


def test_too_few_rows_and_a_bad_name_are_refused_before_texts_are_scored(
    make_rows: Callable[..., LabelledTexts],
) -> None:
    budgets = {"elevated": Budget(false_alarms=0.001), "high": NOTHING}
    with pytest.raises(RecordError, match="needs at least 1,000 rows with risk 0, the file has 400"):
        tune(None, make_rows(CASES, OTHERS), budgets, STREAM, name="x")  # type: ignore[arg-type]
    with pytest.raises(ProfileError, match="the name of a profile"):
        tune(None, make_rows(CASES, OTHERS), budgets, STREAM, name=" ")  # type: ignore[arg-type]
