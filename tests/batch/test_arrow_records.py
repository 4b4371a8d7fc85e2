import datetime
import decimal
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sextortion_signals.batch import Format, ReadOptions, WriteOptions, run_batch
from sextortion_signals.batch.arrow_records import exact_chunks
from sextortion_signals.batch.formats import ColumnChunk
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import RecordError

ROWS = 5_000
TEXTS = ["払え", "こんにちは", None, "가나다"]
TABLE = pa.table(
    {
        "id": pa.array(range(ROWS), pa.int16()),
        "text": [TEXTS[number % 4] for number in range(ROWS)],
        "nanoseconds": pa.array(range(ROWS), pa.timestamp("ns", "Asia/Tokyo")),
        "sum": pa.array([decimal.Decimal("1.50")] * ROWS, pa.decimal128(9, 2)),
        "list": [[{"a": number}] for number in range(ROWS)],
        "bytes": pa.array([b"\xff"] * ROWS, pa.binary()),
        "day": pa.array([datetime.date(2026, 1, 1)] * ROWS),
    }
)


def save(path, table=TABLE, rows=700):
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=rows)
    else:
        new = pa.ipc.new_stream if path.suffix == ".arrows" else pa.ipc.new_file
        with new(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return path


def load(path):
    if path.suffix == ".parquet":
        return pq.read_table(path)
    opened = pa.ipc.open_stream if path.suffix == ".arrows" else pa.ipc.open_file
    with pa.OSFile(str(path)) as file:
        return opened(file).read_all()


@pytest.mark.parametrize("target", ["out.arrow", "out.arrows", "out.feather", "out.parquet"])
@pytest.mark.parametrize("source", ["in.arrow", "in.arrows", "in.parquet"])
def test_arrow_columns_go_through_unchanged(tmp_path, rule_detector, source, target):
    summary = run_batch(lambda: rule_detector, save(tmp_path / source), tmp_path / target)
    assert (summary.rows, summary.failed, summary.levels["high"]) == (ROWS, ROWS / 4, ROWS / 4)
    table = load(tmp_path / target)
    assert table.select(TABLE.column_names).equals(TABLE.cast(table.select(TABLE.column_names).schema))
    assert table.schema.field("id").type == pa.int16()
    assert table.schema.field("nanoseconds").type.unit == "ns"
    assert table["ss_risk"].to_pylist()[:4] == [0.95, 0.01, None, 0.01]
    assert table["ss_error"][2].as_py() == "a text must be a str, not NoneType"


@pytest.mark.parametrize("source", ["in.arrow", "in.parquet"])
@pytest.mark.parametrize("target", ["out.parquet", "out.arrow", "out.csv"])
def test_arrow_sorted(tmp_path, rule_detector, source, target, monkeypatch):
    monkeypatch.setattr("sextortion_signals.batch.arrow_records._GROUP_ROWS", 1_000)
    run_batch(lambda: rule_detector, save(tmp_path / source), tmp_path / target, sort=True)
    if target == "out.csv":
        lines = (tmp_path / target).read_text(encoding="utf-8").splitlines()[1:]
        found = [int(line.split(",")[0]) for line in lines]
    else:
        found = load(tmp_path / target)["id"].to_pylist()
    risks = np.tile([0.95, 0.01, -1.0, 0.01], ROWS // 4)
    assert found == np.argsort(-risks, kind="stable").tolist()


def test_arrow_row_groups_are_large_but_bounded(tmp_path, rule_detector, monkeypatch):
    source = save(tmp_path / "in.parquet")
    run_batch(lambda: rule_detector, source, tmp_path / "a.parquet")
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 1
    monkeypatch.setattr("sextortion_signals.batch.arrow_records._GROUP_BYTES", 100_000)
    run_batch(lambda: rule_detector, source, tmp_path / "b.parquet")
    assert pq.ParquetFile(tmp_path / "b.parquet").num_row_groups > 2
    assert load(tmp_path / "a.parquet").equals(load(tmp_path / "b.parquet"))


def test_arrow_to_text_formats_and_back(tmp_path, rule_detector):
    source = save(tmp_path / "in.arrow", TABLE.slice(0, 2))
    run_batch(lambda: rule_detector, source, tmp_path / "out.jsonl")
    run_batch(lambda: rule_detector, source, tmp_path / "out.csv")
    line = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[2]
    assert line.startswith(
        '1,こんにちは,1970-01-01 09:00:00.000000001+0900,1.50,"[{""a"": 1}]",\\xff,2026-01-01,0.01,low'
    )
    run_batch(lambda: rule_detector, tmp_path / "out.jsonl", tmp_path / "b.arrow", write=WriteOptions(prefix="b_"))
    table = load(tmp_path / "b.arrow")
    assert table["id"].to_pylist() == ["0", "1"]
    assert table["list"].to_pylist() == ['[{"a": 0}]', '[{"a": 1}]']
    assert table["b_risk"].to_pylist() == [0.95, 0.01]


def test_arrow_categories_become_their_values(tmp_path, rule_detector):
    table = pa.table({"text": pa.chunked_array([pa.array(["払え", "a"]).dictionary_encode(), ["b"]][:1])})
    for source in ("in.parquet", "in.arrow"):
        run_batch(lambda: rule_detector, save(tmp_path / source, table), tmp_path / f"{source}.out.arrow")
        assert load(tmp_path / f"{source}.out.arrow")["text"].to_pylist() == ["払え", "a"]
        assert load(tmp_path / f"{source}.out.arrow").schema.field("text").type == pa.string()


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize("chosen", [Format.PARQUET, Format.ARROW, Format.ARROW_STREAM])
def test_arrow_from_stream_to_stream(tmp_path, rule_detector, chosen, sort):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    suffix = {Format.PARQUET: "parquet", Format.ARROW: "arrow", Format.ARROW_STREAM: "arrows"}[chosen]
    content = save(tmp_path / f"in.{suffix}").read_bytes()
    target = io.BytesIO()
    seen = []
    run_batch(
        lambda: rule_detector,
        *(Pipe(content), target),
        read=ReadOptions(chosen),
        sort=sort,
        on_progress=lambda rows, fraction: seen.append((rows, fraction)),
    )
    run_batch(lambda: rule_detector, tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}", sort=sort)
    assert target.getvalue() == (tmp_path / f"out.{suffix}").read_bytes()
    assert seen[-1] == (ROWS, None if chosen is Format.ARROW_STREAM else 1.0)


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.arrows"])
@pytest.mark.parametrize("skip", [0, 1_000, 1_400, 4_999, 5_000])
def test_arrow_rows_can_be_passed_over(tmp_path, name, skip):
    with open_records(save(tmp_path / name)) as reader:
        chunks = list(reader.chunks(1_000, skip=skip))
        assert reader.fraction() == 1.0
    assert [id for chunk in chunks for id in chunk.values("id")] == list(range(skip, ROWS))
    assert all(len(chunk) == 1_000 for chunk in chunks[:-1])


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.arrows"])
def test_arrow_records_one_by_one(tmp_path, name):
    with open_records(save(tmp_path / name, TABLE.select(["id", "text"]))) as reader:
        assert list(reader)[:2] == [{"id": 0, "text": "払え"}, {"id": 1, "text": "こんにちは"}]


def test_arrow_chunks_are_exact_whatever_the_batches_are():
    def batches():
        for size in (3, 1, 10, 0, 2):
            yield pa.record_batch({"n": list(range(size))})

    assert [len(chunk) for chunk in exact_chunks(batches(), 4)] == [4, 4, 4, 4]
    assert [len(chunk) for chunk in exact_chunks(batches(), 4, skip=5)] == [4, 4, 3]
    assert list(exact_chunks(iter(()), 4)) == []
    assert ColumnChunk(pa.record_batch({"n": [1, 2]}))[0:2] == [{"n": 1}, {"n": 2}]


def test_arrow_what_is_no_arrow_is_refused(write, tmp_path):
    for name, content in (("a.arrow", b"ARROW1 no"), ("b.arrows", b"no arrow"), ("c.feather", b"FEA1")):
        with pytest.raises(RecordError, match="no Arrow file or stream"), open_records(write(name, content)):
            pass
    content = save(tmp_path / "in.arrows").read_bytes()
    with (
        pytest.raises(RecordError, match=r"the Arrow data is damaged behind batch 0 \(\w+\); write it again"),
        open_records(write("d.arrows", content[:20_000])) as reader,
    ):
        list(reader)


def test_arrow_a_column_that_is_there_twice_is_refused(tmp_path):
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    for name in ("in.arrow", "in.parquet"):
        with pytest.raises(RecordError, match="the input has twice: text"), open_records(save(tmp_path / name, table)):
            pass


def test_arrow_an_empty_file(tmp_path, rule_detector):
    for name in ("in.arrow", "in.arrows", "in.parquet"):
        source = save(tmp_path / name, TABLE.slice(0, 0))
        for sort in (False, True):
            run_batch(
                *(lambda: rule_detector, source, tmp_path / "out.arrow"), sort=sort, write=WriteOptions(force=True)
            )
            assert load(tmp_path / "out.arrow").num_rows == 0
            run_batch(*(lambda: rule_detector, source, tmp_path / "out.csv"), sort=sort, write=WriteOptions(force=True))
            assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("id,text,")
