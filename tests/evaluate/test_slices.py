from __future__ import annotations

from collections.abc import Callable

import pytest

from sextortion_signals.evaluate import slices
from sextortion_signals.evaluate.records import EvaluationRow, Label
from sextortion_signals.evaluate.table import score_table
from sextortion_signals.types import Assessment, Role

MakeAssessment = Callable[..., Assessment]
BOTH_LISTS, ONE_LIST, NO_LIST = "払わないと写真をばらまく", "写真を送ってください", "明日は晴れるそうです"


def labelled(name: str, text: str, lang: str, group: str, risk: int) -> EvaluationRow:
    role = Role.OFFENDER if risk else Role.OTHER
    return EvaluationRow(name, text, lang, group, Label(risk, role, frozenset(), frozenset()))


ROWS = [
    labelled("a", BOTH_LISTS, "ja", "pairs", 1),
    labelled("b", NO_LIST, "ja", "pairs", 0),
    labelled("c", BOTH_LISTS, "ja", "news", 0),
    labelled("d", NO_LIST, "en", "offer", 1),
    labelled("e", ONE_LIST, "en", "news", 0),
]
RISKS = (0.95, 0.3, 0.1, 0.05, 0.92)


def test_slices_are_all_rows_then_each_language(make_assessment: MakeAssessment) -> None:
    table = score_table(ROWS, [make_assessment(risk) for risk in RISKS])

    everything, english, japanese = slices.slice_results(ROWS, table, resamples=10, seed=1)

    assert [(part.name, part.rows, part.risk_rows) for part in (everything, english, japanese)] == [
        ("all", 5, 2),
        ("en", 2, 1),
        ("ja", 3, 1),
    ]
    assert everything.headline["false_alarms_elevated"].value == pytest.approx(2 / 3)
    assert english.headline["auc"].value == 0.0
    assert japanese.headline["auc"].value == 1.0


def test_baseline_is_the_keyword_rule_with_both_lists_as_its_operating_point(make_assessment: MakeAssessment) -> None:
    table = score_table(ROWS, [make_assessment(risk) for risk in RISKS])

    baseline = slices.slice_results(ROWS, table, resamples=10, seed=1)[0].baseline

    # Rule scores: risk 1 has 1.0 and 0.0, risk 0 has 0.0, 1.0 and 0.5.
    assert baseline["auc"].value == pytest.approx((1 + 0.5 + 1 + 0.5 + 0 + 0) / 6)
    assert baseline["recall_elevated"].value == 0.5
    assert baseline["false_alarms_elevated"].value == pytest.approx(1 / 3)
    assert "recall_high" not in baseline


def test_one_language_is_not_listed_twice(make_assessment: MakeAssessment) -> None:
    rows = ROWS[:3]
    table = score_table(rows, [make_assessment(risk) for risk in RISKS[:3]])

    assert [part.name for part in slices.slice_results(rows, table, resamples=0, seed=1)] == ["all"]


def test_category_gives_recall_and_false_alarms_only_where_it_has_rows(make_assessment: MakeAssessment) -> None:
    table = score_table(ROWS, [make_assessment(risk) for risk in RISKS])

    news, offer, pairs = slices.category_results(ROWS, table)

    assert (news.category, news.rows, news.risk_rows, news.recall_high) == ("news", 2, 0, None)
    assert news.mean_risk == pytest.approx(0.51)
    assert (news.false_alarms_elevated, news.false_alarms_high) == (0.5, 0.5)
    assert (offer.recall_elevated, offer.false_alarms_elevated) == (0.0, None)
    assert (pairs.recall_high, pairs.false_alarms_elevated, pairs.false_alarms_high) == (1.0, 1.0, 0.0)


def test_worst_rows_come_worst_first_without_their_texts(make_assessment: MakeAssessment) -> None:
    table = score_table(ROWS, [make_assessment(risk, Role.VICTIM) for risk in RISKS])

    alarms, misses = slices.worst_rows(ROWS, table, show_texts=False)

    assert [(row.id, row.category, row.risk) for row in alarms] == [
        ("e", "news", 0.92),
        ("b", "pairs", 0.3),
        ("c", "news", 0.1),
    ]
    assert [(row.id, row.role, row.role_seen) for row in misses] == [
        ("d", "offender", "victim"),
        ("a", "offender", "victim"),
    ]
    assert {row.text for row in (*alarms, *misses)} == {None}


def test_worst_rows_show_texts_on_request_and_are_at_most_twenty(make_assessment: MakeAssessment) -> None:
    rows = [labelled(str(index), f"row {index}", "en", "x", 0) for index in range(30)]
    table = score_table(rows, [make_assessment(index / 100) for index in range(30)])

    alarms, misses = slices.worst_rows(rows, table, show_texts=True)

    assert [row.text for row in alarms] == [f"row {index}" for index in range(29, 9, -1)]
    assert misses == ()


def test_corpus_rates_count_both_levels_and_the_rule(make_assessment: MakeAssessment) -> None:
    rows = [EvaluationRow(str(i), text, "ja", group, None) for i, (text, group) in enumerate(_UNLABELLED)]

    board, chat, everything = slices.corpus_rates(rows, [make_assessment(risk) for risk in (0.95, 0.3, 0.1, 0.1)])

    assert (board.corpus, board.rows, board.elevated, board.high) == ("board", 3, 2, 1)
    assert board.elevated_per_10000.value == pytest.approx(20_000 / 3)
    assert board.keyword_rule_per_10000.value == pytest.approx(10_000 / 3)
    assert (chat.elevated, chat.high_per_10000.value) == (0, 0.0)
    assert (everything.corpus, everything.rows, everything.elevated, everything.high) == ("all", 4, 2, 1)


_UNLABELLED = [(BOTH_LISTS, "board"), (NO_LIST, "board"), (ONE_LIST, "board"), (NO_LIST, "chat")]


def test_one_corpus_is_not_listed_twice(make_assessment: MakeAssessment) -> None:
    rates = slices.corpus_rates([EvaluationRow("a", NO_LIST, "ja", "board", None)], [make_assessment(0.5)])

    assert [rate.corpus for rate in rates] == ["board"]
