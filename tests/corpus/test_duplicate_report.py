from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sextortion_signals.corpus import DuplicateReport, NearDuplicate, Row, duplicate_report, find_near_duplicates
from sextortion_signals.corpus.duplicate_report import report_rows

MakeRow = Callable[..., Row]


def numbered(make_row: MakeRow, *texts: str, **fields: str) -> list[Row]:
    return [make_row(text, id=f"row {index}", **fields) for index, text in enumerate(texts)]


def test_counts_by_hand(make_row: MakeRow) -> None:
    # 6 grams, the same 6 and two more, 6 others, and a text that is too short.
    rows = numbered(make_row, "abcdefgh", "abcdefghij", "stuvwxyz", "short")

    report = report_rows(rows)

    assert (report.compared, report.too_short, report.pairs, report.minimal_pairs, report.exempt) == (3, 1, 1, 0, 0)
    assert report.nearest == NearDuplicate("row 0", "row 1", 0.75)
    assert report.histogram == {"en": (1, 0, 0, 0, 0, 0, 0, 2, 0, 0)}


def test_halves_of_a_pair_are_exempt_from_each_other_and_from_nothing_else(make_row: MakeRow) -> None:
    first, second, third, fourth = numbered(
        make_row, *["the same long text"] * 2, "the same long test", "quite another"
    )
    rows = [replace(first, pair="c=1"), replace(second, pair="c=1"), third, fourth]

    report = report_rows(rows)

    assert (report.minimal_pairs, report.exempt, report.pairs) == (1, 1, 2)
    # 16 grams each, 14 of them shared.
    assert report.nearest == NearDuplicate("row 0", "row 2", round(14 / 18, 4))
    assert report.histogram["en"][7] == 3


def test_equal_texts_fall_into_the_last_bin_and_a_border_into_the_upper_one(make_row: MakeRow) -> None:
    assert report_rows(numbered(make_row, *["the same text"] * 2)).histogram["en"][-1] == 2
    # 7 grams of 10: exactly 0.7.
    at_border = report_rows(numbered(make_row, "abcdefghi", "abcdefghijkl"))
    assert (at_border.histogram["en"][7], at_border.pairs) == (2, 1)


def test_pairs_are_those_that_the_check_finds(make_row: MakeRow) -> None:
    generator = random.Random(3)
    texts = ["".join(generator.choices("abc", k=12)) for _ in range(80)]
    rows = [replace(row, pair=f"c={index // 2}") for index, row in enumerate(numbered(make_row, *texts))]

    report = report_rows(rows, threshold=0.4)
    found = find_near_duplicates(rows, threshold=0.4)

    assert report.pairs == len(found) > 0
    assert report.nearest is not None
    assert report.nearest.similarity == pytest.approx(max(item.similarity for item in found), abs=1e-4)
    unpaired = find_near_duplicates([replace(row, pair=None) for row in rows], threshold=0.4)
    assert report.exempt == len(unpaired) - len(found)


@pytest.mark.parametrize("texts", [(), ("only one text",), ("nothing in common", "いろはにほへとちり")])
def test_nothing_is_near_where_nothing_is_shared(make_row: MakeRow, texts: tuple[str, ...]) -> None:
    report = report_rows(numbered(make_row, *texts))

    assert (report.nearest, report.pairs, report.compared) == (None, 0, len(texts))
    assert "largest similarity left" in report.to_text()


def test_threshold_outside_of_its_range_is_refused(make_row: MakeRow) -> None:
    with pytest.raises(ValueError, match="threshold must lie above 0"):
        report_rows(numbered(make_row, "some text"), threshold=0.0)


def test_forms_hold_the_same_counts(make_corpus: Callable[..., Path]) -> None:
    folder = make_corpus(
        en_b01="@ en-b01-001 ev_home casual\nN | abcdefgh\nN | abcdefghij\n",
        ja_b01="@ ja-b01-001 ev_home casual\nN | いろはにほへとちり\n",
    )

    report = duplicate_report(folder)

    assert DuplicateReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert "| 0.7–0.8 | 2 | 0 | 2 |" in report.to_markdown().split("\n")
    assert "| largest similarity left | 0.750 |" in report.to_markdown().split("\n")
    assert ["0.0–0.1", "0", "1", "1"] in [line.split() for line in report.to_text().split("\n")]
    alone = report_rows([])
    assert DuplicateReport.from_dict(alone.to_dict()) == alone
