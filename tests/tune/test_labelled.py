from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from sextortion_signals.batch import Format, ReadOptions
from sextortion_signals.errors import RecordError
from sextortion_signals.tune import read_labelled


def test_rows_of_a_japanese_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes("番号,本文,判定\r\n1,写真を送れ,１\r\n2,明日は雨, 0 \r\n3,未判定,\r\n4,,1\r\n".encode("cp932"))

    rows = read_labelled(path, label_column="判定")

    assert rows.texts == ("写真を送れ", "明日は雨")
    assert rows.risk.tolist() == [True, False]
    assert (rows.unlabelled, rows.unreadable) == (1, 1)


def test_json_labels_of_any_kind() -> None:
    labels = [1, 0, True, False, 1.0, "0", "TRUE", None, ""]
    lines = [json.dumps({"text": f"text {number}", "risk": label}) for number, label in enumerate(labels)]
    stream = io.BytesIO("\n".join([*lines, '{"text": "no label"}', '{"text": 5, "risk": 1}', "no json"]).encode())

    rows = read_labelled(stream, read=ReadOptions(Format.JSONL))

    assert rows.risk.tolist() == [True, False, True, False, True, False, True]
    assert (rows.unlabelled, rows.unreadable) == (3, 2)


def test_ragged_rows_and_what_lies_behind_the_limit_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"text,risk\nfine,0\na,b,1\n{' ' * 20_000}secret,1\n", encoding="utf-8")

    rows = read_labelled(path)

    assert rows.texts == ("fine",)
    assert rows.unreadable == 2


@pytest.mark.parametrize("label", ["2", "yes", "0.5", "a secret text"])
def test_other_labels_are_refused_by_row_and_not_repeated(tmp_path: Path, label: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"text,risk\nfine,0\nalso fine,{label}\n", encoding="utf-8")

    with pytest.raises(RecordError, match=r"row 2: column 'risk' must hold 1 for a case, 0 for any other") as caught:
        read_labelled(path)
    assert label not in str(caught.value).replace("row 2", "")


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\nfine,0\n", encoding="utf-8")

    with pytest.raises(RecordError, match=r"no column 'risk'; choose one with --label-column: text, label"):
        read_labelled(path)
    with pytest.raises(RecordError, match="no column 'body'"):
        read_labelled(path, text_column="body", label_column="label")
