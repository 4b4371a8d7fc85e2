"""The report as aligned tables."""

from __future__ import annotations

from collections.abc import Sequence

from sextortion_signals.corpus.layout import aligned_table
from sextortion_signals.evaluate.results import LabelledResult, RateResult
from sextortion_signals.evaluate.tables import Table, labelled_tables, rate_table


def plain_text(summary: tuple[str, str], labelled: Sequence[LabelledResult], unlabelled: Sequence[RateResult]) -> str:
    """Return the whole report as text that ends with a line break."""
    title, made = summary
    parts = [f"{title}\n{'=' * len(title)}\n{made}\n"]
    for result in labelled:
        parts.append(_heading(result.file, result.rows))
        parts += [_section(table) for table in labelled_tables(result) if table.rows]
    for rates in unlabelled:
        parts += [_heading(rates.file, rates.rows), _section(rate_table(rates))]
    return "\n".join(parts)


def _heading(file: str, rows: int) -> str:
    line = f"{file}, {rows} rows"
    return f"\n{line}\n{'-' * len(line)}\n"


def _section(table: Table) -> str:
    return "\n".join([table.title, aligned_table(table.header, table.rows), *([table.note] if table.note else []), ""])
