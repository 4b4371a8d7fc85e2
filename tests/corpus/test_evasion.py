import random

import pytest

from sextortion_signals.corpus.evasion import TECHNIQUES, disguise
from sextortion_signals.text import fold, normalize

JAPANESE = "裸の写真をバラマクぞ、Amazonギフトを送れー!"
ENGLISH = "Send nudes or I post the video to everyone"
# What normalisation undoes completely, whatever the seed.
UNDONE = ("insert_invisible", "widen", "narrow", "switch_kana", "look_alike", "maths_letters")


def test_evasion_same_seed_same_disguise():
    assert disguise(JAPANESE, 7) == disguise(JAPANESE, 7)
    assert len({disguise(JAPANESE, seed) for seed in range(20)}) > 10


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.__name__)
def test_evasion_every_technique_changes_a_text_it_applies_to(technique):
    changed = [technique(text, random.Random(seed)) != text for text in (JAPANESE, ENGLISH) for seed in range(20)]
    assert any(changed)


@pytest.mark.parametrize("name", UNDONE)
@pytest.mark.parametrize("text", [JAPANESE, ENGLISH])
def test_evasion_normalisation_undoes(name, text):
    technique = next(technique for technique in TECHNIQUES if technique.__name__ == name)
    for seed in range(10):
        disguised = technique(text, random.Random(seed))
        assert fold(normalize(disguised).text) == fold(normalize(text).text)


def test_evasion_of_nothing_is_nothing():
    assert disguise("", 1) == ""
    assert disguise("おはよう", 1, techniques=0) == "おはよう"
