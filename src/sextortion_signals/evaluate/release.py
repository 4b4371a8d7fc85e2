"""Measure a released model for its card: every tier it has, on the test split of the corpus, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextortion_signals import Detector
from sextortion_signals.corpus import SECOND_READER, corpus_hash, measure_agreement
from sextortion_signals.evaluate import metrics, slices
from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED
from sextortion_signals.evaluate.files import read_text_file
from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.records import EvaluationRow
from sextortion_signals.evaluate.results import METRICS, SliceResult, as_json
from sextortion_signals.evaluate.table import ROLES, Flags, ScoreTable, score_table
from sextortion_signals.types import Tier

TEST_FILE = "test.jsonl"
EVERYDAY = "ev_"
"""How the names of categories of everyday talk begin."""
MISSED, RAISED = 3, 2
"""Examples of known failures in each language: cases with the lowest risk, other texts with the highest."""
_DIGITS = 6


def measure_model(folder: Path, corpus: Path, *, resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, Any]:
    """Measure each tier of the model in `folder` on the test split of a built corpus; return data ready for JSON.

    Every figure is one of `docs/evaluation.md`, rounded to six digits. The worst errors are given with their texts,
    which are the corpus's own. `resamples` and `seed` are those of the bootstrap. Raises an `ArtefactError` for the
    model, `CorpusError` for a corpus that is not built from its sources, and
    `MissingExtraError` without the extra `train`, or `semantic` where the model has that tier.
    """
    for module in ("sklearn.metrics", "scipy.stats"):
        require(module)
    corpus_sha256, path = corpus_hash(corpus), corpus / TEST_FILE
    file = read_text_file(path)
    detectors = _tiers(folder)
    manifest, texts = detectors[Tier.FAST].manifest, [row.text for row in file.rows]
    tables = {
        tier.value: score_table(file.rows, detector.assess_many(texts, truncate=True))
        for tier, detector in detectors.items()
    }
    parts = {
        name: slices.slice_results(file.rows, table, resamples=resamples, seed=seed) for name, table in tables.items()
    }
    content = {
        "model": manifest.model,
        "manifest_sha256": manifest.sha256,
        "corpus_sha256": corpus_sha256,
        "file": _described(path, tables[Tier.FAST.value].risk),
        "resamples": resamples,
        "seed": seed,
        "figures": dict(METRICS),
        "keyword_rule": parts[Tier.FAST.value][0].baseline,
        "tiers": {name: _tier_result(file.rows, table, parts[name]) for name, table in tables.items()},
        "failures": known_failures(file.rows, tables),
        "agreement": _agreement(corpus, resamples, seed),
    }
    rounded: dict[str, Any] = _rounded(as_json(content))
    return rounded


def _described(path: Path, risk: Flags) -> dict[str, Any]:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"name": path.name, "sha256": sha256, "rows": len(risk), "cases": int(risk.sum())}


def known_failures(rows: Sequence[EvaluationRow], tables: Mapping[str, ScoreTable]) -> list[dict[str, Any]]:
    """Return the worst errors of each language by the first tier: a fixed rule, so that nobody picks them.

    `MISSED` cases with the lowest risk, worst first, then `RAISED` other texts with the highest; of equal risks the
    row that comes first.
    """
    first = next(iter(tables.values()))
    langs = np.array([row.lang for row in rows])
    chosen: list[int] = []
    for lang in sorted(set(langs.tolist())):
        cases, others = (np.flatnonzero((langs == lang) & kind) for kind in (first.risk, ~first.risk))
        chosen += cases[np.argsort(first.score[cases], kind="stable")][:MISSED].tolist()
        chosen += others[np.argsort(-first.score[others], kind="stable")][:RAISED].tolist()
    return [
        {
            "id": rows[index].id,
            "lang": rows[index].lang,
            "category": rows[index].group,
            "role": ROLES[first.role[index]].value,
            "role_seen": ROLES[first.role_seen[index]].value,
            "risks": {name: float(table.score[index]) for name, table in tables.items()},
            "text": rows[index].text,
        }
        for index in chosen
    ]


def _tiers(folder: Path) -> dict[Tier, Detector]:
    fast = Detector.load(folder, tier=Tier.FAST)
    if not fast.manifest.semantic_files:
        return {Tier.FAST: fast}
    return {Tier.FAST: fast, **{tier: Detector.load(folder, tier=tier) for tier in (Tier.CASCADE, Tier.FULL)}}


def _tier_result(rows: Sequence[EvaluationRow], table: ScoreTable, parts: Sequence[SliceResult]) -> dict[str, Any]:
    langs = np.array([row.lang for row in rows])
    everyday = ~table.risk & np.array([row.group.startswith(EVERYDAY) for row in rows])
    return {
        "slices": [
            {"name": part.name, "rows": part.rows, "risk_rows": part.risk_rows, "headline": part.headline}
            for part in parts
        ],
        "everyday_false_alarms": {
            "elevated": metrics.share_of(table.elevated, everyday),
            "high": metrics.share_of(table.high, everyday),
        },
        "roles": metrics.role_result(table),
        "signals": metrics.signal_results(table),
        "calibration": {part.name: _calibration(table, part.name, langs) for part in parts},
        "categories": slices.category_results(rows, table),
    }


def _calibration(table: ScoreTable, name: str, langs: NDArray[np.str_]) -> dict[str, float]:
    chosen: Flags = (langs == name) | (name == slices.ALL)
    found = metrics.calibration(table.risk[chosen], table.score[chosen])
    return {"ece_equal_mass": found.ece_equal_mass, "ece_equal_width": found.ece_equal_width}


def _agreement(corpus: Path, resamples: int, seed: int) -> list[dict[str, Any]]:
    if not (corpus / SECOND_READER).is_file():
        return []
    kept = ("label", "lang", "n", "raw", "kappa", "low", "high")
    found = measure_agreement(corpus, resamples=resamples, seed=seed).labels
    return [{name: getattr(item, name) for name in kept} for item in found]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, _DIGITS) if isinstance(value, float) else value
