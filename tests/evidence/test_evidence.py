"""The quotes against what a person would underline: how they were measured, and that they do not get worse."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from sextortion_signals import Detector, Evidence, SignalId

ROOT = Path(__file__).resolve().parents[2]
# F1 with a signal that is not shown as 0, and F1 where it is shown: a little under what was measured with
# ja-en-2026.1, which is 0.836 and 0.836, 0.472 and 0.770, 0.749 and 0.861. The model was fitted on the dev split.
FLOORS = {"dev": (0.82, 0.82), "test": (0.46, 0.755), "other": (0.73, 0.845)}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "benchmarks" / "evidence_overlap.py"
    spec = importlib.util.spec_from_file_location("evidence_overlap", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("split", FLOORS)
def test_evidence_quotes_what_a_person_would_underline(script: ModuleType, detector: Detector, split: str) -> None:
    rows = [row for row in script.expectations() if row.split == split]
    _, f1, _, f1_if_shown, *_ = script.summary(script.measure(detector, rows))
    assert f1 >= FLOORS[split][0]
    assert f1_if_shown >= FLOORS[split][1]


def test_evidence_expectations_are_rows_of_the_corpus(script: ModuleType) -> None:
    rows = [row for row in script.expectations() if row.split != "other"]
    assert Counter((row.split, row.lang) for row in rows) == Counter(
        {("dev", "ja"): 45, ("dev", "en"): 30, ("test", "ja"): 45, ("test", "en"): 30}
    )
    for split in ("dev", "test"):
        lines = (ROOT / "data" / "synthetic" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
        corpus = {row["id"]: row for row in map(json.loads, lines)}
        for row in rows:
            if row.split == split:
                assert corpus[row.id]["text"] == row.text, row.id
                assert row.signal in corpus[row.id]["signals"], row.id


def test_evidence_tables_are_complete(script: ModuleType) -> None:
    for name in script.TABLES:
        header, *lines = ((script.FOLDER / name).read_text(encoding="utf-8")).splitlines()
        assert header.split("\t") == ["id", "split", "lang", "signal", "text", "underlined"]
        for line in lines:
            *_, text, underlined = line.split("\t")
            assert underlined.replace("⟦", "").replace("⟧", "") == text
            assert 1 <= underlined.count("⟦") == underlined.count("⟧") <= 3
    rows = script.expectations()
    assert len({row.id for row in rows}) == len(rows)
    for split in script.SPLITS:
        groups = {(row.lang, row.signal) for row in rows if row.split == split}
        assert groups == {(lang, signal) for lang in ("ja", "en") for signal in SignalId}


def test_evidence_overlap_counts_letters_only(script: ModuleType) -> None:
    marked = "⟦pay, me⟧\n⟦😈⟧"
    text = "pay, me\n😈"
    assert script.spans(marked) == [(0, 7), (8, 9)]
    assert list(script.counted(text, script.spans(marked))) == [0, 1, 2, 5, 6, 8]
    expected = script.Expectation("x", "dev", "en", "pressure", text, frozenset({0, 1, 2, 5, 6, 8}))
    assert script.overlap(expected, [Evidence(0, 4, "pay,")]) == script.Overlap(True, 1.0, 0.5, pytest.approx(2 / 3))
    assert script.overlap(expected, [Evidence(3, 5, ", ")]) == script.Overlap(True, 0.0, 0.0, 0.0)
    assert script.overlap(expected, []) == script.Overlap(False, 0.0, 0.0, 0.0)


def test_evidence_summary_of_texts_that_show_nothing(script: ModuleType) -> None:
    assert script.summary([script.Overlap(False, 0.0, 0.0, 0.0)]) == (1, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


def test_evidence_benchmark_prints_a_table_for_each_split(
    script: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["evidence_overlap.py", "dev", "test", "--tier", "fast"])
    script.main()
    printed = capsys.readouterr().out
    assert printed.count("| all | 75 |") == 2
    assert printed.count("| ja disclosure |") == 2
