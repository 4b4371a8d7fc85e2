"""Texts that are nearly the same, and how near each text comes to any other: exactly, all rows against all.

The similarity is that of Jaccard over the sets of character 3-grams of folded texts. Each gram has a list of the rows
that hold it; adding up the lists of one row's grams counts what it shares with every other row at once. That is
quadratic in rows, with a small constant: 17,000 rows take some three seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.corpus.source import Row
from sextortion_signals.text import fold, normalize

GRAM = 3
THRESHOLD = 0.7
MINIMUM_LENGTH = 8
# A threshold is a decimal fraction and a quotient of two counts is not exact; a hair below keeps all pairs in.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two rows, by id in corpus order, and their similarity in 0..1."""

    first: str
    second: str
    similarity: float


def find_near_duplicates(
    rows: Sequence[Row], *, threshold: float = THRESHOLD, minimum_length: int = MINIMUM_LENGTH
) -> tuple[NearDuplicate, ...]:
    """Return every two rows whose similarity reaches `threshold` (0 < threshold <= 1), in corpus order.

    Texts are cleaned and folded first, so that case, width, kana and digits make no difference. Folded texts shorter
    than `minimum_length` code points are passed over, and so are the two halves of one minimal pair.
    """
    near = near_texts([row.text for row in rows], threshold=threshold, minimum_length=minimum_length)
    return tuple(
        NearDuplicate(rows[first].id, rows[second].id, similarity)
        for first, second, similarity in near
        if not one_pair(rows[first], rows[second])
    )


def near_texts(
    texts: Sequence[str], *, threshold: float = THRESHOLD, minimum_length: int = MINIMUM_LENGTH
) -> list[tuple[int, int, float]]:
    """Return the indices of every two texts whose similarity reaches `threshold`, in order, and their similarity."""
    check_threshold(threshold)
    found: list[tuple[int, int, float]] = []
    for index, others, similarity in text_similarities(texts, minimum_length=minimum_length):
        near = np.flatnonzero(reaches(similarity, threshold) & (others < index))
        found += [(int(others[place]), index, float(similarity[place])) for place in near]
    return sorted(found)


def check_threshold(threshold: float) -> None:
    """Raise `ValueError` for a threshold that is no similarity above 0."""
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must lie above 0 and at most at 1, not {threshold}")


def reaches(similarity: NDArray[np.float64], threshold: float) -> NDArray[np.bool_]:
    """Return which similarities reach the threshold."""
    return np.asarray(similarity >= threshold - _HAIR)


def one_pair(first: Row, second: Row) -> bool:
    """Return whether two rows are the halves of one minimal pair, which are near each other on purpose."""
    return first.pair is not None and first.pair == second.pair


def text_similarities(
    texts: Sequence[str], *, minimum_length: int = MINIMUM_LENGTH
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float64]]]:
    """Yield (index, others, similarity) for every text that is long enough to compare, in order.

    `others` holds the indices of all texts that are compared, ascending, the text's own among them, and `similarity`
    in 0..1 that of the text to each; a text's similarity to itself is given as 0. Both have shape (compared texts,).
    """
    folded = [" ".join(fold(normalize(text).text).split()) for text in texts]
    chosen = [index for index, text in enumerate(folded) if len(text) >= max(minimum_length, GRAM)]
    others = np.array(chosen, dtype=np.int64)
    for place, similarity in enumerate(_set_similarities([_grams(folded[index]) for index in chosen])):
        similarity[place] = 0.0
        yield chosen[place], others, similarity


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[start : start + GRAM] for start in range(len(text) - GRAM + 1))


def _set_similarities(sets: Sequence[frozenset[str]]) -> Iterator[NDArray[np.float64]]:
    """Yield for each set its similarity to every set, shape (n,)."""
    numbers: dict[str, int] = {}
    members = [np.array([numbers.setdefault(gram, len(numbers)) for gram in grams]) for grams in sets]
    sizes = np.array([len(grams) for grams in sets])
    holders = _holders(members, sizes, len(numbers))
    for grams, size in zip(members, sizes, strict=True):
        shared = np.bincount(np.concatenate([holders[gram] for gram in grams]), minlength=len(sets))
        yield shared / (sizes + size - shared)


def _holders(members: Sequence[NDArray[np.int64]], sizes: NDArray[np.int64], grams: int) -> list[NDArray[np.int64]]:
    """Return for each gram the sets that hold it."""
    if not members:
        return []
    flat = np.concatenate(members)
    order = np.argsort(flat, kind="stable")
    owners = np.repeat(np.arange(len(members)), sizes)[order]
    return np.split(owners, np.cumsum(np.bincount(flat, minlength=grams))[:-1])
