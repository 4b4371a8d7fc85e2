import csv
import io
import json
import os
import pty
import resource
import signal
import subprocess
import time

import pytest

from sextortion_signals.cli import ExitCode
from sextortion_signals.cli.progress import LineProgress


@pytest.fixture
def reports(tmp_path, case, harmless):
    path = tmp_path / "reports.csv"
    path.write_bytes(f"id,本文\r\n1,{harmless}\r\n2,{case}\r\n3,\r\n".encode("cp932"))
    return path


def table(content):
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_batch_cp932_file_sorted(run_process, reports, tmp_path):
    out = tmp_path / "scored.csv"
    result = run_process("batch", reports, "-o", out, "--sort")
    assert (result.returncode, result.stdout) == (0, b"")
    rows = table(out.read_text(encoding="utf-8-sig"))
    assert [row["id"] for row in rows] == ["2", "1", "3"]
    assert rows[0]["ss_level"] == "high"
    assert rows[2]["ss_error"]
    summary = result.stderr.decode()
    assert "3 rows in " in summary
    assert "text in column '本文', read as cp932" in summary
    assert "warning: 1 row(s) could not be assessed (EmptyTextError 1); see ss_error" in summary
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reports.csv", "scored.csv"]


def test_batch_summary_as_json(run, reports, tmp_path):
    result = run("batch", reports, "-o", tmp_path / "out.jsonl", "--json", "--strict")
    assert result.exit_code == ExitCode.ROWS_FAILED
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["failed"], summary["levels"]["high"]) == (3, 1, 1)
    assert summary["encoding"] == "cp932"
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_batch_from_standard_input_to_standard_output(run, case):
    stdin = f"id\ttext\n1\t{case}\n".encode()
    result = run("batch", "-", "-o", "-", "--format", "csv", "--json", stdin=stdin)
    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith("id\ttext\tss_risk\t")
    assert json.loads(result.stderr)["rows"] == 1


def test_batch_every_option_is_passed_on(run, tmp_path, case):
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(f"id|a|b\n1|=x|{case}\n2|가나다|{'長' * 20_001}\n".encode("utf-16-le"))
    options = (
        "--format csv --output-format csv --text-column b --encoding utf-16-le --output-encoding utf-8 --prefix r_"
    )
    more = "--delimiter | --truncate --lang en --audience moderator --keep-formulas --workers 2 --threshold high=0.95"
    result = run("batch", source, "-o", target, *options.split(), *more.split())
    assert result.exit_code == ExitCode.OK, result.stderr
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline=""), delimiter="|"))
    assert rows[0]["a"] == "=x"
    assert rows[0]["r_risk"] > "0.5"
    assert rows[1]["r_error"].startswith("note: ")
    assert "note: 1 row(s) were too long and read in part" in result.stderr
    again = run("batch", source, "-o", target, *options.split(), "--delimiter", "\\t")
    assert again.exit_code == ExitCode.USAGE


def test_batch_warns_of_languages_and_formulas(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("text,note\n안녕하세요,=1+1\n", encoding="utf-8")
    result = run("batch", source, "-o", tmp_path / "out.csv")
    assert "warning: 1 row(s) are in a language never verified" in result.stderr
    assert "note: 1 cell(s) got a leading ' against formulas" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.csv", "-o", "out.csv"), "cannot read missing.csv"),
        (
            ("-", "-o", "-"),
            "standard input has no suffix that names its format; choose csv, jsonl, parquet or arrow with --format",
        ),
        (("reports.csv", "-o", "reports.csv", "--force"), "is the input itself"),
        (("reports.csv", "-o", "taken.csv"), "taken.csv exists; use --force to replace it"),
        (("reports.csv", "-o", "out.csv", "--text-column", "x"), "the columns are: id, 本文"),
        (("reports.csv", "-o", "out.csv", "--encoding", "klingon"), "is unknown"),
        (("reports.csv",), "Missing option '-o'"),
    ],
)
def test_batch_errors_are_one_line_and_leave_nothing(run, reports, monkeypatch, arguments, message):
    monkeypatch.chdir(reports.parent)
    (reports.parent / "taken.csv").write_bytes(b"old")
    result = run("batch", *arguments, stdin=b"text\n")
    assert result.exit_code == ExitCode.USAGE
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in reports.parent.iterdir()) == ["reports.csv", "taken.csv"]
    assert (reports.parent / "taken.csv").read_bytes() == b"old"


