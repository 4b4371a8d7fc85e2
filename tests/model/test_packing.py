import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.model import MAX_HEADS, MAX_SUMMANDS, MAX_WEIGHT, pack, unpack


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.integers(-MAX_WEIGHT, MAX_WEIGHT), min_size=1, max_size=MAX_HEADS))
def test_packing_round_trip(weights):
    row = np.array(weights, dtype=np.int64)
    assert unpack(pack(row), len(weights)).tolist() == weights


@pytest.mark.parametrize("sign", [1, -1])
def test_packing_sums_stay_exact_at_the_limit(sign):
    weights = np.full((MAX_SUMMANDS, MAX_HEADS), sign * MAX_WEIGHT, dtype=np.int64)
    weights[:, ::2] *= -1  # neighbours of opposite sign borrow from each other
    total = unpack(pack(weights).sum(axis=0), MAX_HEADS)
    assert total.tolist() == weights.sum(axis=0).tolist()


def test_packing_random_sums_equal_the_plain_ones():
    rng = np.random.default_rng(7)
    weights = rng.integers(-MAX_WEIGHT, MAX_WEIGHT + 1, size=(2000, 11))
    assert unpack(pack(weights).sum(axis=0), 11).tolist() == weights.sum(axis=0).tolist()


@pytest.mark.parametrize("bad", [np.full((1, 13), 1), np.array([[MAX_WEIGHT + 1]]), np.array([[-MAX_WEIGHT - 1]])])
def test_packing_refuses_what_does_not_fit(bad):
    with pytest.raises(ValueError, match="at most"):
        pack(bad)
