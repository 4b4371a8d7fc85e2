import json
import os
import pty
import subprocess

import pytest

from sextortion_signals.cli import ExitCode
from sextortion_signals.cli.words import EN


def test_assess_shows_level_role_evidence_and_advice(run, case, detector):
    result = run("assess", case)
    assert (result.exit_code, result.stderr) == (ExitCode.OK, "")
    assert "%  high (look first)" in result.stdout
    assert EN.roles[detector.assess(case).role] in result.stdout
    assert "【" in result.stdout
    assert "■ " in result.stdout
    assert "\x1b" not in result.stdout


def test_assess_speaks_japanese_when_asked(run, case):
    assert run("assess", "--lang", "ja", case).stdout.startswith("危険度")


def test_assess_json_is_the_assessment(run, case, detector):
    result = run("assess", "--json", case)
    assert json.loads(result.stdout) == detector.assess(case).to_dict()


def test_assess_options_reach_the_detector(run, case, harmless, detector):
    result = json.loads(run("assess", "--json", "--lang", "en", "--audience", "guardian", case).stdout)
    assert result["advice"] == [item.to_dict() for item in detector.assess(case, lang="en", audience="guardian").advice]
    result = json.loads(
        run("assess", "--json", "--threshold", "elevated=0.001", "--threshold", "high=0.002", harmless).stdout
    )
    assert result["thresholds"] == {"elevated": 0.001, "high": 0.002}
    aware = json.loads(run("assess", "--json", "--awareness", harmless).stdout)
    assert aware["advice"] == [item.to_dict() for item in detector.assess(harmless, awareness=True).advice]


def test_assess_no_advice(run, case):
    assert json.loads(run("assess", "--json", "--no-advice", case).stdout)["advice"] == []


def test_assess_is_honest_about_languages_it_was_not_measured_in(run):
    assert "Not verified for this language" in run("assess", "지금 바로 보내지 않으면 사진을 퍼뜨릴 거야").stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_assess_files_and_standard_input_in_any_japanese_encoding(run, tmp_path, case, detector, encoding):
    content = (case + "\n").encode(encoding)
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    expected = detector.assess(case + "\n").to_dict()
    assert json.loads(run("assess", "--json", "--file", path).stdout) == expected
    assert json.loads(run("assess", "--json", "-", stdin=content).stdout) == expected
    assert json.loads(run("assess", "--json", "--file", "-", stdin=content).stdout) == expected


def test_assess_truncates_only_on_request(run):
    result = run("assess", "-", stdin="あ" * 20_001)
    assert result.exit_code == ExitCode.USAGE
    assert "too long" in result.stderr or "20,001" in result.stderr
    assert json.loads(run("assess", "--json", "--truncate", "-", stdin="あ" * 20_001).stdout)["truncated"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one text in quotation marks"),
        (("I", "have", "photos"), "give one text in quotation marks"),
        (("x", "--file", "y"), "give one text in quotation marks"),
        (("--file", "missing.txt"), "cannot read missing.txt: No such file"),
        (("--threshold", "elevated", "x"), "write NAME=RISK"),
        (("--threshold", "elevated=high", "x"), "write NAME=RISK"),
        ((" ",), "no readable character"),
    ],
)
def test_assess_wrong_usage_says_what_to_do(run, arguments, message):
    result = run("assess", *arguments)
    assert result.exit_code == ExitCode.USAGE
    assert message in result.stderr
    assert "photos" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_assess_an_unknown_threshold_is_refused(run):
    result = run("assess", "--threshold", "enormous=0.5", "x")
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""


def test_assess_a_missing_model_is_exit_code_3(run, tmp_path):
    result = run("assess", "--model", tmp_path / "none", "x")
    assert result.exit_code == ExitCode.MODEL
    assert "none" in result.stderr


