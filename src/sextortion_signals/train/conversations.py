"""The part of a model that judges conversations: fitted on labelled ones, one set of weights for each tier."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from sextortion_signals.card import write_card
from sextortion_signals.conversation import CONVERSATION_FORMAT, LearnedJudge
from sextortion_signals.corpus import Conversation, conversations_hash, read_conversations, split_of
from sextortion_signals.detector import Detector
from sextortion_signals.errors import CorpusError
from sextortion_signals.model import CONVERSATION_NAME, MANIFEST_NAME, describe_file, read_manifest
from sextortion_signals.train.conversation_metrics import measure
from sextortion_signals.train.conversation_rows import Prefixes, prefixes
from sextortion_signals.types import Tier

FOLDS = 5
STRENGTH = 2.0
"""Inverse strength of the L2 penalty, where each conversation weighs 1."""
FALSE_ALARMS = {"elevated": 0.01, "high": 0.002}
"""The share of harmless conversations, most of them hard neighbours, that may ever reach a level."""
WRONGLY_NAMED = 0.02
"""At most this share of the cases raised may name somebody who is not the offender."""
TOLD_BESIDES = 0.3
"""Weight of "somebody tells of a case" being wrong where there is an offender: the risk is right, the name is not."""

_Judged = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]


def add_conversations(folder: Path, corpus: Path) -> dict[str, Any]:
    """Give the model in `folder` a part for conversations, for each tier it has; return the manifest's new field.

    Weights are fitted on the train and dev splits; calibration, operating points and the floor for naming an offender
    come from out-of-fold verdicts, no conversation being judged by a model that saw its card. The test split is only
    measured. The model of single texts saw none of them. Deterministic. Raises `CorpusError` when the corpus has no
    conversations, too few cards, or was not built.
    """
    sha256 = conversations_hash(corpus)
    conversations = read_conversations(corpus)
    fitting = [conversation for conversation in conversations if split_of(conversation.card) != "test"]
    test = [conversation for conversation in conversations if split_of(conversation.card) == "test"]
    if len({conversation.card for conversation in fitting}) < 2 * FOLDS or not test:
        problem = f"{corpus} holds conversations of too few cards to train on"
        raise CorpusError(f"{problem}; at least {2 * FOLDS} and a test split are needed")
    _write_manifest(folder, None)  # an old part would be loaded with the model that is about to judge
    tiers = list(Tier) if read_manifest(folder).semantic_files else [Tier.FAST]
    fitted = {tier.value: fit(fitting, Detector.load(folder, tier=tier)) for tier in tiers}
    judges = {"format": CONVERSATION_FORMAT, "tiers": {name: judge.to_dict() for name, (judge, _) in fitted.items()}}
    (folder / CONVERSATION_NAME).write_text(json.dumps(judges, indent=1) + "\n", encoding="utf-8")
    part: dict[str, Any] = {
        "corpus": {"sha256": sha256, "conversations_fitted": len(fitting), "conversations_held_out": len(test)},
        "tiers": {name: points for name, (_, points) in fitted.items()},
        "files": {CONVERSATION_NAME: describe_file(folder / CONVERSATION_NAME)},
    }
    _write_manifest(folder, part)
    for tier in tiers:
        part["tiers"][tier.value]["metrics"] = {"test": measure(test, Detector.load(folder, tier=tier))}
    _write_manifest(folder, part)
    write_card(folder)
    return part


def fit(conversations: Sequence[Conversation], detector: Detector) -> tuple[LearnedJudge, dict[str, Any]]:
    """Return the judge for the detector's tier and its operating points as the manifest records them."""
    rows = prefixes(conversations, detector)
    cards = np.array([conversation.card for conversation in conversations])[rows.conversation]
    odds, told = np.zeros(len(rows.offender)), np.zeros(len(rows.told))
    for inside, outside in GroupKFold(n_splits=FOLDS).split(rows.told, groups=cards):
        accuse, tell = _heads(rows, conversations, np.isin(np.arange(len(rows.told)), inside))
        here = np.isin(rows.prefix, outside)
        odds[here] = accuse.decision_function(rows.offender[here])
        told[outside] = tell.decision_function(rows.told[outside])
    highest, best, share = _hypotheses(rows, odds, told)
    sure = rows.weight > 0
    platt = LogisticRegression(C=1e6, max_iter=1000)
    platt.fit(highest[sure, None], rows.truth[sure], sample_weight=rows.weight[sure])
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    risk = 1.0 / (1.0 + np.exp(-(slope * highest + offset)))
    points = _points(conversations, rows, risk)
    floor = _floor(conversations, rows, risk >= points["elevated"]["risk"], best, share)
    accuse, tell = _heads(rows, conversations, np.ones(len(rows.told), dtype=bool))
    judge = LearnedJudge(_weights(accuse), _weights(tell), (slope, offset), floor)
    return judge, {"thresholds": points, "offender_floor": floor}


