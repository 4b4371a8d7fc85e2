"""The data files: readable, free of contradictions, of the size they promise."""

import re
import tomllib
from importlib.resources import files

import pytest

from sextortion_signals import text as text_package
from sextortion_signals.text import normalize
from sextortion_signals.text.keywords import load_keywords, script_of
from sextortion_signals.text.lookalikes import LOOKALIKES, STYLED_LETTERS

_DATA = tomllib.loads(files("sextortion_signals.text").joinpath("keywords.toml").read_text(encoding="utf-8"))
_ROMAJI = [(spelling, word) for word, more in _DATA["ja"].items() for spelling in more.get("romaji", ())]
_MISSPELT = [(spelling, word) for word, more in _DATA["en"].items() for spelling in more]
# Romaji spellings that would eat words of the languages nearest to the chats in question.
_ORDINARY_WORDS = {"kane", "dame", "made", "sore", "dare", "hai", "ore", "ima", "nude", "note", "same", "to", "no"}


def test_size_is_what_the_design_asks_for():
    assert 150 <= len(_DATA["ja"]) + len(_DATA["en"]) <= 300


def test_no_spelling_stands_for_two_words():
    spellings = [spelling for spelling, _ in _ROMAJI + _MISSPELT]
    assert len(spellings) == len(set(spellings))
    assert set(spellings).isdisjoint(_DATA["en"])
    assert set(spellings).isdisjoint(_ORDINARY_WORDS)
    assert all(re.fullmatch(r"[a-z]{3,}", spelling) for spelling in spellings)


@pytest.mark.parametrize(("spelling", "word"), _ROMAJI + _MISSPELT)
def test_spelling_is_written_out_as_a_whole_word_only(spelling, word):
    assert normalize(f"ok {spelling} !").text == f"ok {word} !"
    assert normalize(f"x{spelling}x").text == f"x{spelling}x"


@pytest.mark.parametrize("word", [*_DATA["ja"], *_DATA["en"]])
def test_key_word_itself_stays(word):
    assert normalize(f"「{word}」").text == f"「{word}」"


def test_keywords_are_loaded_once_and_longest_first():
    keywords = load_keywords()
    assert keywords is load_keywords()
    assert [len(keyword.word) for keyword in keywords.by_pair["ぎふ"]] == [6, 4, 3]
    assert keywords.longest >= 9


@pytest.mark.parametrize(
    ("word", "script"),
    [("nudes", "latin"), ("写真", "kanji"), ("はだか", "hiragana"), ("ヌード", "katakana"), ("送れ", "mixed")],
)
def test_script_of(word, script):
    assert script_of(word) == script


def test_lookalikes_become_one_latin_letter():
    assert all(len(latin) == 1 and latin.isascii() for latin in {**LOOKALIKES, **STYLED_LETTERS}.values())
    assert not any(letter.isascii() for letter in {**LOOKALIKES, **STYLED_LETTERS})


def test_public_names_are_complete_and_sorted():
    names = text_package.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert all(getattr(text_package, name) is not None for name in names)
