import math

import numpy as np
import pytest

from sextortion_signals.model import HEADS
from sextortion_signals.semantic import Adapter, SemanticScorer, read_adapter
from sextortion_signals.semantic.encoder import MAX_WINDOWS, WINDOW
from sextortion_signals.train.encoder_graph import encoder_graph

TEXTS = ["払わないと写真を広める", "see you at the station", "", "\ud800", "お知らせ " * 300]


def adapter_with(arrays=()):
    rng = np.random.default_rng(5)
    heads = {
        "att.w": rng.normal(0, 0.1, (384, 1)),
        "head.w": rng.normal(0, 0.1, (3 * 384, len(HEADS))),
        "head.b": np.zeros(len(HEADS)),
    }
    return Adapter({name: np.asarray(array, np.float32) for name, array in {**heads, **dict(arrays)}.items()})


@pytest.fixture(scope="module")
def scorer(base):
    return SemanticScorer(base, adapter_with(), encoder_graph(base.shape))


def test_scores_do_not_depend_on_the_batch(scorer):
    together = scorer.logits(TEXTS)
    assert together.shape == (len(TEXTS), len(HEADS))
    assert np.array_equal(together, np.concatenate([scorer.logits([text]) for text in TEXTS]))
    assert scorer.logits([]).shape[0] == 0


def test_long_text_is_scored_by_its_riskiest_window(scorer):
    quiet = "明日の会議は三時からです。" * 60
    pieces = scorer._tokenizer.encode([quiet])[0]
    assert WINDOW < len(pieces) < WINDOW * MAX_WINDOWS
    windows = [scorer._window_logits(pieces[start : start + WINDOW]) for start in range(0, len(pieces), WINDOW)]
    assert scorer.logits([quiet])[0, 0] == max(float(window[0]) for window in windows)


def reference(base, adapter, ids):
    """The encoder in plain NumPy, with the weights as they are: what the session has to come near to."""
    width, heads = base.shape.width, base.shape.heads

    def norm(values, weight, bias):
        centred = values - values.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * weight + bias

    def product(values, name):
        return values @ adapter.adapt(name, base.matrix(f"{name}.w")).T + base.floats(f"{name}.b")

    def softmax(values, axis=-1):
        values = np.exp(values - values.max(axis, keepdims=True))
        return values / values.sum(axis, keepdims=True)

    places = base.floats("emb.pos").reshape(-1, width)[: len(ids)] + base.floats("emb.type")[:width]
    values = norm(base.matrix("emb.word", ids) + places, base.floats("emb.ln.w"), base.floats("emb.ln.b"))
    for layer in range(base.shape.layers):
        name = f"l{layer}"
        query, key, value = (product(values, f"{name}.{part}").reshape(len(ids), heads, -1) for part in "qkv")
        weights = softmax(np.einsum("ihd,jhd->hij", query, key) / np.sqrt(width / heads))
        attended = np.einsum("hij,jhd->ihd", weights, value).reshape(len(ids), width)
        norms = [base.floats(f"{name}.{part}") for part in ("aln.w", "aln.b", "oln.w", "oln.b")]
        values = norm(values + product(attended, f"{name}.ao"), *norms[:2])
        inner = product(values, f"{name}.fi")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / np.sqrt(2)))
        values = norm(values + product(inner, f"{name}.fo"), *norms[2:])
    shares = softmax(values @ adapter.arrays["att.w"], axis=0)
    pooled = np.concatenate([values.mean(0), values.max(0), (values * shares).sum(0)])
    return pooled @ adapter.arrays["head.w"] + adapter.arrays["head.b"]


def test_session_computes_the_adapted_encoder(base):
    rng = np.random.default_rng(6)
    thin = {"l4.q.A": rng.normal(0, 0.1, (8, 384)), "l4.q.B": rng.normal(0, 0.1, (384, 8))}
    adapter = adapter_with(thin)
    scorer = SemanticScorer(base, adapter, encoder_graph(base.shape))
    words = base.vocabulary
    for text in TEXTS[:2]:
        pieces = scorer._tokenizer.encode([text])[0]
        expected = reference(base, adapter, np.array([words.begin, *pieces, words.end]))
        # Eight bits instead of 32: the logits here spread over about 6, and none is off by more than a tenth of that.
        assert np.abs(scorer.logits([text])[0] - expected).max() < 0.6
        assert np.corrcoef(scorer.logits([text])[0], expected)[0, 1] > 0.99


def test_adapter_is_cut_by_its_layout():
    layout = {"l0.q.A": [2, 3], "l0.q.B": [4, 2], "head.b": [1]}
    flat = np.arange(15, dtype=np.float16)
    adapter = read_adapter(flat, layout)
    assert {name: list(array.shape) for name, array in adapter.arrays.items()} == layout
    assert adapter.arrays["head.b"].tolist() == [14.0]
    matrix = np.ones((4, 3), np.float32)
    changed = adapter.adapt("l0.q", matrix)
    assert np.array_equal(changed, matrix + np.arange(6, 14).reshape(4, 2) @ np.arange(6).reshape(2, 3))
    assert adapter.adapt("l1.q", matrix) is matrix
    with pytest.raises(ValueError, match="layout"):
        read_adapter(flat[:-1], layout)
