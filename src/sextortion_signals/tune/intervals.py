"""95 % intervals for rates, and for what follows from two rates at a stated base rate.

A rate has the score interval of Wilson (1927, J. Am. Stat. Assoc. 22:209). What combines two rates has the interval
that recovers variances from theirs (MOVER): for a weighted sum Zou, Huang and Zhang (2009, Comput. Stat. Data Anal.
53:1080), for a ratio Donner and Zou (2012, Stat. Methods Med. Res. 21:347) and Newcombe (2016, the same journal,
25:1774). The base rate counts as exact: it is stated, not measured. docs/why/009 tells why these, and how often they
hold the truth.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from sextortion_signals.profile import Measured

_Z = NormalDist().inv_cdf(0.975)


def rate(count: int, rows: int) -> Measured:
    """Return the share `count` / `rows` with Wilson's interval; `rows` is at least 1."""
    share, squared = count / rows, _Z * _Z
    middle = (count + squared / 2) / (rows + squared)
    half = _Z / (rows + squared) * math.sqrt(count * (rows - count) / rows + squared / 4)
    # Where the count is 0 or all, an end is the value itself; rounding must not put it on the other side.
    return Measured(share, min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share))


def reviews(recall: Measured, false_alarms: Measured, *, base_rate: float, messages: float) -> Measured:
    """Return how many of `messages` texts reach a point: messages * (B * recall + (1 - B) * false alarms)."""
    cases, others = messages * base_rate, messages * (1.0 - base_rate)
    value = cases * recall.value + others * false_alarms.value
    below = math.hypot(cases * (recall.value - recall.low), others * (false_alarms.value - false_alarms.low))
    above = math.hypot(cases * (recall.high - recall.value), others * (false_alarms.high - false_alarms.value))
    return Measured(value, max(value - below, 0.0), min(value + above, max(messages, value)))


def precision(recall: Measured, false_alarms: Measured, *, base_rate: float) -> Measured | None:
    """Return the share of cases among the texts that reach a point, None where no row of either kind reaches it.

    Precision is 1 / (1 + odds * q) with odds = (1 - B) / B and q = false alarms / recall: it falls as q grows, so the
    ends of the interval of q are those of the precision.
    """
    if recall.value == false_alarms.value == 0.0:
        return None
    odds = (1.0 - base_rate) / base_rate
    low, high = _ratio(false_alarms, recall)
    value = base_rate * recall.value / (base_rate * recall.value + (1.0 - base_rate) * false_alarms.value)
    return Measured(value, min(1.0 / (1.0 + odds * high), value), max(1.0 / (1.0 + odds * low), value))


def _ratio(upper: Measured, lower: Measured) -> tuple[float, float]:
    """Return the ends of the interval of `upper` / `lower`, two independent rates (MOVER-R)."""
    product = upper.value * lower.value
    # The published lower end has a denominator that may be zero; this is the same number with its root moved below.
    least = upper.low * (2 * upper.value - upper.low)
    root = math.sqrt(max(product * product - least * lower.high * (2 * lower.value - lower.high), 0.0))
    low = least / (product + root) if least else 0.0
    divisor = lower.low * (2 * lower.value - lower.low)
    if not divisor:
        return low, math.inf
    root = math.sqrt(max(product * product - upper.high * (2 * upper.value - upper.high) * divisor, 0.0))
    return low, (product + root) / divisor
