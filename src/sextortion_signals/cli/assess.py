"""`sextortion-signals assess`: one text, or one text a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.names import signal_names
from sextortion_signals.cli.words import words
from sextortion_signals.errors import InputError, UnknownOptionError
from sextortion_signals.types import Assessment

if TYPE_CHECKING:
    from sextortion_signals import Detector


@click.command("assess")
@click.argument("text", nargs=-1)
@click.option("--file", "file", metavar="PATH", help="Read the text from a file; - is standard input.")
@click.option("--lines", is_flag=True, help="Assess every line for itself; blank lines are passed over.")
@click.option("--no-advice", is_flag=True, help="Leave the advice out.")
@options.detector_options
@options.lang_option
@options.json_option
def command(
    text: tuple[str, ...],
    file: str | None,
    lines: bool,
    no_advice: bool,
    model: str | None,
    audience: str | None,
    profile: str | None,
    tier: str | None,
    thresholds: dict[str, float],
    truncate: bool,
    awareness: bool,
    lang: str | None,
    as_json: bool,
) -> ExitCode:
    """Assess one TEXT; - reads it from standard input.

    Shows the risk, who is speaking, the signals with their evidence marked in the text, and advice. With --lines every
    line is a text of its own and gives one line of output (JSON lines with --json); the exit code is 4 if some line
    could not be assessed; without TEXT, the lines are read from standard input. A text that begins with
    a hyphen goes behind --.
    """
    if lines and not text and file is None:
        file = streams.STANDARD
    if len(text) + (file is not None) != 1:
        raise click.UsageError("give one text in quotation marks, - for standard input, or --file PATH")
    detector = options.load_detector(model, thresholds, profile, tier)
    keywords: dict[str, Any] = {"lang": lang, "audience": audience, "truncate": truncate, "awareness": awareness}
    source = file if file is not None else text[0] if text[0] == streams.STANDARD else None
    if lines:
        each = text[0].split("\n") if source is None else streams.read_lines(source)
        return _assess_lines(detector, each, keywords, lang=lang, as_json=as_json, no_advice=no_advice)
    content = text[0] if source is None else streams.read_text(source)
    assessment = _without_advice(detector.assess(content, **keywords), no_advice)
    if as_json:
        streams.write_json(assessment.to_dict())
    else:
        _show(assessment, content, lang)
    return ExitCode.OK


def _show(assessment: Assessment, text: str, lang: str | None) -> None:
    from sextortion_signals.cli.render import render_assessment

    console = streams.console()
    shown = words(lang)
    names = signal_names(shown.lang)
    colour = streams.has_colour(console)
    console.print(render_assessment(assessment, text, words=shown, names=names, width=console.width, colour=colour))


def _assess_lines(
    detector: Detector,
    lines: Iterable[str],
    keywords: dict[str, Any],
    *,
    lang: str | None,
    as_json: bool,
    no_advice: bool,
) -> ExitCode:
    code = ExitCode.OK
    write = _write_json_line if as_json else _line_writer(lang)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            outcome: Assessment | InputError = _without_advice(detector.assess(line, **keywords), no_advice)
        except UnknownOptionError:
            raise
        except InputError as error:
            outcome, code = error, ExitCode.ROWS_FAILED
        write(number, line, outcome)
    return code


def _write_json_line(number: int, _line: str, outcome: Assessment | InputError) -> None:
    result = {"error": str(outcome)} if isinstance(outcome, InputError) else outcome.to_dict()
    streams.write_json({"line": number, **result}, indent=None)


def _line_writer(lang: str | None) -> Callable[[int, str, Assessment | InputError], None]:
    from sextortion_signals.cli.render import mark_evidence, percent

    console = streams.console()
    names = signal_names(words(lang).lang)
    colour = streams.has_colour(console)

    def write(number: int, line: str, outcome: Assessment | InputError) -> None:
        if isinstance(outcome, InputError):
            console.print(f"{number:>5}  error: {outcome}")
            return
        language = "" if outcome.language.verified else f" [{outcome.language.code}: {words(lang).unverified}]"
        head = f"{number:>5}  {percent(outcome.risk):>6}  {outcome.level.value:<8}  {outcome.role.value:<11}  "
        console.print(head, mark_evidence(line, outcome.signals, names=names, colour=colour), language, sep="")

    return write


def _without_advice(assessment: Assessment, wanted: bool) -> Assessment:
    return replace(assessment, advice=()) if wanted else assessment
