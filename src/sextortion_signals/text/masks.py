"""Step 6 of cleaning: masked key words (伏せ字) are written out (ギ○ト, は○か, 写○, L〇NE, n*des).

At least half of the characters must be literal, and short words must stand free: 「正解は○かな」 is not はだか.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.fold import fold
from sextortion_signals.text.keywords import Keyword, load_keywords, script_of
from sextortion_signals.text.patterns import lazy
from sextortion_signals.text.splitting import EMOJI, JAPANESE

MASKS = "○〇◯●⚪⚫⭕*×✕✖❌✗✘_□■◇◆☆★△▲※#♡♥〓"
_MASK = lazy(f"[{MASKS}{EMOJI}]")
_RUN = lazy(f"(?<![{MASKS}{EMOJI}])[{MASKS}{EMOJI}]{{1,2}}(?![{MASKS}{EMOJI}])")
_EDGE_MASK = lazy(f"[{MASKS}]")
# A text that this does not match has no masked word.
_HINT = lazy(f"[A-Za-z{JAPANESE}][{MASKS}{EMOJI}]|[{MASKS}{EMOJI}][A-Za-z{JAPANESE}]")

_HIRAGANA = lazy(r"[ぁ-ゖ]")
_KATAKANA = lazy(r"[ァ-ヺ]")
_PARTICLES_BEFORE = frozenset("のをにがでとも")
_PARTICLES_AFTER = frozenset("のをにがで")
_SHORT = 3
_KANA_DISTANCE = 0x60
# A noncharacter: no text holds it, and folding leaves it alone.
_HIDDEN = "\uffff"
_LAST_EMOJI = 0x1FAFF


def restore_masked(draft: Draft) -> None:
    """Write out key words of which some characters are masked."""
    text = draft.text
    if _HINT.search(text) is None:
        return
    hidden = fold(_MASK.sub(_HIDDEN, text))
    edits: list[Edit] = []
    start = 0
    for place in _places_near_masks(text, hidden):
        hit = _masked_keyword(text, hidden, place) if place >= start and hidden[place] != _HIDDEN else None
        if hit is not None:
            edits.append(hit)
            start = hit[1]
    draft.apply(edits)


@cache
def _mask_set() -> frozenset[str]:
    return frozenset(character for character in map(chr, range(_LAST_EMOJI + 1)) if _MASK.match(character))


def _places_near_masks(text: str, hidden: str) -> list[int]:
    """Return, in order, the places from which a key word could reach over a mask that has its letters beside it."""
    keywords = load_keywords()
    places: list[int] = []
    first_free = 0
    for match in _RUN.finditer(text):
        start, end = match.span()
        before, after = hidden[start - 1 : start], hidden[end : end + 1]
        inside = before + after in keywords.beside[end - start]
        if inside or (_EDGE_MASK.match(text, start) and (before in keywords.edges or after in keywords.edges)):
            places += range(max(first_free, start - keywords.longest), min(end + 1, len(text)))
            first_free = end + 1
    return places


def _masked_keyword(text: str, hidden: str, place: int) -> Edit | None:
    """Return the edit that writes out the longest key word whose first literal letter is at `place`."""
    for start, keyword in _candidates(hidden, place):
        end = start + len(keyword.folded)
        if not _fits(hidden, start, end, keyword):
            continue
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        new = _restored(before, text[start:end], after, keyword.word, keyword.script)
        if new is not None:
            return start, end, new
    return None


def _candidates(hidden: str, place: int) -> Iterator[tuple[int, Keyword]]:
    """Yield the keywords that agree with the letter at `place`, as their second letter behind a mask or their first."""
    pair = hidden[place : place + 2]
    if place and hidden[place - 1] == _HIDDEN:
        for keyword in _alike("by_second", pair[0], hidden, place - 1):
            yield place - 1, keyword
    for keyword in _alike(*(("by_first", pair[0]) if _HIDDEN in pair else ("by_pair", pair)), hidden, place):
        yield place, keyword


def _alike(index: str, key: str, hidden: str, start: int) -> tuple[Keyword, ...]:
    keywords, pattern = _with_pattern(index, key)
    return keywords if keywords and pattern.match(hidden, start) else ()


@lru_cache(maxsize=4096)
def _with_pattern(index: str, key: str) -> tuple[tuple[Keyword, ...], re.Pattern[str]]:
    """Return the key words under a key of an index, and one pattern for all of them: most places fit none."""
    keywords: tuple[Keyword, ...] = getattr(load_keywords(), index).get(key, ())
    return keywords, re.compile("|".join(_pattern(keyword.folded).pattern for keyword in keywords))


def _fits(hidden: str, start: int, end: int, keyword: Keyword) -> bool:
    """Compare the letters; some are masked, at least half are literal, and no three masks stand in a row."""
    if not keyword.maskable or _pattern(keyword.folded).match(hidden, start) is None:
        return False
    masks = hidden.count(_HIDDEN, start, end)
    return 0 < 2 * masks <= end - start and hidden.find(_HIDDEN * 3, start, end) < 0


@cache
def _pattern(folded: str) -> re.Pattern[str]:
    return re.compile("".join(f"[{re.escape(character)}{_HIDDEN}]" for character in folded))


@lru_cache(maxsize=2048)
def _restored(before: str, found: str, after: str, word: str, script: str) -> str | None:
    """Return the word written out, its literal letters as they are, or None where what stands around forbids it."""
    if not _is_free(before, found, after, script):
        return None
    masks = _mask_set()
    upper = found.isupper()
    pairs = zip(found, word, strict=True)
    return "".join(_like_neighbours(letter, found, upper) if own in masks else own for own, letter in pairs)


def _is_free(before: str, found: str, after: str, script: str) -> bool:
    """Check what stands around the word, the more strictly the less of it is left."""
    masks = _mask_set()
    first, last = found[0] in masks, found[-1] in masks
    length = len(found)
    # An emoji may stand for a letter inside a word; at its edge it is an emoji.
    emoji_at_edge = any(edge in masks and _EDGE_MASK.match(edge) is None for edge in (found[0], found[-1]))
    if emoji_at_edge or (first and length <= _SHORT):
        return False
    if script == "latin":
        return _is_free_latin(before, after, found, first or last)
    if script == "hiragana" and length <= _SHORT:
        open_before = before in _PARTICLES_BEFORE or not before.isalnum()
        # Particles and kanji may follow; another mask or 「か」 makes it a quiz about right and wrong.
        end_of_word = not after.isalnum() and after not in masks
        open_after = after in _PARTICLES_AFTER or script_of(after) == "kanji" or end_of_word
        return open_before and open_after and not last
    if script == "kanji" and length < _SHORT:
        return script_of(before) != "kanji" and _MASK.match(after) is None
    return not ((first or last) and (_MASK.match(before) or _MASK.match(after)))


def _is_free_latin(before: str, after: str, found: str, at_edge: bool) -> bool:
    """Latin words must be whole; *nude* is emphasis, not a masked plural."""
    if any(edge.isascii() and edge.isalnum() for edge in (before, after)):
        return False
    if not at_edge:
        return True
    inner = re.sub(r"\W|_", "", found).lower()
    return len(found) > _SHORT and inner not in load_keywords().latin and not {before, after} & set(MASKS)


def _like_neighbours(letter: str, found: str, upper: bool) -> str:
    if _KATAKANA.match(letter) and letter <= "ヶ" and _HIRAGANA.search(found) and not _KATAKANA.search(found):
        return chr(ord(letter) - _KANA_DISTANCE)
    if _HIRAGANA.match(letter) and _KATAKANA.search(found) and not _HIRAGANA.search(found):
        return chr(ord(letter) + _KANA_DISTANCE)
    return letter.upper() if upper else letter
