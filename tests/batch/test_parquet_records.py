import datetime
import io
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sextortion_signals.batch import ReadOptions, WriteOptions, run_batch
from sextortion_signals.batch.formats import Format
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import MissingExtraError, RecordError

DAY = datetime.date(2026, 11, 1)
TABLE = pa.table({"id": pa.array([7, 8], pa.int32()), "day": [DAY, None], "text": ["払え", None]})


@pytest.fixture
def parquet(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path)
    return path


def test_parquet_columns_keep_their_types(parquet, tmp_path, rule_detector):
    summary = run_batch(lambda: rule_detector, parquet, tmp_path / "out.parquet")
    assert (summary.rows, summary.failed, summary.encoding) == (2, 1, None)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.select(TABLE.column_names).schema.equals(TABLE.schema)
    assert table.select(TABLE.column_names).to_pydict() == TABLE.to_pydict()
    assert table["ss_risk"].to_pylist() == [0.95, None]
    assert table["ss_evidence"].to_pylist() == ["payment_demand[0:2] 払え", None]
    assert table["ss_error"].to_pylist() == [None, "a text must be a str, not NoneType"]


def test_parquet_to_csv_and_back(parquet, tmp_path, rule_detector):
    run_batch(lambda: rule_detector, parquet, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1].startswith("7,2026-11-01,払え,0.95,high")
    run_batch(lambda: rule_detector, tmp_path / "out.csv", tmp_path / "b.pq", write=WriteOptions(prefix="b_"))
    assert pq.read_table(tmp_path / "b.pq")["id"].to_pylist() == ["7", "8"]


def test_parquet_lone_surrogates_are_replaced(write, tmp_path, rule_detector):
    path = write("a.jsonl", '{"text": "\\ud800払え", "tags": [1]}\n')
    run_batch(lambda: rule_detector, path, tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist()[0]["text"] == "?払え"


def test_parquet_damaged_files_are_refused(write, parquet):
    with pytest.raises(RecordError, match="not a Parquet file"), open_records(write("b.parquet", "text\n")):
        pass
    content = bytearray(parquet.read_bytes())
    content[4:40] = b"\xff" * 36
    with (
        pytest.raises(RecordError, match="damaged behind row 0"),
        open_records(io.BytesIO(bytes(content)), ReadOptions(Format.PARQUET)) as reader,
    ):
        list(reader)


def test_parquet_an_empty_file_has_been_read(tmp_path):
    pq.write_table(TABLE.slice(0, 0), tmp_path / "a.parquet")
    with open_records(tmp_path / "a.parquet") as reader:
        assert (list(reader), reader.fraction()) == ([], 1.0)


def test_parquet_without_pyarrow_says_what_to_install(parquet, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"sextortion-signals\[batch\]"), open_records(parquet):
        pass
