from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sextortion_signals import Detector
from sextortion_signals.corpus import build_corpus, read_sources, split_of
from sextortion_signals.evaluate import evaluate, read_text_file
from sextortion_signals.features import extract
from sextortion_signals.model import HEADS, Calibration, load_artefact, resolve_model
from sextortion_signals.text import normalize

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("measuring", "peers", "decisions", "contenders", "baselines", "leaderboard")
CARDS = 8
MARKS = "# Page\n\n<!-- leaderboard:begin -->\n\nold\n\n<!-- leaderboard:end -->\n\nby hand\n"


@pytest.fixture(scope="module")
def scripts() -> Iterator[SimpleNamespace]:
    """The modules of the leaderboard by name; scripts find each other in their own folder."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    sys.path.remove(str(ROOT / "benchmarks"))
    for name in MODULES:
        del sys.modules[name]


@pytest.fixture(scope="module")
def some_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of a few cards of each split and language, built: the encoder reads all of it."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "src").mkdir()
    for name in ("ja-b01.txt", "en-b01.txt"):
        content = (ROOT / "data" / "synthetic" / "src" / name).read_text(encoding="utf-8")
        cards = ["@ " + part for part in re.split(r"^@ ", content, flags=re.MULTILINE)[1:]]
        kept: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
        for card in cards:
            kept[split_of(card.split()[1])].append(card)
        chosen = "".join(card for split in kept.values() for card in split[:CARDS])
        (folder / "src" / name).write_text(chosen, encoding="utf-8")
    build_corpus(folder)
    return folder


@pytest.fixture(scope="module")
def whole_run(
    scripts: SimpleNamespace, some_cards: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, Path]:
    """What a whole run on a few cards prints and writes, and the folder it keeps vectors in."""
    folder = tmp_path_factory.mktemp("board")
    page, own = folder / "page.md", folder / "own.jsonl"
    page.write_text(MARKS, encoding="utf-8")
    rows = [{"text": f"see you at lunch {n}", "risk": 0} for n in range(3)]
    rows += [{"text": f"pay or your nudes go to everyone {n}", "risk": 1, "role": "offender"} for n in range(3)]
    own.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    printed: list[str] = []
    scripts.leaderboard.print = lambda *parts, **options: None if "file" in options else printed.append(str(parts[0]))
    sizes = ["--rounds", "1", "--resamples", "20"]
    places = ["--corpus", str(some_cards), "--page", str(page), "--cache", str(folder / "cache")]
    scripts.leaderboard.main([str(own), *places, *sizes])
    del scripts.leaderboard.print
    return "\n".join(printed), page.read_text(encoding="utf-8"), folder / "cache"


def cells(text: str, name: str) -> list[list[str]]:
    """Return the cells of each Markdown row of a system."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(f"| {name} |")]


def test_a_whole_run_writes_its_section_and_nothing_else(whole_run: tuple[str, str, Path]) -> None:
    page = whole_run[1]

    before, section, after = re.split(r"<!-- leaderboard:(?:begin|end) -->", page)
    assert (before, after) == ("# Page\n\n", "\n\nby hand\n")
    assert "$ python benchmarks/leaderboard.py\n" in section
    assert re.search(r"Run of \d{4}-\d\d-\d\d on \d+ cores? \(.+\), \w+, Python [\d.]+, no accelerator\.", section)
    assert re.findall(r"^### test\.jsonl, (.+?):", section, flags=re.MULTILINE) == ["all rows", "en", "ja"]
    assert "old" not in section


def test_every_system_has_its_figures_and_its_speed(whole_run: tuple[str, str, Path], scripts: SimpleNamespace) -> None:
    names = ["keyword rule", "TF-IDF + logistic regression", "fastText", "frozen encoder + logistic regression"]
    columns = len(scripts.decisions.FIGURES)

    for name in [*names, "ours, fast"]:
        whole, *langs = cells(whole_run[1], name)
        assert [len(row) for row in (whole, *langs)] == [1 + columns + 2, 1 + columns, 1 + columns], name
        assert float(whole[-2].replace(",", "")) > 0
        assert float(whole[-1]) > 0
        assert ("–" in whole[1:-2]) == (name == "keyword rule")
        assert f"- **{name}**: " in whole_run[1]


