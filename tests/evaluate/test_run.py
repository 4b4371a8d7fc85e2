from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.errors import MissingExtraError, RecordError
from sextortion_signals.evaluate import EvaluationReport, evaluate
from sextortion_signals.types import Role, SignalId

Write = Callable[..., Path]
Make = Callable[..., Any]
HOSTILE = "<script>alert('払わないと')</script> & \"q\""


@pytest.fixture
def scene(write: Write, make_assessment: Make, make_detector: Make) -> tuple[Any, list[Path]]:
    """Two labelled rows of each kind in two languages, a hostile text and category, and an unlabelled file."""
    pay = ["payment_demand"]
    rows = [
        {"id": "o1", "text": "o1", "lang": "ja", "risk": 1, "role": "offender", "signals": pay, "category": "off <b>"},
        {
            "id": "v1",
            "text": "v1",
            "lang": "en",
            "risk": 1,
            "role": "victim",
            "signals": ["disclosure"],
            "kind": "相談 $x$",
        },
        {"id": "n1", "text": HOSTILE, "lang": "ja", "risk": 0, "role": "other", "signals": [], "category": "news"},
        {"id": "n2", "text": "n2", "lang": "en", "risk": 0, "role": "other", "signals": [], "category": "news"},
    ]
    texts = [{"text": f"t{index}", "corpus": "board" if index % 2 else "chat"} for index in range(1000)]
    detector = make_detector(
        {
            "o1": make_assessment(0.97, Role.OFFENDER, [SignalId.PAYMENT_DEMAND]),
            "v1": make_assessment(0.60, Role.VICTIM, [SignalId.DISCLOSURE]),
            HOSTILE: make_assessment(0.93, Role.OFFENDER),
            "n2": make_assessment(0.01),
            **{f"t{index}": make_assessment(index / 1100) for index in range(1000)},
        }
    )
    return detector, [write("labelled.jsonl", *rows), write("texts.jsonl", *texts)]


@pytest.fixture
def report(scene: tuple[Any, list[Path]]) -> EvaluationReport:
    detector, paths = scene
    return evaluate(detector, paths, resamples=50)


def test_report_holds_labelled_and_unlabelled_files_apart(report: EvaluationReport) -> None:
    (labelled,), (rates,) = report.labelled, report.unlabelled

    assert (report.model, dict(report.thresholds)) == ("scripted", {"elevated": 0.2, "high": 0.9})
    assert (labelled.file, labelled.rows) == ("labelled.jsonl", 4)
    assert [part.name for part in labelled.slices] == ["all", "en", "ja"]
    assert labelled.slices[0].headline["auc"].value == pytest.approx(3 / 4)
    assert labelled.slices[0].headline["role_accuracy"].value == 3 / 4
    assert [rate.corpus for rate in rates.corpora] == ["board", "chat", "all"]
    assert rates.corpora[-1].elevated == 780


def test_workload_is_measured_on_the_unlabelled_texts(report: EvaluationReport) -> None:
    workload = report.labelled[0].workload

    assert (workload.reference, workload.reference_rows) == ("texts of texts.jsonl", 1000)
    # 0.97 lies above every text, 0.60 above all but 339 of 1,000.
    assert dict(zip(workload.reviews, workload.recall, strict=True))[10.0] == 0.5
    assert dict(zip(workload.reviews, workload.recall, strict=True))[5000.0] == 1.0


def test_workload_without_unlabelled_texts_takes_the_risk_0_rows(scene: tuple[Any, list[Path]]) -> None:
    detector, (labelled, _) = scene

    workload = evaluate(detector, [labelled], resamples=0).labelled[0].workload

    assert workload.reference == "risk-0 rows of this file"
    assert (workload.reviews, workload.recall) == ((5000.0, 10000.0), (1.0, 1.0))


def test_dict_is_plain_json_and_repeats(scene: tuple[Any, list[Path]]) -> None:
    detector, paths = scene

    first, second = (json.dumps(evaluate(detector, paths, resamples=20).to_dict(), allow_nan=False) for _ in range(2))

    assert first == second
    data = json.loads(first)
    assert data["labelled"][0]["slices"][0]["headline"]["recall_high"]["value"] == 0.5
    assert data["labelled"][0]["slices"][0]["headline"]["signals_f1"] == {"value": None, "low": None, "high": None}
    assert (data["resamples"], data["seed"]) == (20, 2026)


def test_texts_are_nowhere_in_the_report_unless_asked_for(scene: tuple[Any, list[Path]]) -> None:
    detector, paths = scene

    quiet, open_ = (evaluate(detector, paths, resamples=0, show_texts=shown) for shown in (False, True))

    for form in (json.dumps(quiet.to_dict(), ensure_ascii=False), quiet.to_text(), quiet.to_html()):
        assert "払わないと" not in form
    assert open_.labelled[0].highest_risk_0[0].text == HOSTILE
    assert HOSTILE in open_.to_text()
    assert "払わないと" in open_.to_html()


@pytest.mark.parametrize("paths", [[], "labelled.jsonl", Path("labelled.jsonl")])
def test_paths_must_be_a_list_of_files(scene: tuple[Any, list[Path]], paths: Any) -> None:
    with pytest.raises(RecordError, match="paths must be a list of at least one JSONL file"):
        evaluate(scene[0], paths)


@pytest.mark.parametrize("module", ["sklearn.metrics", "scipy.stats"])
def test_missing_extra_is_named_before_anything_is_read(
    scene: tuple[Any, list[Path]], module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingExtraError, match=r"pip install 'sextortion-signals\[train\]'"):
        evaluate(scene[0], [Path("nowhere.jsonl")])


def test_page_without_matplotlib_names_the_extra(report: EvaluationReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(MissingExtraError):
        report.to_html()


def test_files_of_one_kind_are_measured_as_far_as_they_go(
    write: Write, make_assessment: Make, make_detector: Make
) -> None:
    detector = make_detector({"a": make_assessment(0.95, Role.OFFENDER), "b": make_assessment(0.05)})
    case = {"risk": 1, "role": "offender", "signals": [], "lang": "ja"}
    cases = write("cases.jsonl", {"text": "a", **case}, {"text": "b", **case})
    calm = write("calm.jsonl", {"text": "a", "risk": 0}, {"text": "b", "risk": 0})

    report = evaluate(detector, [cases, calm], resamples=20)

    only_cases, only_calm = report.labelled
    assert only_cases.slices[0].headline["recall_high"].value == 0.5
    assert only_cases.workload.reviews == ()
    assert only_calm.slices[0].headline["false_alarms_high"].value == 0.5
    assert only_calm.workload.reviews == ()
    assert "calm.jsonl, 2 rows" in report.to_text()
    assert report.to_html().count("<figure>") == 6
