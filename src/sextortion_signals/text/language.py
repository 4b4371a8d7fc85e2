"""The language of a text, by its script and a few function words: decided by rules that a reader can check.

A statistical detector errs on short chat messages; whether there is kana in a text is never in doubt. Only Japanese
and English were measured (`verified`); any other code is a hint that a low risk proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sextortion_signals.tables import read_table
from sextortion_signals.text.patterns import lazy
from sextortion_signals.types import Language

_KANA = lazy(r"[ぁ-ゖァ-ヺｦ-ﾝ]")
# Kana beside kana or kanji is writing; a single ツ, ノ or の among other letters is decoration: (ツ), (ノಠ益ಠ)ノ彡.
_WRITTEN_KANA = lazy(r"[ぁ-ゖァ-ヺｦ-ﾝ][ぁ-ゖァ-ヺｦ-ﾟー一-鿿]|(?![彡益皿])[一-鿿][ぁ-ゖァ-ヺ]")
# The same without the katakana that faces are made of: where it is found, nothing else needs to be asked.
_WRITTEN_HIRAGANA = lazy(r"[ぁ-ゖ][ぁ-ゖー一-鿿]")
_KAOMOJI = lazy(r"[ノヽヾシツ]彡|[ノツシヽ]+(?=[^ぁ-ゖァ-ヺー一-鿿]|\Z)")
_WORD = lazy(r"[a-zß-ɏḀ-ỿ]+(?:['’][a-z]+)?")
_ACCENTED = lazy(r"[ß-öø-ɏḀ-ỿ]")
_UKRAINIAN = lazy(r"[їєґ]", re.IGNORECASE)
# Scripts in the order in which a tie is settled; "han" and "latin" are looked at more closely.
_SCRIPTS = {
    "han": "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "ko": "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f\uffa1-\uffdc",
    "latin": "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "ru": "\u0400-\u052f",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ar": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "he": "\u0590-\u05ff",
    "th": "\u0e01-\u0e5b",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "my": "\u1000-\u109f",
    "km": "\u1780-\u17f9",
    "lo": "\u0e81-\u0edf",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0531-\u058f",
    "am": "\u1200-\u137f",
    "und": "\u0d80-\u0dff\u0f00-\u0fff\u1800-\u18af",
}
_LATIN = lazy(r"[A-Za-z]")
_FEW_LATIN = 4
_ROMAJI_SHARE = 3
# English words that are as ordinary in romaji.
_ALSO_ROMAJI = frozenset(("no", "to", "so", "me", "do", "i", "a", "it"))
_SYLLABLE_WORD = 3
_NEARLY = 5  # four words of five
# Latin letters that can be read as kana: hadaka, shoushin, okutte, kyou.
_SYLLABLES = lazy(r"(?:(?:[kgsztdnhbpmrjfwy]|[kgnhbpmr]y|ch|sh|ts|kk|ss|ssh|tt|tch|cch|pp)?[aiueo]|n(?![aiueo]))+")


@dataclass(frozen=True, slots=True)
class _Tables:
    verified: frozenset[str]
    english: frozenset[str]
    codes: tuple[str, ...]
    languages_of: Mapping[str, tuple[str, ...]]  # function word -> codes of the languages it belongs to
    letters: Mapping[str, frozenset[str]]
    chinese: frozenset[str]
    scripts: Mapping[str, re.Pattern[str]]


@cache
def _tables() -> _Tables:
    data = read_table("text/language")
    words = {code: frozenset(words.split()) for code, words in data["words"].items()}
    return _Tables(
        verified=frozenset(data["verified"]),
        english=frozenset(words["en"]),
        codes=tuple(words),
        languages_of={
            word: tuple(code for code, listed in words.items() if word in listed)
            for word in frozenset().union(*words.values())
        },
        letters={code: frozenset(letters) for code, letters in data["letters"].items()},
        chinese=frozenset("".join(data["chinese"]["only"].split())),
        scripts={code: lazy(f"[{letters}]") for code, letters in _SCRIPTS.items()},
    )


def detect_language(text: str) -> Language:
    """Return the language of a text, raw or clean; code "und" where nothing tells.

    Japanese wins as soon as there is kana beyond a lone decoration, also in a mixture; Japanese in Latin
    letters counts as Japanese. Kanji alone are Japanese unless characters only Chinese has are among them.
    """
    code = "ja" if _is_written_in_kana(text) else _by_script(text)
    return _language(code)


@cache
def _language(code: str) -> Language:
    return Language(code=code, verified=code in _tables().verified)


def _is_written_in_kana(text: str) -> bool:
    if _WRITTEN_HIRAGANA.search(text) is not None:
        return True
    if _KANA.search(text) is None:
        return False
    rest = _KAOMOJI.sub(" ", text)
    if _WRITTEN_KANA.search(rest) is not None:
        return True
    few_others = sum(character.isalpha() and character.isascii() for character in text) < _FEW_LATIN
    return few_others and (rest != text or _KANA.search(rest) is not None) and not _other_letters(text)


def _other_letters(text: str) -> bool:
    scripts = _tables().scripts
    return any(pattern.search(text) for code, pattern in scripts.items() if code not in {"han", "latin"})


def _by_script(text: str) -> str:
    if text.isascii():
        return _by_words(text, kanji=False) if _LATIN.search(text) else "und"
    counts = {code: len(pattern.findall(text)) for code, pattern in _tables().scripts.items()}
    script = max(counts, key=lambda code: counts[code])
    if counts[script] == 0:
        return "und"
    chinese = counts["han"] > 0 and not _tables().chinese.isdisjoint(text)
    if script == "han":
        return "zh" if chinese else "ja"
    if script == "latin":
        return _by_words(text, kanji=counts["han"] > 0 and not chinese)
    if script == "ru" and _UKRAINIAN.search(text):
        return "uk"
    return script


def _by_words(text: str, *, kanji: bool) -> str:
    """Tell languages in Latin letters apart by their function words, then by their letters; else English.

    `kanji`: some stand among the Latin letters, as where a key word in romaji was written out (裸 no 動画 okuru).
    """
    tables = _tables()
    lower = text.lower().replace("’", "'")
    words = frozenset(_WORD.findall(lower))
    hits = dict.fromkeys(tables.codes, 0)
    for word in words:
        for code in tables.languages_of.get(word, ()):
            hits[code] += 1
    romaji = hits.pop("romaji") + kanji
    if romaji and _is_romaji(words, romaji, max(hits.values()), len(words & tables.english - _ALSO_ROMAJI)):
        return "ja"
    accented = 0 if lower.isascii() else sum(_ACCENTED.search(word) is not None for word in words)
    best = max(hits, key=hits.__getitem__)
    # One word may be anything ("nude threats = ban"), so another language than English needs two, or all there is.
    if hits["en"] < hits[best] and (hits[best] > 1 or hits[best] == len(words) or accented):
        return best
    if hits["en"] or 2 * accented <= len(words):
        return "en"
    return next((code for code, letters in tables.letters.items() if not letters.isdisjoint(lower)), "und")


def _is_romaji(words: frozenset[str], hits: int, other_hits: int, english_hits: int) -> bool:
    """Japanese in Latin letters: its function words, or a kanji or one such word among nothing but its syllables."""
    if hits > other_hits and hits * _ROMAJI_SHARE >= len(words):
        return True
    long_words = [word for word in words if len(word) >= _SYLLABLE_WORD]
    syllables = sum(_SYLLABLES.fullmatch(word) is not None for word in long_words)
    return (
        hits > 0
        and english_hits == 0
        and len(long_words) > 1
        and _NEARLY * syllables >= (_NEARLY - 1) * len(long_words)
    )
