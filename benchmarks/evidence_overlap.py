"""How well the quoted evidence fits what a person would underline.

    python benchmarks/evidence_overlap.py [--tier TIER] [dev|test|other ...]        default: all three

Reads the tables in tests/evidence (see the README there). Both sides are sets of characters of the text; white space
and punctuation count for neither. Precision is the share of the quoted characters that are underlined, recall the share
of the underlined ones that are quoted, F1 their harmonic mean, all three per text and then averaged. A text whose
signal is not shown has no quotes: its F1 is 0.
"""

from __future__ import annotations

import argparse
import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from sextortion_signals import Detector, Evidence
from sextortion_signals.corpus.layout import markdown_table

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "evidence"
TABLES = ("expectations.tsv", "other.tsv")
SPLITS = ("dev", "test", "other")
HEADER = ("", "texts", "F1", "not shown", "F1 if shown", "precision", "recall", "contains all")
_MARKS = re.compile("[⟦⟧]")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One text, one signal of it, and the places of the characters that a person would underline for it."""

    id: str
    split: str
    lang: str
    signal: str
    text: str
    underlined: frozenset[int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How the quotes for one expectation fit it; all zero when the signal is not shown."""

    shown: bool
    precision: float
    recall: float
    f1: float


def expectations() -> list[Expectation]:
    """Return the rows of all tables."""
    rows = []
    for name in TABLES:
        lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            marked = row["underlined"].replace("\\n", "\n")
            text = _MARKS.sub("", marked)
            places = frozenset(counted(text, spans(marked)))
            rows.append(Expectation(row["id"], row["split"], row["lang"], row["signal"], text, places))
    return rows


def spans(marked: str) -> list[tuple[int, int]]:
    """Return the spans between the marks, in characters of the text without them."""
    places = [match.start() - number for number, match in enumerate(_MARKS.finditer(marked))]
    return list(zip(places[::2], places[1::2], strict=True))


def counted(text: str, parts: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the places inside `parts` that hold neither white space nor punctuation nor a control character."""
    for start, end in parts:
        yield from (place for place in range(start, end) if unicodedata.category(text[place])[0] not in "ZPC")


def overlap(expected: Expectation, quotes: Sequence[Evidence]) -> Overlap:
    """Compare the quotes for a signal, none when it is not shown, with what was expected."""
    quoted = set(counted(expected.text, [(quote.start, quote.end) for quote in quotes]))
    both = len(quoted & expected.underlined)
    if not both:
        return Overlap(bool(quotes), 0.0, 0.0, 0.0)
    precision, recall = both / len(quoted), both / len(expected.underlined)
    return Overlap(True, precision, recall, 2 * precision * recall / (precision + recall))


def measure(detector: Detector, rows: Sequence[Expectation]) -> list[Overlap]:
    """Assess the texts of all rows and compare."""
    results = []
    for expected, assessment in zip(rows, detector.assess_many([row.text for row in rows]), strict=True):
        quotes = [signal.evidence for signal in assessment.signals if signal.id == expected.signal]
        results.append(overlap(expected, quotes[0] if quotes else ()))
    return results


def summary(results: Sequence[Overlap]) -> tuple[int, float, float, float, float, float, float]:
    """Return what `HEADER` names: counts and means; those behind "not shown" are over the texts that show theirs."""
    shown = [result for result in results if result.shown] or [Overlap(True, 0.0, 0.0, 0.0)]
    return (
        len(results),
        fmean(result.f1 for result in results),
        fmean(not result.shown for result in results),
        fmean(result.f1 for result in shown),
        fmean(result.precision for result in shown),
        fmean(result.recall for result in shown),
        fmean(result.recall == 1.0 for result in shown),
    )


def table(rows: Sequence[Expectation], results: Sequence[Overlap]) -> str:
    """Return a Markdown table: all rows, then by language, by signal, and by both."""
    groups: dict[str, list[Overlap]] = {"all": []}
    for place in ("lang", "signal", "both"):
        for row, result in zip(rows, results, strict=True):
            name = f"{row.lang} {row.signal}" if place == "both" else getattr(row, place)
            groups.setdefault(name, []).append(result)
    groups["all"] = list(results)
    cells = []
    for name, members in groups.items():
        texts, *figures = summary(members)
        cells.append((name, str(texts), *(f"{figure:.3f}" for figure in figures)))
    return markdown_table(HEADER, cells)


def main() -> None:
    """Print one table for each split that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("splits", nargs="*", default=SPLITS)
    parser.add_argument("--tier", help="fast, cascade or full; by default that of Detector.load()")
    arguments = parser.parse_args()
    detector, everything = Detector.load(tier=arguments.tier), expectations()
    print(f"{detector.model}, tier {detector.tier}")
    for split in arguments.splits:
        rows = [row for row in everything if row.split == split]
        print(f"\n{split}\n\n{table(rows, measure(detector, rows))}")


if __name__ == "__main__":
    main()