def test_batch_an_unforeseen_error_keeps_the_rows_and_is_exit_code_1(run, reports, tmp_path, monkeypatch):
    class Broken:
        def assess(self, text, **_):
            raise KeyError(text)

        def assess_many(self, texts, **_):
            raise KeyError(texts)

    monkeypatch.setattr("sextortion_signals.cli.options.load_detector", lambda *_: Broken())
    result = run("batch", reports, "-o", tmp_path / "out.csv")
    assert result.exit_code == ExitCode.INTERNAL
    assert "InternalError 3" in result.stderr
    rows = table((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))
    assert {row["ss_error"] for row in rows} == {"internal error (KeyError); please report it"}


def test_batch_force_replaces(run, reports, tmp_path):
    (tmp_path / "out.csv").write_bytes(b"old")
    assert run("batch", reports, "-o", tmp_path / "out.csv", "--force").exit_code == ExitCode.OK
    assert b"ss_risk" in (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("number", "workers", "code"),
    [
        (signal.SIGINT, 1, ExitCode.INTERRUPTED),
        (signal.SIGINT, 2, ExitCode.INTERRUPTED),
        (signal.SIGTERM, 1, ExitCode.TERMINATED),
    ],
)
def test_batch_ended_by_a_signal_is_continued_by_the_same_command(
    command_line, tmp_path, harmless, number, workers, code, uncovered_environment
):
    # Rows come through a pipe that stays open, so that the run is surely in the middle when the signal arrives.
    target = tmp_path / "out.csv"
    content = f"text\n{harmless}\n".encode() + f"{harmless}\n".encode() * 10_000
    command = [*command_line, "batch", "-", "-o", str(target), "--format", "csv", "--workers", str(workers)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Not measured: coverage takes a lock in its tracer, and a signal that arrives there leaves it locked for ever.
        env=uncovered_environment,
        # A shell starts a background job with Ctrl-C ignored, and that is inherited; here it has to count.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        process.stdin.write(content)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not (tmp_path / "out.csv.unfinished" / "checkpoint.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.killpg(process.pid, number) if number == signal.SIGINT else process.terminate()
        errors = process.stderr.read().decode()
    assert process.returncode == code
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv.unfinished"]
    assert f"rows are kept in {target}.unfinished: run the same command again to continue" in errors
    assert "Traceback" not in errors
    assert harmless not in errors
    again = subprocess.run(command, input=content, capture_output=True, env=uncovered_environment, check=True)
    assert b"continuing an interrupted run behind row " in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert len(table(target.read_text(encoding="utf-8"))) == 10_001


def test_batch_interrupted_before_the_first_checkpoint_leaves_nothing(run, reports, tmp_path, monkeypatch):
    class Impatient:
        def assess_many(self, texts, **_):
            raise KeyboardInterrupt

    monkeypatch.setattr("sextortion_signals.cli.options.load_detector", lambda *_: Impatient())
    result = run("batch", reports, "-o", tmp_path / "out.csv")
    assert result.exit_code == ExitCode.INTERRUPTED
    assert result.stderr == "interrupted; nothing unfinished was left behind\n"
    assert [path.name for path in tmp_path.iterdir()] == ["reports.csv"]


def test_batch_pipe_into_head_ends_quietly(command_line, tmp_path, harmless):
    source = tmp_path / "in.csv"
    source.write_text("text\n" + f"{harmless}\n" * 30_000, encoding="utf-8")
    with subprocess.Popen(
        [*command_line, "batch", str(source), "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(b"text,ss_risk")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.BROKEN_PIPE


def test_batch_progress_bar_on_a_terminal(command_line, tmp_path, harmless):
    source = tmp_path / "in.csv"
    source.write_text("text\n" + f"{harmless}\n" * 5_000, encoding="utf-8")
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    command = [*command_line, "batch", str(source), "-o", str(tmp_path / "out.csv")]
    with subprocess.Popen(command, stderr=child, env=environment) as process:
        os.close(child)
        shown = b""
        try:
            while block := os.read(parent, 65_536):
                shown += block
        except OSError:  # the way Linux says that the other end is closed
            pass
    os.close(parent)
    assert process.returncode == 0
    assert b"rows/s" in shown
    assert b"5,000 rows in " in shown


def test_batch_progress_lines_for_logs(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("sextortion_signals.cli.progress.time.monotonic", lambda: now[0])
    with LineProgress() as progress:
        steps = ((0.0, 0, 0.0), (1.0, 1_024, 0.1), (5.0, 5_120, 0.5), (6.0, 6_144, 0.6), (10.0, 10_240, None))
        for seconds, rows, fraction in steps:
            now[0] = seconds
            progress(rows, fraction)
    expected = ["5,120 rows, 50%, 1,024 rows/s, 0:00:05 left", "10,240 rows, 1,024 rows/s"]
    assert capsys.readouterr().err.splitlines() == expected


def test_batch_progress_of_a_continued_run_does_not_count_what_was_done(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("sextortion_signals.cli.progress.time.monotonic", lambda: now[0])
    progress = LineProgress()
    for seconds, rows, fraction in ((0.0, 100_000, 0.5), (10.0, 110_000, 0.55)):
        now[0] = seconds
        progress(rows, fraction)
    assert capsys.readouterr().err.splitlines() == [
        "continuing an interrupted run behind row 100,000",
        "110,000 rows, 55%, 1,000 rows/s, 0:01:30 left",
    ]


def test_batch_a_folder_with_a_report(run, tmp_path, case, harmless):
    (tmp_path / "in").mkdir()
    for number in range(7):
        (tmp_path / "in" / f"{number}.txt").write_text("x", encoding="utf-8")
    (tmp_path / "in" / "a.csv").write_text(f"text\n{case}\n", encoding="utf-8")
    (tmp_path / "in" / "b.csv").write_text(f"text\n{harmless}\n\n", encoding="utf-8")
    report = tmp_path / "report.html"
    result = run("batch", tmp_path / "in", "-o", tmp_path / "out", "--report", report)
    assert result.exit_code == ExitCode.OK, result.stderr
    assert "2 rows of 2 files in " in result.stderr
    left_out = "note: 7 file(s) left out, their suffix names no format: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, ..."
    assert left_out in result.stderr
    page = report.read_text(encoding="utf-8")
    assert "<h1>Assessment of in</h1>" in page
    assert case not in page
    again = run("batch", tmp_path / "in", "-o", tmp_path / "out2", "--report", report)
    assert (again.exit_code, "report.html exists; use --force" in again.stderr) == (ExitCode.USAGE, True)
    assert not (tmp_path / "out2").exists()


def test_batch_a_report_never_replaces_input_or_output(run, reports):
    before = reports.read_bytes()
    for name, message in (
        ("out.csv", "out.csv is the output, too"),
        ("reports.csv", "reports.csv is the input itself"),
    ):
        arguments = ("-o", reports.parent / "out.csv", "--report", reports.parent / name, "--force")
        result = run("batch", reports, *arguments)
        assert (result.exit_code, message in result.stderr) == (ExitCode.USAGE, True)
    assert reports.read_bytes() == before
    assert not (reports.parent / "out.csv").exists()


def test_batch_report_of_standard_input(run, tmp_path, harmless):
    arguments = ("batch", "-", "-o", tmp_path / "out.csv", "--format", "csv", "--report", tmp_path / "r.html")
    assert run(*arguments, stdin=f"text\n{harmless}\n".encode()).exit_code == ExitCode.OK
    assert "Assessment of standard input" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_batch_a_full_disk_says_what_is_kept_and_how_to_go_on(run_process, tmp_path, harmless, command_line):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\n" + f"{harmless}\n" * 12_000, encoding="utf-8")
    limit = 600_000
    result = subprocess.run(
        [*command_line, "batch", str(source), "-o", str(target), "--workers", "1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        check=False,
    )
    assert result.returncode == ExitCode.USAGE
    last = result.stderr.decode().splitlines()[-1]
    assert last.startswith(f"error: cannot write {target}.unfinished: File too large; ")
    assert last.endswith(
        f"rows are kept in {target}.unfinished: run the same command again to continue, or with --restart to begin anew"
    )
    again = run_process("batch", source, "-o", target)
    assert again.returncode == 0
    assert b"of the rows were done by an interrupted run" in again.stderr
    assert len(table(target.read_text(encoding="utf-8"))) == 12_000


def test_batch_standard_output_that_is_full(command_line, tmp_path, harmless):
    source = tmp_path / "in.csv"
    source.write_text("text\n" + f"{harmless}\n" * 3_000, encoding="utf-8")
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [*command_line, "batch", str(source), "-o", "-"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert result.returncode == ExitCode.USAGE
    assert result.stderr == b"error: cannot write the output: No space left on device\n"
