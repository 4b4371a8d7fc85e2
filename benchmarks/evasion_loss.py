"""What disguises cost: recall at `elevated` and `high` on the cases of the test split, plain and disguised.

    python benchmarks/evasion_loss.py [--tier fast|cascade|full]

Every case is disguised twice by the generator of the training's copies (`corpus/evasion.py`), from seeds of which the
training knows nothing; texts that no disguise changed count as well. Loss in points of recall, with a paired bootstrap
interval over the cases.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import numpy as np
from measuring import DATA
from numpy.typing import NDArray

from sextortion_signals import Detector, Level
from sextortion_signals.corpus.evasion import disguise

COPIES = 2
SEED = 9_000_000
RESAMPLES = 1000


def reached(detector: Detector, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return for each text (n,) 0, 1 or 2: `low`, `elevated`, `high`."""
    order = list(Level)
    return np.array([order.index(result.level) for result in detector.assess_many(texts)])


def main() -> None:
    """Print recall and loss for each level and language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tier", help="fast, cascade or full; by default that of Detector.load()")
    detector = Detector.load(tier=parser.parse_args().tier)
    rows = [json.loads(line) for line in (DATA / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    cases = [row for row in rows if row["risk"]]
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
    rng = np.random.default_rng(2026)
    for number, level in enumerate(Level):
        if not number:
            continue
        for language in ("all", "ja", "en"):
            chosen = (languages == language) | (language == "all")
            before, after = plain[chosen] >= number, (copies[:, chosen] >= number).mean(axis=0)
            drawn = rng.integers(0, chosen.sum(), (RESAMPLES, chosen.sum()))
            low, high = np.percentile((before - after)[drawn].mean(axis=1) * 100, (2.5, 97.5))
            shares = f"{before.mean():.1%} | {after.mean():.1%}"
            loss = (before.mean() - after.mean()) * 100
            print(f"| {level} | {language} | {shares} | {loss:.1f} ({low:.1f}–{high:.1f}) |")


if __name__ == "__main__":
    main()
