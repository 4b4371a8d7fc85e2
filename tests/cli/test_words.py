from dataclasses import fields

import pytest

from sextortion_signals.cli.words import EN, JA, interface_language, language_name, words
from sextortion_signals.types import Audience, Level, Role


@pytest.mark.parametrize("lang", [JA, EN])
def test_words_are_complete(lang):
    assert all(getattr(lang, item.name) for item in fields(lang))
    assert (set(lang.levels), set(lang.roles), set(lang.audiences)) == (set(Level), set(Role), set(Audience))


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_words_follow_the_locale(monkeypatch, environment, lang):
    monkeypatch.delenv("LC_ALL")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (interface_language(), words().lang, words("ja").lang) == (lang, lang, "ja")


def test_words_language_names_fall_back_to_the_code():
    assert (language_name("ja", "en"), language_name("en", "ja"), language_name("ko", "ja")) == (
        "Japanese",
        "英語",
        "ko",
    )
