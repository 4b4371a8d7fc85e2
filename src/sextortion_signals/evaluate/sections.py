"""The parts of a report, one for each file: the text and the page lay out the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sextortion_signals.evaluate.conversation_plots import draw_conversation_plots, draw_rate_plots
from sextortion_signals.evaluate.conversation_results import ConversationRateResult, ConversationResult
from sextortion_signals.evaluate.conversation_tables import conversation_rate_table, conversation_tables
from sextortion_signals.evaluate.plots import Plot, draw_plots
from sextortion_signals.evaluate.results import LabelledResult, RateResult
from sextortion_signals.evaluate.tables import Table, labelled_tables, rate_table


@dataclass(frozen=True, slots=True)
class Section:
    """What was measured on one file: its name and size, tables in reading order, and plots when they are asked for.

    `draw` takes what keeps the ids of several drawings on one page apart.
    """

    heading: str
    file: str
    tables: tuple[Table, ...]
    draw: Callable[[str], tuple[Plot, ...]]


def text_sections(labelled: Sequence[LabelledResult], unlabelled: Sequence[RateResult]) -> list[Section]:
    """Return the sections of files of texts, labelled ones first."""
    return [
        *(
            _section(item.file, f"{item.rows} rows", labelled_tables(item), partial(draw_plots, item))
            for item in labelled
        ),
        *(_section(item.file, f"{item.rows} rows", (rate_table(item),), lambda _: ()) for item in unlabelled),
    ]


def conversation_sections(
    labelled: Sequence[ConversationResult], unlabelled: Sequence[ConversationRateResult]
) -> list[Section]:
    """Return the sections of files of conversations, labelled ones first."""
    return [
        *(
            _section(item.file, _size(item), conversation_tables(item), partial(draw_conversation_plots, item))
            for item in labelled
        ),
        *(
            _section(item.file, _size(item), (conversation_rate_table(item),), partial(draw_rate_plots, item))
            for item in unlabelled
        ),
    ]


def _section(file: str, size: str, tables: tuple[Table, ...], draw: Callable[[str], tuple[Plot, ...]]) -> Section:
    return Section(f"{file}, {size}", file, tuple(table for table in tables if table.rows), draw)


def _size(result: ConversationResult | ConversationRateResult) -> str:
    return f"{result.conversations} conversations, {result.messages} messages"
