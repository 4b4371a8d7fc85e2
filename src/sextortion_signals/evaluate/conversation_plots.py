"""The plots of a report on conversations: every figure over the threshold of the risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sextortion_signals.evaluate.conversation_results import ConversationRateResult, ConversationResult, ThresholdCurves
from sextortion_signals.evaluate.plots import INK, RISK_0, RISK_1, Plot, draw_svg

_STYLES = ((RISK_0, "-"), (RISK_1, "-"), (RISK_0, "--"), (RISK_1, "--"))
_SHARES = {"precision": "precision", "recall": "recall", "f1": "F1", "f_latency": "F-latency"}
_DELAYS = {"delay_median": "median", "delay_p90": "90th percentile"}
_ERRORS = {"erde_5": "ERDE 5", "erde_50": "ERDE 50"}
_RATES = {"per_1000_conversations": "per 1,000 conversations", "per_1000_messages": "per 1,000 messages"}


def draw_conversation_plots(result: ConversationResult, prefix: str) -> tuple[Plot, ...]:
    """Draw the figures of one labelled file over the threshold, with a line at `elevated`.

    `prefix` keeps the ids of several drawings on one page apart.
    """
    groups = (
        (_SHARES, "share", "Precision, recall, F1 and F-latency over the threshold"),
        (_DELAYS, "messages after certainty", "Delay over the threshold"),
        (_ERRORS, "early risk detection error", "Early risk detection error (ERDE) over the threshold"),
    )
    return tuple(
        _plot(result.curves, names, unit, caption, f"{prefix}-{index}-")
        for index, (names, unit, caption) in enumerate(groups)
    )


def draw_rate_plots(result: ConversationRateResult, prefix: str) -> tuple[Plot, ...]:
    """Draw the alarms of one unlabelled file over the threshold, with a line at `elevated`."""
    return (_plot(result.curves, _RATES, "alarmed", "Alarms over the threshold", f"{prefix}-0-"),)


def _plot(curves: ThresholdCurves, names: Mapping[str, str], unit: str, caption: str, prefix: str) -> Plot:
    def draw(axes: Any) -> None:
        for (key, label), (colour, line) in zip(names.items(), _STYLES, strict=False):
            values = [float("nan") if value is None else value for value in curves.figures[key]]
            axes.plot(curves.thresholds, values, line, color=colour, label=label)
        if curves.elevated is not None:
            axes.axvline(curves.elevated, color=INK, linewidth=0.8, linestyle=":", label="elevated")
        axes.set(xlabel="threshold of the risk", ylabel=unit, xlim=(0, 1))
        if names is _RATES:
            # Rates differ by factors. Plain numbers: powers are set as formulas, which are switched off.
            axes.set_yscale("symlog", linthresh=1)
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter("{x:g}")
            axes.minorticks_off()
        axes.legend(loc="best")

    return Plot(draw_svg(draw, prefix), caption, _words(curves, names))


def _words(curves: ThresholdCurves, names: Mapping[str, str]) -> str:
    """Tell the curves at a few thresholds."""
    told = []
    for place in range(9, len(curves.thresholds), 20):
        values = ((label, curves.figures[key][place]) for key, label in names.items())
        words = ", ".join(f"{label} {'undefined' if value is None else f'{value:.3f}'}" for label, value in values)
        told.append(f"At {curves.thresholds[place]:g}: {words}.")
    return " ".join(told)