def test_our_own_figures_are_those_of_evaluate(whole_run: tuple[str, str, Path], some_cards: Path) -> None:
    (measured,) = evaluate(Detector.load(tier="fast"), [some_cards / "test.jsonl"], resamples=20).labelled

    for part, row in zip(measured.slices, cells(whole_run[1], "ours, fast"), strict=True):
        keys = ["auc", "average_precision", "recall_at_1", "recall_at_5", "recall_elevated", "false_alarms_elevated"]
        keys += ["role_accuracy", "victim_called_offender", "signals_f1"]
        for key, cell in zip(keys, row[1:], strict=False):
            found = part.headline[key]
            assert cell == f"{found.value:.3f} ({found.low:.3f}–{found.high:.3f})", (part.name, key)


def test_trained_baselines_learn_something(whole_run: tuple[str, str, Path]) -> None:
    for name in ("TF-IDF + logistic regression", "frozen encoder + logistic regression"):
        assert float(cells(whole_run[1], name)[0][1].split()[0]) > 0.6, name


def test_further_files_are_shown_and_not_written(whole_run: tuple[str, str, Path]) -> None:
    printed, page, _ = whole_run

    assert "own.jsonl, all rows: 6 texts, 3 of them cases\n" in printed
    assert "own.jsonl" not in page
    assert "one text alone, ms" not in printed.split("own.jsonl")[1]


def test_vectors_are_kept_for_the_next_run(
    whole_run: tuple[str, str, Path], scripts: SimpleNamespace, some_cards: Path
) -> None:
    again = scripts.baselines.FrozenEncoder(whole_run[2])
    rows = [row.text for row in read_sources(some_cards) if split_of(row.card) != "test"]
    kept = np.array([again.known[scripts.baselines._key(text)] for text in rows[:3]])

    np.testing.assert_allclose(again.encoder.logits(rows[:3]), kept, rtol=1e-6)
    assert len(again.known) == len(set(rows))


def test_vectors_are_means_over_the_pieces(scripts: SimpleNamespace) -> None:
    """The same text twice has the same pieces twice, so the vector hardly turns; another text's points elsewhere."""
    encoder = scripts.baselines.FrozenEncoder().encoder
    one, same, other = encoder.logits(["写真を送って", "写真を送って。", "The bus leaves at nine."])

    def cosine(a: Any, b: Any) -> float:
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert one.shape == (384,)
    assert cosine(one, same) > cosine(one, other) + 0.05


def test_decision_of_our_own_logits_is_that_of_the_detector(
    scripts: SimpleNamespace, detector: Detector, two_batches: Path
) -> None:
    artefact = load_artefact(resolve_model())
    data = artefact.manifest.data
    rows = read_text_file(two_batches / "test.jsonl").rows
    logits = artefact.scorer.logits(extract([normalize(row.text) for row in rows], artefact.scorer.spec))
    decision = scripts.decisions.Decision(
        elevated=detector.thresholds["elevated"],
        calibration=Calibration.from_dict(data["calibration"]),
        offender_floor=data["offender_floor"],
        signal_thresholds=tuple(data["signal_thresholds"].values()),
    )

    found = decision.apply(logits)
    ours = scripts.decisions.answers_of(detector.assess_many([row.text for row in rows]), rows)
    np.testing.assert_allclose(found.risk, ours.risk)
    np.testing.assert_array_equal(found.elevated, ours.elevated)
    np.testing.assert_array_equal(found.roles, ours.roles)
    # Our detector shows signals of raised texts with evidence; a baseline may show more, never fewer.
    assert not (ours.signals & ~found.signals).any()


def test_decision_keeps_the_budgets_of_our_own(scripts: SimpleNamespace, two_batches: Path) -> None:
    rows = read_sources(two_batches)
    risk = np.array([row.risk for row in rows])
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 1, (len(rows), len(HEADS))) + 5.0 * risk[:, None]

    found = scripts.decisions.Decision.fit(logits, rows).apply(logits)
    alone = scripts.decisions.Decision.fit(1 / (1 + np.exp(-logits[:, 0])), rows).apply(1 / (1 + np.exp(-logits[:, 0])))
    for answers in (found, alone):
        assert answers.elevated[risk == 0].mean() <= 0.05
        assert answers.elevated[risk == 1].mean() > 0.5
    assert (alone.roles, alone.signals) == (None, None)
    np.testing.assert_array_equal(found.elevated, alone.elevated)


