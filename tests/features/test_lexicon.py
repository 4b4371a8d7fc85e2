import pytest

from sextortion_signals.features import char_batch, compile_lexicon, lexicon_source
from sextortion_signals.features.lexicon import Hits

SMALL = """
[classes]
media = ["写真", "pic", "blackmail*"]
expose = ["ばらま", "post"]
amount = ["0万"]
[patterns]
media_expose = ["media", "expose", 3]
expose_media = ["expose", "media", 2]
"""


@pytest.fixture(scope="module")
def small():
    return compile_lexicon(SMALL)


def hits(lexicon, *texts):
    found: Hits = lexicon.find(char_batch(texts, 18))
    columns = zip(found.text.tolist(), found.feature.tolist(), found.start.tolist(), found.end.tolist(), strict=True)
    return [(text, lexicon.names[feature], start, end) for text, feature, start, end in columns]


def test_lexicon_finds_folded_spellings_with_exact_spans(small):
    assert hits(small, "その写真バラマくぞ") == [
        (0, "media", 2, 4),
        (0, "media_expose", 2, 7),
        (0, "expose", 4, 7),
    ]


def test_lexicon_latin_literals_are_whole_words(small):
    assert hits(small, "topic epics") == []
    assert hits(small, "a pic!") == [(0, "media", 2, 5)]
    assert hits(small, "blackmailed") == [(0, "media", 0, 9)]
    assert hits(small, "写真pic写真")[1] == (0, "media", 2, 5)


def test_lexicon_digits_stand_for_any_digit(small):
    assert [name for _, name, _, _ in hits(small, "3万", "８万")] == ["amount", "amount"]


def test_lexicon_patterns_need_order_and_nearness(small):
    assert not [name for _, name, _, _ in hits(small, "写真をみんなでばらまく") if name == "media_expose"]
    assert [name for _, name, _, _ in hits(small, "ばらまく写真")].count("expose_media") == 1


def test_lexicon_patterns_never_cross_texts(small):
    assert {name for _, name, _, _ in hits(small, "写真", "ばらま")} == {"media", "expose"}


def test_lexicon_survives_lone_surrogates_and_nothing_found(small):
    assert hits(small, "\ud83d写真")[0] == (0, "media", 1, 3)
    assert hits(small, "", "あ") == []


def test_lexicon_of_the_package_is_sound():
    lexicon = compile_lexicon(lexicon_source())
    assert len(set(lexicon.names)) == len(lexicon.names) > 100
    assert len(lexicon.patterns) > 60
    assert (lexicon.patterns[:, 2] > 0).all()
