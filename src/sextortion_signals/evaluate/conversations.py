"""The measures of conversations: whether one is alarmed, how long after it could be seen, and who is named.

A conversation is alarmed at the first message after which its risk reaches a threshold. All times are counted in
messages. Everything is computed from plain lists: labels, indices of alarms, timelines of risks.

Sources: F-latency is that of F. Sadeque, D. Xu and S. Bethard, "Measuring the Latency of Depression Detection in Social
Media" (WSDM 2018), with time counted from the message at which the case is certain. ERDE is that of D. E. Losada and
F. Crestani, "A Test Collection for Research on Depression and Language Use" (CLEF 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.evaluate.bootstrap import Statistics
from sextortion_signals.evaluate.conversation_records import ConversationLabel
from sextortion_signals.evaluate.conversation_results import CONVERSATION_METRICS
from sextortion_signals.evaluate.metrics import share_of
from sextortion_signals.evaluate.table import Flags, Floats

# An alarm this many messages after certainty is worth half of one in time.
HALF_WORTH_DELAY = 5
_STEEPNESS = math.log(3) / HALF_WORTH_DELAY
_MEDIAN, _LATE = 0.5, 0.9


@dataclass(frozen=True, slots=True, eq=False)
class AlarmTable:
    """Labels and alarms of `n` conversations, each field of shape (n,).

    `alert`, `first_evidence` and `unmistakable` are indices of messages, NaN where there is none. `has_offender` says
    whether the label names an offender, `right` whether the same sender was named, `wrong` whether another was.
    """

    risk: Flags
    alert: Floats
    first_evidence: Floats
    unmistakable: Floats
    has_offender: Flags
    right: Flags
    wrong: Flags

    def take(self, chosen: Flags | NDArray[np.int64]) -> AlarmTable:
        """Return the chosen conversations."""
        return AlarmTable(*(getattr(self, name)[chosen] for name in self.__slots__))


def alarm_table(
    labels: Sequence[ConversationLabel],
    alerts: Sequence[int | None],
    offenders: Sequence[str | None] | None = None,
) -> AlarmTable:
    """Lay out labels, the message at which each conversation was alarmed, and the sender named as offender, if any."""
    named = [None] * len(labels) if offenders is None else offenders
    pairs = [(label.offender, seen) for label, seen in zip(labels, named, strict=True)]
    return AlarmTable(
        risk=np.array([label.risk == 1 for label in labels]),
        alert=_indices(alerts),
        first_evidence=_indices([label.first_evidence for label in labels]),
        unmistakable=_indices([label.unmistakable for label in labels]),
        has_offender=np.array([offender is not None for offender, _ in pairs]),
        right=np.array([seen is not None and seen == offender for offender, seen in pairs]),
        wrong=np.array([seen is not None and seen != offender for offender, seen in pairs]),
    )


def first_alert(timeline: Sequence[float], threshold: float) -> int | None:
    """Return the index of the first message after which the risk is at least `threshold`, or None."""
    return next((index for index, risk in enumerate(timeline) if risk >= threshold), None)


def latency_penalty(delay: Floats) -> Floats:
    """Return the penalty in 0..1 of alarms `delay` messages after certainty; early ones have none.

    -1 + 2 / (1 + exp(-p · max(0, delay))) with p = ln 3 / 5: a half at a delay of five messages, three quarters or more
    from nine. Sadeque et al. set p so that the penalty is a half at the median time of their posts; here that is fixed.
    """
    return np.asarray(-1 + 2 / (1 + np.exp(-_STEEPNESS * np.maximum(0.0, delay))))


def erde(risk: Flags, alert: Floats, deadline: float) -> float | None:
    """Return the early risk detection error with `deadline` o, in 0..1; None without a conversation of risk 1.

    The mean over all conversations of: 1 for a missed one, the share of risk 1 for a false alarm, nothing for one left
    alone rightly, and 1 - 1 / (1 + exp(k - o)) for one found, with k the number of messages read when it was alarmed.
    Losada and Crestani count from the start of the conversation, and take these costs (c_fn = c_tp = 1, c_fp the share
    of positive cases).
    """
    if not risk.any():
        return None
    alarmed = ~np.isnan(alert)
    cost = np.where(risk, 1.0, 0.0)
    cost[~risk & alarmed] = risk.mean()
    found = risk & alarmed
    # 1 - 1 / (1 + exp(k - o)) without the overflow of a long conversation.
    cost[found] = 1 / (1 + np.exp(deadline - (alert[found] + 1)))
    return float(cost.mean())


def figures(table: AlarmTable) -> dict[str, float | None]:
    """Return the figures of a table by the keys of `CONVERSATION_METRICS`; None where one is not defined."""
    alarmed = ~np.isnan(table.alert)
    found = table.risk & alarmed
    delay = _known((table.alert - table.unmistakable)[found])
    evidence_delay = _known((table.alert - table.first_evidence)[found])
    f1 = _f1(table.risk, alarmed)
    return {
        "f1": f1,
        "precision": share_of(table.risk, alarmed),
        "recall": share_of(alarmed, table.risk),
        "false_alarms": share_of(alarmed, ~table.risk),
        "f_latency": _f_latency(f1, delay),
        "delay_median": _quantile(delay, _MEDIAN),
        "delay_p90": _quantile(delay, _LATE),
        "evidence_delay_median": _quantile(evidence_delay, _MEDIAN),
        "evidence_delay_p90": _quantile(evidence_delay, _LATE),
        "early": float(np.mean(evidence_delay < 0)) if len(evidence_delay) else None,
        "erde_5": erde(table.risk, table.alert, 5),
        "erde_50": erde(table.risk, table.alert, 50),
        "offender_right": share_of(table.right, found & table.has_offender),
        "offender_wrong": share_of(table.wrong, found),
    }


def figure_statistics(table: AlarmTable) -> Callable[[Floats], Statistics]:
    """Return a function of weights, shape (k, n), for the figures of a table, shape (k,) each."""

    def statistics(weights: Floats) -> Statistics:
        drawn = [figures(table.take(np.repeat(np.arange(len(row)), row.astype(np.int64)))) for row in weights]
        # A figure that a resample does not define becomes NaN, which the intervals leave out.
        return {name: np.array([item[name] for item in drawn], dtype=np.float64) for name in CONVERSATION_METRICS}

    return statistics


def alerts_over(timelines: Sequence[Sequence[float]], thresholds: Sequence[float]) -> Floats:
    """Return the index of the alarm for each threshold and timeline, shape (thresholds, timelines), NaN for none."""
    alerts = np.full((len(thresholds), len(timelines)), np.nan)
    for column, timeline in enumerate(timelines):
        highest = np.maximum.accumulate(np.asarray(timeline, dtype=np.float64))
        places = np.searchsorted(highest, thresholds, side="left")
        alerts[:, column] = np.where(places < len(highest), places, np.nan)
    return alerts


def _f1(risk: Flags, alarmed: Flags) -> float | None:
    either = int(risk.sum() + alarmed.sum())
    return 2 * int((risk & alarmed).sum()) / either if risk.any() else None


def _f_latency(f1: float | None, delay: Floats) -> float | None:
    if not f1:
        return f1
    return f1 * (1 - float(np.median(latency_penalty(delay)))) if len(delay) else None


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _quantile(values: Floats, share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None


def _indices(values: Sequence[int | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
