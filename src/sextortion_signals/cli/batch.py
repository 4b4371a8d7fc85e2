"""`sextortion-signals batch`: a file of records in, the same file with assessments out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click

from sextortion_signals.batch import AssessOptions, BatchSummary, Format, WriteOptions, run_batch
from sextortion_signals.batch.assess import INTERNAL_ERROR
from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.progress import batch_progress
from sextortion_signals.types import Audience

FORMATS = [item.value for item in Format]
OUTPUT_ENCODING_HELP = (
    "Encoding of a CSV output. Default: UTF-8; with a byte order mark (BOM) if INPUT is in anything but plain UTF-8."
)


@click.command("batch")
@click.argument("input", metavar="INPUT")
@click.option("-o", "--output", required=True, metavar="OUTPUT", help="File to write; - is standard output.")
@click.option("--output-format", type=click.Choice(FORMATS), help="Default: by OUTPUT's suffix, else as INPUT.")
@options.record_options
@click.option("--output-encoding", metavar="NAME", help=OUTPUT_ENCODING_HELP)
@click.option("--prefix", default="ss_", show_default=True, help="What the names of the added columns begin with.")
@click.option("--sort", is_flag=True, help="Put the highest risk first (holds all rows in memory).")
@click.option("--force", is_flag=True, help="Replace OUTPUT if it exists.")
@click.option("--restart", is_flag=True, help="Discard what an interrupted run has left and begin anew.")
@click.option("--keep-formulas", is_flag=True, help="Do not defuse cells that a spreadsheet would run as formulas.")
@click.option("--strict", is_flag=True, help="End with exit code 4 if some row could not be assessed.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Number of processes.")
@options.detector_options
@options.lang_option
@options.json_option
def command(input: str, output: str, as_json: bool, strict: bool, **chosen: Any) -> ExitCode:
    """Assess every row of INPUT (CSV, JSON lines or Parquet); - reads standard input.

    All rows, all columns and the order are kept. Added are ss_risk, ss_level, ss_role, ss_signals, ss_evidence,
    ss_advice, ss_language and ss_error. A row that cannot be assessed is kept with the reason in ss_error. OUTPUT
    appears only when it is complete. A summary is written at the end.

    In CSV, a cell that a spreadsheet would run as a formula gets a leading apostrophe; the offsets in ss_evidence count
    without it. --keep-formulas leaves such cells as they are.
    """
    with _orderly_termination(), batch_progress() as progress:
        summary = run_batch(
            partial(options.load_detector, *(chosen[name] for name in ("model", "thresholds", "profile", "tier"))),
            _source(input),
            _target(output),
            text_column=chosen["text_column"],
            read=options.read_options(chosen),
            write=_write_options(chosen),
            options=_assess_options(chosen),
            sort=chosen["sort"],
            workers=chosen["workers"],
            restart=chosen["restart"],
            on_progress=progress,
        )
    if as_json:
        streams.write_json(summary.to_dict(), err=output == streams.STANDARD)
    else:
        click.echo("\n".join(_summary_lines(summary, chosen["prefix"])), err=True)
    if INTERNAL_ERROR in summary.failures:
        return ExitCode.INTERNAL
    return ExitCode.ROWS_FAILED if strict and summary.failed else ExitCode.OK


def _source(name: str) -> Path | BinaryIO:
    return streams.standard_input() if name == streams.STANDARD else Path(name)


def _target(name: str) -> Path | BinaryIO:
    return streams.standard_output() if name == streams.STANDARD else Path(name)


def _write_options(chosen: dict[str, Any]) -> WriteOptions:
    return WriteOptions(
        format=Format(chosen["output_format"]) if chosen["output_format"] else None,
        encoding=chosen["output_encoding"],
        prefix=chosen["prefix"],
        keep_formulas=chosen["keep_formulas"],
        force=chosen["force"],
    )


def _assess_options(chosen: dict[str, Any]) -> AssessOptions:
    audience = Audience(chosen["audience"]) if chosen["audience"] else None
    return AssessOptions(chosen["lang"], audience, chosen["truncate"], chosen["awareness"])


def _summary_lines(summary: BatchSummary, prefix: str) -> list[str]:
    rate = f"{summary.rows_per_second:,.0f} rows/s"
    encoding = f", read as {summary.encoding}" if summary.encoding else ""
    lines = [
        f"{summary.rows:,} rows in {summary.seconds:.1f} s ({rate}), text in column {summary.text_column!r}{encoding}",
        *(
            f"  {title:<8} {_counts(counts)}"
            for title, counts in (("level", summary.levels), ("role", summary.roles), ("signals", summary.signals))
        ),
    ]
    if summary.failed:
        lines.append(
            f"warning: {summary.failed:,} row(s) could not be assessed ({_counts(summary.failures)}); see {prefix}error"
        )
    if summary.unverified:
        lines.append(
            f"warning: {summary.unverified:,} row(s) are in a language never verified; a low risk proves nothing there"
        )
    if summary.truncated:
        lines.append(f"note: {summary.truncated:,} row(s) were too long and read in part")
    if summary.protected:
        lines.append(
            f"note: {summary.protected:,} cell(s) got a leading ' against formulas (--keep-formulas leaves them); "
            f"offsets in {prefix}evidence count without it"
        )
    return lines


def _counts(counts: Any) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


@contextmanager
def _orderly_termination() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that the unfinished output is removed on the way out."""

    def terminate(_number: int, _frame: object) -> NoReturn:
        raise SystemExit(ExitCode.TERMINATED)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
