"""Does a corpus give its labels away by accident? Models that see only the surface of a text, and telling words.

A probe near AUC 0.5 finds nothing at the surface. One far above says that length, punctuation or the ends of texts go
with the label, which a model may learn instead of what is said (Gururangan et al., "Annotation artifacts in natural
language inference data", NAACL 2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from sextortion_signals.corpus import Row, read_sources, split_of
from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED, ranking_statistics, with_intervals
from sextortion_signals.evaluate.metrics import area_under_roc
from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.surface import PROBES, Encoder
from sextortion_signals.evaluate.tables import interval
from sextortion_signals.evaluate.words import WordResult, informative_words

_WORD_HEADER = ("word", "information (bits)", "rows", "share of risk 1", "cards", "categories")
_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """AUC of one probe on the test rows of one language; None where training or test rows have one risk only."""

    probe: str
    lang: str
    auc: Estimate


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The probes of each language, its telling words (most telling first), and its share of risk 1 over all rows."""

    risk_share: Mapping[str, float]
    probes: tuple[ProbeResult, ...]
    words: tuple[WordResult, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "risk_share": dict(self.risk_share),
            "probes": [asdict(item) for item in self.probes],
            "words": [asdict(item) for item in self.words],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ProbeReport:
        """Return the report that `to_dict` gave."""
        probes = tuple(ProbeResult(item["probe"], item["lang"], Estimate(**item["auc"])) for item in data["probes"])
        words = tuple(WordResult(**item) for item in data["words"])
        return cls(MappingProxyType(dict(data["risk_share"])), probes, words)

    def to_text(self) -> str:
        """Return the tables aligned, one after another."""
        tables = (self._probe_table(), *(self._word_table(lang) for lang in self.risk_share))
        return "\n".join(f"{title}\n{aligned_table(header, rows)}\n" for title, header, rows in tables)

    def to_markdown(self, notes: Mapping[str, Mapping[str, str]]) -> str:
        """Return the same tables as Markdown, with a note on each word: language -> word -> note."""
        title, header, rows = self._probe_table()
        parts = [f"### {title}\n\n{markdown_table(header, rows)}\n"]
        for lang in self.risk_share:
            title, header, rows = self._word_table(lang)
            noted = [(*cells, notes.get(lang, {}).get(cells[0], "")) for cells in rows]
            parts.append(f"### {title}\n\n{markdown_table((*header, 'is it honest?'), noted, prose=True)}\n")
        return "\n".join(parts)

    def _probe_table(self) -> _Table:
        rows = []
        for name in dict.fromkeys(item.probe for item in self.probes):
            found = {item.lang: item.auc for item in self.probes if item.probe == name}
            rows.append((name, *(interval(found.get(lang)) for lang in self.risk_share)))
        return "AUC of risk by what a probe sees", ("probe", *self.risk_share), rows

    def _word_table(self, lang: str) -> _Table:
        title = f"Telling words: {lang} (share of risk 1 over all rows: {self.risk_share[lang]:.3f})"
        return title, _WORD_HEADER, [_cells(item) for item in self.words if item.lang == lang]


def probe_corpus(folder: Path, *, resamples: int = RESAMPLES, seed: int = SEED) -> ProbeReport:
    """Fit every probe on the train split of each language of a corpus folder and score its test split.

    Splits never share a card. Intervals are those of `docs/evaluation.md`. The words are counted over all rows. Raises
    `CorpusError` where a source cannot be read, `MissingExtraError` without the extra `train`.
    """
    return probe_rows(read_sources(folder), resamples=resamples, seed=seed)


def probe_rows(rows: Sequence[Row], *, resamples: int = RESAMPLES, seed: int = SEED) -> ProbeReport:
    """Probe rows of a corpus, each language by itself."""
    require("sklearn")
    groups = {lang: [row for row in rows if row.lang == lang] for lang in sorted({row.lang for row in rows})}
    probes = [
        ProbeResult(name, lang, _auc(encoder, group, resamples=resamples, seed=seed))
        for lang, group in groups.items()
        for name, encoder in PROBES.items()
    ]
    return ProbeReport(
        risk_share={lang: round(sum(row.risk for row in group) / len(group), 4) for lang, group in groups.items()},
        probes=tuple(probes),
        words=tuple(word for group in groups.values() for word in informative_words(group)),
    )


def _auc(encoder: Encoder, rows: Sequence[Row], *, resamples: int, seed: int) -> Estimate:
    fitting, test = ([row for row in rows if split_of(row.card) == split] for split in ("train", "test"))
    known, truth = (np.array([row.risk == 1 for row in part], dtype=np.bool_) for part in (fitting, test))
    if any(risk.all() or not risk.any() for risk in (known, truth)):
        return Estimate(None)
    matrix, unseen = encoder([row.text for row in fitting], [row.text for row in test])
    model = require("sklearn.linear_model").LogisticRegression(solver="liblinear", max_iter=1_000)
    score = model.fit(matrix, known).decision_function(unseen)
    value = {"auc": area_under_roc(truth, score)}
    estimate = with_intervals(value, ranking_statistics(truth, score), truth, resamples=resamples, seed=seed)["auc"]
    return Estimate(
        *(None if part is None else round(part, 4) for part in (estimate.value, estimate.low, estimate.high))
    )


def _cells(item: WordResult) -> tuple[str, ...]:
    counts = (str(item.rows), f"{item.risk_share:.3f}", str(item.cards), str(item.categories))
    return (item.word, f"{item.information:.4f}", *counts)
