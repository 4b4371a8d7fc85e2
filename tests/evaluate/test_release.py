from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.errors import CorpusError
from sextortion_signals.evaluate import evaluate, known_failures, measure_model
from sextortion_signals.evaluate.records import EvaluationRow, Label
from sextortion_signals.evaluate.release import MISSED, RAISED
from sextortion_signals.evaluate.table import score_table
from sextortion_signals.model import read_manifest, resolve_model
from sextortion_signals.types import Assessment, Role


@pytest.fixture(scope="module")
def measured(two_batches: Path) -> dict[str, Any]:
    return measure_model(resolve_model(), two_batches, resamples=20)


def test_measured_figures_are_those_of_evaluate(measured: dict[str, Any], two_batches: Path, detector: Any) -> None:
    (expected,) = evaluate(detector, [two_batches / "test.jsonl"], resamples=20).labelled

    fast = measured["tiers"]["fast"]
    tiers = ["fast", "cascade", "full"] if read_manifest(resolve_model()).semantic_files else ["fast"]
    assert list(measured["tiers"]) == tiers
    for part, other in zip(fast["slices"], expected.slices, strict=True):
        assert (part["name"], part["rows"], part["risk_rows"]) == (other.name, other.rows, other.risk_rows)
        for key, estimate in other.headline.items():
            assert part["headline"][key]["value"] == pytest.approx(estimate.value, abs=1e-6), key
    assert fast["roles"]["confusion"] == [list(row) for row in expected.roles.confusion]
    assert fast["calibration"]["all"]["ece_equal_mass"] == pytest.approx(expected.calibration.ece_equal_mass, abs=1e-6)
    assert [part["category"] for part in fast["categories"]] == [part.category for part in expected.categories]
    assert measured["keyword_rule"]["auc"]["value"] == pytest.approx(expected.slices[0].baseline["auc"].value, abs=1e-6)


def test_measurement_names_model_corpus_and_file(measured: dict[str, Any], two_batches: Path) -> None:
    rows = [json.loads(line) for line in (two_batches / "test.jsonl").read_text(encoding="utf-8").splitlines()]

    assert measured["manifest_sha256"] == read_manifest(resolve_model()).sha256
    assert measured["file"]["rows"] == len(rows)
    assert measured["file"]["cases"] == sum(row["risk"] for row in rows)
    everyday = [row for row in rows if row["category"].startswith("ev_")]
    assert 0 <= measured["tiers"]["fast"]["everyday_false_alarms"]["elevated"] <= 1
    assert everyday
    assert measured["agreement"] == []
    assert json.loads(json.dumps(measured)) == measured


def test_measurement_needs_a_built_corpus(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "en-b01.txt").write_text("@ en-b01-001 ev_home casual\nN | dinner is ready\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="corpus build"):
        measure_model(resolve_model(), tmp_path)


def test_known_failures_are_the_worst_of_each_language(make_assessment: Callable[..., Assessment]) -> None:
    rows, assessed = [], []
    for lang in ("ja", "en"):
        for place in range(8):
            label = Label(place % 2, Role.VICTIM if place % 2 else Role.OTHER, frozenset(), frozenset())
            rows.append(EvaluationRow(f"{lang}-{place}", f"text {place}", lang, "group", label))
            assessed.append(make_assessment(place / 10 if lang == "ja" else 0.5))
    table = score_table(rows, assessed)

    found = known_failures(rows, {"fast": table, "full": table})

    assert [item["id"] for item in found if item["lang"] == "ja"] == ["ja-1", "ja-3", "ja-5", "ja-6", "ja-4"]
    # Of equal risks the first rows.
    assert [item["id"] for item in found if item["lang"] == "en"] == ["en-1", "en-3", "en-5", "en-0", "en-2"]
    assert len(found) == 2 * (MISSED + RAISED)
    first: Mapping[str, Any] = found[-1]
    assert first["risks"] == {"fast": 0.4, "full": 0.4}
    assert (first["role"], first["text"]) == ("other", "text 4")
