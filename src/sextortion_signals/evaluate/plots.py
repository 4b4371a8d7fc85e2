"""The plots of the page, each one an SVG drawing that takes its ink from the page around it.

matplotlib's Figure is used without pyplot, which would keep figures alive and choose a screen.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

from sextortion_signals.evaluate.metrics import HISTOGRAM_BINS
from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.results import CalibrationBin, CategoryResult, Estimate, LabelledResult

# Blue and orange are told apart with every common colour blindness, and read on white and on near-black.
RISK_1, RISK_0 = "#d9722b", "#3b82c4"
# No plot uses this colour for anything but lines and letters, so it can be swapped for the page's own.
INK = "#010203"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sextortion-signals",
    "text.parse_math": False,
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.framealpha": 0.0,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """An SVG element, what it shows in one line, and its content in words for those who cannot see it."""

    svg: str
    caption: str
    description: str


def draw_plots(result: LabelledResult, prefix: str) -> tuple[Plot, ...]:
    """Draw the plots of one labelled file. `prefix` keeps the ids of several drawings on one page apart."""
    both_kinds = 0 < result.slices[0].risk_rows < result.rows
    drawn = [_ranking_plot, _histogram_plot] if both_kinds else [_histogram_plot]
    drawn += [_reliability_plot, _category_plot]
    drawn += [_workload_plot] if result.workload.reviews else []
    return tuple(draw(result, f"{prefix}-{index}-") for index, draw in enumerate(drawn))


def _ranking_plot(result: LabelledResult, prefix: str) -> Plot:
    curves, headline = result.curves, result.slices[0].headline
    points = {name: _operating_point(result, name) for name in ("elevated", "high")}

    def draw(roc: Any, precise: Any) -> None:
        roc.plot([0, 1], [0, 1], color=INK, linewidth=0.5, linestyle=":")
        roc.plot(curves.false_alarms, curves.roc_recall, color=RISK_0)
        roc.set(xlabel="false alarms (share of risk-0 rows)", ylabel="recall", title="ROC")
        precise.plot(curves.recall, curves.precision, color=RISK_0)
        precise.set(
            xlabel="recall", ylabel="precision", title="Precision and recall", xlim=(-0.02, 1.02), ylim=(0, 1.05)
        )
        for marker, (name, (alarms, recall, precision)) in zip("os", points.items(), strict=True):
            roc.plot(alarms, recall, marker, color=RISK_1, label=name)
            if precision is not None:
                precise.plot(recall, precision, marker, color=RISK_1, label=name)
        roc.legend(loc="lower right")

    words = " ".join(
        f"At {name}, recall is {recall:.3f} with {alarms:.3f} of the risk-0 rows alarmed."
        for name, (alarms, recall, _) in points.items()
    )
    area, precision = _value(headline["auc"]), _value(headline["average_precision"])
    areas = f"Area under the ROC curve {area:.3f}, average precision {precision:.3f}."
    svg = draw_svg(draw, prefix, columns=2, size=(8.0, 3.4))
    return Plot(svg, "ROC and precision-recall curve with the two operating points", f"{areas} {words}")


def _operating_point(result: LabelledResult, level: str) -> tuple[float, float, float | None]:
    part = result.slices[0]
    recall, alarms = (_value(part.headline[f"{name}_{level}"]) for name in ("recall", "false_alarms"))
    found, wrong = recall * part.risk_rows, alarms * (part.rows - part.risk_rows)
    return alarms, recall, found / (found + wrong) if found + wrong else None


def _histogram_plot(result: LabelledResult, prefix: str) -> Plot:
    curves = result.curves
    centres = [(index + 0.5) / HISTOGRAM_BINS for index in range(HISTOGRAM_BINS)]

    def draw(axes: Any) -> None:
        style = {"width": 1 / HISTOGRAM_BINS, "alpha": 0.65}
        axes.bar(centres, curves.histogram_risk_0, color=RISK_0, label="risk 0", **style)
        axes.bar(centres, curves.histogram_risk_1, color=RISK_1, label="risk 1", **style)
        axes.set(xlabel="assessed risk", ylabel="rows", xlim=(0, 1))
        axes.legend(loc="upper center")

    ends = [
        f"Of the risk-{kind} rows, {counts[0]} lie below 0.05 and {counts[-1]} at 0.95 or above."
        for kind, counts in enumerate((curves.histogram_risk_0, curves.histogram_risk_1))
    ]
    return Plot(draw_svg(draw, prefix), "Assessed risks by label", " ".join(ends))


def _reliability_plot(result: LabelledResult, prefix: str) -> Plot:
    calibration = result.calibration

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.5, linestyle=":")
        axes.plot(*_reliability(calibration.equal_mass), "o-", color=RISK_0, label="equal mass")
        axes.plot(*_reliability(calibration.equal_width), "s--", color=RISK_1, label="equal width", markersize=4)
        axes.set(xlabel="mean assessed risk", ylabel="share of risk 1", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.legend(loc="upper left")

    bins = "; ".join(f"{item.mean_risk:.2f} against {item.share_risk:.2f}" for item in calibration.equal_mass)
    return Plot(
        draw_svg(draw, prefix, size=(4.2, 3.8)),
        "Reliability: what risks promise against what was so",
        f"Mean risk against share of risk 1, in bins of equal mass: {bins}.",
    )


def _reliability(bins: tuple[CalibrationBin, ...]) -> tuple[list[float], list[float]]:
    return [item.mean_risk for item in bins], [item.share_risk for item in bins]


def _category_plot(result: LabelledResult, prefix: str) -> Plot:
    bars = [bar for item in result.categories for bar in _bars(item)]

    def draw(axes: Any) -> None:
        positions = range(len(bars))
        colours = [RISK_1 if recall else RISK_0 for _, recall, _, _ in bars]
        axes.barh(positions, [elevated for _, _, elevated, _ in bars], color=colours, alpha=0.45, height=0.8)
        axes.barh(positions, [high for _, _, _, high in bars], color=colours, height=0.4)
        axes.set_yticks(positions, [name for name, _, _, _ in bars])
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set(xlim=(0, 1), xlabel="share of rows that reach elevated (wide) and high (narrow)")

    words = "; ".join(f"{name}: {elevated:.2f} and {high:.2f}" for name, _, elevated, high in bars)
    return Plot(
        draw_svg(draw, prefix, size=(7.0, 0.8 + 0.2 * len(bars))),
        "Categories: recall over risk-1 rows (orange), false alarms over risk-0 rows (blue)",
        f"Share at elevated and at high by category. {words}.",
    )


def _bars(item: CategoryResult) -> list[tuple[str, bool, float, float]]:
    bars = []
    if item.recall_elevated is not None and item.recall_high is not None:
        bars.append((f"{item.category} (risk 1)", True, item.recall_elevated, item.recall_high))
    if item.false_alarms_elevated is not None and item.false_alarms_high is not None:
        bars.append((f"{item.category} (risk 0)", False, item.false_alarms_elevated, item.false_alarms_high))
    return bars


def _workload_plot(result: LabelledResult, prefix: str) -> Plot:
    workload = result.workload

    def draw(axes: Any) -> None:
        axes.plot(workload.reviews, workload.recall, "o-", color=RISK_0)
        axes.set(xscale="log", ylim=(0, 1.05), ylabel="recall over risk-1 rows")
        # Plain numbers: the powers of a logarithmic axis are set as formulas, which are switched off.
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.minorticks_off()
        axes.set_xlabel(f"reviews per 10,000 {workload.reference}")

    pairs = zip(workload.reviews, workload.recall, strict=True)
    words = "; ".join(f"{reviews:g} reviews: {recall:.2f}" for reviews, recall in pairs)
    return Plot(draw_svg(draw, prefix), f"Recall against reviews per 10,000 {workload.reference}", f"{words}.")


def draw_svg(
    draw: Callable[..., None], prefix: str, *, columns: int = 1, size: tuple[float, float] = (5.4, 3.4)
) -> str:
    """Return the SVG element of a figure whose axes, side by side, `draw` fills; `prefix` keeps its ids apart."""
    matplotlib, figures = require("matplotlib"), require("matplotlib.figure")
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # Letters are left to the browser, so a letter that matplotlib's own font lacks is no fault.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = figures.Figure(figsize=size, layout="constrained")
        draw(*figure.subplots(1, columns, squeeze=False)[0])
        target = StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return _for_page(target.getvalue(), prefix)


def _for_page(svg: str, prefix: str) -> str:
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}", svg)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    return svg.replace(INK, "currentColor")


def _value(estimate: Estimate) -> float:
    return estimate.value or 0.0