def test_assess_lines_as_json(run, case, harmless, detector):
    result = run("assess", "--lines", "--json", "-", stdin=f"{case}\r\n\n{harmless}\n\u200b\n".encode())
    assert result.exit_code == ExitCode.ROWS_FAILED
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first == {"line": 1, **detector.assess(case).to_dict()}
    assert second["line"] == 3
    assert second["level"] == "low"
    assert (third["line"], list(third)) == (4, ["line", "error"])


def test_assess_lines_without_a_text_reads_standard_input(run, case, harmless):
    content = f"{case}\n{harmless}\n".encode()
    result = run("assess", "--lines", "--json", stdin=content)
    assert result.exit_code == ExitCode.OK
    assert [json.loads(line)["line"] for line in result.stdout.splitlines()] == [1, 2]
    assert result.stdout == run("assess", "--lines", "--json", "-", stdin=content).stdout


def test_assess_lines_for_people(run, tmp_path, case, harmless):
    path = tmp_path / "lines.txt"
    path.write_text(f"{case}\n{harmless}\n안녕하세요\n\u200b", encoding="utf-8")
    result = run("assess", "--lines", "--file", path)
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    assert "high" in lines[0]
    assert "【" in lines[0]
    assert lines[1].endswith(harmless)
    assert "Not verified for this language" in lines[2]
    assert "error: " in lines[3]
    assert run("assess", "--lines", f"{harmless}\n{harmless}").stdout.count(harmless) == 2


def test_assess_lines_a_wrong_option_is_no_line(run, monkeypatch):
    from sextortion_signals.errors import UnknownOptionError

    class Refusing:
        def assess(self, *_, **__):
            raise UnknownOptionError("no such audience")

    monkeypatch.setattr("sextortion_signals.cli.options.load_detector", lambda *_: Refusing())
    result = run("assess", "--lines", "a\nb")
    assert (result.exit_code, result.stdout, result.stderr) == (ExitCode.USAGE, "", "error: no such audience\n")


def test_assess_imports_neither_scikit_learn_nor_the_service(run_process, case):
    code = run_process("assess", case, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = code.stderr.decode()
    assert code.returncode == 0
    for name in ("sklearn", "scipy", "joblib", "pandas", "pyarrow", "pydantic", "fastapi"):
        assert f"| {name}\n" not in imported.replace("|   ", "| ").replace("  ", "")


@pytest.mark.parametrize("locale", ["C", "ja_JP.eucJP"])
def test_assess_writes_utf8_whatever_the_locale(run_process, case, locale):
    environment = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    result = run_process("assess", "-", stdin=case.encode(), env=environment)
    assert result.returncode == 0
    assert "【" in result.stdout.decode("utf-8")


def test_assess_lone_surrogates_survive_as_json(run_process):
    result = run_process("assess", "--json", "--file", "-", stdin="ばらまく".encode())
    assert json.loads(result.stdout)["language"]["code"] == "ja"


def test_assess_pipe_into_head_ends_quietly(command_line, tmp_path, harmless):
    path = tmp_path / "lines.txt"
    path.write_text(f"{harmless}\n" * 20_000, encoding="utf-8")
    process = subprocess.Popen(
        [*command_line, "assess", "--lines", "--json", "--file", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert json.loads(process.stdout.readline())["line"] == 1
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.BROKEN_PIPE


def test_assess_lines_answers_a_growing_log_at_once(command_line, harmless):
    with subprocess.Popen(
        [*command_line, "assess", "--lines", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(f"{harmless}\n".encode())
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["line"] == 1
        process.stdin.close()
    assert process.returncode == 0


@pytest.mark.parametrize(("no_color", "escapes"), [("", True), ("1", False)])
def test_assess_on_a_terminal_has_colour_unless_refused(command_line, case, no_color, escapes):
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color}
    with subprocess.Popen([*command_line, "assess", case], stdout=child, env=environment) as process:
        os.close(child)
        shown = b""
        try:
            while block := os.read(parent, 65_536):
                shown += block
        except OSError:  # the way Linux says that the other end is closed
            pass
    os.close(parent)
    assert process.returncode == 0
    assert (b"\x1b[" in shown) is escapes
    assert ("【" in shown.decode()) is not escapes
