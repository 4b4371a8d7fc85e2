"""From contributions to evidence: the phrases of the caller's own text that made a signal fire.

Characters carry exact shares of a head's logit. They are added up over phrases (a content word with what hangs on
it), because a person reads and underlines phrases, not n-grams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.text import NormalizedText, Token, tokenize
from sextortion_signals.types import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SPANS = 3
# A phrase is quoted when it holds at least this share of the strongest phrase's contribution.
_SHARE = 0.35
_NEGATION = "無い"  # ばらまかれたく + なかったら: an adjective to the dictionary, an ending to a reader
_ATTACHED = frozenset({"助詞", "助動詞", "接尾辞"})
_EMPTY = frozenset({"助詞", "助動詞", "補助記号", "空白", "感動詞", "接続詞"})
_ENGLISH_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "do",
        "for",
        "from",
        "he",
        "her",
        "him",
        "his",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "so",
        "that",
        "the",
        "their",
        "them",
        "then",
        "they",
        "this",
        "to",
        "u",
        "ur",
        "us",
        "was",
        "we",
        "were",
        "will",
        "with",
        "you",
        "your",
    ]
)
_EDGE = " \t\n、。,.!?！？「」『』()（）…・:;\"'“”"


def phrases(text: str, lines: str | None = None) -> tuple[tuple[int, int], ...]:
    """Split a clean text into phrases: (start, end) in characters, half open, without overlap.

    `lines` are the text's `lemma_lines`, where they are known already.

    Phrases without a content word (a lone particle, a lone "or") are left out: they explain nothing to a reader.
    """
    groups: list[list[Token]] = []
    for token in tokenize(text, lines):
        if groups and _hangs_on(token, groups[-1][-1]):
            groups[-1].append(token)
        else:
            groups.append([token])
    return tuple((group[0].start, group[-1].end) for group in groups if any(map(_has_content, group)))


def find_evidence(
    text: NormalizedText, spans: tuple[tuple[int, int], ...], curve: NDArray[np.float64]
) -> tuple[Evidence, ...]:
    """Return up to `MAX_SPANS` quotes for one head, in text order.

    `curve` (length of the clean text,) is what each clean character added to the head's logit. Empty when nothing in
    the text spoke for the signal (then its score comes from the bias alone, and it is not shown).
    """
    sums = [0.0, *np.cumsum(curve).tolist()]
    scores = [sums[end] - sums[start] for start, end in spans]
    strongest = max(scores, default=0.0)
    if strongest <= 0.0:
        return ()
    merged: list[tuple[float, int, int]] = []
    for (start, end), score in zip(spans, scores, strict=True):
        if score < _SHARE * strongest:
            continue
        if merged and not text.text[merged[-1][2] : start].strip():
            before = merged.pop()
            merged.append((before[0] + score, before[1], end))
        else:
            merged.append((score, start, end))
    best = sorted(sorted(merged, reverse=True)[:MAX_SPANS], key=lambda item: item[1])
    quotes = (_quote(text, start, end) for _, start, end in best)
    return tuple(quote for quote in quotes if quote is not None)


def _has_content(token: Token) -> bool:
    return token.pos not in _EMPTY and token.surface.lower() not in _ENGLISH_FUNCTION_WORDS


def _hangs_on(token: Token, previous: Token) -> bool:
    if token.start != previous.end:
        return False
    if token.pos in _ATTACHED or previous.pos == "接頭辞" or token.lemma == _NEGATION:
        return True
    if token.pos == "動詞" and previous.pos == "助詞" and previous.surface in ("て", "で", "ちゃ", "じゃ"):
        return True  # auxiliary use: 送って + ほしい, 消して + やる
    # Compounds, and what の joins: 裸の + 写真.
    return token.pos == "名詞" and (previous.pos == "名詞" or (previous.pos == "助詞" and previous.surface == "の"))


def _quote(text: NormalizedText, start: int, end: int) -> Evidence | None:
    while start < end and text.text[start] in _EDGE:
        start += 1
    while end > start and text.text[end - 1] in _EDGE:
        end -= 1
    if start == end:
        return None
    raw_start, raw_end = text.raw_span(start, end)
    return Evidence(raw_start, raw_end, text.raw[raw_start:raw_end])
