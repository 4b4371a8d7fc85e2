from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from sextortion_signals.corpus import Reading, Row, measure_agreement
from sextortion_signals.corpus.agreement import AgreementReport, LabelAgreement, cohens_kappa, compare_readings
from sextortion_signals.types import Role, SignalId

MakeRow = Callable[..., Row]
ROLES = list(Role)


def find(report: AgreementReport, label: str, lang: str = "en") -> LabelAgreement:
    (item,) = (item for item in report.labels if (item.label, item.lang) == (label, lang))
    return item


@pytest.fixture
def readings(make_row: MakeRow) -> Callable[..., list[Reading]]:
    """Build readings from (writer's role, second reader's role) pairs, each `times` times."""

    def build(*pairs: tuple[Role, Role], lang: str = "en", times: int = 1) -> list[Reading]:
        return [
            Reading(make_row(role=first, lang=lang), make_row(role=second, lang=lang)) for first, second in pairs
        ] * times

    return build


def test_kappa_by_hand() -> None:
    # 70 % observed; by chance 0.5 * 0.6 + 0.5 * 0.4 = 50 %.
    assert cohens_kappa(np.array([[20.0, 5.0], [10.0, 15.0]])) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_kappa_of_many_tables_is_that_of_each() -> None:
    tables = np.random.default_rng(1).integers(1, 30, (5, 4, 4)).astype(float)

    together = cohens_kappa(tables)

    for table, value in zip(tables, together, strict=True):
        cells = [(i, j) for i in range(4) for j in range(4) for _ in range(int(table[i, j]))]
        assert value == pytest.approx(cohen_kappa_score(*zip(*cells, strict=True)))


def test_kappa_is_undefined_where_both_always_say_the_same() -> None:
    assert np.isnan(cohens_kappa(np.array([[7.0, 0.0], [0.0, 0.0]])))


def test_every_label_is_measured_for_each_language_and_together(readings: Callable) -> None:
    rows = readings((Role.VICTIM, Role.VICTIM), (Role.OTHER, Role.OTHER)) + readings(
        (Role.OFFENDER, Role.OTHER), lang="ja"
    )

    report = compare_readings(rows, resamples=10)

    names = ["risk", "role", *(f"role: {role}" for role in Role), *(f"signal: {signal}" for signal in SignalId)]
    assert [item.label for item in report.labels] == names * 3
    assert [item.lang for item in report.labels[:: len(names)]] == ["en", "ja", "all"]
    assert [find(report, "risk", lang).n for lang in ("en", "ja", "all")] == [2, 1, 3]


def test_one_language_is_not_measured_twice(readings: Callable) -> None:
    assert {item.lang for item in compare_readings(readings((Role.OTHER, Role.OTHER)), resamples=5).labels} == {"en"}


def test_counts_and_raw_agreement_by_hand(readings: Callable) -> None:
    victim, offender, other = Role.VICTIM, Role.OFFENDER, Role.OTHER
    rows = readings((victim, victim), (victim, offender), (offender, other), (other, other), (other, other))

    report = compare_readings(rows, resamples=50)

    risk = find(report, "risk")
    assert (risk.n, risk.raw, risk.first_positive, risk.second_positive) == (5, 4 / 5, 3, 2)
    role = find(report, "role")
    assert (role.raw, role.first_positive, role.second_positive) == (3 / 5, None, None)
    expected = cohen_kappa_score(["v", "v", "o", "n", "n"], ["v", "o", "n", "n", "n"])
    assert role.kappa == pytest.approx(expected)
    one = find(report, "role: victim")
    assert (one.raw, one.first_positive, one.second_positive) == (4 / 5, 2, 1)
    assert find(report, "signal: pressure").kappa is None
    assert find(report, "signal: pressure").raw == 1.0


def test_signals_are_compared_one_by_one(make_row: MakeRow) -> None:
    pay, hurry = SignalId.PAYMENT_DEMAND, SignalId.PRESSURE
    labels = [((pay,), (pay, hurry)), ((pay, hurry), (hurry,)), ((), ()), ((hurry,), ())]
    rows = [Reading(make_row(signals=first), make_row(signals=second)) for first, second in labels]

    report = compare_readings(rows, resamples=20)

    assert (find(report, "signal: payment_demand").raw, find(report, "signal: pressure").raw) == (3 / 4, 2 / 4)
    assert find(report, "signal: pressure").kappa == pytest.approx(0.0)


