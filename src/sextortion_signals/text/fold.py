"""Folding: spellings that read the same become the same, one code point for one, so offsets never move.

The table holds one uint16 for every code point of the Basic Multilingual Plane; code points above it stand for
themselves. It is made by `build_fold_table()` and shipped as `fold.npy`, so that every Python (each has its own
Unicode version) folds alike. To make it anew, save what that function returns:
`np.save("src/sextortion_signals/text/fold.npy", build_fold_table(), allow_pickle=False)`.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BMP = 0x10000
# Each string: the first character is what the others become. The classes, in words: elongation; quotation marks;
# brackets; sentence ends; commas; middle dots; circles and crosses as they mask letters.
_CLASSES = (
    "ー〜～~—―─━–ｰ﹏〰",
    "-‐‑−﹣－⁃",
    '"“”„‟«»＂〝〞〟',
    "'‘’‚‛`´＇ʼ′",
    "「『｢﹁﹃",
    "」』｣﹂﹄",
    "([{（［｛【〔〖〘〈《｟",
    ")]}）］｝】〕〗〙〉》｠",
    ".。．｡…‥",
    ",、，､﹐﹑",
    "!！‼❗❕¡",
    "?？⁇⁈⁉❓❔¿",
    "・･·•‧∙⋅",
    "○〇◯⚪⭕●⚫",
    "×✕✖❌✗✘",
    "*＊∗✱⁎",
    "¥￥",
    "ゝヽ",
    "ゞヾ",
    "けゖヶ",
    "かゕヵ",
    "わゎヮヷ",
    "ゐヸ",
    "ゑヹ",
    "をヺ",
    "oøØ",
    "dđĐ",
    "lłŁ",
)
_SMALL_VOWELS = dict(zip("ぁぃぅぇぉ", "あいうえお", strict=True))
_KATAKANA_TO_HIRAGANA = 0x60
# Up to here `str.translate` beats the fixed cost of four array operations (measured: 3 against 10 microseconds at 30).
_SHORT_TEXT = 120


def build_fold_table() -> NDArray[np.uint16]:
    """Return the table, shape (65536,): compatibility form, base letter, lower case, hiragana, digit 0, space.

    Only forms of exactly one code point within the plane are taken. Private-use code points (the marks of
    placeholders), surrogates and っゃゅょ stay as they are. Folding twice changes nothing.
    """
    table = np.arange(_BMP, dtype=np.uint16)
    for code in range(_BMP):
        character = chr(code)
        if unicodedata.category(character) not in {"Co", "Cs", "Cn"}:
            table[code] = ord(_fold_character(character))
    for members in _CLASSES:
        for member in members:
            table[ord(member)] = ord(members[0])
    return table.take(table)


def _fold_character(character: str) -> str:
    folded = _one(unicodedata.normalize("NFKC", character), character)
    folded = _one(folded.lower(), folded)
    if folded.isspace() or unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
        return " "
    if unicodedata.category(folded) == "Nd":
        return "0"
    base = unicodedata.normalize("NFD", folded)[0]
    if base.isascii() and base.isalpha():
        return base
    if "ァ" <= folded <= "ヴ":
        folded = chr(ord(folded) - _KATAKANA_TO_HIRAGANA)
    return _SMALL_VOWELS.get(folded, folded)


def _one(candidate: str, otherwise: str) -> str:
    """Return a candidate that is one code point of the plane, else the other."""
    return candidate if len(candidate) == 1 and ord(candidate) < _BMP else otherwise


@cache
def fold_table() -> NDArray[np.uint16]:
    """Return the shipped table, shape (65536,), read-only; read at the first call."""
    path = Path(__file__).with_name("fold.npy")
    table: NDArray[np.uint16] = np.load(path, allow_pickle=False)
    table.flags.writeable = False
    return table


@cache
def _wide_table() -> NDArray[np.uint32]:
    return fold_table().astype(np.uint32)


@cache
def _translation() -> str:
    # A str serves as the table: a dict of the changes alone would raise and catch a KeyError for each other character.
    return _wide_table().tobytes().decode("utf-32-le", "surrogatepass")


def fold_codes(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the folded code points, same shape; `codes` is left as it is."""
    folded = _wide_table().take(codes, mode="clip")
    above = codes >= _BMP
    if above.any():
        folded[above] = codes[above]
    return folded


def fold(text: str) -> str:
    """Return the folded text, of the same length. Lone surrogates survive."""
    if len(text) <= _SHORT_TEXT:
        return text.translate(_translation())
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return fold_codes(codes).tobytes().decode("utf-32-le", "surrogatepass")


def __getattr__(name: str) -> Any:
    # FOLD looks like a constant and is read from disk only when somebody asks for it.
    if name == "FOLD":
        return fold_table()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
