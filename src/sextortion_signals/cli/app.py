"""The group of commands, and how every command ends: one line on an error, never a traceback, never a text."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from sextortion_signals import __version__
from sextortion_signals.cli.exit_codes import ExitCode, exit_code_of
from sextortion_signals.cli.streams import force_utf8
from sextortion_signals.errors import OutputError, SextortionSignalsError

PROGRAM = "sextortion-signals"
COMMANDS = (
    "assess",
    "conversation",
    "batch",
    "advice",
    "signals",
    "serve",
    "train",
    "corpus",
    "evaluate",
    "tune",
    "model",
)
DEBUG_VARIABLE = "SEXTORTION_SIGNALS_DEBUG"

# What looks like a mistyped name may be repeated in an error; anything else may be a message given without quotes.
_PLAIN_NAME = re.compile(r"-{0,2}[a-z][a-z-]{0,19}")

_HELP = """Find sextortion in Japanese and English text, offline.

Scores a text for sextortion (coercion using intimate images), says who is speaking, shows the signals with their
exact evidence, and gives fitting advice. It sorts a queue for people; it never decides alone.

\b
sextortion-signals assess "TEXT"                     one text
sextortion-signals conversation talk.txt             a conversation
sextortion-signals batch reports.csv -o scored.csv   a file of reports
sextortion-signals serve                             HTTP service

\b
Exit codes: 0 done, 1 internal error, 2 wrong usage or input, 3 model cannot be used,
4 some rows failed (batch: only with --strict), 5 an optional part is not installed, 6 a check found faults,
130 interrupted.
"""


class App(click.Group):
    """A group that imports a command only when it is called and turns every error into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"sextortion_signals.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            name = f" {args[0]!r}" if _PLAIN_NAME.fullmatch(args[0]) else ""
            hint = f"the commands are {', '.join(COMMANDS)}; to assess a text: {PROGRAM} assess TEXT"
            raise click.UsageError(f"there is no command{name}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        force_utf8()
        extra["standalone_mode"] = False
        extra["prog_name"] = extra.get("prog_name") or PROGRAM
        try:
            code = super().main(*args, **extra)
        except click.Abort:
            code = _interrupted()
        except click.ClickException as error:
            _report(_usage_message(error))
            code = ExitCode.USAGE
        sys.exit(int(code) if isinstance(code, int) else ExitCode.OK)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except KeyboardInterrupt as error:
            return _interrupted(error)
        except SystemExit as error:
            for note in _notes(error):
                click.echo(note, err=True)
            raise
        except BrokenPipeError:
            return _broken_pipe()
        except SextortionSignalsError as error:
            return _failed(error)
        except Exception as error:
            return _internal(error)
        return result


@click.group(cls=App, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}, help=_HELP)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def app(context: click.Context) -> None:
    """Show the help when no command is given."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit the process with an `ExitCode`."""
    app.main(args=None if arguments is None else list(arguments))


def _report(message: str) -> None:
    # One line, whatever a library put into its message.
    click.echo("error: " + " ".join(message.split()), err=True)


def _usage_message(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    help_hint = f" (see {context.command_path} --help)" if context is not None else ""
    if isinstance(error, click.NoSuchOption) and not _PLAIN_NAME.fullmatch(error.option_name):
        return f"there is no such option; put -- before a text that begins with a hyphen{help_hint}"
    return error.format_message().rstrip(".") + help_hint


def _notes(error: BaseException) -> list[str]:
    # What can be done about it, where that is known further out than where the error was raised.
    return getattr(error, "__notes__", [])


def _interrupted(error: BaseException | None = None) -> ExitCode:
    notes = [] if error is None else _notes(error)
    click.echo("; ".join(("interrupted", *(notes or ["nothing unfinished was left behind"]))), err=True)
    return ExitCode.INTERRUPTED


def _failed(error: SextortionSignalsError) -> ExitCode:
    _report("; ".join((str(error), *_notes(error))))
    if isinstance(error, OutputError):
        _forget_output()
    return exit_code_of(error)


def _broken_pipe() -> ExitCode:
    _forget_output()
    return ExitCode.BROKEN_PIPE


def _forget_output() -> None:
    # What is still buffered would fail once more at the end of the process; it may go nowhere.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _internal(error: Exception) -> ExitCode:
    if os.environ.get(DEBUG_VARIABLE):
        raise error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {os.path.basename(frame.filename)}, line {frame.lineno}"
    # The message of an unforeseen error may quote what was read.
    message = f"internal error: {where} (details withheld, they may hold a text); please report it"
    _report("; ".join((message, *_notes(error))))
    return ExitCode.INTERNAL
