"""The tiers beside each other: batches, one text alone, and how many texts the cascade hands to the encoder.

    python benchmarks/bench_tiers.py [rounds [FILE ...]]

Texts are the queue of the test split (one in eight a case) and its everyday texts; each FILE (JSON lines with `text`)
adds another kind. Needs the extra `semantic`.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measuring import CASE, DATA, Goal, interleaved, medians, print_goals, print_times, queue, records, rounds_asked

from sextortion_signals import Detector, Tier

BEYOND = (Tier.CASCADE, Tier.FULL)
BATCH = 1000
ALONE = 200
MILLISECONDS_ALONE = 5.0


def kinds(files: Sequence[str]) -> dict[str, list[str]]:
    """Return texts by the name of their kind, at most a batch of each, drawn with a fixed seed."""
    loaded = records(DATA / "test.jsonl")
    found = {"queue": queue(), "everyday": [row["text"] for row in loaded if row["category"].startswith("ev_")]}
    found |= {file.name: [row["text"] for row in records(file)] for file in map(Path, files)}
    return {name: random.Random(8).sample(texts, min(BATCH, len(texts))) for name, texts in found.items()}


def handed_on(fast: Detector, texts: Sequence[str]) -> float:
    """Return the share of texts whose linear risk makes the cascade read them with the encoder."""
    least = fast.manifest.data["semantic"]["cascade"]["from_risk"]
    return statistics.fmean(result.risk >= least for result in fast.assess_many(texts))


def alone(detector: Detector, text: str) -> list[float]:
    """Return the milliseconds of each of many calls with one text."""
    taken = []
    for _ in range(ALONE):
        begin = time.perf_counter()
        detector.assess(text)
        taken.append((time.perf_counter() - begin) * 1e3)
    return sorted(taken)


def main() -> None:
    """Print batches by kind of text, one text alone, and the goal."""
    detectors = {tier: Detector.load(tier=tier) for tier in Tier}
    for name, texts in kinds(sys.argv[2:]).items():
        calls = {tier: partial(detector.assess_many, texts) for tier, detector in detectors.items()}
        times = interleaved(calls, rounds_asked(), time.perf_counter)
        print_times(times, len(texts), "text")
        median = medians(times)
        slower = ", ".join(f"{tier} {median[tier] / median[Tier.FAST]:.1f}" for tier in BEYOND)
        print(
            f"{name}: {handed_on(detectors[Tier.FAST], texts):.1%} of texts reach the encoder; time to fast: {slower}"
        )
    print(f"\none case alone, ms of {ALONE} calls")
    middles = {}
    for tier, detector in detectors.items():
        taken = alone(detector, CASE)
        middles[tier] = statistics.median(taken)
        print(f"{tier:8} median {middles[tier]:.2f}, 99th percentile {taken[int(0.99 * ALONE)]:.2f}")
    print_goals(
        [Goal(f"one text alone, {tier}, ms", middles[tier], MILLISECONDS_ALONE, at_least=False) for tier in BEYOND]
    )


if __name__ == "__main__":
    main()
