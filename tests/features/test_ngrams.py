import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.features import MAX_ORDER, SENTINEL, VOID_SLOT, char_batch, ngram_counts
from sextortion_signals.text import fold, normalize

BITS = 18


def slots_of(texts, index, order):
    batch = char_batch(texts, BITS)
    segment = batch.slots[order - 1][batch.bounds[index] : batch.bounds[index + 1]]
    return segment[segment != VOID_SLOT].tolist()


def test_ngrams_same_ngram_same_slot_wherever_it_stands():
    first = char_batch(["写真"], BITS)
    second = char_batch(["ねえ", "その写真は"], BITS)
    start = second.bounds[1] + 1 + 2
    assert second.slots[1][start] == first.slots[1][1]


def test_ngrams_boundaries_are_features():
    # At the start of a text the pair (sentinel, 送) exists, in the middle it does not.
    assert slots_of(["送れ"], 0, 2)[0] in slots_of(["送信"], 0, 2)
    assert slots_of(["送れ"], 0, 2)[0] not in slots_of(["今送信"], 0, 2)


def test_ngrams_katakana_case_and_width_fold_to_one_slot():
    assert slots_of(["バラマク LINE"], 0, 3) == slots_of([fold("ばらまく line")], 0, 3)


def test_ngrams_never_cross_into_the_next_text():
    alone = [slots_of(["ab"], 0, order) for order in range(1, MAX_ORDER + 1)]
    together = [slots_of(["ab", "cd"], 0, order) for order in range(1, MAX_ORDER + 1)]
    assert alone == together
    assert slots_of(["x", "ab", "cd"], 1, 4) == slots_of(["ab"], 0, 4)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 6, 50])
def test_ngrams_counts_are_the_slots_in_use(length):
    batch = char_batch(["字" * length], BITS)
    used = sum(int((slots != VOID_SLOT).sum()) for slots in batch.slots)
    assert used == batch.counts[0] == ngram_counts(np.array([length]))[0]


def test_ngrams_spread_over_the_slots():
    batch = char_batch([chr(0x5E00 + i) + chr(0x4E00 + j) for i in range(80) for j in range(100)], BITS)
    pairs = batch.slots[1].reshape(-1)
    distinct = len(np.unique(pairs[pairs != VOID_SLOT]))
    # 8,000 inner pairs, 80 + 100 at the edges: with 262,144 slots about 1.5 % collide by chance.
    assert distinct > 0.96 * 8180


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_ngrams_batch_equals_single(texts):
    clean = [normalize(text).text for text in texts]
    assert all(SENTINEL not in text for text in clean)
    for index in range(len(clean)):
        for order in range(1, MAX_ORDER + 1):
            assert slots_of(clean, index, order) == slots_of([clean[index]], 0, order)
