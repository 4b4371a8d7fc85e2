import numpy as np
import pytest
from scipy.stats import genpareto

from sextortion_signals.train.calibrate import EVERYDAY_FALSE_ALARMS, FALSE_ALARMS, _excess, operating_points


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def table(rng, everyday_risk):
    """2,000 cases, 2,000 hard neighbours and 2,000 everyday texts with the given risk."""
    risk = np.concatenate([rng.uniform(0.3, 1.0, 2_000), rng.uniform(0.0, 0.8, 2_000), everyday_risk])
    truth = np.repeat([1, 0, 0], 2_000).astype(np.int8)
    return risk, truth, np.repeat([False, False, True], 2_000)


def test_quiet_everyday_texts_leave_the_budget_of_all_to_decide(rng):
    risk, truth, everyday = table(rng, rng.uniform(0.0, 0.05, 2_000))
    points = operating_points(risk, truth, everyday)
    for name, rate in FALSE_ALARMS.items():
        threshold = points[name]["risk"]
        assert (risk[truth == 0] >= threshold).mean() == pytest.approx(rate, abs=1 / 4_000)
        assert points[name]["false_alarms_everyday_measured"] == 0.0
        assert points[name]["recall_measured"] == (risk[truth == 1] >= threshold).mean()


def test_loud_everyday_texts_raise_the_threshold_until_their_own_budget_is_kept(rng):
    risk, truth, everyday = table(rng, rng.uniform(0.0, 0.9, 2_000))
    points = operating_points(risk, truth, everyday)
    for name, rate in EVERYDAY_FALSE_ALARMS.items():
        assert (risk[everyday] >= points[name]["risk"]).mean() == pytest.approx(rate, abs=1 / 2_000)
        assert points[name]["false_alarms_measured"] < FALSE_ALARMS[name]
    assert points["elevated"]["risk"] < points["high"]["risk"]


def test_corpus_without_everyday_texts_has_one_budget(rng):
    risk, truth, everyday = table(rng, rng.uniform(0.0, 0.9, 2_000))
    points = operating_points(risk, truth, np.zeros_like(everyday))
    assert points["elevated"]["false_alarms_measured"] == pytest.approx(0.05, abs=1 / 4_000)
    assert points["elevated"]["false_alarms_everyday_measured"] == 0.0


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.2])
def test_an_excess_is_that_of_the_distribution(rng, shape):
    """Of 50,000 excesses; an exponential tail of the same mean would be off by 30 % at either end."""
    drawn = np.sort(genpareto.rvs(shape, scale=0.7, size=50_000, random_state=rng))
    assert _excess(drawn, 0.0067) == pytest.approx(genpareto.isf(0.0067, shape, scale=0.7), rel=0.05)


@pytest.mark.parametrize("excesses", [np.zeros(200), np.append(np.ones(199), np.inf)])
def test_an_excess_without_a_tail_is_none(excesses):
    assert _excess(excesses, 0.01) == 0.0


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.1])
def test_a_budget_below_one_text_follows_the_shape_of_the_tail(rng, shape):
    """Log odds of 4,000 everyday texts, generalised Pareto from -6 on: the true point has 0.0002 of them above it."""
    true = -6 + genpareto.isf(EVERYDAY_FALSE_ALARMS["high"], shape, scale=1)
    found = []
    for _ in range(40):
        odds = -6 + genpareto.rvs(shape, scale=1, size=4_000, random_state=rng)
        everyday = np.repeat([True, False], [4_000, 200])
        risk = np.concatenate([1 / (1 + np.exp(-odds)), rng.uniform(0.9, 1.0, 200)])
        points = operating_points(risk, np.repeat([0, 1], [4_000, 200]).astype(np.int8), everyday)
        found.append(np.log(points["high"]["risk"] / (1 - points["high"]["risk"])))
        assert points["high"]["false_alarms_everyday_measured"] == 0.0
    # Each is a guess from 120 texts; together they are neither far too careful nor careless.
    assert np.median(found) == pytest.approx(true, abs=0.15 * (true + 6))
