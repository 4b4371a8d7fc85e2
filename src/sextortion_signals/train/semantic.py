"""The semantic tier of a model folder: stacking, operating points and cascade, fitted on rows that neither part saw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from sextortion_signals.corpus import Row, corpus_hash, read_sources, split_of
from sextortion_signals.errors import CorpusError
from sextortion_signals.model import CASE_ROLES, HEADS, MANIFEST_NAME, Calibration, Stacking, read_manifest
from sextortion_signals.model.artefact import describe_file
from sextortion_signals.model.tiers import ADAPTER_NAME, GRAPH_NAME
from sextortion_signals.semantic import BASE_PACKAGE, SemanticScorer, base_path, read_adapter, read_base
from sextortion_signals.text import normalize
from sextortion_signals.train.augment import disguised_copies
from sextortion_signals.train.calibrate import offender_floor, operating_points, signal_thresholds
from sextortion_signals.train.encoder_graph import encoder_graph
from sextortion_signals.train.features import SignalFeatures
from sextortion_signals.train.heads import LinearHeads, make_targets
from sextortion_signals.train.run import BITS

# Share of all cases that the cascade may lose at `elevated` against reading every text.
CASCADE_LOSS = 0.005
_FIRST_SIGNAL = 1 + len(CASE_ROLES)


def add_semantic(folder: Path, corpus: Path, adapter: Path, *, seed: int = 2026) -> dict[str, Any]:
    """Give the model in `folder` a semantic tier; return the manifest's new field.

    `adapter` is what `training/finetune.py` wrote from the train split: an .npz of named float16 arrays. Linear heads
    are fitted on the train split again, both parts score the dev split, and stacking, thresholds and cascade are fitted
    there; the test split is not read. Raises `CorpusError` when a split is empty.
    """
    rows = read_sources(corpus)
    inside = [row for row in rows if split_of(row.card) == "train"]
    judged = [row for row in rows if split_of(row.card) == "dev"]
    if not inside or not judged:
        raise CorpusError(f"{corpus} has no train or no dev split")
    base = read_base(base_path())
    with np.load(adapter, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float16) for name in stored.files}
    layout = {name: list(array.shape) for name, array in arrays.items()}
    flat = np.concatenate([array.ravel() for array in arrays.values()])
    graph = encoder_graph(base.shape)
    with (folder / ADAPTER_NAME).open("wb") as stream:
        np.save(stream, flat, allow_pickle=False)
    (folder / GRAPH_NAME).write_bytes(graph)
    scorer = SemanticScorer(base, read_adapter(flat, layout), graph)
    semantic = scorer.logits([normalize(row.text).text for row in judged])
    linear = _linear_logits(inside, judged, seed)
    described = describe_file(base_path())
    part = {
        "base": {"package": BASE_PACKAGE, "version": version(BASE_PACKAGE), **described},
        "corpus": {"sha256": corpus_hash(corpus), "rows_fitted": len(inside), "rows_judged": len(judged)},
        "layout": layout,
        **fit_points(linear, semantic, judged, _calibration(folder)),
        "files": {name: describe_file(folder / name) for name in (ADAPTER_NAME, GRAPH_NAME)},
    }
    manifest = {**read_manifest(folder).data, "semantic": part}
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return part


def fit_points(
    linear: NDArray[np.float64], semantic: NDArray[np.float64], rows: Sequence[Row], calibration: Calibration
) -> dict[str, Any]:
    """Fit stacking, operating points and cascade to the logits (n, 11) of both parts on rows that neither saw."""
    targets = make_targets(rows)
    stacking = fit_stacking(linear, semantic, targets)
    scores = stacking.apply(linear, semantic)
    everyday = np.array([row.category.startswith("ev_") for row in rows])
    points = operating_points(scores.risk, targets[:, 0], everyday)
    raised = scores.risk >= points["elevated"]["risk"]
    quick = calibration.apply(linear).risk
    return {
        "stacking": stacking.to_dict(),
        "thresholds": points,
        "offender_floor": offender_floor(scores.roles, raised, targets),
        "signal_thresholds": signal_thresholds(scores.signals, targets),
        "cascade": cascade(quick, raised, targets[:, 0]),
    }


def fit_stacking(linear: NDArray[np.float64], semantic: NDArray[np.float64], targets: NDArray[np.int8]) -> Stacking:
    """Fit a logistic regression on the two logits of risk and of each signal, and a softmax for the roles of cases."""
    pairs = []
    for head in (0, *range(_FIRST_SIGNAL, len(HEADS))):
        both = np.stack([linear[:, head], semantic[:, head]], axis=1)
        model = LogisticRegression(C=100.0, max_iter=1000).fit(both, targets[:, head])
        pairs.append([*model.coef_[0], model.intercept_[0]])
    cases = targets[:, 0] == 1
    role = slice(1, _FIRST_SIGNAL)
    return Stacking(np.array(pairs), _roles(linear[cases, role], semantic[cases, role], targets[cases, role]))


def cascade(quick: NDArray[np.float64], raised: NDArray[np.bool_], truth: NDArray[np.int8]) -> dict[str, float]:
    """Return the highest linear risk below which the semantic tier need not read, and what that saves and costs.

    `quick` (n,) are the risks of the linear tier, `raised` (n,) says which texts the full tier raises.
    """
    found = np.sort(quick[raised & (truth == 1)])
    allowed = int(CASCADE_LOSS * (truth == 1).sum())
    from_risk = float(found[allowed]) if allowed < len(found) else 0.0
    return {
        "from_risk": from_risk,
        "recall_lost": float((raised & (truth == 1) & (quick < from_risk)).sum() / max(int((truth == 1).sum()), 1)),
        "read_of_risk_0": float((quick[truth == 0] >= from_risk).mean()),
    }


def _roles(linear: NDArray[np.float64], semantic: NDArray[np.float64], truth: NDArray[np.int8]) -> NDArray[np.float64]:
    answer = truth.argmax(axis=1)

    def loss(weights: NDArray[np.float64]) -> float:
        logits = linear * weights[0] + semantic * weights[1] + weights[2:]
        return float(-log_softmax(logits, axis=1)[np.arange(len(answer)), answer].mean() + 1e-4 * (weights**2).sum())

    return np.asarray(minimize(loss, np.array([0.5, 0.5, 0.0, 0.0, 0.0]), method="BFGS").x)


def _linear_logits(inside: Sequence[Row], judged: Sequence[Row], seed: int) -> NDArray[np.float64]:
    learnt = [*inside, *disguised_copies(inside, seed)]
    features = SignalFeatures(bits=BITS).fit([])
    heads = LinearHeads(hashed_width=1 << BITS)
    heads.fit(features.transform([row.text for row in learnt]), make_targets(learnt))
    return heads.decision_function(features.transform([row.text for row in judged]))


def _calibration(folder: Path) -> Calibration:
    data: Mapping[str, Any] = read_manifest(folder).data
    return Calibration.from_dict(data["calibration"])
