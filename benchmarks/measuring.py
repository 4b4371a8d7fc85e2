"""What the speed scripts share: the texts, interleaved rounds, and a table of ratios beside their goals.

Absolute times move with the machine by a factor of two, ratios taken in one interleaved run by 10 to 20 %. So every
candidate runs once in each round, after one warm-up round, and only ratios of medians count.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sextortion_signals import Detector, Tier
from sextortion_signals.model import load_artefact, resolve_model
from sextortion_signals.text import DEFAULT_MAX_LENGTH

DATA = Path(__file__).resolve().parents[1] / "data" / "synthetic"
ROUNDS = 9
CASE = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"
# One report in eight is a case: more than a real queue holds, and cases cost most (signals, evidence, advice).
NEIGHBOURS_PER_CASE = 7


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table: a measured ratio (or MB, ms) and the floor it must not miss, with an aim beyond it."""

    name: str
    value: float
    floor: float
    at_least: bool = True
    aim: float | None = None

    def met(self) -> bool:
        return self.value >= self.floor if self.at_least else self.value <= self.floor

    def row(self) -> str:
        sign = ">=" if self.at_least else "<="
        aim = "" if self.aim is None else f" (aim {self.aim:g})"
        return (
            f"| {self.name} | {self.value:.3g} | {sign} {self.floor:.3g}{aim} | {'met' if self.met() else 'missed'} |"
        )


def print_goals(goals: Sequence[Goal]) -> None:
    """Print goals as a Markdown table."""
    print("\n| goal | measured | floor | |\n|---|---:|---:|---|")
    for goal in goals:
        print(goal.row())


def records(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rows(split: str) -> tuple[list[str], list[int]]:
    """Return texts and risks (0 or 1) of a split of the corpus."""
    loaded = records(DATA / f"{split}.jsonl")
    return [row["text"] for row in loaded], [row["risk"] for row in loaded]


def queue() -> list[str]:
    """Return the texts of the test split that are no cases, and as many cases as make one text in eight, mixed."""
    return queue_of(*rows("test"))


def queue_of(texts: Sequence[str], risks: Sequence[int]) -> list[str]:
    """Return the texts of risk 0, and as many of risk 1 as make one text in eight (or all there are), mixed."""
    others = [text for text, risk in zip(texts, risks, strict=True) if not risk]
    cases = [text for text, risk in zip(texts, risks, strict=True) if risk]
    mixer = random.Random(8)
    mixed = others + mixer.sample(cases, min(len(others) // NEIGHBOURS_PER_CASE, len(cases)))
    mixer.shuffle(mixed)
    return mixed


def detectors() -> tuple[Detector, Detector]:
    """Return the bundled model twice: reading characters and lexicon only, and lemmas of every text as well.

    The weights are the same; how fast a model is depends on what it reads, not on what its weights are.
    """
    artefact = load_artefact(resolve_model())

    def reading(*, lemmas: bool) -> Detector:
        scorer = replace(artefact.scorer, spec=replace(artefact.scorer.spec, lemmas=lemmas))
        return Detector(replace(artefact, scorer=scorer), tier=Tier.FAST, max_length=DEFAULT_MAX_LENGTH)

    return reading(lemmas=False), reading(lemmas=True)


def interleaved(
    candidates: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.thread_time
) -> dict[str, list[float]]:
    """Return the seconds of each candidate in each round; the garbage collector rests inside a timed cell.

    All candidates here run in one thread, so its processor time is measured, which other work on the machine moves
    less. What starts processes of its own needs `time.perf_counter`.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, call in candidates.items():
            gc.collect()
            gc.disable()
            start = clock()
            call()
            taken = clock() - start
            gc.enable()
            if number:  # the first round warms up
                times[name].append(taken)
    return times


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the median of each candidate."""
    return {name: statistics.median(values) for name, values in times.items()}


def print_times(times: Mapping[str, Sequence[float]], per: int, unit: str) -> None:
    """Print median, least and most microseconds per `unit`, of which each cell handled `per`."""
    width = max(map(len, times))
    print(f"\n{'':{width}} {'us/' + unit:>10} {'min':>8} {'max':>8} {unit + 's/s':>12}")
    for name, values in times.items():
        median = statistics.median(values)
        numbers = (value / per * 1e6 for value in (median, min(values), max(values)))
        print(f"{name:{width}} {next(numbers):10.1f} {next(numbers):8.1f} {next(numbers):8.1f} {per / median:12,.0f}")


def fresh_process(code: str) -> str:
    """Run Python code in a new process, bytecode cached as after an installation; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout


def rounds_asked() -> int:
    """Return the number of rounds given on the command line."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
