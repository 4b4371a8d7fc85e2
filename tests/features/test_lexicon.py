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


@pytest.mark.parametrize("literal", ["or i", "or i will"])
def test_lexicon_literals_never_cross_texts(literal):
    lexicon = compile_lexicon(f'[classes]\nunless = ["{literal}"]\n[patterns]\n')
    before, after = literal.split(" ", 1)
    assert hits(lexicon, f"pay {before}", f"{after} tell") == []
    assert hits(lexicon, f"pay {literal} tell") == [(0, "unless", 4, 4 + len(literal))]


def test_lexicon_finds_all_literals_at_one_place_also_at_the_very_end():
    lexicon = compile_lexicon(
        '[classes]\na = ["写真", "写真を送れ", "写真を送れば"]\nb = ["真を", "写真"]\n[patterns]\n'
    )
    assert hits(lexicon, "写真を送れ") == [
        (0, "a", 0, 2),
        (0, "b", 0, 2),
        (0, "a", 0, 5),
        (0, "b", 1, 3),
    ]


def test_lexicon_agrees_with_a_search_for_each_literal():
    lexicon = compile_lexicon(lexicon_source())
    texts = [*lexicon.literals, "".join(lexicon.literals), " ".join(lexicon.literals)]
    batch = char_batch(texts, 18)
    folded = batch.codes.tobytes().decode("utf-32-le")
    found = set(zip(*(column.tolist() for column in lexicon.index(18).find(batch)), strict=True))
    expected = set()
    for index in range(len(texts)):
        first, last = (int(bound) for bound in batch.bounds[index : index + 2])
        for literal, word in enumerate(lexicon.literals):
            start = folded.find(word, first + 1, last)
            while start >= 0:
                expected.add((literal, index, start, start + len(word)))
                start = folded.find(word, start + 1, last)
    assert found == expected


def test_lexicon_survives_lone_surrogates_and_nothing_found(small):
    assert hits(small, "\ud83d写真")[0] == (0, "media", 1, 3)
    assert hits(small, "", "あ") == []


def test_lexicon_of_the_package_is_sound():
    lexicon = compile_lexicon(lexicon_source())
    assert len(set(lexicon.names)) == len(lexicon.names) > 100
    assert len(lexicon.patterns) > 60
    assert (lexicon.patterns[:, 2] > 0).all()


def test_lexicon_reads_one_text_as_it_reads_many():
    lexicon = compile_lexicon(lexicon_source())
    texts = [
        "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ",
        "pay me or i will send the video to your mom, your mom and everyone else you know",
        "写真写真ばらまばらま写真 or i or i will",
        "",
        "明日は雨らしい",
    ]
    together = lexicon.find(char_batch(texts, 18))
    for index, text in enumerate(texts):
        cut, alone = together.single(index), lexicon.find(char_batch([text], 18))
        for name in ("text", "feature", "start", "end"):
            assert getattr(cut, name).tolist() == getattr(alone, name).tolist()
