"""Measure a detector on one file of conversations: assess once, measure every slice, sweep the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from sextortion_signals.evaluate.bootstrap import with_intervals
from sextortion_signals.evaluate.conversation_records import ConversationFile, ConversationLabel, ConversationRow
from sextortion_signals.evaluate.conversation_results import (
    CURVES,
    NAMING,
    ConversationCategory,
    ConversationRate,
    ConversationRateResult,
    ConversationResult,
    ConversationSlice,
    ThresholdCurves,
    WorstConversation,
)
from sextortion_signals.evaluate.conversations import (
    AlarmTable,
    alarm_table,
    alerts_over,
    figure_statistics,
    figures,
    first_alert,
)
from sextortion_signals.evaluate.keyword_rule import FIRED, keyword_rule
from sextortion_signals.evaluate.metrics import exact_rate
from sextortion_signals.evaluate.slices import ALL, WORST
from sextortion_signals.evaluate.table import Flags
from sextortion_signals.text import DEFAULT_MAX_LENGTH
from sextortion_signals.types import Message

# Every hundredth; at 0 everything is alarmed, at 1 hardly anything ever.
THRESHOLDS = tuple(step / 100 for step in range(1, 100))
RATE_CURVES = ("per_1000_conversations", "per_1000_messages")


class Step(Protocol):
    """What is known after one message."""

    @property
    def risk(self) -> float:
        """The risk of the conversation so far, in 0..1."""


class Outcome(Protocol):
    """What is measured of an assessed conversation.

    If it has `thresholds`, as `Assessment` has, the curves are marked at its `elevated`, else at that of the detector.
    """

    @property
    def first_alert(self) -> int | None:
        """The index of the message at which it first reached `elevated`, or None."""

    @property
    def offender(self) -> str | None:
        """The sender who coerces or lures, or None."""

    @property
    def timeline(self) -> Sequence[Step]:
        """One step for each message."""


@runtime_checkable
class ConversationDetector(Protocol):
    """What is measured on conversations: `Detector`, or anything else with this member."""

    def assess_conversation(self, messages: Sequence[Message]) -> Outcome:
        """Assess one conversation."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A conversation with what a detector said of it: where it was alarmed, whom it named, the risk over time."""

    row: ConversationRow
    alert: int | None
    offender: str | None
    timeline: tuple[float, ...]
    elevated: float | None = None

    @property
    def label(self) -> ConversationLabel:
        return self.row.label or ConversationLabel(0)


def measure_conversations(
    detector: ConversationDetector, file: ConversationFile, *, resamples: int, seed: int
) -> ConversationResult | ConversationRateResult:
    """Assess every conversation of a file and measure it: alarms per 1,000 where it has no labels."""
    seen = [_assessed(detector, row) for row in file.rows]
    rule = [_by_keywords(row) for row in file.rows]
    if not file.labelled:
        return ConversationRateResult(file.name, len(seen), _messages(seen), _rates(seen, rule), _rate_curves(seen))
    alarms, misses = _worst(seen)
    return ConversationResult(
        file=file.name,
        conversations=len(seen),
        messages=_messages(seen),
        slices=_slices(seen, rule, resamples=resamples, seed=seed),
        categories=_categories(seen),
        highest_risk_0=alarms,
        lowest_risk_1=misses,
        curves=_curves(seen),
    )


def _assessed(detector: ConversationDetector, row: ConversationRow) -> _Seen:
    # A long message must not stop a measurement: it is read up to the limit, as a long text is.
    messages = [Message(message.sender, message.text[:DEFAULT_MAX_LENGTH]) for message in row.messages]
    outcome = detector.assess_conversation(messages)
    points = getattr(outcome, "thresholds", None) or getattr(detector, "thresholds", {})
    timeline = tuple(step.risk for step in outcome.timeline)
    return _Seen(row, outcome.first_alert, outcome.offender, timeline, points.get("elevated"))


def _by_keywords(row: ConversationRow) -> _Seen:
    # The rule reads each message by itself and names nobody.
    timeline = tuple(keyword_rule(message.text) for message in row.messages)
    return _Seen(row, first_alert(timeline, FIRED), None, timeline)


def _table(seen: Sequence[_Seen]) -> AlarmTable:
    return alarm_table([item.label for item in seen], [item.alert for item in seen], [item.offender for item in seen])


def _messages(seen: Sequence[_Seen]) -> int:
    return sum(len(item.row.messages) for item in seen)


