from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import check_corpus
from sextortion_signals.corpus.conversation_check import check_conversations

Make = Callable[..., Path]
CARDS = """
[categories.cv_lure]
label = "1, offender named"
[categories.cv_disclosure]
label = "1, no offender present (= 1 -)"
[categories.cb_daily]
label = "0"
[categories.cx_open]
label = "0 or 1"
[registers]
ja = ["polite"]
en = ["casual"]
"""
DAILY = "= 0\nA | are you up\nB | no\nB | what is it\nA | tea is ready\n"
LURE = "= 1 B\nA | hello again\nB ? | the recording is still here\nA | why\nB ! | pay by noon or they see it\n"
TOLD = "= 1 -\nA ?! | someone threatens my brother with a video\nB | since when\nA | monday\nB | call the helpline\n"


@pytest.fixture
def found(make_conversations: Make) -> Callable[[str], list[tuple[str, str]]]:
    """Check one source file beside the lists of cards, and return the places and rules of its problems."""

    def check(source: str) -> list[tuple[str, str]]:
        folder = make_conversations(en_c01=source)
        (folder / "conversations" / "cards.toml").write_text(CARDS, encoding="utf-8")
        return [(problem.row, problem.rule) for problem in check_conversations(folder).problems]

    return check


def test_good_conversations_have_no_problems_and_are_counted(make_conversations: Make) -> None:
    folder = make_conversations(
        en_c01=f"@ en-c01-01 cb_daily casual\n{DAILY}@ en-c01-02 cv_lure casual\n{LURE}",
        en_c02=f"@ en-c02-01 cv_disclosure casual\n{TOLD}",
    )
    (folder / "conversations" / "cards.toml").write_text(CARDS, encoding="utf-8")

    report = check_corpus(folder)

    assert report.ok
    assert (report.files, report.rows, report.conversations, report.strict_turns) == (3, 1, 3, 2)
    assert report.to_text() == "1 rows and 3 conversations (2 in strict turns) in 3 files, 0 problems\n"
    assert report.to_dict()["strict_turns"] == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"@ en-c01-01 cv_lure casual\n{DAILY}", [("en-c01-01-01", "label_category")]),
        (f"@ en-c01-01 cb_daily casual\n{LURE}", [("en-c01-01-01", "label_category")]),
        (f"@ en-c01-01 cv_lure casual\n{TOLD}", [("en-c01-01-01", "label_category")]),
        (f"@ en-c01-01 cv_disclosure casual\n{TOLD}{LURE}", [("en-c01-01-02", "label_category")]),
        (f"@ en-c01-01 cx_open casual\n{DAILY}", [("en-c01-01-01", "label_single")]),
        (f"@ en-c01-01 cx_open casual\n{DAILY}{LURE}", []),
        (f"@ en-c02-01 cb_daily casual\n{DAILY}", [("en-c02-01-01", "card_file")]),
        (f"@ en-c01-01 cb_dayly casual\n{DAILY}", [("en-c01-01-01", "card_category")]),
        (f"@ en-c01-01 cb_daily polite\n{DAILY}", [("en-c01-01-01", "card_register")]),
        (
            f"@ en-c01-01 cb_daily casual\n{DAILY}@ en-c01-01 cb_daily casual\n{DAILY.replace('tea', 'other things')}",
            [("en-c01-01-01", "card_twice"), ("en-c01-01-01", "near_duplicate")],
        ),
        (
            f"@ en-c01-01 cb_daily casual\n{DAILY}{DAILY.replace('tea', 'soup')}",
            [("en-c01-01-02", "near_duplicate")],
        ),
        (f"@ en-c01-01 cb_daily casual\n{DAILY}A | {'long ' * 401}\n", [("en-c01-01-01", "length")]),
        (f"@ en-c01-01 cb_daily casual\n{DAILY}A | call 090-1234-5678\n", [("en-c01-01-01", "content_phone_number")]),
        ("N | no card\n", [("line 1", "form")]),
    ],
)
def test_each_rule_names_the_conversation_that_breaks_it(
    found: Callable[[str], list[tuple[str, str]]], source: str, expected: list[tuple[str, str]]
) -> None:
    assert found(source) == expected


@pytest.mark.parametrize("sender", ["A", "B"])
def test_beside_an_offender_the_strict_rules_hold_for_everybody(
    found: Callable[[str], list[tuple[str, str]]], sender: str
) -> None:
    line = f"{sender} | at uni\n"

    assert found(f"@ en-c01-01 cv_lure casual\n{LURE}{line}") == [("en-c01-01-01", "content_university")]
    assert found(f"@ en-c01-01 cv_disclosure casual\n{TOLD}{line}") == []
    assert found(f"@ en-c01-01 cb_daily casual\n{DAILY}{line}") == []


def test_rules_for_cases_hold_where_a_case_is_told(found: Callable[[str], list[tuple[str, str]]]) -> None:
    assert found(f"@ en-c01-01 cv_disclosure casual\n{TOLD}A | in a bikini\n") == [
        ("en-c01-01-01", "content_nudity_in_detail")
    ]
    assert found(f"@ en-c01-01 cb_daily casual\n{DAILY}A | in a bikini\n") == []


def test_problem_in_a_message_names_its_line(make_conversations: Make) -> None:
    folder = make_conversations(en_c01=f"@ en-c01-01 cb_daily casual\n# a comment\n{DAILY}\nA | see some-page.com\n")

    (problem,) = check_corpus(folder).problems

    assert problem.detail == "line 9: no real link; write example.com or mask it with ***"
    assert problem.file == "en-c01.txt"


def test_flaws_do_not_stop_the_check_and_texts_are_never_repeated(make_conversations: Make) -> None:
    folder = make_conversations(
        en_c01=f"@ en-c01-01 cb_daily casual\n{DAILY}secret words\n= 0\nA | secret\n= 5\nA | secret\n{DAILY}"
    )
    (folder / "conversations" / "src" / "ja-c01.txt").write_bytes("@ 札".encode("cp932"))
    (folder / "conversations" / "src" / "ja-c02.txt").mkdir()

    report = check_corpus(folder)

    assert [(item.file, item.row, item.rule) for item in report.problems] == [
        ("en-c01.txt", "line 7", "form"),
        ("en-c01.txt", "line 8", "length"),
        ("en-c01.txt", "line 10", "form"),
        ("en-c01.txt", "line 11", "form"),
        ("ja-c01.txt", "file", "encoding"),
        ("ja-c02.txt", "file", "unreadable"),
    ]
    assert report.conversations == 1
    assert "secret" not in report.to_text()
    assert "secret" not in json.dumps(report.to_dict())


def test_near_duplicates_can_be_left_out(make_conversations: Make) -> None:
    folder = make_conversations(en_c01=f"@ en-c01-01 cb_daily casual\n{DAILY}{DAILY}")

    assert not check_corpus(folder).ok
    assert check_corpus(folder, near_duplicates=False).ok


def test_conversations_of_the_project_keep_the_guide(project_corpus: Path) -> None:
    assert [(item.row, item.rule, item.detail) for item in check_conversations(project_corpus).problems] == []
