"""From the corpus to a model folder."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import Pipeline

from sextortion_signals.card import METRICS_NAME, write_card
from sextortion_signals.corpus import Row, corpus_hash, read_conversations, read_sources, split_of
from sextortion_signals.errors import CorpusError
from sextortion_signals.features import lexicon_source
from sextortion_signals.model import HEADS, Calibration, write_artefact
from sextortion_signals.model.artefact import HASHED_NAME, NAMED_NAME
from sextortion_signals.model.packing import pack
from sextortion_signals.train.augment import disguised_copies
from sextortion_signals.train.calibrate import (
    fit_calibration,
    offender_floor,
    operating_points,
    out_of_fold,
    signal_thresholds,
)
from sextortion_signals.train.conversations import add_conversations
from sextortion_signals.train.features import SignalFeatures
from sextortion_signals.train.heads import LinearHeads, make_targets
from sextortion_signals.train.research import PIPELINE_NAME, describe_training

BITS = 18


def train(corpus: Path, output: Path, *, seed: int = 2026) -> Path:
    """Train a model on the corpus folder and write it to `output`, a model folder; return `output`.

    Fits on the train and dev splits and disguised copies of some of their rows; calibration and operating points come
    from out-of-fold logits of the undisguised ones; the test split is only measured. Deterministic: the same corpus,
    seed and library versions give the same arrays. Raises `CorpusError` when the corpus cannot be read or is too small.
    """
    rows = read_sources(corpus)
    fitting = [row for row in rows if split_of(row.card) != "test"]
    held_out = [row for row in rows if split_of(row.card) == "test"]
    if len({row.card for row in fitting}) < 20 or not held_out:
        raise CorpusError(f"{corpus} holds too few cards to train on; at least 20 and a test split are needed")
    fitting = [fitting[i] for i in np.random.default_rng(seed).permutation(len(fitting))]
    features = SignalFeatures(bits=BITS).fit([])
    learnt = [*fitting, *disguised_copies(fitting, seed)]
    matrix, targets = features.transform([row.text for row in learnt]), make_targets(learnt)
    heads = LinearHeads(hashed_width=1 << BITS).fit(matrix, targets)
    held_in = _held_in(matrix, targets, learnt, judged=len(fitting))
    test = heads.decision_function(features.transform([row.text for row in held_out]))
    pipeline = Pipeline([("features", features), ("heads", heads)])
    output.mkdir(parents=True, exist_ok=True)
    joblib.dump(pipeline, output / PIPELINE_NAME, compress=("zlib", 9))
    manifest = {
        "model": output.name,
        "created": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "languages": ["ja", "en"],
        "seed": seed,
        "corpus": {"sha256": corpus_hash(corpus), "rows_fitted": len(fitting), "rows_held_out": len(held_out)},
        "heads": list(HEADS),
        "features": {"bits": BITS, "lemmas": features.lemmas},
        "scale": heads.scale_.tolist(),
        "bias": heads.intercept_.tolist(),
        **held_in,
        "metrics": {"test": _metrics(test, make_targets(held_out), Calibration.from_dict(held_in["calibration"]))},
        "training": describe_training(output, {"sklearn": sklearn.__version__, "joblib": joblib.__version__}),
    }
    arrays = {HASHED_NAME: pack(heads.hashed_.T), NAMED_NAME: heads.named_.T}
    write_artefact(output, manifest, arrays, lexicon_source())
    # Figures measured on an earlier training are none of this one.
    (output / METRICS_NAME).unlink(missing_ok=True)
    write_card(output)
    if read_conversations(corpus):
        add_conversations(output, corpus)
    return output


def _held_in(matrix: Any, targets: NDArray[np.int8], rows: Sequence[Row], *, judged: int) -> dict[str, Any]:
    """Calibration, operating points and thresholds from out-of-fold logits of the first `judged` rows, the undisguised.

    A disguised copy carries the card of its row, so the two are never on different sides of a fold.
    """
    groups = np.array([row.card for row in rows])
    logits = out_of_fold(
        lambda inside: LinearHeads(hashed_width=1 << BITS).fit(matrix[inside], targets[inside]), matrix, groups
    )[:judged]
    targets, rows = targets[:judged], rows[:judged]
    calibration = fit_calibration(logits, targets)
    scores = calibration.apply(logits)
    everyday = np.array([row.category.startswith("ev_") for row in rows])
    points = operating_points(scores.risk, targets[:, 0], everyday)
    return {
        "calibration": calibration.to_dict(),
        "thresholds": points,
        "offender_floor": offender_floor(scores.roles, scores.risk >= points["elevated"]["risk"], targets),
        "signal_thresholds": signal_thresholds(scores.signals, targets),
    }


def _metrics(logits: NDArray[np.float64], targets: NDArray[np.int8], calibration: Calibration) -> dict[str, float]:
    scores = calibration.apply(logits)
    return {
        "rows": len(targets),
        "auc": round(float(roc_auc_score(targets[:, 0], scores.risk)), 4),
        "average_precision": round(float(average_precision_score(targets[:, 0], scores.risk)), 4),
    }
