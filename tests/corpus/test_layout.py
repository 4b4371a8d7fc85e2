from __future__ import annotations

from sextortion_signals.corpus.layout import aligned_table, markdown_table


def test_aligned_table_counts_full_width_letters_twice() -> None:
    assert aligned_table(("name", "rows"), [("相談", "3"), ("a\nb", "1,200"), ("é", "")]) == (
        "name   rows\n"  #
        "-----------\n"
        "相談      3\n"
        "a b   1,200\n"
        "é"
    )


def test_letters_without_width_count_none() -> None:
    lines = aligned_table(("e", "n"), [("e\u0301\u200b", "1")]).split("\n")

    assert lines[2] == "e\u0301\u200b  1"


def test_markdown_table_aligns_numbers_right() -> None:
    assert markdown_table(("name", "rows"), [("a", "1")]) == "| name | rows |\n| --- | ---: |\n| a | 1 |"


def test_tables_without_rows_keep_their_header() -> None:
    assert aligned_table(("a", "b"), []) == "a  b\n----"
