from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from sextortion_signals.corpus import build_corpus, read_sources, split_of
from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate.results import Estimate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    path = ROOT / "benchmarks" / "learning_curve.py"
    spec = importlib.util.spec_from_file_location("learning_curve", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its data classes look their own module up.
    sys.modules["learning_curve"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["learning_curve"]


@pytest.fixture(scope="module")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "src").mkdir()
    name = "en-b01.txt"
    (folder / "src" / name).write_bytes((ROOT / "data" / "synthetic" / "src" / name).read_bytes())
    build_corpus(folder)
    return folder


@pytest.fixture(scope="module")
def written(
    script: ModuleType, small_corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Path]]:
    """Both files of a run on a small corpus, and another file to measure on."""
    output = tmp_path_factory.mktemp("docs")
    other = output / "other.jsonl"
    texts = [("send the money or everyone sees your pictures", 1), ("see you at lunch", 0)] * 3
    rows = (json.dumps({"text": f"{text} {number}", "risk": risk}) for number, (text, risk) in enumerate(texts))
    other.write_text("\n".join(rows) + "\n\n", encoding="utf-8")
    script.main(["--corpus", str(small_corpus), "--shares", "1", "1/2", "--also", str(other), "--output", str(output)])
    return output, [other]


def test_shares_are_nested_and_about_as_large_as_they_say(script: ModuleType) -> None:
    cards = {row.card for row in read_sources(ROOT / "data" / "synthetic") if split_of(row.card) != "test"}
    places = {card: script.position(card) for card in cards}

    assert all(0 <= place < 1 for place in places.values())
    for share in script.SHARES:
        assert sum(place < share for place in places.values()) == pytest.approx(len(cards) * share, rel=0.25)


def test_page_holds_table_command_and_reading(written: tuple[Path, list[Path]]) -> None:
    page = (written[0] / "learning-curve.md").read_text(encoding="utf-8")

    assert "$ python benchmarks/learning_curve.py --shares 1 1/2 --also other.jsonl\n" in page
    assert str(written[0]) not in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith(("| test split, en", "| other.jsonl"))]
    assert [row[1] for row in rows] == ["1/2", "1"] * 2
    assert int(rows[0][2]) < int(rows[1][2])
    assert "- **other.jsonl**: AUC " in page
    assert "the step from 1/2 to 1 changed it by " in page
    assert "](learning-curve.svg)" in page


def test_drawing_is_the_same_each_time_and_undated(
    script: ModuleType, written: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    figures = dict.fromkeys(script.FIGURES, Estimate(0.8, 0.7, 0.9))
    points = [script.Point(Fraction(1, n), 40 // n, 400 // n, "test split, en", figures) for n in (2, 1)]
    points.append(script.Point(Fraction(1), 40, 400, "one kind", dict.fromkeys(script.FIGURES, Estimate(None))))

    for name in ("a.svg", "b.svg"):
        script.draw(points, tmp_path / name)

    first = (tmp_path / "a.svg").read_bytes()
    assert first == (tmp_path / "b.svg").read_bytes()
    assert b"<dc:date>" not in first
    assert b"test split, en" in first
    assert b"one kind" not in first
    assert b"other.jsonl" in (written[0] / "learning-curve.svg").read_bytes()


def test_file_of_one_kind_is_measured_without_a_figure(script: ModuleType) -> None:
    none = dict.fromkeys(script.FIGURES, Estimate(None))

    page = script.to_markdown([script.Point(Fraction(1), 40, 400, "calm.jsonl", none)], "0" * 64, "command")

    assert "| calm.jsonl | 1 | 40 | 400 | – | – | – |" in page
    assert "- **calm.jsonl**: one kind of risk only" in page


def test_reading_compares_the_last_step_with_the_interval(script: ModuleType) -> None:
    def page(last: float) -> str:
        aucs = [Estimate(0.80, 0.78, 0.82), Estimate(last, last - 0.02, last + 0.02)]
        points = [
            script.Point(Fraction(1, 2 - n), 20 * (n + 1), 200, "x", {**dict.fromkeys(script.FIGURES, auc), "auc": auc})
            for n, auc in enumerate(aucs)
        ]
        return str(script.to_markdown(points, "0" * 64, "command"))

    assert "changed it by +0.050, more than half the width of its interval (0.020)" in page(0.85)
    assert "changed it by -0.010, less than half the width" in page(0.79)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "x.jsonl:2: a line is a JSON object with text and risk"),
        ('{"text": "secret"}', "x.jsonl:2: a line is"),
        ("[1]", "x.jsonl:2: a line is"),
        ('{"text": "secret", "risk": 2}', "x.jsonl:2: text must be a string and risk 0 or 1"),
        ('{"text": 1, "risk": 0}', "x.jsonl:2: text must be"),
    ],
)
def test_other_files_with_faults_are_refused_without_their_text(
    script: ModuleType, tmp_path: Path, line: str, message: str
) -> None:
    (tmp_path / "x.jsonl").write_text(f'{{"text": "fine", "risk": 0}}\n{line}\n', encoding="utf-8")

    with pytest.raises(RecordError, match=message) as caught:
        script.read_file(tmp_path / "x.jsonl")
    assert "secret" not in str(caught.value)


def test_arguments_that_make_no_sense_are_refused(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot read"):
        script.read_file(tmp_path / "none.jsonl")
    with pytest.raises(SystemExit):
        script.main(["--shares", "0"])
