"""How often the intervals of `tune` hold the truth: 95 % is what they promise.

    python benchmarks/tune_coverage.py [--repeats 2000]

Labelled samples are drawn from two normal distributions, so that the true recall, false alarms, precision and reviews a
day are known at every threshold. First at a fixed threshold, where the interval for precision stands beside two others;
then at thresholds that `tune` itself chose on the sample. Writes two Markdown tables, as docs/why/009 shows them.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.corpus.layout import markdown_table
from sextortion_signals.errors import RecordError
from sextortion_signals.profile import Budget, Measured, PointFigures, Stream
from sextortion_signals.tune import Scores, choose_thresholds

SEED = 2026
STREAM = Stream(base_rate=0.01, messages_per_day=10_000)
# Cases, other rows, recall, false alarms.
FIXED = (
    (50, 200, 0.5, 0.05),
    (100, 1_000, 0.7, 0.01),
    (100, 1_000, 0.3, 0.002),
    (500, 5_000, 0.3, 0.0005),
    (200, 2_000, 0.9, 0.0005),
    (2_000, 2_500, 0.7, 0.04),
)
# Cases, other rows, what is asked; the two kinds lie 2.5 standard deviations apart.
CHOSEN = (
    (50, 200, Budget(reviews_per_day=500)),
    (200, 2_000, Budget(reviews_per_day=100)),
    (200, 2_000, Budget(false_alarms=0.01)),
    (200, 2_000, Budget(false_alarms=0.001)),
    (200, 2_000, Budget(precision=0.5)),
    (2_000, 2_500, Budget(precision=0.8)),
)
DISTANCE = 2.5
FIGURES = ("recall", "false_alarms", "precision", "reviews_per_day")
_Z = NormalDist().inv_cdf(0.975)
_NORMAL = NormalDist()


def truth(recall: float, false_alarms: float) -> dict[str, float]:
    """Return every figure of a point whose recall and false alarms are known."""
    rate, messages = STREAM.base_rate or 0.0, STREAM.messages_per_day or 0.0
    found, raised = rate * recall, (1 - rate) * false_alarms
    return {
        "recall": recall,
        "false_alarms": false_alarms,
        "precision": found / (found + raised),
        "reviews_per_day": messages * (found + raised),
    }


def held(figures: PointFigures, true: dict[str, float]) -> Iterator[str]:
    """Yield the names of the figures whose interval holds the truth."""
    for name in FIGURES:
        measured: Measured | None = getattr(figures, name)
        if measured is not None and measured.low <= true[name] <= measured.high:
            yield name


def adjusted_logit(cases: int, others: int, found: int, alarms: int) -> tuple[float, float]:
    """Return the adjusted logit interval for precision of Mercaldo, Lau and Zhou (2007, Stat. Med. 26:2170)."""
    rate, half = STREAM.base_rate or 0.0, _Z * _Z / 2
    recall, false_alarms = (found + half) / (cases + 2 * half), (alarms + half) / (others + 2 * half)
    logit = math.log(rate * recall / ((1 - rate) * false_alarms))
    spread = (1 - recall) / (recall * (cases + 2 * half)) + (1 - false_alarms) / (false_alarms * (others + 2 * half))
    low, high = (1 / (1 + math.exp(-(logit + sign * _Z * math.sqrt(spread)))) for sign in (-1, 1))
    return low, high


def jeffreys(cases: int, others: int, found: int, alarms: int, random: np.random.Generator) -> tuple[float, float]:
    """Return the quantiles of precision over 2,000 draws of both rates, each from its Beta with Jeffreys' prior."""
    rate = STREAM.base_rate or 0.0
    recall = random.beta(found + 0.5, cases - found + 0.5, 2_000)
    alarm = random.beta(alarms + 0.5, others - alarms + 0.5, 2_000)
    low, high = np.quantile(rate * recall / (rate * recall + (1 - rate) * alarm), (0.025, 0.975)).tolist()
    return low, high


def fixed_row(setting: tuple[int, int, float, float], repeats: int, random: np.random.Generator) -> tuple[str, ...]:
    """Measure the intervals at one fixed threshold."""
    cases, others, recall, false_alarms = setting
    true, counts = truth(recall, false_alarms), Counter[str]()
    for _ in range(repeats):
        found, alarms = int(random.binomial(cases, recall)), int(random.binomial(others, false_alarms))
        sample = Scores(_flags(cases, found), _flags(others, alarms))
        counts.update(held(sample.figures(0.5, STREAM), true))
        for name, (low, high) in (
            ("logit", adjusted_logit(cases, others, found, alarms)),
            ("jeffreys", jeffreys(cases, others, found, alarms, random)),
        ):
            counts[name] += low <= true["precision"] <= high
    shares = (f"{counts[name] / repeats:.1%}" for name in (*FIGURES, "logit", "jeffreys"))
    return (f"{cases:,} + {others:,}", f"{recall:g}", f"{false_alarms:g}", *shares)


def _flags(rows: int, reaching: int) -> NDArray[np.float64]:
    return np.repeat([0.0, 1.0], [rows - reaching, reaching])


def chosen_row(setting: tuple[int, int, Budget], repeats: int, random: np.random.Generator) -> tuple[str, ...]:
    """Measure the intervals at the thresholds that `tune` chooses, and what the points do in truth."""
    cases, others, budget = setting
    counts, points = Counter[str](), []
    for _ in range(repeats):
        sample = Scores(_risks(random.normal(DISTANCE, 1.0, cases)), _risks(random.normal(0.0, 1.0, others)))
        try:
            threshold = choose_thresholds(sample, {"elevated": budget, "high": Budget()}, STREAM, {"high": 1.0})
        except RecordError:
            continue
        score = math.log(threshold["elevated"] / (1 - threshold["elevated"]))
        true = truth(1 - _NORMAL.cdf(score - DISTANCE), 1 - _NORMAL.cdf(score))
        counts.update(held(sample.figures(threshold["elevated"], STREAM), true))
        points.append([true[name] for name in ("false_alarms", "precision", "reviews_per_day")])
    alarms, precision, reviews = np.median(points, axis=0).tolist()
    asked = next(f"{name} {value:g}" for name in Budget.__slots__ if (value := getattr(budget, name)) is not None)
    shares = (f"{counts[name] / len(points):.1%}" for name in FIGURES)
    return (
        f"{cases:,} + {others:,}",
        asked.replace("_", " "),
        *shares,
        f"{alarms:.2g}",
        f"{precision:.2f}",
        f"{reviews:.0f}",
    )


def _risks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sort(1 / (1 + np.exp(-scores))))


def tables(repeats: int) -> str:
    """Return both tables."""
    random = np.random.default_rng(SEED)
    names = [name.replace("_", " ") for name in FIGURES]
    fixed = [fixed_row(setting, repeats, random) for setting in FIXED]
    chosen = [chosen_row(setting, repeats, random) for setting in CHOSEN]
    head = ("cases + others", "recall", "false alarms", *names, "precision: adjusted logit", "precision: Jeffreys")
    more = ("cases + others", "asked", *names, "true false alarms", "true precision", "true reviews a day")
    return markdown_table(head, fixed) + "\n\n" + markdown_table(more, chosen)


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2_000)
    print(tables(parser.parse_args(arguments).repeats))


if __name__ == "__main__":
    main()
