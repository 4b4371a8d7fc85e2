"""All features of a batch of texts, written once: training and run time call the same function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.features.lemmas import LemmaBatch, lemma_batch
from sextortion_signals.features.lexicon import Hits, Lexicon
from sextortion_signals.features.ngrams import CharBatch, char_batch
from sextortion_signals.text import NormalizedText

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """Which features a model sees: 2**`bits` hash slots, the tokenizer's lemmas or not, and its own lexicon."""

    bits: int
    lemmas: bool
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class FeatureBatch:
    """Features of n texts: hashed character n-grams, hashed lemma n-grams (or None), named lexicon features."""

    spec: FeatureSpec
    texts: tuple[NormalizedText, ...]
    chars: CharBatch
    lemmas: LemmaBatch | None
    hits: Hits

    def named(self) -> NDArray[np.float64]:
        """Return the named features as presence, shape (n, number of names), 0.0 or 1.0."""
        matrix = np.zeros((len(self.texts), len(self.spec.lexicon.names)))
        matrix[self.hits.text, self.hits.feature] = 1.0
        return matrix

    def single(self, index: int) -> FeatureBatch:
        """Return the features of one text as a batch of its own, cut out instead of extracted again."""
        lemmas = self.lemmas.single(index) if self.lemmas is not None else None
        return FeatureBatch(self.spec, (self.texts[index],), self.chars.single(index), lemmas, self.hits.single(index))


def extract(texts: Sequence[NormalizedText], spec: FeatureSpec) -> FeatureBatch:
    """Extract the features of normalised texts."""
    clean = [text.text for text in texts]
    chars = char_batch(clean, spec.bits)
    lemmas = lemma_batch(clean, spec.bits) if spec.lemmas else None
    return FeatureBatch(spec, tuple(texts), chars, lemmas, spec.lexicon.find(chars))
