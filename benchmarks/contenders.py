"""The systems of the leaderboard that are not trained here: the keyword rule, our own tiers, and anybody else's."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from decisions import Answers, Decision, answers_of, checked_scores

from sextortion_signals import Detector
from sextortion_signals.corpus import Row
from sextortion_signals.evaluate import EvaluationRow, keyword_rule
from sextortion_signals.evaluate.keyword_rule import FIRED
from sextortion_signals.evaluate.table import Floats
from sextortion_signals.semantic import is_installed
from sextortion_signals.types import Tier


class Contender(Protocol):
    """A system of the leaderboard. `fit` returns one sentence on how it was set."""

    name: str

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str: ...
    def answers(self, rows: Sequence[EvaluationRow]) -> Answers: ...
    def read(self, texts: Sequence[str]) -> object: ...  # what is timed: raw texts in, scores or results out


class KeywordRule:
    """The two-list rule of `sextortion_signals.evaluate`."""

    name = "keyword rule"

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        """Nothing is fitted."""
        return "nothing is fitted; its one operating point is *both lists hit*"

    def answers(self, rows: Sequence[EvaluationRow]) -> Answers:
        scores = np.array(self.read([row.text for row in rows]))
        return Answers(scores, scores >= FIRED)

    def read(self, texts: Sequence[str]) -> list[float]:
        return [keyword_rule(text) for text in texts]


class Detecting:
    """A tier of our own detector as it is released."""

    def __init__(self, model: str | None, tier: Tier) -> None:
        self.name = f"ours, {tier.value}"
        self.detector = Detector.load(model, tier=tier)

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        """Nothing is fitted here: it is the released model."""
        manifest = self.detector.manifest
        return f"`{manifest.model}` as it is released (manifest `{manifest.sha256:.12}`), with its own operating point"

    def answers(self, rows: Sequence[EvaluationRow]) -> Answers:
        return answers_of(self.read([row.text for row in rows]), rows)

    def read(self, texts: Sequence[str]) -> Any:
        return self.detector.assess_many(texts, truncate=True)


class Outside:
    """A system of somebody else: any object with `scores(texts)`, and perhaps `name` and `fit(texts, risks)`."""

    def __init__(self, place: str) -> None:
        path, _, attribute = place.rpartition(":")
        spec = importlib.util.spec_from_file_location(Path(path).stem, path) if Path(path).is_file() else None
        if spec is None or spec.loader is None:
            raise SystemExit(f"{place}: write FILE.py:NAME, with a file that exists")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.system = getattr(module, attribute, None)
        if isinstance(self.system, type):
            self.system = self.system()
        if not callable(getattr(self.system, "scores", None)):
            raise SystemExit(f"{place}: {attribute} must be a class or an object with scores(texts)")
        self.name = str(getattr(self.system, "name", attribute))

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        if hasattr(self.system, "fit"):
            self.system.fit(_texts(train), [row.risk for row in train])
        self.decision = Decision.fit(self.read(_texts(dev)), dev)
        return "its own scores; operating point set on dev"

    def answers(self, rows: Sequence[EvaluationRow]) -> Answers:
        return self.decision.apply(self.read([row.text for row in rows]))

    def read(self, texts: Sequence[str]) -> Floats:
        return checked_scores(self.system.scores(list(texts)), texts, self.name)


def own_tiers(model: str | None) -> list[Contender]:
    """Return the tiers of our model: `fast`, and the others where the model carries the semantic tier."""
    fast = Detecting(model, Tier.FAST)
    if not fast.detector.manifest.semantic_files:
        return [fast]
    if not is_installed():
        raise SystemExit("the model has a semantic tier: pip install 'sextortion-signals[semantic]'")
    return [fast, Detecting(model, Tier.CASCADE), Detecting(model, Tier.FULL)]


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row.text for row in rows]
