"""What of a text shows without reading it: length, punctuation, scripts, its first and last characters.

Numbers become flags of twenty classes that hold about equally many training texts each, so that a linear model can
follow any curve (a middle length, say), not only a straight line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.table import Floats

_CLASSES = 20
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_KANA = re.compile("[\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_KANJI = re.compile("[々\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")


def length_numbers(text: str) -> tuple[float, ...]:
    """Return the code points and the lines of a text."""
    return len(text), text.count("\n") + 1


def script_numbers(text: str) -> tuple[float, ...]:
    """Return count and share of punctuation, digits, emoji, kana, kanji, Latin letters and white space."""
    counts = (
        sum(unicodedata.category(character).startswith("P") for character in text),
        sum(character.isdigit() for character in text),
        *(len(kind.findall(text)) for kind in (_EMOJI, _KANA, _KANJI, _LATIN)),
        sum(character.isspace() for character in text),
    )
    return *counts, *(count / max(len(text), 1) for count in counts)


def first_characters(text: str) -> tuple[str, ...]:
    """Return the first character and the first two."""
    return text[:1], text[:2]


def last_characters(text: str) -> tuple[str, ...]:
    """Return the last character and the last two."""
    return text[-1:], text[-2:]


Matrices = tuple[Any, Any]
Encoder = Callable[[Sequence[str], Sequence[str]], Matrices]
"""From training texts and other texts to a sparse matrix of features each, shapes (n, features), (m, features)."""


def _numbers(read: Callable[[str], tuple[float, ...]]) -> Encoder:
    def encode(fitting: Sequence[str], others: Sequence[str]) -> Matrices:
        known, new = (np.array([read(text) for text in texts], dtype=np.float64) for texts in (fitting, others))
        edges = [np.unique(np.quantile(column, np.arange(1, _CLASSES) / _CLASSES)) for column in known.T]
        sparse = require("scipy.sparse")
        first, second = (sparse.csr_matrix(_class_flags(table, edges)) for table in (known, new))
        return first, second

    return encode


def _class_flags(table: Floats, edges: Sequence[Floats]) -> Floats:
    flags = [
        np.eye(len(limits) + 1)[np.searchsorted(limits, column, side="right")]
        for column, limits in zip(table.T, edges, strict=True)
    ]
    return np.concatenate(flags, axis=1)


def _pieces(read: Callable[[str], tuple[str, ...]]) -> Encoder:
    def encode(fitting: Sequence[str], others: Sequence[str]) -> Matrices:
        encoder = require("sklearn.preprocessing").OneHotEncoder(handle_unknown="ignore")
        known = encoder.fit_transform([read(text) for text in fitting])
        return known, encoder.transform([read(text) for text in others])

    return encode


def _together(encoders: Sequence[Encoder]) -> Encoder:
    def encode(fitting: Sequence[str], others: Sequence[str]) -> Matrices:
        known, new = zip(*(encoder(fitting, others) for encoder in encoders), strict=True)
        sparse = require("scipy.sparse")
        return sparse.hstack(known, format="csr"), sparse.hstack(new, format="csr")

    return encode


def _character_ngrams(fitting: Sequence[str], others: Sequence[str]) -> Matrices:
    vectorizer = require("sklearn.feature_extraction.text").TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True
    )
    return vectorizer.fit_transform(fitting), vectorizer.transform(others)


_SURFACE: Mapping[str, Encoder] = MappingProxyType(
    {
        "length": _numbers(length_numbers),
        "punctuation and scripts": _numbers(script_numbers),
        "first two characters": _pieces(first_characters),
        "last two characters": _pieces(last_characters),
    }
)
PROBES: Mapping[str, Encoder] = MappingProxyType(
    {
        **_SURFACE,
        "all of these": _together(tuple(_SURFACE.values())),
        "character 1–3-grams (for scale)": _character_ngrams,
    }
)
"""Name of a probe -> what it sees of a text. The last one sees nearly everything, for scale."""
