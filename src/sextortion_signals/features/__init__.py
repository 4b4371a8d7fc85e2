"""What the model sees of a text. Written once, used by training and at run time."""

from sextortion_signals.features.extract import FeatureBatch, FeatureSpec, extract
from sextortion_signals.features.lemmas import LemmaBatch
from sextortion_signals.features.lexicon import Hits, Lexicon, compile_lexicon, lexicon_source
from sextortion_signals.features.ngrams import MAX_ORDER, SENTINEL, VOID_SLOT, CharBatch, char_batch, ngram_counts

__all__ = [
    "MAX_ORDER",
    "SENTINEL",
    "VOID_SLOT",
    "CharBatch",
    "FeatureBatch",
    "FeatureSpec",
    "Hits",
    "LemmaBatch",
    "Lexicon",
    "char_batch",
    "compile_lexicon",
    "extract",
    "lexicon_source",
    "ngram_counts",
]
