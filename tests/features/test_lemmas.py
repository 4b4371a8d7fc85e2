import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.features import VOID_SLOT
from sextortion_signals.features.lemmas import lemma_batch
from sextortion_signals.text import normalize, tokenize

BITS = 18


def lemma_slots(text, kind=0):
    slots = lemma_batch([text], BITS).slots[kind]
    return slots[slots != VOID_SLOT].tolist()


def test_lemmas_inflected_forms_share_a_slot():
    assert lemma_slots("送っ")[0] == lemma_slots("送る")[0]
    assert lemma_slots("払わない")[0] == lemma_slots("払えば")[0]


def test_lemmas_unknown_words_fall_back_to_their_surface():
    assert lemma_slots("zzqxv")[0] == lemma_slots("ZZQXV")[0]
    assert lemma_slots("zzqxv")[0] != lemma_slots("qqzzv")[0]


def test_lemmas_same_wherever_they_stand():
    assert lemma_slots("写真")[0] in lemma_slots("昨日の夜に撮った写真だけど")


def test_lemmas_pairs_and_runs_are_counted():
    batch = lemma_batch(["写真を送れ"], BITS)
    tokens = len(tokenize("写真を送れ"))
    used = [int((slots != VOID_SLOT).sum()) for slots in batch.slots]
    assert used == [tokens, tokens - 1, tokens - 2]
    assert batch.counts.tolist() == [sum(used)]


def test_lemmas_empty_and_blank_texts_have_none():
    batch = lemma_batch(["", " ", "写真"], BITS)
    assert batch.bounds.tolist() == [0, 0, 0, 1]
    assert batch.counts.tolist() == [0, 0, 1]
    assert lemma_batch([""], BITS).counts.tolist() == [0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_lemmas_batch_equals_single(texts):
    clean = [normalize(text).text for text in texts]
    together = lemma_batch(clean, BITS)
    for index, text in enumerate(clean):
        alone = lemma_batch([text], BITS)
        part = slice(together.bounds[index], together.bounds[index + 1])
        for kind in range(3):
            np.testing.assert_array_equal(together.slots[kind][part], alone.slots[kind])
