"""Runs of the command line in this process and in one of their own."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sextortion_signals.cli.app import PROGRAM, app

CASE = "裸の動画で脅されています。3万円払えと言われました。どうしたらいいですか"
HARMLESS = "明日の集合時間を教えてください"


@pytest.fixture(autouse=True)
def english_locale(monkeypatch):
    """Neither the locale nor the terminal of whoever runs the tests may change what is written."""
    for name in ("LC_MESSAGES", "LANG", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def run():
    """Run a command in this process; the result has exit_code, stdout and stderr."""

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, prog_name=PROGRAM)

    return invoke


@pytest.fixture
def command_line():
    """The beginning of a command line for a process of its own."""
    return [sys.executable, "-m", "sextortion_signals.cli"]


@pytest.fixture
def run_process(command_line):
    """Run a command in a process of its own, with bytes in and out; `env` adds to the environment."""

    def start(*arguments, stdin=b"", env=None):
        return subprocess.run(
            [*command_line, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=120,
            check=False,
        )

    return start


@pytest.fixture
def case():
    """A text that any model has to call a case."""
    return CASE


@pytest.fixture
def harmless():
    """A text that no model may call a case."""
    return HARMLESS
