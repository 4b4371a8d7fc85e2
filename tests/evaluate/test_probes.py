from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sextortion_signals.corpus import Row
from sextortion_signals.errors import MissingExtraError
from sextortion_signals.evaluate import ProbeReport, probe_corpus
from sextortion_signals.evaluate.probes import probe_rows
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.surface import PROBES

MakeCorpusRow = Callable[..., Row]
WORDS = ["garden", "river", "window", "bridge", "summer", "winter", "market", "castle"]


@pytest.fixture
def rows(make_corpus_row: MakeCorpusRow) -> list[Row]:
    """1,200 rows of 300 cards whose words are drawn by chance: risk 1 ends in !, risk 0 in a full stop."""
    generator = random.Random(9)
    made = []
    for number in range(1200):
        risk = generator.randint(0, 1)
        text = " ".join(generator.choices(WORDS, k=generator.randint(3, 6))) + (".!"[risk])
        card = f"en-b{number // 480 + 1:02d}-{number // 4 % 120:03d}"
        made.append(make_corpus_row(text, id=f"{card}-{number % 4}", risk=risk, card=card))
    return made


def aucs(report: ProbeReport, lang: str = "en") -> dict[str, float]:
    return {item.probe: item.auc.value for item in report.probes if item.lang == lang and item.auc.value is not None}


def test_probe_finds_what_it_sees_and_nothing_else(rows: list[Row]) -> None:
    found = aucs(probe_rows(rows, resamples=50))

    assert list(found) == list(PROBES)
    assert found["last two characters"] == found["all of these"] == 1.0
    assert found["character 1–3-grams (for scale)"] == 1.0
    for name in ("length", "punctuation and scripts", "first two characters"):
        assert 0.3 < found[name] < 0.7, name


def test_labels_by_chance_are_not_found(rows: list[Row]) -> None:
    blind = [replace(row, text=row.text.replace("!", ".")) for row in rows]

    for name, value in aucs(probe_rows(blind, resamples=10)).items():
        assert 0.3 < value < 0.7, name


def test_length_probe_follows_a_middle_length(rows: list[Row]) -> None:
    # Risk 1 is neither short nor long, which no straight line tells from the rest.
    middle = [replace(row, text="a" * (10 if row.risk else 5 + 10 * (n % 2))) for n, row in enumerate(rows)]

    assert aucs(probe_rows(middle, resamples=10))["length"] == 1.0


def test_intervals_hold_the_value_and_repeat_with_the_seed(rows: list[Row]) -> None:
    one, again, other = (
        {item.probe: item.auc for item in probe_rows(rows, resamples=100, seed=seed).probes} for seed in (1, 1, 2)
    )

    length = one["length"]
    assert length.low is not None
    assert length.value is not None
    assert length.high is not None
    assert length.low < length.value < length.high
    assert one == again
    assert one["length"].low != other["length"].low


def test_languages_are_probed_apart_and_one_kind_of_risk_is_not_ranked(rows: list[Row]) -> None:
    japanese = [replace(row, lang="ja", role=rows[0].role) for row in rows[:400]]

    report = probe_rows([*rows, *japanese], resamples=10)

    assert list(report.risk_share) == ["en", "ja"]
    assert aucs(report, "ja") == {}
    assert all(item.auc == Estimate(None) for item in report.probes if item.lang == "ja")
    assert aucs(report)["last two characters"] == 1.0
    assert "–" in report.to_text()


def test_forms_hold_the_same_figures(rows: list[Row]) -> None:
    report = probe_rows(rows, resamples=20)

    assert ProbeReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    word = report.words[0]
    markdown = report.to_markdown({"en": {word.word: "a word by chance"}}).split("\n")
    assert "### AUC of risk by what a probe sees" in markdown
    (line,) = (line for line in markdown if line.startswith(f"| {word.word} |"))
    assert line.endswith(
        f"| {word.rows} | {word.risk_share:.3f} | {word.cards} | {word.categories} | a word by chance |"
    )
    assert "| --- | ---: | ---: | ---: | ---: | ---: | --- |" in markdown
    assert any(line.startswith(f"{word.word} ") for line in report.to_text().split("\n"))


def test_missing_extra_is_named(rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)

    with pytest.raises(MissingExtraError, match=r"sextortion-signals\[train\]"):
        probe_rows(rows)


def test_probes_of_a_folder_read_its_sources(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "en-b01.txt").write_text("@ en-b01-001 vic_consult casual\nVd | abc\n", encoding="utf-8")

    report = probe_corpus(tmp_path)

    assert report.risk_share == {"en": 1.0}
    assert len(report.probes) == len(PROBES)
    assert report.words == ()
