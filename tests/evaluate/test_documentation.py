from __future__ import annotations

import re
from pathlib import Path

from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED
from sextortion_signals.evaluate.conversation_results import CONVERSATION_METRICS
from sextortion_signals.evaluate.conversations import HALF_WORTH_DELAY
from sextortion_signals.evaluate.metrics import BINS, MINIMUM_SIGNAL_ROWS
from sextortion_signals.evaluate.results import METRICS
from sextortion_signals.evaluate.slices import WORST
from sextortion_signals.text import DEFAULT_MAX_LENGTH

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_headline_figure_is_defined_in_a_table_row() -> None:
    defined = [line.split(" | ")[0] for line in PAGE.splitlines() if line.startswith("| ")]

    for label in METRICS.values():
        assert any(label in cell for cell in defined), label
    for label in CONVERSATION_METRICS.values():
        # One row may define two figures: "delay, median and 90th percentile".
        assert any(set(label.split(", ")) <= set(re.split(", | and ", cell[2:])) for cell in defined), label


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"{RESAMPLES:,} bootstrap resamples, seed {SEED}" in PAGE
    assert (BINS, MINIMUM_SIGNAL_ROWS, WORST) == (10, 5, 20)
    assert HALF_WORTH_DELAY == 5
    assert "a half five messages later" in PAGE
    assert f"longer than {DEFAULT_MAX_LENGTH:,} code points" in PAGE
    assert "over ten\nbins that hold equally many rows" in PAGE
    assert "at least five rows" in PAGE
    assert "twenty risk-0 rows" in PAGE
