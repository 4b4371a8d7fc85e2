import gzip

import pytest

from sextortion_signals import Detector
from sextortion_signals.batch import AssessOptions, Format, ReadOptions, WriteOptions, convert, run_batch, unfinished
from sextortion_signals.errors import OutputError, RecordError, ResumeError

FILES = {
    "a.csv": "id,text\n" + "".join(f"{number},払え\n" for number in range(9)),
    "more/b.csv": "id;本文\n1;こんにちは\n2;\n",
    "more/deep/c.jsonl": '{"text": "払え"}\n',
    "z.csv": "text\nhello\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, content in {**FILES, "notes.docx": "x", "_SUCCESS": "", ".hidden.csv": "text\n"}.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(content, encoding="utf-8")
    (tmp_path / "in" / "more" / "d.csv.gz").write_bytes(gzip.compress(b"text\nhello\n"))
    return tmp_path / "in"


@pytest.fixture
def run(folder, tmp_path, rule_detector):
    def start(name="out", **options):
        return run_batch(lambda: rule_detector, folder, tmp_path / name, **options)

    return start


def files(path):
    return {item.relative_to(path).as_posix(): item.read_bytes() for item in path.rglob("*") if item.is_file()}


def test_folder_each_file_becomes_one(run, folder, tmp_path, rule_detector):
    seen = []
    summary = run(on_progress=lambda *step: seen.append(step))
    assert (summary.files, summary.rows, summary.failed, summary.left_out) == (5, 14, 1, ("notes.docx",))
    assert (summary.text_column, summary.levels["high"], summary.encoding) == ("text, 本文", 10, "utf-8")
    assert [rows for rows, _ in seen] == sorted(rows for rows, _ in seen)
    assert (seen[0][0], seen[-1]) == (0, (14, 1.0))
    found = files(tmp_path / "out")
    assert sorted(found) == sorted([*FILES, "more/d.csv.gz"])
    for name in FILES:
        run_batch(lambda: rule_detector, folder / name, tmp_path / f"one{(folder / name).suffix}")
        assert (tmp_path / f"one{(folder / name).suffix}").read_bytes() == found[name]
        (tmp_path / f"one{(folder / name).suffix}").unlink()
    assert gzip.decompress(found["more/d.csv.gz"]).startswith(b"text,ss_risk")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_folder_with_another_format_for_the_output(run, tmp_path):
    run(write=WriteOptions(Format.JSONL))
    assert sorted(files(tmp_path / "out")) == [
        *("a.jsonl", "more/b.jsonl", "more/d.jsonl.gz", "more/deep/c.jsonl", "z.jsonl")
    ]
    run("columns", write=WriteOptions(Format.PARQUET))
    assert "more/d.parquet" in files(tmp_path / "columns")


def test_folder_with_a_format_for_the_input_reads_every_file(folder, tmp_path, rule_detector):
    for name in FILES:
        (folder / name).unlink()
    (folder / "notes.docx").write_text("text\nhello\n", encoding="utf-8")
    summary = run_batch(
        *(lambda: rule_detector, folder, tmp_path / "out"), read=ReadOptions(Format.CSV), write=WriteOptions(Format.CSV)
    )
    assert (summary.files, summary.left_out) == (2, ())
    assert sorted(files(tmp_path / "out")) == ["more/d.csv.gz", "notes.csv"]


def test_folder_what_cannot_be_done(run, folder, tmp_path, rule_detector):
    with pytest.raises(RecordError, match="lies in the input folder"):
        run_batch(lambda: rule_detector, folder, folder / "out")
    with (tmp_path / "x").open("wb") as stream, pytest.raises(RecordError, match="name a folder for the output"):
        run_batch(lambda: rule_detector, folder, stream)
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordError, match="holds no file whose suffix names a format"):
        run_batch(lambda: rule_detector, tmp_path / "empty", tmp_path / "out")
    with pytest.raises(OutputError, match=r"cannot write .*x"):
        run("x")
    (folder / "a.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"a\.jsonl and another file would both become a\.parquet"):
        run(write=WriteOptions(Format.PARQUET))
    assert not (tmp_path / "out").exists()


def test_folder_outputs_that_exist_are_not_replaced(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "z.csv").write_bytes(b"old")
    with pytest.raises(RecordError, match=r"z\.csv exists; use --force"):
        run()
    assert files(tmp_path / "out") == {"z.csv": b"old"}
    run(write=WriteOptions(force=True))
    assert files(tmp_path / "out")["z.csv"] != b"old"


@pytest.fixture
def stopped(run, monkeypatch):
    """Press Ctrl-C behind so many rows, with a checkpoint after every fourth."""
    monkeypatch.setattr(convert, "CHUNK_SIZE", 4)
    monkeypatch.setattr(unfinished, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    monkeypatch.setattr(unfinished, "_TIMES_ITS_COST", 0.0)

    def start(rows, **options):
        def press(done, _fraction):
            if done >= rows:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as caught:
            run(on_progress=press, **options)
        return caught.value

    return start


@pytest.mark.parametrize(("rows", "resumed"), [(1, 4), (8, 8), (9, 9), (10, 11), (12, 12), (14, 14)])
def test_folder_is_continued(stopped, run, tmp_path, rows, resumed):
    error = stopped(rows)
    assert "run the same command again to continue" in error.__notes__[-1]
    summary = run()
    assert (summary.rows, summary.resumed) == (14, resumed)
    whole = run("whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")
    assert summary.levels == whole.levels
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out", "whole"]


def test_folder_a_bad_file_is_named_and_can_be_put_right(run, folder, tmp_path):
    content = (folder / "more" / "b.csv").read_bytes()
    (folder / "more" / "b.csv").write_bytes(content + b'"')
    with pytest.raises(RecordError, match=r"^more/b\.csv: a quotation mark") as caught:
        run()
    assert caught.value.__notes__ == ["1 file(s) are done; run the same command again to continue"]
    (folder / "more" / "b.csv").write_bytes(content)
    # One that has come since is done as well.
    (folder / "new.csv").write_text("text\nhello\n", encoding="utf-8")
    assert (run().resumed, len(files(tmp_path / "out"))) == (9, 6)


def test_folder_other_options_or_files_are_refused(stopped, run, folder, tmp_path):
    stopped(12)
    with pytest.raises(ResumeError, match="other options"):
        run(options=AssessOptions(awareness=True))
    with pytest.raises(ResumeError, match="another way of reading"):
        run(text_column="id")
    (folder / "a.csv").write_text("text\nhello\n", encoding="utf-8")
    with pytest.raises(ResumeError, match=r"a\.csv has changed since it was assessed"):
        run()
    # What the interrupted run has made may be replaced; nothing else without --force.
    assert run(restart=True).resumed == 0


def test_folder_a_damaged_checkpoint(stopped, run, tmp_path):
    stopped(12)
    (tmp_path / "out.unfinished" / "checkpoint.json").write_bytes(b"{")
    with pytest.raises(ResumeError, match="is damaged"):
        run()
    assert run(restart=True, write=WriteOptions(force=True)).resumed == 0


def test_folder_with_workers_hires_them_once(tmp_path, monkeypatch):
    from sextortion_signals.batch import workers

    hired = []
    real = workers.Workers.__init__
    monkeypatch.setattr(workers.Workers, "__init__", lambda self, *args: hired.append(1) or real(self, *args))
    (tmp_path / "in").mkdir()
    for number in range(3):
        rows = "明日の集合時間\n" * (10_000 if number == 1 else 10)
        (tmp_path / "in" / f"{number}.csv").write_text("text\n" + rows, encoding="utf-8")
    monkeypatch.setattr("sextortion_signals.batch.crew.usable_cores", lambda: 2)
    summary = run_batch(Detector.load, tmp_path / "in", tmp_path / "out", workers=None)
    assert (summary.rows, len(hired)) == (10_020, 1)
