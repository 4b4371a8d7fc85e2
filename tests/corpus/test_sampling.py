from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from sextortion_signals.corpus import read_sources, sample, sample_to_tsv

MakeCorpus = Callable[..., Path]


@pytest.fixture
def folder(make_corpus: MakeCorpus) -> Path:
    rows = "".join(f"N | text {number}\n" for number in range(1, 100))
    cards = "".join(f"@ en-b01-{card:03d} ev_home casual\n{rows}" for card in range(1, 11))
    return make_corpus(en_b01=cards)


def test_same_corpus_gives_the_same_sample_of_about_the_share(folder: Path) -> None:
    chosen = sample(folder)

    assert chosen == sample(folder)
    assert len(chosen) == pytest.approx(0.15 * 990, rel=0.2)


def test_larger_share_holds_the_smaller_one_in_the_same_order(folder: Path) -> None:
    small, large = sample(folder, share=0.1), sample(folder, share=0.3)

    assert [row for row in large if row in set(small)] == list(small)
    assert set(sample(folder, share=1.0)) == set(read_sources(folder))


def test_sample_does_not_change_when_the_corpus_grows(folder: Path, make_corpus: MakeCorpus) -> None:
    before = sample(folder)

    after = sample(make_corpus(ja_b01="@ ja-b01-001 ev_home casual\n" + "N | 犬\n" * 60))

    assert [row for row in after if row.lang == "en"] == list(before)
    assert any(row.lang == "ja" for row in after)


def test_order_does_not_follow_the_corpus(folder: Path) -> None:
    ids = [row.id for row in sample(folder, share=1.0)]
    neighbours = sum(first[:10] == second[:10] for first, second in pairwise(ids))

    # 98 rows of a card in a thousand: about one neighbour in ten is of the same card by chance.
    assert neighbours < 0.15 * len(ids)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_share_outside_of_its_range_is_refused(folder: Path, share: float) -> None:
    with pytest.raises(ValueError, match="share must lie above 0"):
        sample(folder, share=share)


def test_lines_hold_nothing_but_id_language_and_text(make_corpus: MakeCorpus) -> None:
    source = "@ ja-b01-001 off_payment rude\nOp | 一行目\\n二行\t目\n"

    lines = sample_to_tsv(sample(make_corpus(ja_b01=source), share=1.0))

    assert lines == "id\tlang\ttext\nja-b01-001-01\tja\t一行目\\n二行\\t目\n"
