import json
import shutil
from pathlib import Path

import pytest

from sextortion_signals.cli import ExitCode
from sextortion_signals.cli.options import require_extra
from sextortion_signals.corpus import check_corpus, corpus_stats
from sextortion_signals.errors import MissingExtraError


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (("serve",), "fastapi", "service"),
        (("train", "--corpus", "c", "--out", "o"), "sklearn", "train"),
        (("evaluate", "x.jsonl"), "sklearn", "train"),
    ],
)
def test_wrappers_name_the_missing_extra(run, monkeypatch, arguments, module, extra):
    monkeypatch.setattr("sextortion_signals.cli.options.find_spec", lambda name: None if name == module else object())
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (ExitCode.MISSING_EXTRA, "")
    assert f"pip install 'sextortion-signals[{extra}]'" in result.stderr


def test_wrappers_extras_that_are_there_pass():
    require_extra("x", "y", ("json", "csv"))
    with pytest.raises(MissingExtraError):
        require_extra("x", "y", ("json", "no_such_module_anywhere"))


def test_wrappers_serve_passes_only_what_was_given(run, monkeypatch):
    import sextortion_signals_service.server as server

    seen = []
    monkeypatch.setattr(server, "serve", lambda settings: seen.append(settings) or 0)
    monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", "8123")
    assert run("serve", "--host", "127.0.0.2", "--workers", "2").exit_code == ExitCode.OK
    assert (seen[0].host, seen[0].port, seen[0].workers, seen[0].model_path) == ("127.0.0.2", 8123, 2, None)
    monkeypatch.setattr(server, "serve", lambda settings: 3)
    assert run("serve").exit_code == ExitCode.MODEL


@pytest.mark.parametrize(
    ("variable", "options", "tier"),
    [(None, (), None), ("", (), None), ("full", (), "full"), ("full", ("--tier", "fast"), "fast")],
)
def test_wrappers_serve_takes_a_tier(run, monkeypatch, variable, options, tier):
    import sextortion_signals_service.server as server

    seen = []
    monkeypatch.setattr(server, "serve", lambda settings: seen.append(settings) or 0)
    monkeypatch.delenv("SEXTORTION_SIGNALS_TIER")
    if variable is not None:
        monkeypatch.setenv("SEXTORTION_SIGNALS_TIER", variable)
    assert run("serve", *options).exit_code == ExitCode.OK
    assert seen[0].tier == tier


@pytest.mark.parametrize(
    ("variable", "options", "tier"),
    [(None, (), "cascade"), ("", (), "cascade"), ("fast", (), "fast"), ("fast", ("--tier", "full"), "full")],
)
def test_wrappers_the_environment_names_a_tier_and_an_option_wins(run, monkeypatch, variable, options, tier):
    monkeypatch.delenv("SEXTORTION_SIGNALS_TIER")
    if variable is not None:
        monkeypatch.setenv("SEXTORTION_SIGNALS_TIER", variable)
    assert json.loads(run("model", "show", "--json", *options).stdout)["tier"] == tier


def test_wrappers_serve_names_a_bad_setting_without_its_value(run, monkeypatch):
    monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", "secret")
    result = run("serve")
    assert result.exit_code == ExitCode.USAGE
    assert "SEXTORTION_SIGNALS_PORT: " in result.stderr
    assert "secret" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_wrappers_train_reports_a_corpus_that_is_not_there(run, tmp_path):
    result = run("train", "--corpus", tmp_path / "none", "--out", tmp_path / "model")
    assert result.exit_code == ExitCode.USAGE
    assert "none" in result.stderr
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("as_json", [True, False])
def test_wrappers_train_names_the_folder_it_wrote(run, monkeypatch, tmp_path, as_json):
    # Training itself has tests of its own and takes minutes.
    import sextortion_signals.train

    monkeypatch.setattr(sextortion_signals.train, "train", lambda corpus, output, *, seed: output / str(seed))
    flags = ["--json"] if as_json else []
    result = run("train", "--corpus", tmp_path, "--out", tmp_path / "model", "--seed", "7", *flags)
    written = json.loads(result.stdout)["model"] if as_json else result.stdout.strip()
    assert written == str(tmp_path / "model" / "7")


@pytest.fixture
def labelled(tmp_path, case, harmless):
    path = tmp_path / "rows.jsonl"
    report = {"text": case, "lang": "ja", "risk": 1, "role": "victim", "signals": ["disclosure"]}
    neutral = {"text": harmless, "lang": "ja", "risk": 0, "role": "other", "signals": []}
    path.write_text("".join(json.dumps(row) + "\n" for row in (report, neutral) * 4), encoding="utf-8")
    return path


def test_wrappers_evaluate_as_text_json_and_page(run, labelled, tmp_path):
    page = tmp_path / "report.html"
    result = run("evaluate", labelled, "--html", page)
    assert result.exit_code == ExitCode.OK, result.stderr
    assert "Evaluation of " in result.stdout
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert json.loads(run("evaluate", labelled, "--json").stdout)["labelled"]


def test_wrappers_evaluate_standard_input(run_process, labelled):
    result = run_process("evaluate", "-", "--json", stdin=labelled.read_bytes())
    assert result.returncode == 0, result.stderr
    assert len(json.loads(result.stdout)["labelled"]) == 1


def test_wrappers_evaluate_errors(run, labelled, tmp_path):
    assert run("evaluate", tmp_path / "none.jsonl").exit_code == ExitCode.USAGE
    result = run("evaluate", labelled, "--html", tmp_path / "none" / "report.html")
    assert result.exit_code == ExitCode.USAGE
    assert "cannot write" in result.stderr


@pytest.fixture
def corpus(tmp_path):
    """A copy of the corpus' sources, small enough to be quick."""
    source = Path(__file__).resolve().parents[2] / "data" / "synthetic"
    (tmp_path / "src").mkdir()
    shutil.copy(source / "cards.toml", tmp_path / "cards.toml")
    shutil.copy(sorted((source / "src").glob("en-*.txt"))[0], tmp_path / "src")
    return tmp_path


def test_wrappers_corpus_check_says_what_is_wrong(run, corpus):
    assert run("corpus", "check", corpus / "none").exit_code == ExitCode.USAGE
    report = check_corpus(corpus)
    result = run("corpus", "check", corpus)
    assert result.exit_code == (ExitCode.OK if report.ok else ExitCode.CHECK_FAILED)
    assert result.stdout.strip() == report.to_text().strip()
    (corpus / "src" / "zz-b01.txt").write_text("no card above this line\n", encoding="utf-8")
    result = run("corpus", "check", corpus, "--json")
    assert result.exit_code == ExitCode.CHECK_FAILED
    assert json.loads(result.stdout)["ok"] is False


def test_wrappers_corpus_stats_and_build(run, corpus):
    assert run("corpus", "stats", corpus).stdout.strip() == corpus_stats(corpus).to_text().strip()
    assert json.loads(run("corpus", "stats", corpus, "--json").stdout)["languages"]
    assert run("corpus", "build", corpus).stdout.splitlines()[0] == str(corpus / "train.jsonl")
    assert len(json.loads(run("corpus", "build", corpus, "--json").stdout)["written"]) == 4
