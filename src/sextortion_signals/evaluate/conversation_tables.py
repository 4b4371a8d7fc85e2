"""The tables of a report on conversations as plain strings."""

from __future__ import annotations

from collections.abc import Mapping

from sextortion_signals.evaluate.conversation_results import (
    CONVERSATION_METRICS,
    ConversationCategory,
    ConversationRate,
    ConversationRateResult,
    ConversationResult,
    ThresholdCurves,
    WorstConversation,
)
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.tables import NOTHING, Table, interval, number

_DELAYS = frozenset(key for key in CONVERSATION_METRICS if "delay" in key)


def conversation_tables(result: ConversationResult) -> tuple[Table, ...]:
    """Return the tables of one labelled file of conversations, in reading order."""
    return (
        _headline_table(result),
        _category_table(result.categories),
        _worst_table("Risk-0 conversations with the highest risk", result.highest_risk_0),
        _worst_table("Risk-1 conversations with the lowest risk", result.lowest_risk_1),
    )


def conversation_rate_table(result: ConversationRateResult) -> Table:
    """Return the alarms per 1,000 conversations and messages of one unlabelled file."""
    header = ("corpus", "conversations", "messages", "alarmed", "per 1,000 conversations", "per 1,000 messages")
    return Table(
        "Alarmed conversations at elevated",
        (*header, "keyword rule per 1,000 conversations"),
        tuple(_rate_row(item) for item in result.corpora),
        f"{_point(result.curves)}In brackets: exact 95 % interval. A conversation is alarmed once at most.",
    )


def _headline_table(result: ConversationResult) -> Table:
    columns: list[tuple[str, Mapping[str, Estimate]]] = []
    for part in result.slices:
        columns += [(f"{part.name}: model", part.headline), (f"{part.name}: keyword rule", part.baseline)]
    counts = tuple(f"{part.risk_conversations} of {part.conversations}" for part in result.slices for _ in range(2))
    rows = [("risk-1 conversations of all", *counts)]
    for key, label in CONVERSATION_METRICS.items():
        digits = 1 if key in _DELAYS else 3
        rows.append((label, *(interval(values.get(key), digits) for _, values in columns)))
    return Table(
        "Headline figures at elevated",
        ("figure", *(name for name, _ in columns)),
        tuple(rows),
        f"{_point(result.curves)}In brackets: 95 % bootstrap interval. Delays are in messages, over the conversations "
        "that were found; below 0 is before. The keyword rule reads each message by itself.",
    )


def _category_table(categories: tuple[ConversationCategory, ...]) -> Table:
    rows = tuple(
        (
            item.category,
            str(item.conversations),
            str(item.risk_conversations),
            *(number(value) for value in (item.recall, item.false_alarms)),
            number(item.delay_median, 1),
        )
        for item in categories
    )
    header = ("category", "conversations", "risk 1", "recall", "false alarms", "median delay after certainty")
    return Table("Categories", header, rows)


def _worst_table(title: str, worst: tuple[WorstConversation, ...]) -> Table:
    rows = tuple(
        (
            item.id,
            item.category,
            item.lang,
            str(item.messages),
            number(item.risk),
            *(NOTHING if place is None else str(place) for place in (item.alert, item.unmistakable)),
        )
        for item in worst
    )
    header = ("conversation", "category", "language", "messages", "highest risk", "alarmed at", "certain at")
    return Table(title, header, rows, "Messages are counted from 0.")


def _point(curves: ThresholdCurves) -> str:
    return "" if curves.elevated is None else f"Elevated is a risk of {curves.elevated:g}. "


def _rate_row(item: ConversationRate) -> tuple[str, ...]:
    rates = (item.per_1000_conversations, item.per_1000_messages, item.keyword_rule_per_1000)
    counts = (item.conversations, item.messages, item.alarms)
    return (item.corpus, *map(str, counts), *(interval(rate, 1) for rate in rates))
