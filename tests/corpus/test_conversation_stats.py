from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import conversation_stats, corpus_stats, split_of

Make = Callable[..., Path]
JAPANESE = """@ ja-c01-01 cv_lure polite
= 1 A
A | 一
B | 二二
A ? | 三
B | 四
A ! | 五
= 1 -
A ?! | 一二三四
B | 二
B | 三
C | 四
@ ja-c01-02 cb_daily casual
= 0
A | 一
A | 二
B | 三
A | 四
B | 五
A | 六
"""
ENGLISH = """@ en-c02-01 cb_daily casual
= 0
A | a
B | b
A | c
B | d
"""


@pytest.fixture
def folder(make_conversations: Make) -> Path:
    return make_conversations(ja_c01=JAPANESE, en_c02=ENGLISH)


def test_counts_by_hand(folder: Path) -> None:
    stats = conversation_stats(folder)

    assert stats is not None
    assert stats.languages == ("en", "ja")
    assert stats.counts == {
        "conversations": {"en": 1, "ja": 3},
        "messages": {"en": 4, "ja": 15},
        "situation cards": {"en": 1, "ja": 2},
        "batches": {"en": 1, "ja": 1},
        "with an offender": {"en": 0, "ja": 1},
        "telling of a case": {"en": 0, "ja": 1},
    }
    assert stats.categories == {"cb_daily": {"en": 1, "ja": 1}, "cv_lure": {"ja": 2}}
    assert stats.registers == {"casual": {"en": 1, "ja": 1}, "polite": {"ja": 2}}
    assert stats.splits[f"{split_of('ja-c01-01')}, risk 1"] == {"ja": 2}
    assert list(stats.splits) == [f"{split}, risk {risk}" for split in ("train", "dev", "test") for risk in (0, 1)]


def test_shares_by_hand(folder: Path) -> None:
    stats = conversation_stats(folder)

    assert stats is not None
    assert stats.shares == {
        "share of risk 0": {"en": 1.0, "ja": 1 / 3, "all": 2 / 4},
        "share of three or more senders": {"en": 0.0, "ja": 1 / 3, "all": 1 / 4},
        "share in strict turns, risk 0": {"en": 1.0, "ja": 0.0, "all": 1 / 2},
        "share in strict turns, risk 1": {"en": None, "ja": 1 / 2, "all": 1 / 2},
        "share of risk 1 with both marks at one message": {"en": None, "ja": 1 / 2, "all": 1 / 2},
    }


def test_lengths_and_marks_by_hand(folder: Path) -> None:
    stats = conversation_stats(folder)

    assert stats is not None
    assert list(stats.lengths) == ["en, risk 0", "ja, risk 0", "ja, risk 1", "all, risk 0", "all, risk 1"]
    assert (stats.lengths["ja, risk 1"].shortest, stats.lengths["ja, risk 1"].mean) == (4, 4.5)
    assert (stats.message_lengths["ja, risk 1"].longest, stats.message_lengths["ja, risk 0"].longest) == (4, 1)
    # The first worry is the third message of one and the first of the other, certainty the fifth and the first.
    assert (stats.marks["ja, first evidence"].mean, stats.marks["all, unmistakable"].mean) == (2.0, 3.0)
    assert "en, unmistakable" not in stats.marks


def test_forms_hold_the_same_figures(folder: Path) -> None:
    stats = conversation_stats(folder)

    assert stats is not None
    data = json.loads(json.dumps(stats.to_dict()))
    assert data["counts"]["messages"] == {"en": 4, "ja": 15}
    assert data["agreement"] is None
    assert data["lengths"]["ja, risk 1"]["longest"] == 5
    assert "messages                                            4     15     19" in stats.to_text().split("\n")
    assert "| messages | 4 | 15 | 19 |" in stats.to_markdown().split("\n")
    assert "| share in strict turns, risk 1 | – | 0.500 | 0.500 |" in stats.to_markdown().split("\n")
    assert "No second reading of the conversations is published yet" in stats.to_markdown()


def test_second_reading_stands_below_the_counts(folder: Path) -> None:
    (folder / "conversations" / "readings").mkdir()
    (folder / "conversations" / "readings" / "second.tsv").write_text(
        "id\trisk\toffender\tfirst\tunmistakable\nja-c01-01-01\t1\tA\t1\t4\nen-c02-01-01\t0\t-\t-\t-\n",
        encoding="utf-8",
    )

    stats = conversation_stats(folder)

    assert stats is not None
    assert stats.agreement is not None
    assert "| first_evidence: ja | 1 | 1.00 | 0.00 |" in stats.to_markdown().split("\n")
    assert "No second reading" not in stats.to_markdown()
    assert "Second reading (en, ja, all): labels" in stats.to_text().split("\n")


def test_corpus_without_conversations_has_no_counts_of_them(make_corpus: Make) -> None:
    folder = make_corpus(en_b01="@ en-b01-001 ev_home casual\nN | ab\n")

    assert conversation_stats(folder) is None
    assert corpus_stats(folder).rows == {"en": 1}
