"""Step 4 of cleaning: drawn-out spellings are bounded (すごーーーい, ねぇぇぇ, niceeeee, 〜〜〜, !!!!!!)."""

from __future__ import annotations

import re

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.keywords import load_keywords
from sextortion_signals.text.patterns import lazy

# Either may hold something to bound; one cheap scan each. Digits never change: 10000 is an amount.
_HINT = lazy(r"(.)\1\1|[ー〜~][ー〜~]|([ぁぃぅぇぉっァィゥェォッ])\2")
# A letter three times or more, with the word around it found later; a run of anything else.
_RUN = lazy(r"[ー〜~]{2,}|([ぁぃぅぇぉっァィゥェォッ])\1+|([^\d])\2{2,}")
_LATIN = lazy(r"[A-Za-z]+")
_LATIN_RUN = lazy(r"([a-z])\1{2,}", re.IGNORECASE)
_VOWELS = frozenset("あいうえおアイウエオ")
_KANA = lazy(r"[ぁ-ゖァ-ヺ]")
_KEPT = 3
_KEPT_SYMBOLS = 5
_OTHER = 2


def bound_elongation(draft: Draft) -> None:
    """Shorten runs of one character; the last character kept stands for the rest of its run.

    - prolonged sound marks and waves, small vowels, small tsu: one;
    - a vowel three times or more behind another kana: one (すごおおおい -> すごおい);
    - a Latin letter three times or more inside a word: one, or two where the word is known to have two;
    - other letters, ! and ?: three; other symbols: five; digits stay.
    """
    if _HINT.search(draft.text) is None:
        return
    edits: list[Edit] = []
    text = draft.text
    word_end = -1
    for match in _RUN.finditer(text):
        if match[0][0].isascii() and match[0][0].isalpha():
            if match.start() >= word_end:
                word_start, word_end = _word_around(text, match.start())
                edits += _shorten_word(text[word_start:word_end], word_start)
            continue
        keep = _kept(text, match)
        if len(match[0]) > keep:
            edits.append((match.start() + keep - 1, match.end(), match[0][0]))
    draft.apply(edits)


def _kept(text: str, match: re.Match[str]) -> int:
    first = match[0][0]
    start = match.start()
    if match.lastindex != _OTHER or (first in _VOWELS and start > 0 and _KANA.match(text[start - 1])):
        return 1
    # Stars rate out of five, so symbols other than ! and ? are left a little longer.
    return _KEPT if first.isalpha() or first in "!?" else _KEPT_SYMBOLS


def _word_around(text: str, position: int) -> tuple[int, int]:
    start = position
    while start > 0 and text[start - 1].isascii() and text[start - 1].isalpha():
        start -= 1
    match = _LATIN.match(text, position)
    return start, match.end() if match else position


def _shorten_word(word: str, offset: int) -> list[Edit]:
    keywords = load_keywords()
    if len(set(word.lower())) == 1:
        keep = _KEPT
    else:
        lower = word.lower()
        twice = _LATIN_RUN.sub(lambda m: m[1] * 2, lower)
        once = _LATIN_RUN.sub(lambda m: m[1], lower)
        keep = 2 if once not in keywords.latin and (twice in keywords.doubled or twice in keywords.latin) else 1
    runs = [m for m in _LATIN_RUN.finditer(word) if len(m[0]) > keep]
    return [(offset + m.start() + keep - 1, offset + m.end(), m[0][0]) for m in runs]
