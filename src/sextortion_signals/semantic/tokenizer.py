"""Texts to ids of word pieces, as the base model was trained to read them."""

from __future__ import annotations

import re

from sextortion_signals.errors import MissingExtraError
from sextortion_signals.semantic.base import EXTRA, Vocabulary

PREFIX = "query: "
"""What multilingual-e5 expects in front of a text that is to be classified (its model card)."""

_SPACES = re.compile(" {2,}")
_SPACE_PIECE = "\u2581"


class PieceTokenizer:
    """The unigram tokenizer (Kudo 2018) of the base model."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        try:
            from tokenizers import Tokenizer, models, pre_tokenizers
        except ImportError:
            raise MissingExtraError("the semantic tier", EXTRA) from None
        self._tokenizer = Tokenizer(models.Unigram(list(vocabulary.pieces), vocabulary.unknown, byte_fallback=False))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_SPACE_PIECE, prepend_scheme="always", split=False)
        self._characters = dict(vocabulary.characters)

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Return the ids of the pieces of each text, the prefix among them, without the special ones."""
        # Lone surrogates have no UTF-8 form; the tokenizer cannot take them.
        cleaned = [(PREFIX + text).translate(self._characters).encode("utf-8", "replace").decode() for text in texts]
        spaced = [_SPACES.sub(" ", text) for text in cleaned]
        return [list(item.ids) for item in self._tokenizer.encode_batch(spaced, add_special_tokens=False)]
