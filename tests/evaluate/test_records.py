from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate import read_evaluation_file, read_text_file
from sextortion_signals.evaluate.records import UNNAMED
from sextortion_signals.types import Role, SignalId

Write = Callable[..., Path]
CASE = {
    "text": "払えば消す",
    "lang": "ja",
    "risk": 1,
    "role": "offender",
    "signals": ["payment_demand"],
    "category": "off",
}


def test_labelled_row_is_read_with_its_labels(write: Write) -> None:
    file = read_evaluation_file(write("a.jsonl", {**CASE, "id": "r1", "unsure": ["pressure"]}))

    (row,) = file.rows
    assert (file.name, file.labelled) == ("a.jsonl", True)
    assert (row.id, row.text, row.lang, row.group) == ("r1", "払えば消す", "ja", "off")
    assert row.label is not None
    assert (row.label.risk, row.label.role) == (1, Role.OFFENDER)
    assert row.label.signals == {SignalId.PAYMENT_DEMAND}
    assert row.label.unsure == {SignalId.PRESSURE}


def test_risk_0_row_counts_as_other_without_signals(write: Write) -> None:
    row = {**CASE, "risk": 0, "role": "victim", "signals": ["disclosure"]}

    label = read_evaluation_file(write("a.jsonl", row)).rows[0].label

    assert label is not None
    assert (label.role, label.signals) == (Role.OTHER, frozenset())


def test_row_without_id_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\n{"text": "a"}\n\n{"text": "b"}\n', encoding="utf-8")

    assert [row.id for row in read_evaluation_file(path).rows] == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ({"corpus": "board", "source": "x"}, "board"),
        ({"source": "mail"}, "mail"),
        ({}, UNNAMED),
        ({"risk": 0, "kind": "news", "corpus": "x"}, "news"),
        ({"risk": 0, "category": "ben_photo", "kind": "news"}, "ben_photo"),
        ({"risk": 0}, UNNAMED),
    ],
)
def test_group_is_corpus_without_and_category_with_label(write: Write, fields: dict[str, Any], group: str) -> None:
    (row,) = read_evaluation_file(write("a.jsonl", {"text": "a", **fields})).rows

    assert (row.group, row.lang) == (group, UNNAMED)


def test_bom_and_line_separators_inside_a_text_survive(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"text": "a\u2028b"}\r\n'.encode())

    assert read_evaluation_file(path).rows[0].text == "a\u2028b"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"risk": 0}, "the field text must be a string"),
        ({"text": "  "}, "the field text must be a string"),
        ({**CASE, "risk": 0.5}, "risk must be 0 or 1"),
        ({**CASE, "risk": "1"}, "risk must be 0 or 1"),
        ({**CASE, "role": "bully"}, "role must be one of offender, victim, third_party, other"),
        ({**CASE, "role": None}, "role must be one of"),
        ({**CASE, "signals": ["shouting"]}, "signals must be one of image_demand"),
        ({**CASE, "signals": [1]}, "signals must be one of image_demand"),
        ({**CASE, "signals": "pressure"}, "signals must be a list"),
        ({**CASE, "unsure": ["d"]}, "unsure must be one of"),
    ],
)
def test_flaw_is_named_with_file_and_line_never_with_the_text(write: Write, row: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message) as caught:
        read_evaluation_file(write("a.jsonl", CASE, row))

    assert str(caught.value).startswith("a.jsonl:2: ")
    assert "払えば" not in str(caught.value)


@pytest.mark.parametrize("line", ["[1]", "{", '"text"', "[" * 100_000])
def test_line_that_is_no_object_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(RecordError, match=r"a\.jsonl:1: not a JSON object"):
        read_evaluation_file(path)


def test_file_is_labelled_throughout_or_not_at_all(write: Write) -> None:
    with pytest.raises(RecordError, match="row line 2 differs from the first"):
        read_evaluation_file(write("a.jsonl", CASE, {"text": "a"}))


def test_empty_missing_and_wrongly_encoded_files_are_refused(tmp_path: Path) -> None:
    empty, foreign = tmp_path / "empty.jsonl", tmp_path / "cp932.jsonl"
    empty.write_text("\n", encoding="utf-8")
    foreign.write_bytes('{"text": "写真"}'.encode("cp932"))

    with pytest.raises(RecordError, match="holds no rows"):
        read_evaluation_file(empty)
    with pytest.raises(RecordError, match="is not UTF-8"):
        read_evaluation_file(foreign)
    with pytest.raises(RecordError, match="cannot read"):
        read_evaluation_file(tmp_path / "nowhere.jsonl")


def test_conversations_are_no_file_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text('{"messages": [{"sender": "A", "text": "hi"}]}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"talks\.jsonl holds conversations"):
        read_text_file(path)
