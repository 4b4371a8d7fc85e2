"""The package's features as a scikit-learn transformer: text in, sparse matrix out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from sextortion_signals.features import VOID_SLOT, FeatureBatch, FeatureSpec, compile_lexicon, extract, lexicon_source
from sextortion_signals.text import normalize

_CHUNK = 1024


class SignalFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn texts into the matrix whose product with the heads' weights is what the runtime computes.

    Columns: 2**`bits` hash slots (character and lemma n-grams share them), then the named features of the lexicon.
    Hashed counts are divided by the square root of the text's number of n-grams of their kind.

    Parameters
    ----------
    bits : int, hash slots as a power of two.
    lemmas : bool, use the tokenizer's lemma and part-of-speech n-grams.
    lexicon : str or None, lexicon as TOML; None takes the package's own.
    """

    def __init__(self, bits: int = 18, lemmas: bool = True, lexicon: str | None = None) -> None:
        self.bits = bits
        self.lemmas = lemmas
        self.lexicon = lexicon

    def fit(self, texts: Sequence[str], y: Any = None) -> SignalFeatures:
        """Compile the lexicon; nothing is learned from `texts`."""
        source = lexicon_source() if self.lexicon is None else self.lexicon
        self.spec_ = FeatureSpec(self.bits, self.lemmas, compile_lexicon(source))
        self.n_features_out_ = (1 << self.bits) + len(self.spec_.lexicon.names)
        return self

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return a float64 matrix of shape (len(texts), 2**bits + named features)."""
        starts = range(0, len(texts), _CHUNK)
        parts = [self._matrix([normalize(text) for text in texts[start : start + _CHUNK]]) for start in starts]
        return sparse.csr_matrix(sparse.vstack(parts, format="csr"))

    def _matrix(self, chunk: Sequence[Any]) -> sparse.csr_matrix:
        batch = extract(chunk, self.spec_)
        hashed = _char_matrix(batch, 1 << self.bits)
        if batch.lemmas is not None:
            hashed = hashed + _lemma_matrix(batch, 1 << self.bits)
        return sparse.csr_matrix(sparse.hstack([hashed, sparse.csr_matrix(batch.named())], format="csr"))


def _char_matrix(batch: FeatureBatch, width: int) -> sparse.csr_matrix:
    owner = np.repeat(np.arange(len(batch.texts)), np.diff(batch.chars.bounds))
    rows = np.concatenate([owner] * len(batch.chars.slots))
    slots = np.concatenate([column[:-1] for column in batch.chars.slots])
    return _counts(rows, slots, batch.chars.counts, (len(batch.texts), width))


def _lemma_matrix(batch: FeatureBatch, width: int) -> sparse.csr_matrix:
    if batch.lemmas is None:
        raise ValueError("this batch was extracted without lemmas")
    owner = np.repeat(np.arange(len(batch.texts)), np.diff(batch.lemmas.bounds))
    rows = np.concatenate([owner] * len(batch.lemmas.slots))
    slots = np.concatenate(batch.lemmas.slots)
    return _counts(rows, slots, batch.lemmas.counts, (len(batch.texts), width))


def _counts(
    rows: NDArray[np.int64], slots: NDArray[np.uint32], totals: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_matrix:
    real = slots != VOID_SLOT
    rows, slots = rows[real], slots[real]
    values = 1.0 / np.sqrt(np.maximum(totals, 1))
    return sparse.coo_matrix((values[rows], (rows, slots.astype(np.int64))), shape=shape).tocsr()
