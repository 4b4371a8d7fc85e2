import json
import shutil

from sextortion_signals.cli import ExitCode
from sextortion_signals.cli.model import outline
from sextortion_signals.model import model_root, resolve_model


def test_model_list_marks_the_latest(run):
    result = run("model", "list")
    assert f"* {resolve_model(None).name}\n" in result.stdout
    listed = json.loads(run("model", "list", "--json").stdout)
    assert listed["latest"] == resolve_model(None).name
    assert listed["folder"] == str(model_root())
    assert listed["latest"] in listed["models"]


def test_model_show(run, detector):
    assert json.loads(run("model", "show", "--json").stdout) == json.loads(json.dumps(detector.describe()))
    shown = run("model", "show", resolve_model(None)).stdout
    assert f"model: {detector.model}\n" in shown
    assert "thresholds:\n" in shown


def test_model_verify_an_intact_and_a_damaged_one(run, tmp_path):
    result = run("model", "verify")
    assert result.exit_code == ExitCode.OK
    assert "is intact: " in result.stdout
    assert json.loads(run("model", "verify", "--json").stdout)["verified"] is True
    copy = tmp_path / "model"
    shutil.copytree(resolve_model(None), copy)
    with (copy / "hashed.npy").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x7f")
    result = run("model", "verify", copy)
    assert (result.exit_code, result.stdout) == (ExitCode.MODEL, "")
    assert "hashed.npy is not the file its manifest was made for" in result.stderr
    assert run("model", "verify", tmp_path / "none").exit_code == ExitCode.MODEL


def test_model_card_is_the_released_one(run):
    folder = resolve_model(None)
    assert run("model", "card").stdout == (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    shown = json.loads(run("model", "card", "--json").stdout)
    assert shown == json.loads((folder / "MODEL_CARD.json").read_text(encoding="utf-8"))


def test_model_measure_writes_figures_and_card(run, tmp_path, two_batches):
    copy = tmp_path / "model"
    shutil.copytree(resolve_model(None), copy, ignore=shutil.ignore_patterns("*.joblib", "MODEL_CARD*"))
    result = run("model", "measure", copy, "--corpus", two_batches, "--json")
    assert result.exit_code == ExitCode.OK
    names = ["metrics.json", "MODEL_CARD.md", "MODEL_CARD.json"]
    assert json.loads(result.stdout)["written"] == [str(copy / name) for name in names]
    metrics = json.loads((copy / "metrics.json").read_text(encoding="utf-8"))
    assert f"{metrics['file']['rows']:,} texts" in (copy / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert run("model", "verify", copy).exit_code == ExitCode.OK
    assert run("model", "measure", copy, "--corpus", two_batches).stdout.splitlines() == [str(copy / n) for n in names]
    assert run("model", "measure", copy, "--corpus", tmp_path).exit_code == ExitCode.USAGE


def test_model_outline_of_nested_values():
    lines = outline({"a": {"b": 0.12345, "c": [1, 2.5]}, "d": None})
    assert list(lines) == ["a:", "  b: 0.1235", "  c: 1, 2.5", "d: None"]
