"""Intervals against independent sources: scipy, a published example, the equation that defines them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sextortion_signals.profile import Measured
from sextortion_signals.tune.intervals import precision, rate, reviews

counts = st.integers(1, 400).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows)))
base_rates = st.floats(1e-6, 0.99)


@pytest.mark.parametrize(("count", "rows"), [(0, 30), (1, 30), (15, 30), (30, 30), (3, 2_500), (1_999, 2_000)])
def test_rate_is_wilsons(count: int, rows: int) -> None:
    expected = binomtest(count, rows).proportion_ci(0.95, "wilson")

    measured = rate(count, rows)

    assert (measured.low, measured.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert measured.value == count / rows


def test_sum_is_that_of_the_published_example() -> None:
    # 56/70 - 48/80 in Newcombe 1998 (Stat. Med. 17:873), method 10: 0.0524 to 0.3339. A difference is a sum with the
    # complement, and Wilson's interval of a complement is mirrored.
    total = reviews(rate(56, 70), rate(32, 80), base_rate=0.5, messages=2)

    assert (total.value - 1, total.low - 1, total.high - 1) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("found", "alarms"), [((60, 100), (10, 1_000)), ((3, 30), (1, 40)), ((100, 100), (5, 5_000)), ((1, 200), (3, 50))]
)
def test_precision_ends_where_the_interval_of_the_difference_meets_zero(
    found: tuple[int, int], alarms: tuple[int, int]
) -> None:
    """MOVER-R: an end of the interval of q = f / r is where an end of that of f - q * r is zero."""
    r, f, odds = rate(*found), rate(*alarms), 99.0

    measured = precision(r, f, base_rate=0.01)

    assert measured is not None
    low, high = ((1 / end - 1) / odds for end in (measured.high, measured.low))
    assert f.value - low * r.value == pytest.approx(math.hypot(f.value - f.low, low * (r.high - r.value)), rel=1e-6)
    assert high * r.value - f.value == pytest.approx(math.hypot(f.high - f.value, high * (r.value - r.low)), rel=1e-6)


@given(found=counts, alarms=counts, base_rate=base_rates)
def test_intervals_hold_their_value_and_stay_in_range(
    found: tuple[int, int], alarms: tuple[int, int], base_rate: float
) -> None:
    r, f = rate(*found), rate(*alarms)
    total = reviews(r, f, base_rate=base_rate, messages=1_000)
    share = precision(r, f, base_rate=base_rate)

    assert 0 <= total.low <= total.value <= total.high <= 1_000 * (1 + 1e-12)
    assert (share is None) is (found[0] == alarms[0] == 0)
    if share is not None:
        assert 0 <= share.low <= share.value <= share.high <= 1


def test_precision_at_the_edges() -> None:
    nothing, something = rate(0, 100), rate(40, 100)

    assert precision(nothing, nothing, base_rate=0.1) is None
    only_cases, only_alarms = precision(something, nothing, base_rate=0.1), precision(nothing, something, base_rate=0.1)
    assert only_cases is not None
    assert only_alarms is not None
    assert (only_cases.value, only_cases.high) == (1.0, 1.0)
    assert 0.3 < only_cases.low < 0.9
    assert (only_alarms.value, only_alarms.low) == (0.0, 0.0)
    assert 0.0 < only_alarms.high < 0.1


def test_more_rows_make_narrower_intervals() -> None:
    def width(measured: Measured | None) -> float:
        assert measured is not None
        return measured.high - measured.low

    few = precision(rate(30, 50), rate(2, 200), base_rate=0.01)
    many = precision(rate(300, 500), rate(20, 2_000), base_rate=0.01)

    assert width(many) < width(few) / 2
