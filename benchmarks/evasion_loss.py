"""What disguises cost: recall at `elevated` and `high` on the cases of the test split, plain and disguised.

    python benchmarks/evasion_loss.py [--tier fast|cascade|full]

Every case is disguised twice by the generator of the training's copies (`corpus/evasion.py`), from seeds of which the
training knows nothing; texts that no disguise changed count as well. Loss in points of recall, with a paired bootstrap
interval over the cases.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from measuring import DATA, records
from numpy.typing import NDArray

from sextortion_signals import Detector, Level
from sextortion_signals.corpus.evasion import disguise
from sextortion_signals.evaluate.bootstrap import with_intervals
from sextortion_signals.evaluate.results import Estimate

LEVELS = tuple(Level)
COPIES = 2
SEED = 9_000_000


def reached(detector: Detector, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return for each text (n,) 0, 1 or 2: `low`, `elevated`, `high`."""
    return np.array([LEVELS.index(result.level) for result in detector.assess_many(texts)])


def loss_of(before: NDArray[np.bool_], after: NDArray[np.float64]) -> Estimate:
    """Return the loss of recall in points; `before` and `after` (n,) are of the same cases, drawn together."""
    points = (before - after) * 100

    def drawn(weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        return {"loss": weights @ points / len(points)}

    return with_intervals({"loss": float(points.mean())}, drawn, np.ones(len(points), dtype=bool))["loss"]


def main() -> None:
    """Print recall and loss for each level and language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tier", help="fast, cascade or full; by default that of Detector.load()")
    detector = Detector.load(tier=parser.parse_args().tier)
    cases = [row for row in records(DATA / "test.jsonl") if row["risk"]]
    languages = np.array([row["lang"] for row in cases])
    plain = reached(detector, [row["text"] for row in cases])
    copies = np.array(
        [
            reached(
                detector, [disguise(row["text"], SEED + copy * len(cases) + place) for place, row in enumerate(cases)]
            )
            for copy in range(COPIES)
        ]
    )
    print(f"{detector.model}, tier {detector.tier}: {len(cases)} cases, each disguised {COPIES} times\n")
    print("| level | language | recall | disguised | loss, points |\n|---|---|---:|---:|---:|")
    for number, level in enumerate(LEVELS[1:], 1):
        for language in ("all", "ja", "en"):
            chosen = (languages == language) | (language == "all")
            before, after = plain[chosen] >= number, (copies[:, chosen] >= number).mean(axis=0)
            shares, loss = f"{before.mean():.1%} | {after.mean():.1%}", loss_of(before, after)
            print(f"| {level} | {language} | {shares} | {loss.value:.1f} ({loss.low:.1f}–{loss.high:.1f}) |")


if __name__ == "__main__":
    main()
