import numpy as np
import pytest

from sextortion_signals.model import CASE_ROLES, HEADS, Stacking
from sextortion_signals.types import SignalId


@pytest.fixture
def stacking():
    rng = np.random.default_rng(4)
    return Stacking(rng.normal(size=(8, 3)), rng.normal(size=5))


def test_stacking_weighs_both_logits_head_by_head(stacking):
    rng = np.random.default_rng(5)
    linear, semantic = rng.normal(size=(2, 6, len(HEADS)))
    found = stacking.apply(linear, semantic)
    for column, (head, weights) in enumerate(zip([0, *range(4, 11)], stacking.pairs, strict=True)):
        logit = linear[:, head] * weights[0] + semantic[:, head] * weights[1] + weights[2]
        expected = 1 / (1 + np.exp(-logit))
        assert np.allclose(found.risk if column == 0 else found.signals[:, column - 1], expected)
    logits = linear[:, 1:4] * stacking.roles[0] + semantic[:, 1:4] * stacking.roles[1] + stacking.roles[2:]
    assert np.allclose(found.roles, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))


def test_stacking_survives_a_manifest(stacking):
    again = Stacking.from_dict(stacking.to_dict())
    assert np.array_equal(again.pairs, stacking.pairs)
    assert np.array_equal(again.roles, stacking.roles)
    assert set(stacking.to_dict()) == {"risk", "roles", *(signal.value for signal in SignalId)}
    assert len(stacking.to_dict()["roles"]) == 2 + len(CASE_ROLES)


def test_stacking_that_is_not_finite_is_refused(stacking):
    with pytest.raises(ValueError, match="not finite"):
        Stacking.from_dict({**stacking.to_dict(), "risk": [1.0, float("nan"), 0.0]})
