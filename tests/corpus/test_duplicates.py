from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from sextortion_signals.corpus import Row, find_near_duplicates
from sextortion_signals.text import fold, normalize

MakeRow = Callable[..., Row]


def numbered(make_row: MakeRow, *texts: str) -> list[Row]:
    return [make_row(text, id=f"row {index}") for index, text in enumerate(texts)]


def grams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}


def test_similarity_is_jaccard_over_3_grams(make_row: MakeRow) -> None:
    # abcdefgh has 6 grams, abcdefghij 8, and the 6 are among the 8.
    (found,) = find_near_duplicates(numbered(make_row, "abcdefghij", "abcdefgh", "somethingelse"))

    assert (found.first, found.second) == ("row 0", "row 1")
    assert found.similarity == pytest.approx(6 / 8)


def test_threshold_itself_counts(make_row: MakeRow) -> None:
    rows = numbered(make_row, "abcdefghij", "abcdefgh")

    assert len(find_near_duplicates(rows, threshold=0.75)) == 1
    assert find_near_duplicates(rows, threshold=0.76) == ()


@pytest.mark.parametrize("other", ["写真 を  見ました 3回", "ｼｬｼﾝ ヲ ミマシタ", "シャシンヲ  ミマシタ"])
def test_case_width_kana_digits_and_spaces_make_no_difference(make_row: MakeRow, other: str) -> None:
    first = {"写": "写真 を 見ました 5回"}.get(
        other[0], "しゃしんを みました" if other[2] == "シ" else "しゃしん を みました"
    )

    (found,) = find_near_duplicates(numbered(make_row, first, other))

    assert found.similarity == 1.0


def test_short_texts_are_passed_over(make_row: MakeRow) -> None:
    rows = numbered(make_row, "abcdefg", "abcdefg")

    assert find_near_duplicates(rows) == ()
    assert len(find_near_duplicates(rows, minimum_length=7)) == 1
    assert find_near_duplicates(numbered(make_row, "ab", "ab"), minimum_length=1) == ()


def test_halves_of_one_pair_are_excepted_and_of_two_pairs_are_not(make_row: MakeRow) -> None:
    first, second, third = numbered(make_row, *["the same long text"] * 3)
    rows = [replace(first, pair="c=1"), replace(second, pair="c=1"), replace(third, pair="c=2")]

    assert [(item.first, item.second) for item in find_near_duplicates(rows)] == [
        ("row 0", "row 2"),
        ("row 1", "row 2"),
    ]


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.85, 1.0])
def test_finds_exactly_what_comparing_all_pairs_finds(make_row: MakeRow, threshold: float) -> None:
    generator = random.Random(11)
    texts = ["".join(generator.choices("abcd ", k=generator.randint(8, 30))).strip() + "xyzxyzxy" for _ in range(60)]
    texts += [text[:-2] + generator.choice(["ab", "cd"]) for text in texts] + texts[:5]
    rows = numbered(make_row, *texts)

    expected = set()
    for left, first in enumerate(rows):
        for second in rows[left + 1 :]:
            a, b = (grams(" ".join(fold(normalize(row.text).text).split())) for row in (first, second))
            if len(a & b) / len(a | b) >= threshold - 1e-9:
                expected.add((first.id, second.id))

    found = find_near_duplicates(rows, threshold=threshold)
    assert {(item.first, item.second) for item in found} == expected
    assert len(found) == len(expected) > 0


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1])
def test_threshold_outside_of_its_range_is_refused(make_row: MakeRow, threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold must lie above 0"):
        find_near_duplicates([make_row()], threshold=threshold)


def test_thousands_of_rows_take_seconds(make_row: MakeRow) -> None:
    generator = random.Random(5)
    syllables = [a + b for a in "kstnhmyrw" for b in "aiueo"]
    rows = numbered(make_row, *("".join(generator.choices(syllables, k=20)) for _ in range(4_000)))
    started = time.perf_counter()

    assert find_near_duplicates(rows) == ()
    assert time.perf_counter() - started < 20
