"""One look at a whole batch: which steps of cleaning could change which text.

What a step looks for is written as a pattern in its own module (`_HINT` and the like), and asking a text seven patterns
costs more than all of the model. Here the least that each pattern needs is asked of all characters of a batch at once.
The answer may err towards "could" only; a test compares it with what the steps do. Marks, digits and the like are few,
so most questions are put to their places alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.text.characters import DISGUISED, WIDE, narrow
from sextortion_signals.text.keywords import load_keywords
from sextortion_signals.text.lookalikes import FOREIGN_LETTERS, POSING
from sextortion_signals.text.masks import MASKS
from sextortion_signals.text.splitting import EMOJI, JAPANESE, SEPARATORS, TEARING, TEARING_LATIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHARACTERS, LOOKALIKES, PLACEHOLDERS, ELONGATION, SPLITTING, MASKED, RESPELLING = (1 << step for step in range(7))
EVERY_STEP = (1 << 7) - 1

# Kinds of characters, one bit each.
_KINDS = [np.uint16(1 << kind) for kind in range(16)]
_LATIN, _DIGIT, _JAPANESE, _KATAKANA, _SEPARATOR, _TEARING, _TEARING_LATIN, _SIGN = _KINDS[:8]
_MASK, _DISGUISE, _FOREIGN, _POSING, _WAVE, _SMALL, _LEET, _JOINER = _KINDS[8:]
_MEMBERS = {
    _LATIN: "A-Za-z",
    _DIGIT: "0-9",
    _JAPANESE: JAPANESE,
    _KATAKANA: "ァ-ヺー",
    _SEPARATOR: SEPARATORS,
    _TEARING: TEARING,
    _TEARING_LATIN: TEARING_LATIN,
    _SIGN: MASKS,
    _MASK: MASKS + EMOJI,
    _DISGUISE: DISGUISED,
    _FOREIGN: FOREIGN_LETTERS,
    _POSING: POSING,
    _WAVE: "ー〜~",
    _SMALL: "ぁぃぅぇぉっァィゥェォッ",
    _LEET: "0-9@$|€",
    _JOINER: "_\\-",
}
_WORD = _LATIN | _DIGIT
_LETTER = _WORD | _JAPANESE
# Above this there are kanji and disguises only; all of them are looked at by the step for characters.
_PLANES = 0x20000
_PLANE = 0x10000
# A sentinel before, between and after the texts is of no kind and equal to no character.
_NOTHING = np.uint32(0xFFFFFFFF)
_LONG_CODE = 12
_LONG_NUMBER = 5
_MASKS_IN_A_ROW = 2
_SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class Screened:
    """A batch after the 1:1 changes: `texts`, and for each of them the steps that could change it, as bits."""

    texts: list[str]
    steps: list[int]


def screen(raws: Sequence[str]) -> Screened:
    """Carry out the 1:1 changes on all texts, and tell which steps each of them needs."""
    if not raws:
        return Screened([], [])
    joined = "\n" + "\n".join(raws) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.zeros(len(raws) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, raws), dtype=np.int64, count=len(raws)) + 1, out=bounds[1:])
    narrowed = _narrow_table().take(codes, mode="clip")
    above = np.flatnonzero(codes >= _PLANE)
    narrowed[above] = codes[above]
    texts = list(raws)
    changed = narrowed != codes
    changed[bounds] = False
    if changed.any():
        whole = narrowed.tobytes().decode("utf-32-le", "surrogatepass")
        for index in _owners(np.flatnonzero(changed), bounds):
            texts[index] = whole[bounds[index] + 1 : bounds[index + 1]]
    narrowed[bounds] = _NOTHING
    return Screened(texts, _Look(narrowed, bounds).steps.tolist())


def _owners(places: NDArray[np.intp], bounds: NDArray[np.int64]) -> list[int]:
    owners = bounds.searchsorted(places, side="right") - 1
    indexes: list[int] = owners[np.diff(owners, prepend=-1) != 0].tolist()
    return indexes


@cache
def _narrow_table() -> NDArray[np.uint32]:
    table = np.arange(_PLANE, dtype=np.uint32)
    for match in WIDE.finditer("".join(map(chr, range(_PLANE)))):
        table[match.start()] = ord(narrow(match))
    return table


@cache
def _kind_table() -> NDArray[np.uint16]:
    characters = "".join(map(chr, range(_PLANES)))
    table = np.zeros(_PLANES, dtype=np.uint16)
    for kind, members in _MEMBERS.items():
        for run in re.finditer(f"[{members}]+", characters):
            table[run.start() : run.end()] |= kind
    table[-1] = _DISGUISE
    return table


@cache
def _respelled_keys() -> NDArray[np.int64]:
    """Return the keys (see `_Look._respelled_words`) of all romaji and misspellings, rising."""
    words = [spelling for spelling in load_keywords().respellings if len(spelling) >= _SHORTEST_WORD]
    characters = np.array([[*map(ord, word[:3]), ord(word[-1]), len(word)] for word in words], dtype=np.int64)
    return np.sort(_keys(*characters.T))


def _keys(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pack the first three letters, the last one and the length of words."""
    key = columns[0]
    for column in columns[1:]:
        key = key << 8 | column
    return key


