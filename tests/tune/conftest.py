"""A scorer whose answers a test decides, under the real manifest: setting thresholds is what is tested here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sextortion_signals import Detector
from sextortion_signals.model import Probabilities
from sextortion_signals.tune import LabelledTexts


class ScriptedScorer:
    """Gives each text the risk that it names, as in `row 0.25`."""

    def __init__(self, detector: Detector) -> None:
        self.manifest, self.tier = detector.manifest, detector.tier
        self.thresholds = {"elevated": 0.5, "high": 0.9}

    def score_many(self, texts: Sequence[str], *, truncate: bool = False) -> Probabilities:
        assert truncate, "a long text must not stop the tuning"
        risk = np.array([float(text.split()[-1]) for text in texts])
        return Probabilities(risk, np.zeros((len(texts), 3)), np.zeros((len(texts), 7)))


@pytest.fixture
def scorer(detector: Detector) -> ScriptedScorer:
    return ScriptedScorer(detector)


@pytest.fixture
def make_rows() -> Callable[..., LabelledTexts]:
    """Build labelled texts from the risks that cases and other texts are to get."""

    def build(cases: Sequence[float], others: Sequence[float], **counts: int) -> LabelledTexts:
        texts = tuple(f"row {risk}" for risk in (*cases, *others))
        risk = np.repeat([True, False], [len(cases), len(others)])
        return LabelledTexts(texts, risk, **{"unlabelled": 0, "unreadable": 0, **counts})

    return build
