import csv
import json
from datetime import date
from pathlib import Path

import pytest

from sextortion_signals import Detector
from sextortion_signals.cli import ExitCode
from sextortion_signals.profile import read_profile

TEST_SPLIT = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "test.jsonl"
STREAM = ("--messages-per-day", "5000", "--base-rate", "2%")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A Japanese spreadsheet with every fourth row of the test split."""
    rows = [json.loads(line) for line in TEST_SPLIT.read_text(encoding="utf-8").splitlines()[::4]]
    path = tmp_path_factory.mktemp("tune") / "labelled.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["本文", "risk"])
        writer.writerows([row["text"], row["risk"]] for row in rows)
        writer.writerow(["まだ見ていない", ""])
    return path


@pytest.fixture
def tuned(run, labelled, tmp_path):
    path = tmp_path / "night.json"
    result = run("tune", labelled, "-o", path, *STREAM, "--reviews-per-day", "400", "--high-false-alarms", "1%")
    assert result.exit_code == ExitCode.OK, result.stderr
    return path, result


def test_tune_shows_every_figure_with_its_interval(tuned):
    path, result = tuned
    lines = result.stdout.splitlines()
    table = {line.split("  ")[0]: line for line in lines[3:11]}
    assert "elevated" in table["new"]
    assert "400 reviews a day" in table["asked for"]
    assert "1 % false alarms" in table["asked for"]
    for figure in ("recall", "false alarms", "expected precision", "reviews a day"):
        assert table[figure].count("–") == 2
    assert "stream: 5,000 messages a day, 2 % cases" in lines[1]
    assert sum(line.startswith("threshold ") for line in lines) == 2, "new and until now"
    assert "- 1 row(s) without a label were left out." in lines
    assert lines[-1] == f"Written to {path}; use it with --profile."
    assert result.stderr == ""


def test_tune_writes_a_profile_without_texts(tuned, labelled, detector):
    path, _ = tuned
    profile = read_profile(path)
    assert (profile.name, profile.model) == ("night", detector.model)
    assert profile.thresholds["elevated"] <= profile.thresholds["high"]
    assert profile.measured["elevated"].reviews_per_day.value <= 400
    assert profile.measured["high"].false_alarms.value <= 0.01
    with labelled.open(encoding="utf-8-sig") as stream:
        texts = {row["本文"] for row in csv.DictReader(stream)}
    content = path.read_text(encoding="utf-8")
    assert not any(text in content for text in texts if len(text) > 6)
    assert path.stat().st_size < 4_000


def test_tune_measures_what_the_detector_then_does(tuned, labelled):
    path, _ = tuned
    with labelled.open(encoding="utf-8-sig") as stream:
        rows = [row for row in csv.DictReader(stream) if row["risk"]]
    assessed = Detector.load(profile=path).assess_many([row["本文"] for row in rows])
    raised = [item.level != "low" for item, row in zip(assessed, rows, strict=True) if row["risk"] == "0"]
    measured = read_profile(path).measured["elevated"].false_alarms.value
    assert sum(raised) / len(raised) == pytest.approx(measured, abs=1e-12)


def test_tune_json_and_standard_streams(run, labelled):
    arguments = ("--false-alarms", "0.05", "--format", "csv", "--name", "夜勤", "--json")
    result = run("tune", "-", *arguments, stdin=labelled.read_bytes())
    document = json.loads(result.stdout)
    assert document["profile"]["name"] == "夜勤"
    assert document["profile"]["measured"]["elevated"]["precision"] is None
    assert set(document["before"]["thresholds"]) == {"elevated", "high"}
    piped = run("tune", labelled, "-o", "-", "--false-alarms", "5%", "--json")
    assert json.loads(piped.stdout) == {**document["profile"], "name": "unnamed", "created": date.today().isoformat()}
    assert json.loads(piped.stderr)["notes"] == document["notes"]
    shown = run("tune", labelled, "-o", "-", "--false-alarms", "5%")
    assert json.loads(shown.stdout)["name"] == "unnamed"
    assert shown.stderr.startswith("Operating points for model ")
    assert "base rate not stated" in shown.stderr
    assert "nothing" in shown.stderr, "what was asked for high"


def test_tune_rare_figures_keep_their_digits(run, labelled):
    stream = ("--messages-per-day", "40", "--base-rate", "10%", "--high-precision", "70%")
    shown = run("tune", labelled, *stream, "--high-reviews-per-day", "3").stdout
    assert "3 reviews a day, 70 % precision" in shown
    reviews = next(line for line in shown.splitlines() if line.startswith("reviews a day"))
    assert "." in reviews.split()[-2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say what you can afford at elevated or high"),
        (("--reviews-per-day", "50"), "--messages-per-day and --base-rate"),
        (("--false-alarms", "1e-5"), "needs at least 100,000 rows with risk 0, the file has "),
        (("--false-alarms", "few"), "write a share like 0.005 or 0.5%"),
        (("--false-alarms", "5"), "must lie between 0 and 1"),
        (("--false-alarms", "5%", "--label-column", "label"), "no column 'label'; choose one with --label-column"),
        (("--false-alarms", "5%", "--name", "x" * 100), "the name of a profile must be one line"),
        (("--false-alarms", "5%", "-o", "no-such-folder/p.json"), "the folder no-such-folder does not exist"),
    ],
)
def test_tune_errors_are_one_line(run, labelled, arguments, message):
    result = run("tune", labelled, *arguments)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_tune_replaces_a_profile_only_when_told_to(run, labelled, tuned):
    path, _ = tuned
    before = path.read_bytes()
    assert "use --force" in run("tune", labelled, "-o", path, "--false-alarms", "5%").stderr
    assert "is the input itself" in run("tune", labelled, "-o", labelled, "--false-alarms", "5%", "--force").stderr
    assert path.read_bytes() == before
    assert run("tune", labelled, "-o", path, "--false-alarms", "5%", "--force").exit_code == ExitCode.OK
    assert path.read_bytes() != before


def test_profile_is_taken_by_every_command_that_loads_a_model(run, tuned, case, tmp_path):
    path, _ = tuned
    points = dict(read_profile(path).thresholds)
    option = ("--profile", path)
    assert json.loads(run("assess", case, *option, "--json").stdout)["thresholds"] == points
    assert json.loads(run("model", "show", *option, "--json").stdout)["thresholds_in_use"] == points
    assert "  name: night\n" in run("model", "show", *option).stdout
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": case, "risk": 1, "role": "victim"}) + "\n", encoding="utf-8")
    assert json.loads(run("evaluate", rows, *option, "--json").stdout)["thresholds"] == points
    for workers in ("1", "2"):
        out = tmp_path / f"out{workers}.jsonl"
        summary = run("batch", rows, "-o", out, *option, "--json", "--workers", workers)
        assert json.loads(summary.stdout)["thresholds"] == points
    assert json.loads(run("assess", case, "--json").stdout)["thresholds"] == Detector.load(tier="fast").thresholds


def test_threshold_wins_over_the_profile(run, tuned, case, tmp_path):
    path, _ = tuned
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": case, "risk": 1, "role": "victim"}) + "\n", encoding="utf-8")
    options = ("--profile", path, "--threshold", "elevated=0.01", "--json")
    expected = {**read_profile(path).thresholds, "elevated": 0.01}
    assert json.loads(run("assess", case, *options).stdout)["thresholds"] == expected
    assert json.loads(run("evaluate", rows, *options).stdout)["thresholds"] == expected


def test_serve_passes_profile_and_thresholds_on(run, monkeypatch, tuned):
    import sextortion_signals_service.server as server

    path, _ = tuned
    seen = []
    monkeypatch.setattr(server, "serve", lambda settings: seen.append(settings) or 0)
    monkeypatch.setenv("SEXTORTION_SIGNALS_THRESHOLDS", '{"elevated": 0.3}')
    assert run("serve", "--profile", path).exit_code == ExitCode.OK
    assert (seen[0].profile, seen[0].thresholds) == (path, {"elevated": 0.3})
    assert run("serve", "--threshold", "high=0.9").exit_code == ExitCode.OK
    assert (seen[1].profile, seen[1].thresholds) == (None, {"elevated": 0.3, "high": 0.9})
    assert "SEXTORTION_SIGNALS_THRESHOLDS: " in run("serve", "--threshold", "hihg=0.9").stderr


def test_profile_that_cannot_be_used_ends_a_command_with_one_line(run, case, tmp_path):
    result = run("assess", case, "--profile", tmp_path / "none.json")
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert result.stderr == f"error: cannot read the profile {tmp_path / 'none.json'}: No such file or directory\n"