def test_tiers_of_a_model_with_a_semantic_part_stand_side_by_side(
    scripts: SimpleNamespace, semantic_model: Path, two_batches: Path
) -> None:
    tiers = scripts.contenders.own_tiers(str(semantic_model))
    file = read_text_file(two_batches / "test.jsonl")
    some = type(file)(file.name, file.rows[::8], file.labelled)

    (*_, board) = scripts.leaderboard.measure(tiers[:1], some, resamples=2)
    assert [tier.name for tier in tiers] == ["ours, fast", "ours, cascade", "ours, full"]
    assert board.rows()[0][0] == "ours, fast"
    assert len({tier.answers(some.rows).risk.tobytes() for tier in tiers}) == 3


@pytest.fixture
def write_system(tmp_path: Path) -> Callable[[str], str]:
    def write(source: str) -> str:
        (tmp_path / "mine.py").write_text(source, encoding="utf-8")
        return f"{tmp_path / 'mine.py'}:Mine"

    return write


def test_another_system_stands_beside_ours_and_nothing_is_written(
    scripts: SimpleNamespace,
    some_cards: Path,
    tmp_path: Path,
    write_system: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = write_system(
        "class Mine:\n"
        "    name = 'our filter'\n"
        "    def fit(self, texts, risks):\n        self.longest = max(map(len, texts))\n"
        "    def scores(self, texts):\n        return [min(len(text) / self.longest, 1.0) for text in texts]\n"
    )
    page = tmp_path / "page.md"
    page.write_text(MARKS, encoding="utf-8")
    arguments = ["--corpus", str(some_cards), "--page", str(page), "--only", "keyword", "--add", place]
    scripts.leaderboard.main([*arguments, "--rows", "600", "--rounds", "1", "--resamples", "2"])

    printed = capsys.readouterr().out
    assert re.search(r"^our filter +0\.\d{3} \(", printed, flags=re.MULTILINE)
    assert "our filter: its own scores; operating point set on dev." in printed
    assert "ours, fast" not in printed
    assert page.read_text(encoding="utf-8") == MARKS


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Mine = 3\n", "must be a class or an object with scores"),
        ("other = 3\n", "must be a class or an object with scores"),
        ("class Mine:\n    def scores(self, texts):\n        return [2.0 for _ in texts]\n", "risks from 0 to 1"),
        ("class Mine:\n    def scores(self, texts):\n        return [0.5]\n", "it gave \\(1,\\)"),
    ],
)
def test_a_system_that_cannot_be_measured_is_refused(
    scripts: SimpleNamespace, write_system: Callable[[str], str], two_batches: Path, source: str, message: str
) -> None:
    rows = read_sources(two_batches)[:20]
    with pytest.raises(SystemExit, match=message):
        scripts.contenders.Outside(write_system(source)).fit(rows, rows)


def test_a_part_of_the_rows_is_evenly_spaced(scripts: SimpleNamespace) -> None:
    rows = list(range(1_000))
    assert scripts.leaderboard._some(rows, 600, 1) == rows[::2]
    assert scripts.leaderboard._some(rows, 600, 6) == rows[::10]
    assert scripts.leaderboard._some(rows, None, 6) == rows
    with pytest.raises(SystemExit):
        scripts.leaderboard.main(["--rows", "10"])


def test_places_and_files_that_make_no_sense_are_refused(scripts: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"write FILE\.py:NAME"):
        scripts.contenders.Outside("nowhere.py:Mine")
    (tmp_path / "calm.jsonl").write_text('{"text": "see you"}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"calm\.jsonl has no labels"):
        scripts.leaderboard.measure([], read_text_file(tmp_path / "calm.jsonl"))


def test_the_page_has_the_marks_and_the_command() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")

    assert page.count("<!-- leaderboard:begin -->") == page.count("<!-- leaderboard:end -->") == 1
    assert "python benchmarks/leaderboard.py" in page
