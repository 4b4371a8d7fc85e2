"""`sextortion-signals tune`: operating points from what a team can afford."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sextortion_signals.batch.atomic import atomic_output, check_target
from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.wrap import wrap
from sextortion_signals.profile import POINTS, Budget, Measured, PointFigures, Stream

if TYPE_CHECKING:
    from sextortion_signals.tune import LabelledTexts, TuneResult

UNNAMED = "unnamed"
_NOTHING = "–"
_NOTE_CELLS = 100


def _to_share(_context: click.Context, _option: click.Parameter, written: str | None) -> float | None:
    # The range is checked where the meaning of the number is known.
    if written is None:
        return None
    try:
        return float(written[:-1]) / 100 if written.endswith("%") else float(written)
    except ValueError:
        raise click.BadParameter("write a share like 0.005 or 0.5%") from None


_reviews_help = "At most N texts a day that reach {0}. Needs the stream's size and base rate."
_alarms_help = "At most this share of texts that are no cases may reach {0}, for example 0.5%."


@click.command("tune")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", metavar="PROFILE", help="Profile to write; - is standard output. Default: none.")
@click.option("--reviews-per-day", type=float, metavar="N", help=_reviews_help.format("elevated"))
@click.option("--false-alarms", callback=_to_share, metavar="SHARE", help=_alarms_help.format("elevated"))
@click.option("--high-reviews-per-day", type=float, metavar="N", help=_reviews_help.format("high"))
@click.option("--high-false-alarms", callback=_to_share, metavar="SHARE", help=_alarms_help.format("high"))
@click.option(
    "--high-precision",
    callback=_to_share,
    metavar="SHARE",
    help="At least this share of cases among the texts that reach high. Needs the base rate.",
)
@click.option("--messages-per-day", type=float, metavar="M", help="How many texts your stream has a day.")
@click.option(
    "--base-rate", callback=_to_share, metavar="SHARE", help="Share of cases in your stream, for example 0.1%."
)
@click.option("--name", metavar="NAME", help="Name of the profile. Default: that of its file.")
@click.option("--label-column", metavar="NAME", default="risk", show_default=True, help="Column with 0 or 1.")
@options.record_options
@click.option("--force", is_flag=True, help="Replace PROFILE if it exists.")
@options.model_option
@options.tier_option
@options.json_option
def command(file: str, output: str | None, model: str | None, as_json: bool, force: bool, **chosen: Any) -> ExitCode:
    """Set the operating points by what you can afford.

    FILE holds texts (CSV, JSON lines or Parquet; - reads standard input) labelled with 1 for a case and 0 for any
    other; rows without a label are left out. Each point gets the lowest threshold that keeps all that was asked for
    it; a point for which nothing was asked stays as it is. Shown are the shares measured on FILE and, with the base
    rate of your stream, the precision and the reviews a day to expect, with 95 % intervals.

    PROFILE is a small JSON file without texts, for --profile of the other commands.
    """
    from sextortion_signals.tune import tune

    target = None if output in (None, streams.STANDARD) else Path(str(output))
    if target is not None:
        check_target(target, source=Path(file), force=force)
    result = tune(
        options.load_detector(model, tier=chosen["tier"]),
        _read(file, chosen),
        _budgets(chosen),
        Stream(chosen["base_rate"], chosen["messages_per_day"]),
        name=chosen["name"] or (target.stem if target else UNNAMED),
    )
    _write(result, output, target, force=force)
    to_error = output == streams.STANDARD
    if as_json:
        streams.write_json(result.to_dict(), err=to_error)
    else:
        click.echo("\n".join([*report(result), *_outcome(target)]), err=to_error)
    return ExitCode.OK


def _read(file: str, chosen: dict[str, Any]) -> LabelledTexts:
    from sextortion_signals.tune import read_labelled

    return read_labelled(
        streams.standard_input() if file == streams.STANDARD else Path(file),
        text_column=chosen["text_column"],
        label_column=chosen["label_column"],
        read=options.read_options(chosen),
    )


def _budgets(chosen: dict[str, Any]) -> dict[str, Budget]:
    return {
        "elevated": Budget(chosen["reviews_per_day"], chosen["false_alarms"]),
        "high": Budget(chosen["high_reviews_per_day"], chosen["high_false_alarms"], chosen["high_precision"]),
    }


def _write(result: TuneResult, output: str | None, target: Path | None, *, force: bool) -> None:
    content = result.profile.to_json().encode()
    if target is not None:
        with atomic_output(target, force=force) as stream:
            stream.write(content)
    elif output == streams.STANDARD:
        streams.standard_output().write(content)


def _outcome(target: Path | None) -> tuple[str, ...]:
    return ("", f"Written to {target}; use it with --profile.") if target else ()


def report(result: TuneResult) -> Iterator[str]:
    """Yield the lines of the report: the new points, those in use before, and what has to be known about them."""
    profile = result.profile
    rows = profile.rows
    yield f"Operating points for model {profile.model}"
    yield f"{rows.risk_1:,} rows with risk 1, {rows.risk_0:,} with risk 0; stream: {_stream(profile.stream)}"
    yield ""
    yield from _table("new", profile.thresholds, profile.measured, profile.asked)
    yield ""
    yield from _table("until now", result.thresholds_before, result.measured_before)
    yield ""
    for note in ("In brackets: 95 % intervals.", *result.notes):
        yield from wrap(note, _NOTE_CELLS, indent="  ", first="- ")


def _stream(stream: Stream) -> str:
    amount = "" if stream.messages_per_day is None else f"{stream.messages_per_day:,.0f} messages a day, "
    return amount + ("base rate not stated" if stream.base_rate is None else f"{100 * stream.base_rate:g} % cases")


def _table(
    title: str,
    thresholds: Mapping[str, float],
    measured: Mapping[str, PointFigures],
    asked: Mapping[str, Budget] | None = None,
) -> Iterator[str]:
    from sextortion_signals.corpus.layout import aligned_table

    points = [measured[point] for point in POINTS]
    rows = [
        ("threshold", *(f"{thresholds[point]:.4f}" for point in POINTS)),
        ("recall", *(_share(item.recall) for item in points)),
        ("false alarms", *(_share(item.false_alarms) for item in points)),
        ("expected precision", *(_share(item.precision) for item in points)),
        ("reviews a day", *(_amount(item.reviews_per_day) for item in points)),
    ]
    if asked is not None:
        rows.insert(0, ("asked for", *(_budget(asked[point]) for point in POINTS)))
    yield aligned_table((title, *POINTS), rows)


def _budget(budget: Budget) -> str:
    parts = []
    if budget.reviews_per_day is not None:
        parts.append(f"{budget.reviews_per_day:,.0f} reviews a day")
    if budget.false_alarms is not None:
        parts.append(f"{100 * budget.false_alarms:g} % false alarms")
    if budget.precision is not None:
        parts.append(f"{100 * budget.precision:g} % precision")
    return ", ".join(parts) or "nothing"


def _share(measured: Measured | None) -> str:
    if measured is None:
        return _NOTHING
    value, low, high = (_percent(share) for share in (measured.value, measured.low, measured.high))
    return f"{value} % ({low}–{high})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share >= 0.01 else f"{100 * share:.2g}"


def _amount(measured: Measured | None) -> str:
    if measured is None:
        return _NOTHING
    digits = 0 if measured.value >= 10 else 1
    value, low, high = (f"{item:,.{digits}f}" for item in (measured.value, measured.low, measured.high))
    return f"{value} ({low}–{high})"