def test_disagreements_are_counted_by_pair_of_roles(readings: Callable) -> None:
    rows = readings((Role.OFFENDER, Role.OTHER), (Role.OTHER, Role.OTHER), times=2)
    rows += readings((Role.VICTIM, Role.THIRD_PARTY)) + readings((Role.VICTIM, Role.OTHER), lang="ja")

    found = [
        (item.lang, item.first, item.second, item.rows) for item in compare_readings(rows, resamples=5).disagreements
    ]

    assert found == [
        ("en", "offender", "other", 2),
        ("en", "victim", "third_party", 1),
        ("ja", "victim", "other", 1),
        ("all", "offender", "other", 2),
        ("all", "victim", "other", 1),
        ("all", "victim", "third_party", 1),
    ]


def test_interval_is_about_the_normal_one_and_repeats_with_the_seed(readings: Callable) -> None:
    case, none = Role.VICTIM, Role.OTHER
    pairs = [((case, case), 200), ((case, none), 50), ((none, case), 100), ((none, none), 150)]
    rows = [row for pair, times in pairs for row in readings(pair, times=times)]

    first, again, other = (find(compare_readings(rows, seed=seed), "risk") for seed in (1, 1, 2))

    # Cohen 1960, formula for the standard error: sqrt(p_o (1 - p_o) / (n (1 - p_e)^2)).
    error = (0.7 * 0.3 / (500 * 0.25)) ** 0.5
    assert first.kappa == pytest.approx(0.4)
    assert first.low == pytest.approx(0.4 - 1.96 * error, abs=0.015)
    assert first.high == pytest.approx(0.4 + 1.96 * error, abs=0.015)
    assert (first.low, first.high) == (again.low, again.high) != (other.low, other.high)


def test_no_resamples_give_no_interval(readings: Callable) -> None:
    rows = readings((Role.VICTIM, Role.VICTIM), (Role.OTHER, Role.OTHER), times=3)

    risk = find(compare_readings(rows, resamples=0), "risk")

    assert (risk.kappa, risk.low, risk.high) == (1.0, None, None)
    assert any(line.split()[-1] == "1.000" for line in compare_readings(rows, resamples=0).to_text().splitlines())


def test_report_of_a_folder_in_its_three_forms(make_corpus: Callable[..., Path]) -> None:
    rows = "".join(f"Vd | report {number}\nN | question {number}\n" for number in range(5))
    folder = make_corpus(en_b01=f"@ en-b01-001 pairs casual\n{rows}")
    (folder / "readings").mkdir()
    labels = ["Vd", "N", "Td", "N", "Vd", "N", "Vd", "Vd", "Vd", "N"]
    lines = [f"en-b01-001-{number:02d}\t{('N', 'Vd')[number % 2]}\t{label}\n" for number, label in enumerate(labels, 1)]
    (folder / "readings" / "second.tsv").write_text("id\tfirst\tsecond\n" + "".join(lines), encoding="utf-8")

    report = measure_agreement(folder)

    risk = json.loads(json.dumps(report.to_dict()))["labels"][0]
    assert (risk["label"], risk["n"], risk["raw"], risk["kappa"]) == ("risk", 10, 0.9, pytest.approx(0.8))
    assert report.to_dict()["disagreements"][0] == {"lang": "en", "first": "other", "second": "victim", "rows": 1}
    text, markdown = report.to_text().split("\n"), report.to_markdown().split("\n")
    assert text[0] == "Agreement: en"
    assert next(line for line in text if line.startswith("risk")).split()[1:6] == ["10", "5", "6", "0.900", "0.800"]
    assert "### Roles that differ" in markdown
    assert "| en | victim | third_party | 1 |" in markdown
    assert "| signal: pressure | 10 | 0 | 0 | 1.000 | – |" in markdown
