"""Chooses the texts of `expectations.tsv`, before anybody has seen what a model quotes for them.

    python tests/evidence/choose.py

From the dev and the test split alike, for every signal in each language: texts of all roles and lengths, no two of one
situation card, and every register of the language before one comes a second time, as far as the corpus has them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "data" / "synthetic"
SEED = 13
SIGNALS = (
    "image_demand",
    "payment_demand",
    "exposure_threat",
    "pressure",
    "isolation",
    "channel_move",
    "disclosure",
)
TEXTS = {"ja": 45, "en": 30}  # in each split
LENGTHS = 3  # a signal's texts in one language, cut into so many parts by length
ROLES = ("offender", "offender", "told")  # most signals are shown by offenders; the rest by who tells of them

Row = dict[str, Any]


def main() -> None:
    """Print id, split, lang, signal and text of every choice, a line break in a text as backslash and n."""
    chooser = random.Random(SEED)
    for split in ("dev", "test"):
        rows = [json.loads(line) for line in (DATA / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
        for lang, texts in TEXTS.items():
            for signal, row in choose([row for row in rows if row["lang"] == lang], texts, chooser):
                print(row["id"], split, lang, signal, row["text"].replace("\n", "\\n"), sep="\t")


def choose(rows: list[Row], texts: int, chooser: random.Random) -> Iterator[tuple[str, Row]]:
    """Yield so many pairs of a signal and a row that shows it, the signals in turn."""
    pools = {signal: _by_length([row for row in rows if signal in row["signals"]]) for signal in SIGNALS}
    cards: set[str] = set()
    registers: dict[str, int] = {}
    for number in range(texts):
        turn, place = divmod(number, len(SIGNALS))
        signal = SIGNALS[place]
        role = ROLES[(turn + place) % len(ROLES)]
        pool = [row for row in pools[signal][turn % LENGTHS] if row["card"] not in cards]
        wanted = [row for row in pool if (row["role"] == "offender") == (role == "offender")] or pool
        least = min(registers.get(row["register"], 0) for row in wanted)
        row = chooser.choice([row for row in wanted if registers.get(row["register"], 0) == least])
        cards.add(row["card"])
        registers[row["register"]] = registers.get(row["register"], 0) + 1
        yield signal, row


def _by_length(rows: list[Row]) -> list[list[Row]]:
    ordered = sorted(rows, key=lambda row: (len(row["text"]), row["id"]))
    return [ordered[part * len(ordered) // LENGTHS : (part + 1) * len(ordered) // LENGTHS] for part in range(LENGTHS)]


if __name__ == "__main__":
    main()
