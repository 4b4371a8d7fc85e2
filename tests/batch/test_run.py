import contextlib
import csv
import gzip
import io
import json
import os
from pathlib import Path

import pytest

from sextortion_signals.batch import AssessOptions, Format, ReadOptions, WriteOptions, run_batch
from sextortion_signals.batch.spool import LiveSpool, write_in_order
from sextortion_signals.errors import OutputError, RecordError

REPORTS = "id,本文,note\n1,こんにちは,\n2,=払え,x\n3,,y\n4,가나다,\n"


def rows(path, encoding="utf-8", **options):
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, **options))


def test_run_keeps_rows_columns_and_order(write, tmp_path, rule_detector):
    summary = run_batch(lambda: rule_detector, write("in.csv", REPORTS), tmp_path / "out.csv")
    result = rows(tmp_path / "out.csv")
    assert [row["id"] for row in result] == ["1", "2", "3", "4"]
    assert list(result[0])[:4] == ["id", "本文", "note", "ss_risk"]
    assert result[1] == {
        "id": "2",
        "本文": "'=払え",
        "note": "x",
        "ss_risk": "0.95",
        "ss_level": "high",
        "ss_role": "offender",
        "ss_signals": "payment_demand 0.90",
        "ss_evidence": "payment_demand[1:3] 払え",
        "ss_advice": "お金は払わないで",
        "ss_language": "ja",
        "ss_error": "",
    }
    assert (result[2]["ss_risk"], result[2]["ss_error"]) == ("", "the text is empty")
    assert result[3]["ss_language"] == "ko (unverified)"
    counts = summary.to_dict()
    assert (counts["rows"], counts["assessed"], counts["failed"], counts["unverified"]) == (4, 3, 1, 1)
    assert (counts["levels"], counts["failures"]) == ({"low": 2, "elevated": 0, "high": 1}, {"EmptyTextError": 1})
    assert (counts["protected"], counts["text_column"], counts["encoding"], counts["model"]) == (
        1,
        "本文",
        "utf-8",
        "rule",
    )
    assert counts["signals"]["payment_demand"] == counts["roles"]["offender"] == 1
    assert counts["rows_per_second"] > 0


def test_run_sorts_the_highest_risk_first_and_failures_last(write, tmp_path, rule_detector):
    run_batch(lambda: rule_detector, write("in.csv", REPORTS), tmp_path / "out.csv", sort=True)
    assert [row["id"] for row in rows(tmp_path / "out.csv")] == ["2", "1", "4", "3"]


def test_run_jsonl_is_nested(write, tmp_path, rule_detector):
    path = write("in.jsonl", '{"text": "払え", "n": {"a": 1}}\n{oops}\n')
    run_batch(lambda: rule_detector, path, tmp_path / "out.jsonl")
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert first["n"] == {"a": 1}
    assert first["ss_evidence"] == [{"signal": "payment_demand", "start": 0, "end": 2, "quote": "払え"}]
    assert first["ss_signals"] == [{"id": "payment_demand", "score": 0.9}]
    assert first["ss_advice"] == [{"id": "do_not_pay", "audience": "child", "title": "お金は払わないで"}]
    assert first["ss_language"] == {"code": "ja", "verified": True}
    assert second["ss_error"].startswith("line 2 is not JSON")
    assert second["ss_risk"] is None


def test_run_jsonl_to_csv_has_every_column(write, tmp_path, rule_detector):
    path = write("in.jsonl", '{"text": "払え"}\n{"text": "a", "late": [1]}\n')
    run_batch(lambda: rule_detector, path, tmp_path / "out.csv")
    assert [row["late"] for row in rows(tmp_path / "out.csv")] == ["", "[1]"]


