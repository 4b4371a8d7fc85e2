"""How near the texts of a corpus come to each other: counts for the dataset card, without any text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sextortion_signals.corpus.duplicates import (
    GRAM,
    MINIMUM_LENGTH,
    THRESHOLD,
    NearDuplicate,
    check_threshold,
    reaches,
    text_similarities,
)
from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.corpus.source import Row, read_sources

BINS = 10
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """How near the rows of a corpus come to each other.

    `compared` and `too_short` (fewer than `minimum_length` code points after folding) count rows. `pairs` counts two
    rows whose similarity reaches `threshold`, without the halves of one minimal pair; `minimal_pairs` counts minimal
    pairs, and `exempt` those whose halves reach the threshold. `nearest` are the two rows of the largest similarity
    left, None where no two rows share a 3-gram. `histogram` maps a language to how many rows have their largest
    similarity, to any row but the other half of their pair, in each of ten bins of equal width over 0..1.
    """

    threshold: float
    minimum_length: int
    compared: int
    too_short: int
    minimal_pairs: int
    exempt: int
    pairs: int
    nearest: NearDuplicate | None
    histogram: Mapping[str, tuple[int, ...]]

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["nearest"] = None if self.nearest is None else asdict(self.nearest)
        return {**plain, "histogram": {lang: list(counts) for lang, counts in self.histogram.items()}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DuplicateReport:
        """Return the report that `to_dict` gave."""
        nearest = None if data["nearest"] is None else NearDuplicate(**data["nearest"])
        histogram = {lang: tuple(counts) for lang, counts in data["histogram"].items()}
        return cls(**{**data, "nearest": nearest, "histogram": histogram})

    def to_text(self) -> str:
        """Return the counts and the histogram as aligned tables."""
        return f"{aligned_table(('', 'count'), self._counts())}\n\n{aligned_table(*self._histogram())}\n"

    def to_markdown(self) -> str:
        """Return the same tables as Markdown, as the dataset card holds them."""
        return f"{markdown_table(('', 'count'), self._counts())}\n\n{markdown_table(*self._histogram())}\n"

    def _counts(self) -> list[tuple[str, str]]:
        largest = "–" if self.nearest is None else f"{self.nearest.similarity:.3f}"
        return [
            ("rows compared", str(self.compared)),
            (f"rows too short to compare (below {self.minimum_length} code points)", str(self.too_short)),
            (f"pairs of rows at {self.threshold:g} or above, minimal pairs left out", str(self.pairs)),
            ("largest similarity left", largest),
            ("minimal pairs", str(self.minimal_pairs)),
            (f"minimal pairs whose halves reach {self.threshold:g} (exempt)", str(self.exempt)),
        ]

    def _histogram(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        header = (f"largest similarity ({GRAM}-grams) to another row", *self.histogram, "all")
        rows = []
        for index in range(BINS):
            counts = [table[index] for table in self.histogram.values()]
            rows.append((f"{index / BINS:.1f}–{(index + 1) / BINS:.1f}", *map(str, (*counts, sum(counts)))))
        return header, rows


def duplicate_report(folder: Path, *, threshold: float = THRESHOLD) -> DuplicateReport:
    """Compare all rows of a corpus folder. Raises `CorpusError` where a source cannot be read."""
    return report_rows(read_sources(folder), threshold=threshold)


def report_rows(
    rows: Sequence[Row], *, threshold: float = THRESHOLD, minimum_length: int = MINIMUM_LENGTH
) -> DuplicateReport:
    """Compare rows with each other. Rows of 0.7 fall into the bin that begins there, and 1 into the last one."""
    check_threshold(threshold)
    mates = _mates(rows)
    compared = pairs = exempt = 0
    histogram = {lang: [0] * BINS for lang in sorted({row.lang for row in rows})}
    nearest: NearDuplicate | None = None
    for index, others, similarity in text_similarities([row.text for row in rows], minimum_length=minimum_length):
        compared += 1
        near = set(others[reaches(similarity, threshold) & (others < index)].tolist())
        own = mates[index]
        exempt += len(near & own)
        pairs += len(near - own)
        similarity[np.isin(others, list(own))] = 0.0
        place = int(similarity.argmax())
        largest = float(similarity[place])
        histogram[rows[index].lang][min(int(largest * BINS + 1e-9), BINS - 1)] += 1
        if round(largest, _DIGITS) > (0.0 if nearest is None else nearest.similarity):
            nearest = NearDuplicate(rows[index].id, rows[int(others[place])].id, round(largest, _DIGITS))
    return DuplicateReport(
        threshold=threshold,
        minimum_length=minimum_length,
        compared=compared,
        too_short=len(rows) - compared,
        minimal_pairs=len({row.pair for row in rows} - {None}),
        exempt=exempt,
        pairs=pairs,
        nearest=nearest,
        histogram={lang: tuple(counts) for lang, counts in histogram.items()},
    )


def _mates(rows: Sequence[Row]) -> list[frozenset[int]]:
    """Return for each row the indices of the other rows of its minimal pair: one, in a corpus without a flaw."""
    members: dict[str, set[int]] = {}
    for index, row in enumerate(rows):
        if row.pair is not None:
            members.setdefault(row.pair, set()).add(index)
    return [frozenset(members.get(row.pair or "", set()) - {index}) for index, row in enumerate(rows)]
