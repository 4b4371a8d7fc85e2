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


def test_model_outline_of_nested_values():
    lines = outline({"a": {"b": 0.12345, "c": [1, 2.5]}, "d": None})
    assert list(lines) == ["a:", "  b: 0.1235", "  c: 1, 2.5", "d: None"]