@pytest.mark.parametrize(
    ("encoding", "options", "written"),
    [
        ("utf-8", {}, "utf-8"),
        ("utf-8-sig", {}, "utf-8-sig"),
        ("cp932", {}, "utf-8-sig"),
        ("utf-16", {}, "utf-8-sig"),
        ("cp932", {"encoding": "cp932"}, "cp932"),
        ("utf-8", {"encoding": "utf-16"}, "utf-16"),
    ],
)
def test_run_encoding_of_the_output(write, tmp_path, rule_detector, encoding, options, written):
    source = write("in.csv", "id,本文\r\n1,払え\r\n", encoding)
    run_batch(lambda: rule_detector, source, tmp_path / "out.csv", write=WriteOptions(**options))
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") == (written == "utf-8-sig")
    assert content.decode(written).startswith("id,本文,ss_risk")
    assert "\r\n" in content.decode(written)


@pytest.mark.parametrize(
    ("source", "content", "target", "delimiter"),
    [
        ("in.csv", "id;text\n1;a\n", "out.csv", ";"),
        ("in.csv", "id\ttext\n1\ta\n", "out.csv", "\t"),
        ("in.tsv", "id\ttext\n1\ta\n", "out.csv", ","),
        ("in.csv", "id,text\n1,a\n", "out.tsv", "\t"),
        ("in.tsv", "id\ttext\n1\ta\n", "out.tsv", "\t"),
    ],
)
def test_run_delimiter_of_the_output(write, tmp_path, rule_detector, source, content, target, delimiter):
    run_batch(lambda: rule_detector, write(source, content), tmp_path / target)
    assert rows(tmp_path / target, delimiter=delimiter)[0]["id"] == "1"


def test_run_streams_in_and_out_stay_open(rule_detector):
    source, target = io.BytesIO(b"text\nhello\n"), io.BytesIO()
    run_batch(lambda: rule_detector, source, target, read=ReadOptions(Format.CSV), write=WriteOptions(prefix="r_"))
    assert target.getvalue().startswith(b"text,r_risk,")
    assert not source.closed


def test_run_truncated_texts_are_noted(write, tmp_path, rule_detector):
    path = write("in.csv", "text\n" + "長" * 300 + "\n")
    options = AssessOptions(truncate=True)
    summary = run_batch(lambda: rule_detector, path, tmp_path / "out.csv", options=options)
    assert (summary.truncated, summary.failed) == (1, 0)
    assert rows(tmp_path / "out.csv")[0]["ss_error"] == "note: only the first part of the text was read"
    run_batch(lambda: rule_detector, path, tmp_path / "out.jsonl", options=options)
    assert "only the first part" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_run_progress_counts_up_to_the_end(write, tmp_path, rule_detector):
    path = write("in.csv", "text\n" + "払え\n" * 2_500)
    seen = []
    run_batch(lambda: rule_detector, path, tmp_path / "out.csv", on_progress=lambda *step: seen.append(step))
    assert [rows for rows, _ in seen] == [0, 1024, 2048, 2500]
    assert seen[-1][1] == 1.0
    assert len(rows(tmp_path / "out.csv")) == 2_500


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("missing.csv", "out.csv", "cannot read .*missing.csv: No such file"),
        ("in.txt", "out.csv", "the suffix '.txt' names no format"),
        ("in.csv", "out.xlsx", "the suffix '.xlsx' names no format; .* with --output-format"),
        ("in.csv", "out.csv.bz2", "the suffix '.bz2' names no format"),
        ("in.csv", "in.csv", "is the input itself"),
        ("in.csv", "taken.csv", "use --force"),
    ],
)
def test_run_refuses_before_it_starts(write, tmp_path, rule_detector, source, target, message):
    write("in.csv", REPORTS)
    write("in.txt", REPORTS)
    write("taken.csv", "old")
    with pytest.raises(RecordError, match=message):
        run_batch(lambda: rule_detector, tmp_path / source, tmp_path / target)
    assert rule_detector.calls == 0
    assert (tmp_path / "taken.csv").read_text() == "old"


