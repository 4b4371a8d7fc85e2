import json
import re
import shutil
from pathlib import Path

import pytest

from sextortion_signals.card import CARD_JSON_NAME, CARD_NAME, METRICS_NAME, card_files, model_card, write_metrics
from sextortion_signals.card.content import REQUIRED_SECTIONS
from sextortion_signals.corpus import read_sources
from sextortion_signals.errors import ArtefactCorruptError
from sextortion_signals.evaluate import evaluate, measure_model
from sextortion_signals.model import MANIFEST_NAME, read_manifest, resolve_model

CORPUS = Path(__file__).resolve().parents[2] / "data" / "synthetic"
RELEASED = resolve_model(None)


@pytest.fixture
def copied(tmp_path):
    """What a card is made from, in a folder that a test may change."""
    for name in (MANIFEST_NAME, METRICS_NAME):
        shutil.copy(RELEASED / name, tmp_path / name)
    return tmp_path


def tables_of(card):
    return {table.title: table for section in card.sections for table in section.tables}


def test_committed_card_is_the_generated_one():
    for name, content in card_files(RELEASED).items():
        assert (RELEASED / name).read_text(encoding="utf-8") == content, f"{name} has fallen behind: run ./dev docs"


def test_card_has_the_sections_a_review_console_requires():
    card = json.loads((RELEASED / CARD_JSON_NAME).read_text(encoding="utf-8"))
    assert tuple(section["id"] for section in card["sections"]) == REQUIRED_SECTIONS
    headings = re.findall(r"^## (.+)$", (RELEASED / CARD_NAME).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings == [section["title"] for section in card["sections"]]
    for section in card["sections"]:
        parts = [section, *section.get("subsections", [])]
        assert all(isinstance(field[key], str) for part in parts for field in part["fields"] for key in field)
        assert section["fields"]
    labels = {field["label"] for section in card["sections"] for field in section["fields"]}
    assert {"Intended use", "Out of scope", "Languages", "Second reading"} <= labels


def test_card_shows_what_the_released_model_does(detector):
    """The figures that need no resample are measured again."""
    (measured,) = evaluate(detector, [CORPUS / "test.jsonl"], resamples=1).labelled
    tables = tables_of(model_card(RELEASED))
    shown = {row[0]: row[1] for row in tables["Tier fast: headline figures"].rows}
    whole = measured.slices[0].headline
    for key, label in json.loads((RELEASED / METRICS_NAME).read_text(encoding="utf-8"))["figures"].items():
        assert shown[label].split(" (")[0] == f"{whole[key].value:.3f}", label
    assert [tuple(map(int, row[1:])) for row in tables["Tier fast: roles"].rows] == list(measured.roles.confusion)
    place = tables["Signals"].header.index("F1, fast")
    assert [row[place] for row in tables["Signals"].rows] == [f"{signal.f1:.3f}" for signal in measured.signals]
    assert tables["Calibration"].rows[0][1] == f"{measured.calibration.ece_equal_mass:.3f}"
    assert [row[0] for row in tables["Categories"].rows] == [part.category for part in measured.categories]
    points = {row[0]: row[1] for row in tables["Operating points"].rows if row[0].startswith("fast, ")}
    assert points == {f"fast, {name}": f"{risk:.3f}" for name, risk in detector.thresholds.items()}


def test_card_examples_are_few_and_the_corpus_s_own():
    rows = {row.id: row.text for row in read_sources(CORPUS)}
    tables = [table for title, table in tables_of(model_card(RELEASED)).items() if title.startswith("Known failures")]
    assert len(tables) == 2
    for table in tables:
        assert 0 < len(table.rows) <= 5
        assert all(row[-1] == rows[row[0]] for row in table.rows)


def test_every_table_names_the_command_that_reproduces_it():
    for table in tables_of(model_card(RELEASED)).values():
        assert re.search(r"Reproduce: `sextortion-signals [^`]+`\.$", table.note), table.title


def test_card_of_a_model_that_nobody_measured_says_so(copied):
    (copied / METRICS_NAME).unlink()
    card = model_card(copied)
    assert tuple(section.id for section in card.sections) == REQUIRED_SECTIONS
    assert not tables_of(card)
    assert "Not measured yet: `sextortion-signals model measure` does it." in card.to_markdown()


def test_figures_of_another_training_are_refused(copied):
    manifest = json.loads((copied / MANIFEST_NAME).read_text(encoding="utf-8"))
    manifest["seed"] += 1
    (copied / MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtefactCorruptError, match="was not measured on this model; run `sextortion-signals model"):
        model_card(copied)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "is not JSON"),
        ("[]", "was not measured on this model"),
        ('{{"manifest_sha256": "{hash}"}}', "a figure is missing"),
    ],
)
def test_figures_that_cannot_be_used_are_refused(copied, content, message):
    written = content.format(hash=read_manifest(copied).sha256) if "{hash}" in content else content
    (copied / METRICS_NAME).write_text(written, encoding="utf-8")
    with pytest.raises(ArtefactCorruptError, match=message):
        model_card(copied)


def test_card_of_a_model_with_a_semantic_tier_shows_all_tiers(semantic_model, two_batches, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(semantic_model, folder)
    write_metrics(folder, measure_model(folder, two_batches, resamples=5))
    card = model_card(folder)
    tables = tables_of(card)
    assert {"Tier fast: roles", "Tier cascade: roles", "Tier full: roles"} <= tables.keys()
    assert [row[0] for row in tables["Operating points"].rows] == [
        f"{tier}, {level}" for tier in ("fast", "cascade", "full") for level in ("elevated", "high")
    ]
    part = read_manifest(folder).data["semantic"]
    assert tables["Operating points"].rows[2][1] == f"{part['thresholds']['elevated']['risk']:.3f}"
    assert tables["Signals"].header[-1] == "F1, full"
    assert {"risk, fast", "risk, cascade", "risk, full"} <= set(tables["Known failures: ja"].header)
    labels = [label for section in card.sections for label, _ in section.fields]
    assert {"Semantic tier", "Tiers"} <= set(labels)
    assert f"{part['corpus']['rows_fitted']:,} texts of the train split" in card.to_markdown()
    # No second reader's labels lie beside two batches.
    assert "Agreement" not in tables
    assert "No second reader has confirmed" in card.to_markdown()
