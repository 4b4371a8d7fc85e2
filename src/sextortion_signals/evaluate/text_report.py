"""The report as aligned tables."""

from __future__ import annotations

from collections.abc import Sequence

from sextortion_signals.corpus.layout import aligned_table
from sextortion_signals.evaluate.sections import Section
from sextortion_signals.evaluate.tables import Table


def plain_text(summary: tuple[str, str], sections: Sequence[Section]) -> str:
    """Return the whole report as text that ends with a line break."""
    title, made = summary
    parts = [f"{title}\n{'=' * len(title)}\n{made}\n"]
    for section in sections:
        parts.append(f"\n{section.heading}\n{'-' * len(section.heading)}\n")
        parts += [_table(table) for table in section.tables]
    return "\n".join(parts)


def _table(table: Table) -> str:
    return "\n".join([table.title, aligned_table(table.header, table.rows), *([table.note] if table.note else []), ""])