def test_run_standard_input_needs_a_format(rule_detector):
    with pytest.raises(RecordError, match="standard input has no suffix"):
        run_batch(lambda: rule_detector, io.BytesIO(b"text\n"), io.BytesIO())


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_run_a_failure_in_the_middle_leaves_no_output(write, tmp_path, rule_detector, name):
    path = write("in.csv", "text\n" + "払え\n" * 3_000 + '"open\n')
    with pytest.raises(RecordError, match="never closed"):
        run_batch(lambda: rule_detector, path, tmp_path / name)
    assert [item.name for item in tmp_path.iterdir()] == ["in.csv"]


def test_run_with_the_bundled_model(write, tmp_path, detector):
    case = "裸の動画で脅されています。3万円払えと言われました。どうしたらいいですか"
    path = write("in.csv", f"text\n{case}\n明日の集合時間を教えてください\n")
    summary = run_batch(lambda: detector, path, tmp_path / "out.csv")
    high, low = rows(tmp_path / "out.csv")
    assert float(high["ss_risk"]) > 0.5 > float(low["ss_risk"])
    assert high["ss_role"] == detector.assess(case).role
    assert summary.model == detector.model


def test_run_into_a_device_and_into_a_pipe(write, tmp_path, rule_detector):
    source = write("in.csv", REPORTS)
    run_batch(lambda: rule_detector, source, tmp_path / "out.csv")
    assert run_batch(lambda: rule_detector, source, Path("/dev/null")).rows == len(rows(tmp_path / "out.csv"))
    reader, writer = os.pipe()
    with open(reader, "rb") as taken, open(writer, "wb") as given:
        run_batch(lambda: rule_detector, source, given)
        given.close()
        assert taken.read() == (tmp_path / "out.csv").read_bytes()


def test_run_a_buffered_stream_that_fails_at_the_end_is_an_error(write, rule_detector):
    source = write("in.csv", REPORTS)
    # So little is written that nothing fails before the buffer is emptied.
    # It fails once more when it is closed.
    failing = pytest.raises(OutputError, match="cannot write the output: No space left")
    with contextlib.suppress(OSError), Path("/dev/full").open("wb", buffering=1 << 20) as stream, failing:
        run_batch(lambda: rule_detector, source, stream)
    reader, writer = os.pipe()
    os.close(reader)
    with contextlib.suppress(OSError), open(writer, "wb", buffering=1 << 20) as stream, pytest.raises(BrokenPipeError):
        run_batch(lambda: rule_detector, source, stream)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl.gz"])
def test_run_sorted_rows_are_written_in_blocks(write, tmp_path, rule_detector, monkeypatch, name):
    source = write("in.csv", "id,text\n" + "".join(f"{n},払え{n % 3 * '。'}\n" for n in range(500)))
    run_batch(lambda: rule_detector, source, tmp_path / f"whole.{name}", sort=True)
    monkeypatch.setattr("sextortion_signals.batch.spool._BLOCK_BYTES", 100)
    monkeypatch.setattr("sextortion_signals.batch.spool._MAPPED_BYTES", 300)
    run_batch(lambda: rule_detector, source, tmp_path / name, sort=True)
    taken = io.BytesIO()
    run_batch(lambda: rule_detector, source, taken, sort=True)
    contents = [(tmp_path / each).read_bytes() for each in (f"whole.{name}", name)]
    if name.endswith(".gz"):
        contents = [gzip.decompress(content) for content in contents]
    else:
        contents.append(taken.getvalue())
    assert set(contents) == {contents[0]}


def test_run_rows_without_an_order_are_not_sorted():
    spool = LiveSpool(iter([b"a", b"b"]))
    with pytest.raises(ValueError, match="no order"):
        write_in_order(spool, b"", io.BytesIO(), None)
    assert bytes(spool.view()) == b""
    spool.forget()
    assert spool.stream().read() == b"ab"
