import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.features import extract
from sextortion_signals.model import load_artefact, resolve_model
from sextortion_signals.text import normalize

TEXTS = [
    "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ",
    "今日の夕飯カレーでいい？",
    "pay me by tonight or everyone sees the video",
    "help, he has my pictures and wants money",
    "",
    "ぁ",
]


@pytest.fixture(scope="module")
def scorer():
    return load_artefact(resolve_model()).scorer


def logits(scorer, texts):
    return scorer.logits(extract([normalize(text) for text in texts], scorer.spec))


def test_scorer_batch_equals_single(scorer):
    together = logits(scorer, TEXTS)
    for index, text in enumerate(TEXTS):
        np.testing.assert_array_equal(together[index], logits(scorer, [text])[0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_scorer_batch_equals_single_for_any_text(texts):
    scorer = load_artefact(resolve_model()).scorer
    together = logits(scorer, texts)
    for index, text in enumerate(texts):
        np.testing.assert_array_equal(together[index], logits(scorer, [text])[0])


@pytest.mark.parametrize("length", [400, 410, 2000, 9000])
def test_scorer_long_texts_are_summed_in_exact_blocks(scorer, length):
    rng = np.random.default_rng(length)
    text = "".join(chr(0x3041 + i) for i in rng.integers(0, 80, size=length))
    batch = extract([normalize(text)], scorer.spec)
    expected = np.zeros(len(scorer.heads))
    from sextortion_signals.model import unpack

    for slots, counts in ((batch.chars.slots, batch.chars.counts), (batch.lemmas.slots, batch.lemmas.counts)):
        rows = np.concatenate([unpack(scorer.packed[s], len(scorer.heads)) for s in slots])
        expected += rows.sum(axis=0) / np.sqrt(counts[0])
    expected = expected * scorer.scale + batch.named()[0] @ scorer.named + scorer.bias
    np.testing.assert_allclose(scorer.logits(batch)[0], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("text", [text for text in TEXTS if text])
def test_scorer_contributions_add_up_to_the_logit(scorer, text):
    batch = extract([normalize(text)], scorer.spec)
    curve = scorer.contributions(batch)
    assert curve.shape == (len(batch.texts[0].text), len(scorer.heads))
    sentinels = scorer.char_curve(batch)[[0, -1]].sum(axis=0)
    np.testing.assert_allclose(curve.sum(axis=0) + sentinels + scorer.bias, scorer.logits(batch)[0], rtol=0, atol=1e-9)


def test_scorer_weight_of_the_void_slot_is_zero(scorer):
    assert not scorer.packed[0].any()
