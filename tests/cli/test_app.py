import errno
import io
import subprocess
import sys

import click
import pytest

from sextortion_signals import SextortionSignalsError, __version__
from sextortion_signals.cli import ExitCode, main
from sextortion_signals.cli.app import COMMANDS, app
from sextortion_signals.cli.exit_codes import exit_code_of
from sextortion_signals.cli.streams import force_utf8
from sextortion_signals.errors import (
    ArtefactCorruptError,
    CorpusError,
    EmptyTextError,
    MissingExtraError,
    RecordError,
)


@pytest.fixture
def failing(monkeypatch, run):
    """Run a command whose loading of the detector fails with a given error."""

    def invoke(error):
        def load(*_):
            raise error

        monkeypatch.setattr("sextortion_signals.cli.options.load_detector", load)
        return run("assess", "脅しの文")

    return invoke


def test_app_without_a_command_shows_the_help(run):
    result = run()
    assert (result.exit_code, result.stderr) == (ExitCode.OK, "")
    assert all(f"\n  {name}" in result.stdout for name in COMMANDS)


def test_app_version(run):
    assert run("--version").stdout == f"sextortion-signals, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_app_every_command_has_help(run, name):
    for flag in ("-h", "--help"):
        result = run(name, flag)
        assert result.exit_code == ExitCode.OK
        assert result.stdout.startswith(f"Usage: sextortion-signals {name}")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EmptyTextError("nothing to read"), ExitCode.USAGE),
        (RecordError("no such file"), ExitCode.USAGE),
        (CorpusError("line 3"), ExitCode.USAGE),
        (ArtefactCorruptError("hash differs"), ExitCode.MODEL),
        (MissingExtraError("serve", "service"), ExitCode.MISSING_EXTRA),
        (SextortionSignalsError("a worker\nended"), ExitCode.INTERNAL),
    ],
)
def test_app_every_error_is_one_line_and_a_code(failing, error, code):
    result = failing(error)
    assert (result.exit_code, exit_code_of(error)) == (code, code)
    assert result.stderr == "error: " + " ".join(str(error).split()) + "\n"
    assert result.stdout == ""


def test_app_an_unforeseen_error_tells_where_but_not_what(failing):
    result = failing(KeyError("脅しの文"))
    assert result.exit_code == ExitCode.INTERNAL
    assert result.stderr.startswith("error: internal error: KeyError in test_app.py, line ")
    assert "脅し" not in result.stderr
    assert "Traceback" not in result.stderr


def test_app_an_unforeseen_error_is_raised_for_developers(failing, monkeypatch):
    monkeypatch.setenv("SEXTORTION_SIGNALS_DEBUG", "1")
    assert isinstance(failing(KeyError("x")).exception, KeyError)


def test_app_interrupts_are_clean(failing):
    result = failing(KeyboardInterrupt())
    assert (result.exit_code, result.stderr) == (130, "interrupted; nothing unfinished was left behind\n")


def test_app_an_interrupt_before_a_command_runs_is_clean(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "resolve_command", interrupted)
    monkeypatch.setattr(app, "parse_args", interrupted)
    result = run("signals")
    assert result.exit_code == 130
    assert result.stderr.strip() == "interrupted; nothing unfinished was left behind"


def test_app_a_reader_that_went_away_ends_it_quietly(failing):
    result = failing(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert (result.exit_code, result.stderr) == (141, "")


def test_app_a_mistyped_command_is_named_and_a_message_is_not(run):
    result = run("asess", "x")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("error: there is no command 'asess'; the commands are assess, conversation, batch,")
    result = run("裸の写真をばらまく")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("error: there is no command; ")
    assert "写真" not in result.stderr
    assert "写真" not in run("--", "-写真").stderr


def test_app_has_no_other_commands():
    assert app.get_command(click.Context(app), "os") is None


def test_app_streams_that_are_no_files_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    force_utf8()
    sys.stdout.write("脅し")
    assert sys.stdout.getvalue() == "脅し"


def test_app_usage_errors_are_one_line(run):
    result = run("assess", "--lnag", "ja", "x")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("error: No such option")
    assert result.stderr.endswith("(see sextortion-signals assess --help)\n")
    assert result.stderr.count("\n") == 1
    assert "'xx' is not one of" in run("assess", "--lang", "xx", "x").stderr


def test_app_a_message_that_begins_with_a_hyphen_is_not_repeated(run):
    result = run("assess", "-ばらまく")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.startswith("error: there is no such option; put -- before a text")
    assert "ばら" not in result.stderr


def test_app_a_usage_error_without_a_context_is_one_line(failing):
    result = failing(click.ClickException("not like this."))
    assert (result.exit_code, result.stderr) == (ExitCode.USAGE, "error: not like this\n")


def test_app_main_exits_with_the_code(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["no-such-command"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("error: there is no command 'no-such-command'")


def test_app_help_imports_nothing_heavy():
    heavy = [
        "rich",
        "sklearn",
        "scipy",
        "joblib",
        "pandas",
        "pyarrow",
        "pydantic",
        "fastapi",
        "sextortion_signals.batch.workers",
    ]
    code = (
        "import sys\nfrom sextortion_signals.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as stop:\n"
        f"    print([name for name in {heavy} if name in sys.modules], stop.code)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[] 0"