def _heads(
    rows: Prefixes, conversations: Sequence[Conversation], chosen: NDArray[np.bool_]
) -> tuple[LogisticRegression, LogisticRegression]:
    """Fit both hypotheses on the chosen prefixes (n,)."""
    coerced = np.array([conversation.offender is not None for conversation in conversations])[rows.conversation]
    weight = rows.weight * chosen
    used = weight[rows.prefix] > 0
    accuse = LogisticRegression(C=STRENGTH, max_iter=5000)
    accuse.fit(rows.offender[used], rows.guilty[used], sample_weight=weight[rows.prefix][used])
    besides = np.where(coerced & (rows.truth == 1), TOLD_BESIDES, 1.0)
    tell = LogisticRegression(C=STRENGTH, max_iter=5000)
    tell.fit(rows.told[weight > 0], (rows.truth * ~coerced)[weight > 0], sample_weight=(weight * besides)[weight > 0])
    return accuse, tell


def _hypotheses(rows: Prefixes, odds: NDArray[np.float64], told: NDArray[np.float64]) -> _Judged:
    """Return for each prefix the highest log odds (n,), the row of the likeliest sender (n,) and its share (n,)."""
    best = np.zeros(len(told), dtype=np.int64)
    accused = np.full(len(told), -np.inf)
    whole = np.exp(told)
    for row, (prefix, value) in enumerate(zip(rows.prefix.tolist(), odds.tolist(), strict=True)):
        whole[prefix] += np.exp(value)
        if value > accused[prefix]:
            accused[prefix], best[prefix] = value, row
    return np.maximum(accused, told), best, np.exp(accused) / whole


def _peaks(conversations: Sequence[Conversation], rows: Prefixes, risk: NDArray[np.float64]) -> Any:
    """Return the highest risk of each conversation, as the runtime reaches it."""
    peaks = np.zeros(len(conversations))
    np.maximum.at(peaks, rows.conversation[rows.judged], risk[rows.judged])
    return peaks


def _points(
    conversations: Sequence[Conversation], rows: Prefixes, risk: NDArray[np.float64]
) -> dict[str, dict[str, float]]:
    peaks = _peaks(conversations, rows, risk)
    truth = np.array([conversation.risk for conversation in conversations])
    harmless = np.sort(peaks[truth == 0])[::-1]
    points = {}
    for name, budget in FALSE_ALARMS.items():
        threshold = float(np.nextafter(harmless[int(budget * len(harmless))], 1.0))
        points[name] = {
            "risk": threshold,
            "false_alarms": budget,
            "false_alarms_measured": float((harmless >= threshold).mean()),
            "recall_measured": float((peaks[truth == 1] >= threshold).mean()),
        }
    return points


def _floor(
    conversations: Sequence[Conversation],
    rows: Prefixes,
    raised: NDArray[np.bool_],
    best: NDArray[np.int64],
    share: NDArray[np.float64],
) -> float:
    """Return the least share of all hypotheses' probability at which hardly anybody is named wrongly.

    Judged is the last raised prefix of each case, where the runtime's last word falls. Never below 0.5, so that the
    named one is also likelier than all else.
    """
    last = {int(rows.conversation[row]): int(row) for row in np.flatnonzero(raised & rows.judged)}
    cases = [(conversations[index], row) for index, row in last.items() if conversations[index].risk]
    wrong = [share[row] for conversation, row in cases if rows.names[best[row]] != conversation.offender]
    allowed = int(WRONGLY_NAMED * len(cases))
    wrong.sort(reverse=True)
    return max(0.5, float(np.nextafter(wrong[allowed], 2.0)) if allowed < len(wrong) else 0.5)


def _weights(model: LogisticRegression) -> tuple[float, tuple[float, ...]]:
    return float(model.intercept_[0]), tuple(model.coef_[0].tolist())


def _write_manifest(folder: Path, part: dict[str, Any] | None) -> None:
    data = {name: value for name, value in read_manifest(folder).data.items() if name != "conversation"}
    if part is not None:
        data["conversation"] = part
    (folder / MANIFEST_NAME).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