class _Look:
    """The questions, one method for each step; `steps` (n,) collects the answers."""

    def __init__(self, codes: NDArray[np.uint32], bounds: NDArray[np.int64]) -> None:
        self._codes, self._bounds = codes, bounds
        self._kinds = _kind_table().take(codes, mode="clip")
        self._kinds[bounds] = 0
        self.steps = np.zeros(len(bounds) - 1, dtype=np.uint8)
        self._flag(self._places(_DISGUISE), CHARACTERS)
        self._ask_lookalikes()
        self._ask_placeholders()
        self._ask_elongation()
        self._ask_splitting()
        self._ask_masks()
        self._ask_respelling()

    def _flag(self, places: NDArray[np.intp], step: int) -> None:
        self.steps[self._bounds.searchsorted(places, side="right") - 1] |= np.uint8(step)

    def _has(self, kinds: np.uint16) -> NDArray[np.bool_]:
        return np.asarray((self._kinds & kinds) != 0)

    def _places(self, kinds: np.uint16) -> NDArray[np.intp]:
        return np.flatnonzero(self._has(kinds))

    def _is(self, kinds: np.uint16, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        return np.asarray(self._kinds.take(places, mode="clip") & kinds, dtype=np.bool_)

    def _runs(self, kinds: np.uint16) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the first and the last place of each longest run of these kinds."""
        inside = self._has(kinds)  # never a sentinel, and those are first and last
        return np.flatnonzero(inside[1:] & ~inside[:-1]) + 1, np.flatnonzero(inside[:-1] & ~inside[1:])

    def _ask_lookalikes(self) -> None:
        self._flag(self._places(_FOREIGN), LOOKALIKES)
        posing = self._places(_POSING)
        prolonged = self._codes.take(posing + 1, mode="clip") == ord("ー")
        beside = self._is(_KATAKANA, posing + 1) & (prolonged | self._is(_KATAKANA, posing - 1))
        self._flag(posing[beside], LOOKALIKES)

    def _ask_placeholders(self) -> None:
        self._flag(np.flatnonzero(self._codes == ord("@")), PLACEHOLDERS)
        colon = np.flatnonzero(self._codes == ord(":"))
        self._flag(colon[self._codes[colon + 1] == ord("/")], PLACEHOLDERS)
        stop = np.flatnonzero(self._codes == ord("."))
        domain = self._is(_WORD, stop - 1) & self._is(_LATIN, stop + 1) & self._is(_LATIN, stop + 2)
        self._flag(stop[domain], PLACEHOLDERS)
        number = self._places(_DIGIT)
        for ahead in range(1, _LONG_NUMBER + 1):
            goes_on = self._is(_DIGIT | _JOINER, number + ahead)
            number = number[goes_on | (self._codes.take(number + ahead, mode="clip") == ord(" "))]
        self._flag(number, PLACEHOLDERS)
        first, last = self._runs(_WORD | _JOINER)
        self._flag(first[last - first + 1 >= _LONG_CODE], PLACEHOLDERS)

    def _ask_elongation(self) -> None:
        same = np.flatnonzero(self._codes[1:] == self._codes[:-1])
        self._flag(same[self._is(_WAVE | _SMALL, same)], ELONGATION)
        thrice = same[:-1][np.diff(same) == 1]
        # Numbers stay as they are; other signs may stand three times, letters may not always.
        self._flag(thrice[self._is(_LATIN | _JAPANESE, thrice)], ELONGATION)
        four = same[:-2][same[2:] - same[:-2] == 2]
        self._flag(four[~self._is(_DIGIT, four)], ELONGATION)
        waves = self._places(_WAVE)
        self._flag(waves[self._is(_WAVE, waves + 1)], ELONGATION)

    def _ask_splitting(self) -> None:
        for marks, letters, longest in ((_TEARING_LATIN, _LATIN, 3), (_TEARING, _JAPANESE, 4)):
            first, last = self._runs(marks)
            torn = (last - first < longest) & self._is(letters, first - 1) & self._is(letters, last + 1)
            self._flag(first[torn], SPLITTING)
        first, last = self._runs(_WORD)
        alone = first == last
        self._flag(first[:-2][alone[:-2] & alone[1:-1] & alone[2:]], SPLITTING)
        separator, blank, letter = self._has(_SEPARATOR), self._codes == ord(" "), self._has(_LETTER)
        torn = separator[:-2] & separator[2:]
        torn |= blank[2:] & ~letter[:-2]
        torn |= blank[:-2] & ~letter[2:]
        torn &= self._has(_JAPANESE)[1:-1]
        self._flag(np.flatnonzero(torn) + 1, SPLITTING)

    def _ask_masks(self) -> None:
        first, last = self._runs(_MASK)
        before, after = self._is(_LETTER, first - 1), self._is(_LETTER, last + 1)
        # An emoji stands for a letter inside a word only, other marks at its edges too; never more than two in a row.
        inside = before & after | (before | after) & self._is(_SIGN, first)
        self._flag(first[inside & (last - first < _MASKS_IN_A_ROW)], MASKED)

    def _ask_respelling(self) -> None:
        leet = self._places(_LEET)
        self._flag(leet[self._is(_LATIN, leet - 1) | self._is(_LATIN, leet + 1)], RESPELLING)
        signs = np.flatnonzero((self._codes == ord("!")) | (self._codes == ord("+")))
        self._flag(signs[self._is(_WORD | _LEET, signs + 1)], RESPELLING)
        self._flag(self._respelled_words(), RESPELLING)

    def _respelled_words(self) -> NDArray[np.intp]:
        """Return where words stand that may be romaji or misspellings, judged by some of their letters."""
        first, last = self._runs(_LATIN)
        long = last - first + 1 >= _SHORTEST_WORD
        first, last = first[long], last[long]
        letters = (self._codes[place].astype(np.int64) | 0x20 for place in (first, first + 1, first + 2, last))
        keys = _keys(*letters, last - first + 1)
        known = _respelled_keys()
        return np.asarray(first[known.take(known.searchsorted(keys), mode="clip") == keys])
