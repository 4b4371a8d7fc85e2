"""`sextortion-signals batch`: a file of records in, the same file with assessments out."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click

from sextortion_signals.batch import AssessOptions, BatchSummary, Format, WriteOptions, run_batch
from sextortion_signals.batch.assess import INTERNAL_ERROR
from sextortion_signals.batch.atomic import atomic_output, check_target
from sextortion_signals.batch.report import report_page
from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.progress import batch_progress
from sextortion_signals.errors import RecordError
from sextortion_signals.types import Audience

FORMATS = [item.value for item in Format]
_NAMED_FILES = 5
OUTPUT_ENCODING_HELP = (
    "Encoding of a CSV output. Default: UTF-8; with a byte order mark (BOM) if INPUT is in anything but plain UTF-8."
)
WORKERS_HELP = "Number of processes. Default: one for each core, where INPUT is long enough to be worth it."


@click.command("batch")
@click.argument("input", metavar="INPUT")
@click.option("-o", "--output", required=True, metavar="OUTPUT", help="File to write; - is standard output.")
@click.option("--output-format", type=click.Choice(FORMATS), help="Default: by OUTPUT's suffix, else as INPUT.")
@options.record_options
@click.option("--output-encoding", metavar="NAME", help=OUTPUT_ENCODING_HELP)
@click.option("--prefix", default="ss_", show_default=True, help="What the names of the added columns begin with.")
@click.option("--sort", is_flag=True, help="Put the highest risk first.")
@click.option("--report", metavar="PATH", help="Write a small page with plots, too (HTML, without any text).")
@click.option("--force", is_flag=True, help="Replace OUTPUT if it exists.")
@click.option("--restart", is_flag=True, help="Discard what an interrupted run has left and begin anew.")
@click.option("--keep-formulas", is_flag=True, help="Do not defuse cells that a spreadsheet would run as formulas.")
@click.option("--strict", is_flag=True, help="End with exit code 4 if some row could not be assessed.")
@click.option("--workers", type=click.IntRange(1, 256), help=WORKERS_HELP)
@options.detector_options
@options.lang_option
@options.json_option
def command(input: str, output: str, as_json: bool, strict: bool, **chosen: Any) -> ExitCode:
    """Assess every row of INPUT (CSV, JSON lines, Parquet, Arrow; gzip and zstd too); - reads standard input.

    All rows, all columns and the order are kept. Added are ss_risk, ss_level, ss_role, ss_signals, ss_evidence,
    ss_advice, ss_language and ss_error. A row that cannot be assessed is kept with the reason in ss_error. INPUT may be
    a folder; OUTPUT is a folder then. A summary is written at the end.

    OUTPUT appears only when it is complete. If the run is interrupted or killed, or the disk is full, what was done is
    kept in OUTPUT.unfinished, and the same command continues: the output is then the same, byte for byte.

    In CSV, a cell that a spreadsheet would run as a formula gets a leading apostrophe; the offsets in ss_evidence count
    without it. --keep-formulas leaves such cells as they are.
    """
    report = _report_target(chosen["report"], input, output, force=chosen["force"])
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
    if report is not None:
        with atomic_output(report, force=chosen["force"]) as stream:
            stream.write(report_page(summary, _title(input)).encode())
    if as_json:
        streams.write_json(summary.to_dict(), err=output == streams.STANDARD)
    else:
        click.echo("\n".join(_summary_lines(summary, chosen["prefix"])), err=True)
    if INTERNAL_ERROR in summary.failures:
        return ExitCode.INTERNAL
    return ExitCode.ROWS_FAILED if strict and summary.failed else ExitCode.OK


def _report_target(name: str | None, input: str, output: str, *, force: bool) -> Path | None:
    if name is None:
        return None
    if Path(name).resolve() == Path(output).resolve():
        raise RecordError(f"{name} is the output, too; write the report to another file")
    check_target(Path(name), source=Path(input), force=force)
    return Path(name)


def _title(name: str) -> str:
    return "Assessment of " + ("standard input" if name == streams.STANDARD else Path(name).name)


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
    files = "" if summary.files == 1 else f" of {summary.files:,} files"
    where = f"text in column {summary.text_column!r}{encoding}"
    lines = [
        f"{summary.rows:,} rows{files} in {summary.seconds:.1f} s ({rate}), {where}",
        *(
            f"  {title:<8} {_counts(counts)}"
            for title, counts in (("level", summary.levels), ("role", summary.roles), ("signals", summary.signals))
        ),
    ]
    if summary.resumed:
        lines.append(f"note: {summary.resumed:,} of the rows were done by an interrupted run")
    if summary.left_out:
        listed = _listed(summary.left_out)
        lines.append(f"note: {len(summary.left_out):,} file(s) left out, their suffix names no format: {listed}")
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


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED_FILES]) + (", ..." if len(names) > _NAMED_FILES else "")


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
