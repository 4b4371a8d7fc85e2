from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import check_corpus
from sextortion_signals.errors import CorpusError

MakeCorpus = Callable[..., Path]
CARDS = """
[categories.off_payment]
[categories.ben_photo]
[categories.vic_consult]
[categories.third_family]
[categories.pairs]
[registers]
ja = ["polite"]
en = ["casual"]
"""
GOOD = """@ ja-b01-001 off_payment polite
Ope | 動画を消したいなら三万円を用意しなさい
@ ja-b01-002 ben_photo polite
N | 証明写真は縦四センチでお願いします
@ ja-b01-003 vic_consult polite
Vpd | 動画のことでお金を求められています
@ ja-b01-004 third_family polite
Td | 弟が送った写真で脅されています
@ ja-b01-005 pairs polite
Op =1 | 動画を消してほしければお支払いください
N =1 | 動画を見てほしければお支払いください
Op =2 | 写真の件は今夜ご返事ください、金額は同じです
Opr =2 | 写真の件は今すぐご返事ください、金額は同じです
"""


def found(folder: Path) -> list[tuple[str, str]]:
    return [(problem.row, problem.rule) for problem in check_corpus(folder).problems]


def test_good_corpus_has_no_problems(make_corpus: MakeCorpus) -> None:
    folder = make_corpus(ja_b01=GOOD)
    (folder / "cards.toml").write_text(CARDS, encoding="utf-8")

    report = check_corpus(folder)

    assert report.problems == ()
    assert report.ok
    counted = {"files": 1, "rows": 8, "conversations": 0, "strict_turns": 0}
    assert report.to_dict() == {"ok": True, **counted, "counts": {}, "problems": []}
    assert report.to_text() == "8 rows in 1 files, 0 problems\n"


@pytest.mark.parametrize(
    ("card", "rows", "expected"),
    [
        ("off_payment polite", "N | 一つ目の文です", [("ja-b01-001-01", "label_category")]),
        ("ben_photo polite", "Oe | 一つ目の文です", [("ja-b01-001-01", "label_category")]),
        ("ev_home polite", "Vd | 一つ目の文です", [("ja-b01-001-01", "label_category")]),
        ("vic_report polite", "Td | 一つ目の文です", [("ja-b01-001-01", "label_category")]),
        ("third_other polite", "Vd | 一つ目の文です", [("ja-b01-001-01", "label_category")]),
        ("ben_photo polite", "Ne | 一つ目の文です", [("ja-b01-001-01", "label_signals")]),
        ("vic_report polite", "Vp | 一つ目の文です", [("ja-b01-001-01", "label_disclosure")]),
        ("third_other polite", "T | 一つ目の文です", [("ja-b01-001-01", "label_disclosure")]),
        ("off_payment polite", "Opd | 一つ目の文です", [("ja-b01-001-01", "label_disclosure")]),
        ("off_payment polite", "Opp | 一つ目の文です", [("ja-b01-001-01", "label_letters")]),
        ("off_payment polite", "O | 一つ目の文です", []),
        ("pairs polite", "Op =1 | 一つ目の文です", [("ja-b01-001-01", "pair")]),
        ("pairs polite", "Op =1 | 一つ\nN =1 | 二つ\nOe =1 | 三つ", [("ja-b01-001-01", "pair")]),
        ("pairs polite", "Op =1 | 一つ\nOp =1 | 二つ", [("ja-b01-001-01", "pair")]),
        ("pairs polite", "Vpd =1 | 一つ\nTpd =1 | 二つ", []),
        ("ben_photo polite", f"N | {'長い' * 1000}\nN | {'永い' * 1001}", [("ja-b01-001-02", "length")]),
        ("ben_photo polite", "N | Hello  You\nN | ｈｅｌｌｏ you", [("ja-b01-001-02", "duplicate")]),
        ("ben_photo polite", "N | お電話は090-1234-5678まで", [("ja-b01-001-01", "content_phone_number")]),
        ("off_payment polite", "Op | 高校の皆に", [("ja-b01-001-01", "content_school_stage")]),
        ("ben_photo polite", "N | 明日の朝八時に駅で\nN | 明日の朝八時に駅でね", [("ja-b01-001-02", "near_duplicate")]),
    ],
)
def test_each_rule_names_the_row_that_breaks_it(
    make_corpus: MakeCorpus, card: str, rows: str, expected: list[tuple[str, str]]
) -> None:
    assert found(make_corpus(ja_b01=f"@ ja-b01-001 {card}\n{rows}\n")) == expected


def test_cards_are_checked_against_their_file_and_the_lists(make_corpus: MakeCorpus) -> None:
    folder = make_corpus(
        ja_b01="@ ja-b02-001 off_payment polite\nOp | 一\n@ ja-b01-001 off_paiment polite\nOp | 二\n"
        "@ ja-b01-002 off_payment casual\nOp | 三\nOe | 四\n@ ja-b01-002 ben_photo polite\nN | 五\n"
    )
    (folder / "cards.toml").write_text(CARDS, encoding="utf-8")

    assert found(folder) == [
        ("ja-b02-001-01", "card_file"),
        ("ja-b01-001-01", "card_category"),
        ("ja-b01-002-01", "card_register"),
        ("ja-b01-002-01", "card_twice"),
    ]


def test_flawed_lines_do_not_stop_the_check(make_corpus: MakeCorpus) -> None:
    folder = make_corpus(
        ja_b01="N | 早すぎる\n@ ja-b01-001 ben_photo polite\nX | 何\nN | よい文\nNe | わるい文\n@ broken\nN | 札なし\n",
        en_b01="@ en-b01-001 ben_photo casual\nNe | still read\n",
    )
    (folder / "src" / "ja-b02.txt").write_bytes("@ ja-b02-001 ben_photo polite\nN | 文\n".encode("cp932"))
    (folder / "src" / "ja-b03.txt").mkdir()

    report = check_corpus(folder)

    assert [(item.file, item.row, item.rule) for item in report.problems] == [
        ("ja-b01.txt", "line 1", "form"),
        ("ja-b01.txt", "line 3", "form"),
        ("ja-b01.txt", "line 6", "form"),
        ("ja-b01.txt", "line 7", "form"),
        ("ja-b02.txt", "file", "encoding"),
        ("ja-b03.txt", "file", "unreadable"),
        ("en-b01.txt", "en-b01-001-01", "label_signals"),
        ("ja-b01.txt", "ja-b01-001-03", "label_signals"),
    ]
    assert (report.files, report.rows) == (4, 3)
    assert not report.ok


def test_report_holds_no_texts(make_corpus: MakeCorpus) -> None:
    report = check_corpus(
        make_corpus(ja_b01="@ ja-b01-001 off_payment polite\nNp | 秘密の文\nOp | 秘密の文\nQ | 秘密の文\n")
    )

    assert "秘密" not in report.to_text()
    assert "秘密" not in json.dumps(report.to_dict(), ensure_ascii=False)
    assert report.counts() == {"form": 1, "label_category": 1, "label_signals": 1, "duplicate": 1}
    assert "ja-b01.txt: line 4: form: a row is 'LABEL | TEXT' below a card" in report.to_text()


def test_near_duplicates_can_be_left_out(make_corpus: MakeCorpus) -> None:
    folder = make_corpus(ja_b01="@ ja-b01-001 ben_photo polite\nN | 明日の朝八時に駅で\nN | 明日の朝八時に駅でね\n")

    assert not check_corpus(folder).ok
    assert check_corpus(folder, near_duplicates=False).ok


def test_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no corpus sources"):
        check_corpus(tmp_path)
