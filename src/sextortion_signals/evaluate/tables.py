"""The tables of a report as plain strings: the text report and the page lay out the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sextortion_signals.evaluate.results import (
    METRICS,
    CategoryResult,
    CorpusRate,
    Estimate,
    LabelledResult,
    RateResult,
    SignalResult,
    WorstRow,
)

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a header, rows of as many cells, and a line on how to read them. The first column names the row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure with fixed digits, or a dash."""
    return NOTHING if value is None else f"{value:z.{digits}f}"


def interval(estimate: Estimate | None, digits: int = 3) -> str:
    """Return a figure with its interval, as in `0.931 (0.902–0.955)`, or a dash."""
    if estimate is None or estimate.value is None:
        return NOTHING
    if estimate.low is None or estimate.high is None:
        return number(estimate.value, digits)
    low, high = number(estimate.low, digits), number(estimate.high, digits)
    # A dash between figures would read as a sign where the upper one lies below 0.
    return f"{number(estimate.value, digits)} ({low}{' to ' if estimate.low < 0 else '–'}{high})"


def labelled_tables(result: LabelledResult) -> tuple[Table, ...]:
    """Return the tables of one labelled file, in reading order."""
    return (
        headline_table(result),
        _role_table(result),
        _signal_table(result.signals),
        _calibration_table(result),
        _category_table(result.categories),
        _worst_table("Risk-0 rows with the highest risk", result.highest_risk_0),
        _worst_table("Risk-1 rows with the lowest risk", result.lowest_risk_1),
    )


def headline_table(result: LabelledResult) -> Table:
    """Return the headline figures of every slice, the model beside the keyword rule."""
    columns: list[tuple[str, Mapping[str, Estimate]]] = []
    for part in result.slices:
        columns += [(f"{part.name}: model", part.headline), (f"{part.name}: keyword rule", part.baseline)]
    counts = tuple(f"{part.risk_rows} of {part.rows}" for part in result.slices for _ in range(2))
    rows = [("risk-1 rows of all rows", *counts)]
    rows += [(label, *(interval(values.get(key)) for _, values in columns)) for key, label in METRICS.items()]
    return Table(
        "Headline figures",
        ("figure", *(name for name, _ in columns)),
        tuple(rows),
        "In brackets: 95 % bootstrap interval. The keyword rule has one operating point, both lists hit: see elevated.",
    )


def _role_table(result: LabelledResult) -> Table:
    names = result.roles.names
    rows = tuple(
        (name, *map(str, counts)) for name, counts in zip(names, result.roles.confusion, strict=True) if any(counts)
    )
    return Table("Roles", ("by label", *(f"seen as {name}" for name in names)), rows)


def _signal_table(signals: tuple[SignalResult, ...]) -> Table:
    rows = tuple(
        (
            signal.signal,
            str(signal.rows),
            str(signal.left_out),
            *(number(value) for value in (signal.precision, signal.recall, signal.f1)),
            "yes" if signal.counted else "no",
        )
        for signal in signals
    )
    header = ("signal", "rows", "unsure", "precision", "recall", "F1", "in macro F1")
    return Table(
        "Signals", header, rows, "Unsure rows are left out. The macro F1 takes signals with at least five rows."
    )


def _calibration_table(result: LabelledResult) -> Table:
    calibration = result.calibration
    rows = tuple(
        (
            f"{item.low:.3f}–{item.high:.3f}",
            str(item.rows),
            number(item.mean_risk),
            number(item.share_risk),
        )
        for item in calibration.equal_mass
    )
    note = (
        f"Expected calibration error: {calibration.ece_equal_mass:.3f} over bins of equal mass (shown), "
        f"{calibration.ece_equal_width:.3f} over bins of equal width."
    )
    return Table("Calibration", ("risk", "rows", "mean risk", "share of risk 1"), rows, note)


def _category_table(categories: tuple[CategoryResult, ...]) -> Table:
    header = ("category", "rows", "risk 1", "mean risk", "recall elevated", "recall high")
    rows = tuple(
        (
            item.category,
            str(item.rows),
            str(item.risk_rows),
            *(number(value) for value in (item.mean_risk, item.recall_elevated, item.recall_high)),
            *(number(value) for value in (item.false_alarms_elevated, item.false_alarms_high)),
        )
        for item in categories
    )
    return Table("Categories", (*header, "false alarms elevated", "false alarms high"), rows)


def _worst_table(title: str, worst: tuple[WorstRow, ...]) -> Table:
    texts = any(row.text is not None for row in worst)
    rows = tuple(
        (
            row.id,
            row.category,
            row.lang,
            number(row.risk),
            row.role,
            row.role_seen,
            *((row.text or "",) if texts else ()),
        )
        for row in worst
    )
    return Table(title, ("row", "category", "language", "risk", "role", "seen as", *(("text",) if texts else ())), rows)


def rate_table(result: RateResult) -> Table:
    """Return the alarms per 10,000 texts of one unlabelled file."""
    return Table(
        "Alarms per 10,000 texts",
        ("corpus", "rows", "elevated", "high", "elevated per 10,000", "high per 10,000", "keyword rule per 10,000"),
        tuple(_rate_row(item) for item in result.corpora),
        "In brackets: exact 95 % interval.",
    )


def _rate_row(item: CorpusRate) -> tuple[str, ...]:
    rates = (item.elevated_per_10000, item.high_per_10000, item.keyword_rule_per_10000)
    counts = (item.rows, item.elevated, item.high)
    return (item.corpus, *map(str, counts), *(interval(rate, 1) for rate in rates))
