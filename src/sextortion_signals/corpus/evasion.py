"""Disguise a text the way offenders do, from a seed: for training augmentation and for robustness tests.

Every technique leaves the text readable to a person; the label of a row stays what it was.
"""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_SEPARATORS = " ./・*-_|☆♡,"
_MASKS = "○●*×〇＊"
_LOOKALIKES = dict(zip("aceiopsxyABCEHIKMOPTX", "асеіорѕхуАВСЕНІКМОРТХ", strict=True))
_MATHS_STARTS = (0x1D5D4, 0x1D400, 0x1D63C)  # capitals of three alphabets; the small letters follow 26 later
_EMOJI = "😂😇🎁💣👀✨🔥😈🤫📱"
_HALF_WIDTH = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFF66, 0xFF9E)
    if len(unicodedata.normalize("NFKC", chr(code))) == 1
}


def disguise(text: str, seed: int, techniques: int = 2) -> str:
    """Return `text` with `techniques` disguises applied, chosen by `seed`; the same arguments give the same result."""
    rng = random.Random(seed)
    for technique in rng.sample(TECHNIQUES, k=min(techniques, len(TECHNIQUES))):
        text = technique(text, rng)
    return text


@lru_cache(maxsize=1)
def _respellings() -> dict[str, list[str]]:
    table = tomllib.loads(files("sextortion_signals.corpus").joinpath("evasion.toml").read_text(encoding="utf-8"))
    return {**table["ja"], **table["en"]}


def respell(text: str, rng: random.Random) -> str:
    """Replace words of the trade by kana, romaji, leet or emoji spellings, each with probability 0.7."""
    for word, variants in _respellings().items():
        if word in text and rng.random() < 0.7:
            text = text.replace(word, rng.choice(variants))
    return text


def insert_invisible(text: str, rng: random.Random) -> str:
    """Put zero-width characters between about a quarter of the characters."""
    return "".join(char + (rng.choice(_INVISIBLE) if rng.random() < 0.25 else "") for char in text)


def split_words(text: str, rng: random.Random) -> str:
    """Split every occurrence of a few words of the trade by one separator."""
    separator = rng.choice(_SEPARATORS)
    for word in _respellings():
        if len(word) > 1 and word in text:
            text = text.replace(word, separator.join(word))
    return text


def mask(text: str, rng: random.Random) -> str:
    """Mask one character of words of the trade that have at least three."""
    for word in _respellings():
        if len(word) >= 3 and word in text:
            at = rng.randrange(1, len(word))
            text = text.replace(word, word[:at] + rng.choice(_MASKS) + word[at + 1 :])
    return text


def widen(text: str, rng: random.Random) -> str:
    """Write ASCII in full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def narrow(text: str, rng: random.Random) -> str:
    """Write katakana in half width where one character suffices."""
    return "".join(_HALF_WIDTH.get(char, char) for char in text)


def switch_kana(text: str, rng: random.Random) -> str:
    """Write hiragana as katakana or the reverse, for runs that chance picks."""
    shift = rng.choice((0x60, -0x60))
    low, high = (0x3041, 0x3096) if shift > 0 else (0x30A1, 0x30F6)
    return "".join(chr(ord(c) + shift) if low <= ord(c) <= high and rng.random() < 0.6 else c for c in text)


def look_alike(text: str, rng: random.Random) -> str:
    """Replace a third of the Latin letters that have a Cyrillic double."""
    return "".join(_LOOKALIKES[c] if c in _LOOKALIKES and rng.random() < 0.34 else c for c in text)


def maths_letters(text: str, rng: random.Random) -> str:
    """Write Latin letters as mathematical letters."""
    start = rng.choice(_MATHS_STARTS)

    def letter(char: str) -> str:
        if "A" <= char <= "Z":
            return chr(start + ord(char) - ord("A"))
        return chr(start + 26 + ord(char) - ord("a")) if "a" <= char <= "z" else char

    return "".join(letter(char) for char in text)


def elongate(text: str, rng: random.Random) -> str:
    """Draw out vowels and marks here and there."""
    drawn = "ー〜!！?？…あいうえおaeiou"
    return "".join(c * rng.randint(3, 6) if c in drawn and rng.random() < 0.15 else c for c in text)


def sprinkle_emoji(text: str, rng: random.Random) -> str:
    """Put emoji between some characters."""
    return "".join(char + (rng.choice(_EMOJI) if rng.random() < 0.08 else "") for char in text)


TECHNIQUES: list[Callable[[str, random.Random], str]] = [
    respell,
    insert_invisible,
    split_words,
    mask,
    widen,
    narrow,
    switch_kana,
    look_alike,
    maths_letters,
    elongate,
    sprinkle_emoji,
]
