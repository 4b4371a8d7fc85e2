"""`sextortion-signals conversation`: one conversation, or a file of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.names import signal_names
from sextortion_signals.cli.words import words
from sextortion_signals.errors import InputError, UnknownOptionError
from sextortion_signals.transcripts import Transcript, TranscriptFormat, read_transcripts

if TYPE_CHECKING:
    from sextortion_signals.conversation import ConversationAssessment

FORMATS = [item.value for item in TranscriptFormat]


@click.command("conversation")
@click.argument("file", metavar="FILE")
@click.option("--format", "read_format", type=click.Choice(FORMATS), help="How FILE was saved. Default: recognised.")
@click.option("--all", "every", is_flag=True, help="Show every message, not only those that matter.")
@click.option("--no-advice", is_flag=True, help="Leave the advice out.")
@options.detector_options
@options.lang_option
@options.json_option
def command(file: str, read_format: str | None, every: bool, no_advice: bool, as_json: bool, **chosen: Any) -> ExitCode:
    """Assess a conversation in FILE; - reads standard input.

    FILE holds JSON lines (a message {"sender", "text"} a line, or a conversation {"id", "messages"} a line), a plain
    log of `name: text`, or LINE's exported talk; which one is recognised. Shows the risk after each message that
    mattered, what moved it, who coerces, and advice. Messages count from 0, as in JSON. --threshold sets the operating
    points of conversations.

    Of several conversations each gives one line of JSON with --json; the exit code is 4 if some of them could not be
    assessed.
    """
    picked = TranscriptFormat(read_format) if read_format else None
    transcripts = read_transcripts(streams.read_text(file), picked)
    detector = options.load_detector(
        chosen["model"], None, chosen["profile"], chosen["tier"], conversation_thresholds=chosen["thresholds"]
    )
    keywords = {name: chosen[name] for name in ("lang", "audience", "truncate", "awareness")}
    code = ExitCode.OK
    for transcript in transcripts:
        try:
            outcome = detector.assess_conversation(transcript.messages, **keywords)
        except UnknownOptionError:
            raise
        except InputError as error:
            if len(transcripts) == 1:
                raise
            code = ExitCode.ROWS_FAILED
            _show_error(transcript, error, as_json=as_json)
            continue
        outcome = replace(outcome, advice=()) if no_advice else outcome
        if as_json:
            _write(transcript, outcome.to_dict(), indent=2 if len(transcripts) == 1 else None)
        else:
            _show(transcript, outcome, chosen["lang"], every=every)
    return code


def _write(transcript: Transcript, result: dict[str, Any], *, indent: int | None) -> None:
    streams.write_json(result if transcript.id is None else {"id": transcript.id, **result}, indent=indent)


def _show_error(transcript: Transcript, error: InputError, *, as_json: bool) -> None:
    if as_json:
        _write(transcript, {"error": str(error)}, indent=None)
    else:
        click.echo(f"{transcript.id or ''}  error: {error}".strip())


def _show(transcript: Transcript, outcome: ConversationAssessment, lang: str | None, *, every: bool) -> None:
    from sextortion_signals.cli.render_conversation import render_conversation

    console = streams.console()
    shown = words(lang)
    console.print(
        render_conversation(
            outcome,
            transcript,
            words=shown,
            names=signal_names(shown.lang),
            width=console.width,
            colour=streams.has_colour(console),
            every=every,
        )
    )
