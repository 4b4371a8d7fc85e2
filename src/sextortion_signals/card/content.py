"""A model card as data, as Markdown for people, and as the JSON that a review console loads.

The JSON has the names of ROOST Coop's `CoopIntegrationPlugin` (package `@roostorg/coop-types`): `modelName`, `version`,
`releaseDate` and `sections`, each with `id`, `title`, `fields` of a label and a value, and `subsections` of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REQUIRED_SECTIONS = (
    "trainingData",
    "policyAndTaxonomy",
    "annotationMethodology",
    "performanceBenchmarks",
    "biasAndLimitations",
    "implementationGuidance",
    "relevantLinks",
)
"""Ids without which Coop refuses a card, in the order of our cards."""
_READING = "How to read it"


@dataclass(frozen=True, slots=True)
class CardTable:
    """A title, a header, rows of as many cells whose first names the row, and a line on reading and reproducing it.

    With `prose` the last column holds words.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    prose: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return a subsection: a field a row, its cells named by the header."""
        fields = [_field(row[0], "; ".join(self._named(row))) for row in self.rows]
        return {"title": self.title, "fields": [*fields, _field(_READING, self.note)]}

    def to_markdown(self) -> str:
        last = "---" if self.prose else "---:"
        marks = ("---", *["---:"] * (len(self.header) - 2), last)
        lines = ["| " + " | ".join(map(_cell, cells)) + " |" for cells in (self.header, marks, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines, "", self.note])

    def _named(self, row: Sequence[str]) -> list[str]:
        return [f"{name}: {cell}" for name, cell in zip(self.header[1:], row[1:], strict=True)]


@dataclass(frozen=True, slots=True)
class CardSection:
    """One of `REQUIRED_SECTIONS`: labelled sentences, then tables."""

    id: str
    title: str
    fields: tuple[tuple[str, str], ...]
    tables: tuple[CardTable, ...]

    def to_dict(self) -> dict[str, Any]:
        section: dict[str, Any] = {"id": self.id, "title": self.title}
        section["fields"] = [_field(label, value) for label, value in self.fields]
        if self.tables:
            section["subsections"] = [table.to_dict() for table in self.tables]
        return section

    def to_markdown(self) -> str:
        words = "\n".join(f"- **{label}.** {value}" for label, value in self.fields)
        return "\n\n".join([f"## {self.title}", words, *(table.to_markdown() for table in self.tables)])


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model's name, version, day of release (ISO 8601) and sections."""

    name: str
    version: str
    release_date: str
    sections: tuple[CardSection, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "modelName": self.name,
            "version": self.version,
            "releaseDate": self.release_date,
            "sections": [section.to_dict() for section in self.sections],
        }

    def to_markdown(self) -> str:
        """Return the whole card, ending with a line break."""
        head = f"# Model card: {self.version}\n\nA model of {self.name}, made on {self.release_date}."
        return "\n\n".join([head, *(section.to_markdown() for section in self.sections)]) + "\n"


def _field(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
