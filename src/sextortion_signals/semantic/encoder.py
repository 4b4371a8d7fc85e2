"""The adapted encoder as an ONNX Runtime session: texts in, logits out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.errors import MissingExtraError
from sextortion_signals.semantic.adapter import MATRICES, NORMS, Adapter
from sextortion_signals.semantic.base import EXTRA, BaseModel
from sextortion_signals.semantic.tokenizer import PieceTokenizer

WINDOW = 160
"""Pieces read at once, special ones not counted; training saw no longer texts."""
MAX_WINDOWS = 8
"""Windows read of a long text; the linear tier reads all of it."""
_LARGEST_WEIGHT = 127


class SemanticScorer:
    """Scores texts one by one, so that a score never depends on what else is in the batch.

    Weights are rounded to eight bits, one scale an output; the runtime rounds the activations. `graph` is the encoder
    without weights, made in training. Safe to share between threads.
    """

    def __init__(self, base: BaseModel, adapter: Adapter, graph: bytes, *, threads: int = 1) -> None:
        try:
            import onnxruntime as ort
        except ImportError:
            raise MissingExtraError("the semantic tier", EXTRA) from None
        self._tokenizer = PieceTokenizer(base.vocabulary)
        self._base = base
        self._places = (
            base.floats("emb.pos").reshape(-1, base.shape.width) + base.floats("emb.type")[: base.shape.width]
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        arrays = session_arrays(base, adapter)
        values = [ort.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        options.add_external_initializers(list(arrays), values)
        self._heads = len(adapter.arrays["head.b"])
        self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the logits of cleaned texts, shape (n, heads). Of a long text, the window with the highest risk."""
        # Who shouts a threat must not be read differently from who whispers it.
        rows = [self._text_logits(pieces) for pieces in self._tokenizer.encode([text.lower() for text in texts])]
        return np.array(rows, dtype=np.float64).reshape(len(rows), self._heads)

    def _text_logits(self, pieces: list[int]) -> NDArray[np.float32]:
        windows = [pieces[start : start + WINDOW] for start in range(0, max(len(pieces), 1), WINDOW)]
        scored = [self._window_logits(window) for window in windows[:MAX_WINDOWS]]
        return max(scored, key=lambda logits: float(logits[0]))

    def _window_logits(self, pieces: list[int]) -> NDArray[np.float32]:
        words = self._base.vocabulary
        ids = np.array([words.begin, *pieces, words.end])
        vectors = self._base.matrix("emb.word", ids) + self._places[: len(ids)]
        (logits,) = self._session.run(None, {"embeddings": vectors[None]})
        return np.asarray(logits[0])


def session_arrays(base: BaseModel, adapter: Adapter) -> dict[str, NDArray[np.generic]]:
    """Return the arrays that the graph asks for, by name: matrices as int8 with a scale an output, all else float32."""
    arrays: dict[str, NDArray[np.generic]] = {f"emb.{part}": base.floats(f"emb.ln.{part}").copy() for part in "wb"}
    for layer in range(base.shape.layers):
        name = f"l{layer}"
        adapted = {part: adapter.adapt(f"{name}.{part}", base.matrix(f"{name}.{part}.w")) for part in MATRICES}
        bias = {part: base.floats(f"{name}.{part}.b") for part in MATRICES}
        adapted["qkv"] = np.concatenate([adapted[part] for part in "qkv"])
        bias["qkv"] = np.concatenate([bias[part] for part in "qkv"])
        for part in ("qkv", "ao", "fi", "fo"):
            arrays |= _rounded(f"{name}.{part}", adapted[part], bias[part])
        for part in NORMS:
            key = f"{name}.{part}"
            arrays[key] = adapter.arrays[key] if key in adapter.arrays else base.floats(key).copy()
    return arrays | {key: np.ascontiguousarray(adapter.arrays[key]) for key in ("att.w", "head.w", "head.b")}


def _rounded(name: str, matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
    scale = np.abs(matrix).max(axis=1) / _LARGEST_WEIGHT
    rounded = np.rint(matrix / scale[:, None]).astype(np.int8)
    return {f"{name}.q": np.ascontiguousarray(rounded.T), f"{name}.s": scale, f"{name}.b": bias.copy()}
