from pathlib import Path

import pytest

from sextortion_signals.corpus import read_sources
from sextortion_signals.train.augment import COPIED, disguised_copies

CORPUS = Path(__file__).resolve().parents[2] / "data" / "synthetic"


@pytest.fixture(scope="module")
def rows():
    return read_sources(CORPUS)[:4_000]


def test_copies_are_as_many_as_their_share_and_keep_labels_and_card(rows):
    copies = disguised_copies(rows, seed=3)
    originals = {row.id: row for row in rows}
    for risk, share in COPIED.items():
        count = sum(copy.risk == risk for copy in copies)
        assert 0.8 * share < count / sum(row.risk == risk for row in rows) <= 1.1 * share
    for copy in copies:
        row = originals[copy.id]
        assert copy.text != row.text
        assert (copy.role, copy.signals, copy.card, copy.category) == (row.role, row.signals, row.card, row.category)


def test_copies_depend_on_the_seed_alone(rows):
    assert disguised_copies(rows, seed=3) == disguised_copies(rows, seed=3)
    assert disguised_copies(rows, seed=3) != disguised_copies(rows, seed=4)
