from __future__ import annotations

import numpy as np
import pytest

from sextortion_signals.evaluate.surface import (
    PROBES,
    first_characters,
    last_characters,
    length_numbers,
    script_numbers,
)


def test_length_is_in_code_points_and_lines() -> None:
    assert length_numbers("犬😀\nb") == (4, 2)


def test_scripts_are_counted_by_hand() -> None:
    text = "犬とネコ、Dog 12！😀"
    # Punctuation, digits, emoji, kana, kanji, Latin letters, white space.
    counts = (2, 2, 1, 3, 1, 3, 1)

    assert script_numbers(text) == pytest.approx((*counts, *(count / len(text) for count in counts)))
    assert script_numbers("") == (0,) * 14


def test_ends_of_short_texts_are_the_text() -> None:
    assert (first_characters("dog"), last_characters("dog")) == (("d", "do"), ("g", "og"))
    assert (first_characters("d"), last_characters("d")) == (("d", "d"), ("d", "d"))


def test_numbers_become_one_flag_each_for_known_and_new_texts() -> None:
    fitting = ["a" * length for length in range(1, 101)]

    known, new = PROBES["length"](fitting, ["a", "a" * 50, "a" * 1000])

    # Twenty classes of five texts for the length, one for the lines, which are all the same.
    assert known.shape[1] == new.shape[1]
    assert (known.sum(axis=1) == 2).all()
    assert sorted(np.asarray(known.sum(axis=0)).ravel()[:20]) == [5.0] * 20
    assert len({tuple(row) for row in new.toarray()}) == 3
    assert (new[2] != known[-1]).nnz == 0


def test_characters_never_seen_are_no_feature() -> None:
    known, new = PROBES["first two characters"](["ab", "ac", "b"], ["ab", "zz"])

    assert known.shape == (3, 5)
    assert new.sum(axis=1).ravel().tolist() == [[2.0, 0.0]]


def test_all_together_is_all_of_them_side_by_side() -> None:
    fitting, others = ["good dog!", "bad\ncat", "犬 12"], ["dog"]
    surface = [name for name in PROBES if name not in ("all of these", "character 1–3-grams (for scale)")]

    known, new = PROBES["all of these"](fitting, others)

    assert len(surface) == 4
    assert known.shape[1] == new.shape[1] == sum(PROBES[name](fitting, others)[0].shape[1] for name in surface)
