from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import read_second_reader
from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Role, SignalId

MakeCorpus = Callable[..., Path]
SOURCE = """@ ja-b01-001 off_payment polite
Ope | 払うまで待つ
Op | 金額は同じ
@ ja-b01-002 ben_photo casual
N | 犬の写真を見せて
"""


@pytest.fixture
def read(make_corpus: MakeCorpus) -> Callable[[bytes | str], list]:
    """Write the second reader's file beside a small corpus and read it."""

    def write_and_read(content: bytes | str) -> list:
        folder = make_corpus(ja_b01=SOURCE)
        (folder / "readings").mkdir(exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        (folder / "readings" / "second.tsv").write_bytes(data)
        return read_second_reader(folder)

    return write_and_read


def test_rows_keep_both_labels_in_file_order(read: Callable) -> None:
    readings = read("id\tfirst\tsecond\nja-b01-002-01\tN\tN\n\nja-b01-001-01\tOpe\tOpr\n")

    assert [reading.first.id for reading in readings] == ["ja-b01-002-01", "ja-b01-001-01"]
    assert readings[1].first.signals == (SignalId.PAYMENT_DEMAND, SignalId.EXPOSURE_THREAT)
    assert readings[1].second.signals == (SignalId.PAYMENT_DEMAND, SignalId.PRESSURE)
    assert readings[1].second.category == "off_payment"


def test_role_may_differ_from_the_category_the_reader_did_not_see(read: Callable) -> None:
    (reading,) = read("id\tfirst\tsecond\nja-b01-001-02\tOp\tVpd\n")

    assert (reading.first.role, reading.second.role, reading.second.risk) == (Role.OFFENDER, Role.VICTIM, 1)


def test_byte_order_mark_and_windows_line_ends_are_read(read: Callable) -> None:
    assert len(read("\ufeffid\tfirst\tsecond\r\nja-b01-002-01\tN\tN\r\n")) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "id\tfirst\tsecond\nja-b01-001-01\tOp\tOp\nja-b01-009-01\tN\tN\n",
            r"second\.tsv:3: no row of the corpus has this id",
        ),
        (
            "id\tfirst\tsecond\nja-b01-001-01\tOp\tOp\nja-b01-001-01\tOp\tOp\n",
            r"second\.tsv:3: row ja-b01-001-01 was labelled in line 2",
        ),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tX\n", r"second\.tsv:2: no label; write one role"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\top\n", "no label"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\t\n", "no label"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tNp\n", "the label breaks the guide: an N row has no signals"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tVp\n", "a V or T row carries d"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tOd\n", "an O row never carries d"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tOpp\n", "a letter is written twice"),
        ("id\tfirst\tsecond\nja-b01-001-01 Op\n", r"second\.tsv:2: a line has 3 cells"),
        ("id\tfirst\tsecond\nja-b01-001-01\tOp\tOp\tsure\n", "with tabs between them"),
        ("ja-b01-001-01\tOp\tOp\n", r"second\.tsv:1: the header"),
        ("", "the header"),
        ("id\tfirst\tsecond\n\n", "holds no labels"),
        (b"id\tfirst\tsecond\n\xff\tN\n", "is not UTF-8 at byte 16"),
    ],
)
def test_faults_are_named_with_their_line(read: Callable, content: bytes | str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read(content)


def test_text_in_the_wrong_column_is_not_repeated(read: Callable) -> None:
    for line in ("払うまで待つ\tOp\tOp", "ja-b01-001-01\t払うまで待つ\tOp", "ja-b01-001-01\tOp\t払うまで待つ"):
        with pytest.raises(CorpusError) as caught:
            read(f"id\tfirst\tsecond\n{line}\n")
        assert "払う" not in str(caught.value)


def test_first_label_is_that_of_the_file_though_the_source_was_resolved_since(read: Callable) -> None:
    (reading,) = read("id\tfirst\tsecond\nja-b01-001-01\tOe\tOp\n")

    assert reading.first.signals == (SignalId.EXPOSURE_THREAT,)
    assert reading.second.signals == (SignalId.PAYMENT_DEMAND,)


def test_missing_file_is_named(make_corpus: MakeCorpus) -> None:
    with pytest.raises(CorpusError, match=r"cannot read .*second\.tsv: No such file"):
        read_second_reader(make_corpus(ja_b01=SOURCE))
