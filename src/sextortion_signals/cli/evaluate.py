"""`sextortion-signals evaluate`: measure a detector on files of labelled or unlabelled texts or conversations."""

from __future__ import annotations

from pathlib import Path

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.errors import RecordError


@click.command("evaluate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), metavar="OUT", help="Write the report as one HTML file, too.")
@options.model_option
@options.profile_option
@options.tier_option
@options.threshold_option
@options.json_option
def command(
    files: tuple[Path, ...],
    html: Path | None,
    model: str | None,
    profile: str | None,
    tier: str | None,
    thresholds: dict[str, float],
    as_json: bool,
) -> ExitCode:
    """Measure the detector on files, beside a keyword rule.

    A FILE holds JSON lines with a text each, or with the messages of a conversation each, labelled throughout or not
    at all; - is standard input. Conversations are measured by when they are noticed.
    """
    options.require_extra("evaluate", "train", ("sklearn", "scipy", "matplotlib"))
    from sextortion_signals.evaluate import evaluate

    # The evaluation reads paths; on the systems that have it, this one is standard input.
    paths = [Path("/dev/stdin") if str(path) == streams.STANDARD else path for path in files]
    report = evaluate(options.load_detector(model, thresholds, profile, tier), paths)
    if html is not None:
        _write(html, report.to_html())
    if as_json:
        streams.write_json(report.to_dict())
    else:
        click.echo(report.to_text().rstrip())
    return ExitCode.OK


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise RecordError(f"cannot write {path}: {error.strerror}") from None