def _slices(
    seen: Sequence[_Seen], rule: Sequence[_Seen], *, resamples: int, seed: int
) -> tuple[ConversationSlice, ...]:
    table, baseline = _table(seen), _table(rule)
    langs = np.array([item.row.lang for item in seen])
    names = sorted(set(langs.tolist()))
    chosen = [(ALL, np.ones(len(seen), dtype=np.bool_))]
    chosen += [(name, langs == name) for name in names] if len(names) > 1 else []
    return tuple(
        _slice(name, table.take(mask), baseline.take(mask), resamples=resamples, seed=seed) for name, mask in chosen
    )


def _slice(name: str, table: AlarmTable, rule: AlarmTable, *, resamples: int, seed: int) -> ConversationSlice:
    headline, baseline = (
        with_intervals(figures(part), figure_statistics(part), part.risk, resamples=resamples, seed=seed)
        for part in (table, rule)
    )
    told = {key: estimate for key, estimate in baseline.items() if key not in NAMING}
    return ConversationSlice(name, len(table.risk), int(table.risk.sum()), headline, told)


def _categories(seen: Sequence[_Seen]) -> tuple[ConversationCategory, ...]:
    table = _table(seen)
    groups = np.array([item.row.group for item in seen])
    return tuple(_category(name, table.take(groups == name)) for name in sorted(set(groups.tolist())))


def _category(name: str, table: AlarmTable) -> ConversationCategory:
    values = figures(table)
    return ConversationCategory(
        category=name,
        conversations=len(table.risk),
        risk_conversations=int(table.risk.sum()),
        recall=values["recall"],
        false_alarms=values["false_alarms"],
        delay_median=values["delay_median"],
    )


def _worst(seen: Sequence[_Seen]) -> tuple[tuple[WorstConversation, ...], tuple[WorstConversation, ...]]:
    ordered = sorted(seen, key=lambda item: max(item.timeline))
    alarms = [item for item in reversed(ordered) if not item.label.risk][:WORST]
    misses = [item for item in ordered if item.label.risk][:WORST]
    return tuple(map(_worst_conversation, alarms)), tuple(map(_worst_conversation, misses))


def _worst_conversation(item: _Seen) -> WorstConversation:
    return WorstConversation(
        id=item.row.id,
        category=item.row.group,
        lang=item.row.lang,
        messages=len(item.row.messages),
        risk=max(item.timeline),
        alert=item.alert,
        unmistakable=item.label.unmistakable,
    )


def _curves(seen: Sequence[_Seen]) -> ThresholdCurves:
    labels = [item.label for item in seen]
    rows = alerts_over([item.timeline for item in seen], THRESHOLDS)
    swept = [figures(alarm_table(labels, [None if np.isnan(at) else int(at) for at in row])) for row in rows]
    drawn = {name: tuple(item[name] for item in swept) for name in CURVES}
    return ThresholdCurves(seen[0].elevated, THRESHOLDS, drawn)


def _rates(seen: Sequence[_Seen], rule: Sequence[_Seen]) -> tuple[ConversationRate, ...]:
    groups = np.array([item.row.group for item in seen])
    names = sorted(set(groups.tolist()))
    chosen = [(name, groups == name) for name in names]
    chosen += [(ALL, np.ones(len(seen), dtype=np.bool_))] if len(names) > 1 else []
    return tuple(_rate(name, _chosen(seen, mask), _chosen(rule, mask)) for name, mask in chosen)


def _rate(name: str, seen: Sequence[_Seen], rule: Sequence[_Seen]) -> ConversationRate:
    alarms, by_rule = (sum(item.alert is not None for item in part) for part in (seen, rule))
    return ConversationRate(
        corpus=name,
        conversations=len(seen),
        messages=_messages(seen),
        alarms=alarms,
        per_1000_conversations=exact_rate(alarms, len(seen), per=1_000),
        per_1000_messages=exact_rate(alarms, _messages(seen), per=1_000),
        keyword_rule_per_1000=exact_rate(by_rule, len(seen), per=1_000),
    )


def _rate_curves(seen: Sequence[_Seen]) -> ThresholdCurves:
    alarms = np.sum(~np.isnan(alerts_over([item.timeline for item in seen], THRESHOLDS)), axis=1)
    totals = (len(seen), _messages(seen))
    rates = {name: tuple((1_000 * alarms / total).tolist()) for name, total in zip(RATE_CURVES, totals, strict=True)}
    return ThresholdCurves(seen[0].elevated, THRESHOLDS, rates)


def _chosen(seen: Sequence[_Seen], mask: Flags) -> list[_Seen]:
    return [item for item, chosen in zip(seen, mask, strict=True) if chosen]
