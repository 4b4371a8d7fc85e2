"""A file through `batch` with two worker processes and with one, interleaved.

    python benchmarks/bench_workers.py 3      rounds; two minutes

Two processes can be twice as fast only where two cores are free: the script shows as well what two plain loops in two
processes reach, which is what the machine had to give in the same minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from measuring import Goal, interleaved, medians, print_goals, print_times, queue, rounds_asked

from sextortion_signals import Detector
from sextortion_signals.batch import WriteOptions, run_batch

ROWS = 300_000  # workers take a third of a second to start, which a short file feels
LOOP = "sum(i * i for i in range(20_000_000))"


def loops(number: int) -> None:
    """Run plain loops in processes of their own, all at once."""
    running = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(number)]
    for process in running:
        process.wait()


def main(rounds: int) -> None:
    """Print the table and the goal."""
    texts = queue()
    with tempfile.TemporaryDirectory() as temporary:
        source, target = Path(temporary) / "in.jsonl", Path(temporary) / "out.jsonl"
        lines = (json.dumps({"id": n, "text": texts[n % len(texts)]}, ensure_ascii=False) for n in range(ROWS))
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")

        def batch(workers: int) -> None:
            run_batch(
                partial(Detector.load, tier="fast"), source, target, workers=workers, write=WriteOptions(force=True)
            )

        times = interleaved(
            {
                "batch, one process": lambda: batch(1),
                "batch, two workers": lambda: batch(2),
                "a loop": lambda: loops(1),
                "two loops at once": lambda: loops(2),
            },
            rounds,
            time.perf_counter,
        )
    print_times(times, ROWS, "row")
    one, two, loop, both = medians(times).values()
    print(f"\ntwo plain loops at once: {2 * loop / both:.2f} x the work of one in the same time")
    print_goals([Goal("two workers, speed to one process", one / two, 1.6)])


if __name__ == "__main__":
    main(rounds_asked())
