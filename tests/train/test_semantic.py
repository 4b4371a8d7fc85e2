import numpy as np
import pytest
from scipy.special import expit

from sextortion_signals.corpus import Row
from sextortion_signals.errors import CorpusError
from sextortion_signals.model import HEADS
from sextortion_signals.train import make_targets
from sextortion_signals.train.semantic import CASCADE_LOSS, add_semantic, cascade, fit_stacking
from sextortion_signals.types import Role, SignalId

ROLES = (Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY, Role.OTHER)


@pytest.fixture
def judged():
    """Rows, and two noisy views of their labels as logits; the second is the better one."""
    rng = np.random.default_rng(9)
    rows = []
    for number in range(1_200):
        role = ROLES[number % 4]
        signals = () if role is Role.OTHER else tuple(signal for signal in SignalId if rng.random() < 0.4)
        rows.append(
            Row(
                id=f"en-b01-001-{number}",
                text="text",
                lang="en",
                role=role,
                signals=signals,
                category="pairs",
                register="plain",
                card="en-b01-001",
                batch="en-b01",
                pair=None,
            )
        )
    truth = np.maximum(make_targets(rows), 0) * 2.0 - 1.0
    return rows, truth + rng.normal(0, 2.0, truth.shape), truth + rng.normal(0, 1.0, truth.shape)


def loss(probabilities, truth):
    return -np.mean(np.log(np.where(truth == 1, probabilities, 1 - probabilities)))


def test_stacking_is_better_than_either_and_trusts_the_better_one_more(judged):
    rows, linear, semantic = judged
    targets = make_targets(rows)
    stacking = fit_stacking(linear, semantic, targets)
    both = stacking.apply(linear, semantic)
    assert (stacking.pairs[:, 1] > stacking.pairs[:, 0]).all()
    assert stacking.roles[1] > stacking.roles[0] > 0
    assert loss(both.risk, targets[:, 0]) < loss(expit(2 * semantic[:, 0]), targets[:, 0])
    cases = targets[:, 0] == 1
    named = both.roles[cases].argmax(axis=1) == targets[cases, 1:4].argmax(axis=1)
    alone = semantic[cases, 1:4].argmax(axis=1) == targets[cases, 1:4].argmax(axis=1)
    assert named.mean() > alone.mean()
    assert linear.shape[1] == len(HEADS)


def test_cascade_loses_no_more_cases_than_it_may():
    rng = np.random.default_rng(10)
    truth = np.repeat([1, 0], 2_000).astype(np.int8)
    quick = np.concatenate([rng.beta(5, 1, 2_000), rng.beta(1, 5, 2_000)])
    raised = truth == 1
    found = cascade(quick, raised, truth)
    assert 0 < found["recall_lost"] <= CASCADE_LOSS
    assert found["read_of_risk_0"] == (quick[truth == 0] >= found["from_risk"]).mean() < 0.5
    assert cascade(quick, np.zeros_like(raised), truth)["from_risk"] == 0.0


def test_semantic_part_needs_both_splits(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "ja-b01.txt").write_text("@ ja-b01-001 ev_home casual\nN | おはよう\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="no train or no dev split"):
        add_semantic(tmp_path, tmp_path, tmp_path / "adapter.npz")
