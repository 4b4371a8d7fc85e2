"""The generated parts of the dataset card, and what people have to write for them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sextortion_signals.corpus import DATASET_CARD, read_report, replace_section
from sextortion_signals.errors import CorpusError
from sextortion_signals.evaluate import ProbeReport, read_word_notes

GENERATE = Path(__file__).resolve().parents[2] / "docs" / "generate.py"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", GENERATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_section_is_replaced_between_its_own_marks_alone() -> None:
    card = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n<!-- y:begin -->\nkept\n<!-- y:end -->\n"

    fresh = replace_section(card, "x", "new\n")

    assert fresh == card.replace("old\n", "\nnew\n\n")
    assert replace_section(fresh, "x", "new\n") == fresh


@pytest.mark.parametrize("card", ["", "<!-- x:begin -->", "<!-- x:end -->", "<!-- x:end --><!-- x:begin -->"])
def test_card_without_the_marks_is_refused(card: str) -> None:
    with pytest.raises(CorpusError, match="needs the lines <!-- x:begin --> and <!-- x:end -->"):
        replace_section(card, "x", "new")


def test_card_of_the_project_is_up_to_date(generate: ModuleType, project_corpus: Path) -> None:
    card = (project_corpus / DATASET_CARD).read_text(encoding="utf-8")

    assert generate.dataset_card(project_corpus) == card, "run ./dev docs"


def test_card_of_the_project_names_the_command_of_each_section(project_corpus: Path) -> None:
    card = (project_corpus / DATASET_CARD).read_text(encoding="utf-8")

    for name in ("stats", "duplicates", "probes", "agreement"):
        above = card.partition(f"<!-- {name}:begin -->")[0].rpartition("\n## ")[2]
        assert f"`sextortion-signals corpus {name}`" in above, name


def test_every_telling_word_has_a_note(project_corpus: Path) -> None:
    report = ProbeReport.from_dict(read_report(project_corpus, "probes"))
    notes = read_word_notes(project_corpus)

    assert len(report.words) == 40
    silent = [
        (item.lang, item.word) for item in report.words if not notes.get(item.lang, {}).get(item.word, "").strip()
    ]
    assert not silent, "write a note on each of these words into data/synthetic/word_notes.toml"


def test_generator_names_what_is_missing_in_one_line(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "CORPUS", tmp_path)

    assert generate.main(["--check"]) == 1

    assert capsys.readouterr().err.startswith("no corpus sources in ")
