"""Runs that end before their time, and what the same call makes of it."""

import errno
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sextortion_signals import Detector
from sextortion_signals.batch import AssessOptions, Format, ReadOptions, WriteOptions, convert, run_batch, unfinished
from sextortion_signals.batch.locks import locked
from sextortion_signals.batch.settings import Fingerprint
from sextortion_signals.errors import OutputError, RecordError, ResumeError

CRASHES = Path(__file__).with_name("crashes.py")
ROWS = 41
TEXTS = ["払え", "こんにちは", "", "=払え", "마커"]
INPUT = "id,text,body\n" + "".join(f"{number},{TEXTS[number % 5]},b{number}\n" for number in range(ROWS))


@pytest.fixture(autouse=True)
def checkpoints_after_every_fourth_row(monkeypatch):
    monkeypatch.setattr(convert, "CHUNK_SIZE", 4)
    monkeypatch.setattr(unfinished, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    monkeypatch.setattr(unfinished, "_TIMES_ITS_COST", 0.0)
    # Hundreds of checkpoints would wait for the disk; only a power cut would show the difference.
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture
def interrupted(run, write):
    """Press Ctrl-C when so many rows are done; returns the error."""

    def start(name="out.csv", *, rows=16, **options):
        write("in.csv", INPUT)

        def press(done, _fraction):
            if done == rows:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as caught:
            run(name, on_progress=press, **options)
        return caught.value

    return start


@pytest.fixture
def run(tmp_path, rule_detector):
    def run_again(name="out.csv", *, source=None, detector=rule_detector, **options):
        options = {"text_column": "text", **options}
        return run_batch(lambda: detector, source or tmp_path / "in.csv", tmp_path / name, **options)

    return run_again


@pytest.mark.parametrize(
    ("name", "step", "flags"),
    [
        ("out.csv", 3, ()),
        ("out.csv", 8, ("--stream",)),
        ("out.jsonl", 8, ("--sort",)),
        ("out.parquet", 10, ()),
        ("out.parquet", 10, ("--sort",)),
    ],
)
def test_resume_killed_at_one_line_after_another(tmp_path, uncovered_environment, name, step, flags):
    command = [sys.executable, str(CRASHES), str(tmp_path), name, str(step), *flags]
    result = subprocess.run(command, env=uncovered_environment, capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert found["wrong"] == []
    assert found["killed"] >= found["places"] / step > 30


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize("sort", [False, True])
def test_resume_after_ctrl_c_gives_the_output_of_an_uninterrupted_run(run, interrupted, tmp_path, name, sort):
    error = interrupted(name, sort=sort)
    assert error.__notes__[0].startswith("16 rows are kept in ")
    assert not (tmp_path / name).exists()
    seen = []
    resumed = run(name, sort=sort, on_progress=lambda *step: seen.append(step))
    assert [rows for rows, _ in seen] == [16, 20, 24, 28, 32, 36, 40, 41]
    whole = run("whole" + name[3:], sort=sort)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"whole{name[3:]}").read_bytes()
    assert (resumed.resumed, whole.resumed) == (16, 0)
    left_out = {"resumed", "seconds", "rows_per_second"}
    assert {k: v for k, v in resumed.to_dict().items() if k not in left_out} == {
        k: v for k, v in whole.to_dict().items() if k not in left_out
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["in.csv", name, f"whole{name[3:]}"])


def test_resume_without_a_checkpoint_leaves_nothing(interrupted, tmp_path):
    error = interrupted(rows=0)
    assert not hasattr(error, "__notes__")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


class Measured:
    """Has what a `Detector` tells of itself."""

    tier = "fast"
    profile = None
    max_length = 200

    def __init__(self, rule_detector, **differences):
        self.thresholds = {"elevated": 0.2}
        self.assess, self.assess_many = rule_detector.assess, rule_detector.assess_many
        self.manifest = type("Manifest", (), {"sha256": "a"})()
        self.__dict__.update(differences)


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ({"manifest": type("Manifest", (), {"sha256": "b"})()}, "another model"),
        ({"tier": "full"}, "another --tier"),
        ({"profile": type("Profile", (), {"to_dict": lambda _: {"name": "n"}})()}, "another --profile"),
        ({"thresholds": {"elevated": 0.3}}, "other thresholds"),
        ({"max_length": 10}, "other thresholds"),
    ],
)
def test_resume_with_another_model_is_refused(run, rule_detector, write, tmp_path, differences, words):
    write("in.csv", INPUT)
    measured = Measured(rule_detector)
    with pytest.raises(ZeroDivisionError):
        run(detector=measured, on_progress=lambda rows, _: 1 // (16 - rows))
    with pytest.raises(ResumeError, match=f"interrupted run with {words}; run that command again"):
        run(detector=Measured(rule_detector, **differences))
    assert run(detector=measured).resumed == 16


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"text_column": "body"}, "other columns, or another column for the text"),
        ({"options": AssessOptions(truncate=True)}, "other options"),
        ({"write": WriteOptions(prefix="x_")}, "another way of writing"),
        ({"sort": True}, "another way of writing"),
        ({"read": ReadOptions(delimiter=";")}, "other columns.*; another way of reading"),
    ],
)
def test_resume_with_other_options_is_refused(run, interrupted, tmp_path, options, words):
    interrupted()
    options = {"text_column": INPUT.splitlines()[0], **options} if "read" in options else options
    with pytest.raises(ResumeError, match=words):
        run(**options)
    assert run().resumed == 16


@pytest.mark.parametrize("content", [INPUT + "99,払え,x\n", INPUT.replace("b40", "b39"), INPUT.replace("b3\n", "c3\n")])
def test_resume_with_an_input_that_changed_is_refused_until_restart(run, interrupted, write, tmp_path, content):
    interrupted()
    write("in.csv", content)
    with pytest.raises(ResumeError, match=r"another input, or one that has changed since.*--restart"):
        run()
    assert run(restart=True).resumed == 0
    assert b"ss_risk" in (tmp_path / "out.csv").read_bytes()
    assert not (tmp_path / "out.csv.unfinished").exists()


def test_resume_with_another_version_is_refused(run, interrupted, monkeypatch):
    interrupted()
    monkeypatch.setattr("sextortion_signals.batch.single.__version__", "1900.1.0")
    with pytest.raises(ResumeError, match="another version of this program"):
        run()


def test_resume_workers_and_force_are_no_difference(write, tmp_path):
    write("in.csv", INPUT)
    (tmp_path / "out.csv").write_bytes(b"old")
    options = {"text_column": "text", "write": WriteOptions(force=True)}
    with pytest.raises(ZeroDivisionError):
        run_batch(
            Detector.load,
            *(tmp_path / "in.csv", tmp_path / "out.csv"),
            on_progress=lambda rows, _: 1 // (16 - rows),
            **options,
        )
    assert (tmp_path / "out.csv").read_bytes() == b"old"
    assert run_batch(Detector.load, tmp_path / "in.csv", tmp_path / "out.csv", workers=2, **options).resumed == 16


def stream(content=INPUT):
    return io.BytesIO(content.encode())


def test_resume_from_a_stream(run, interrupted, tmp_path):
    options = {"read": ReadOptions(Format.CSV)}
    interrupted(source=stream(), **options)
    changed = INPUT.replace("b2\n", "c2\n")
    for content in (changed, INPUT[:80]):
        with pytest.raises(ResumeError, match="the input differs from that of the interrupted run"):
            run(source=stream(content), **options)
    # What is behind the rows done may differ: then the output is that of the whole new stream.
    longer = INPUT + "99,払え,x\n"
    assert run(source=stream(longer), **options).resumed == 16
    run("whole.csv", source=stream(longer), **options)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_resume_an_input_that_changes_while_it_is_read_gives_no_output(run, write, tmp_path):
    path = write("in.csv", INPUT)

    def change(rows, _fraction):
        if rows == 16:
            path.write_text(INPUT + "\n", encoding="utf-8")

    with pytest.raises(RecordError, match="was changed while it was read"):
        run(on_progress=change)
    path.unlink()
    assert list(tmp_path.iterdir()) == []


def test_resume_a_fault_of_the_input_leaves_nothing(run, write, tmp_path):
    write("in.csv", INPUT + '99,"open\n')
    with pytest.raises(RecordError, match="never closed"):
        run()
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "rows").write_bytes(b"short"),
        lambda folder: (folder / "checkpoint.json").write_bytes(b"{"),
        lambda folder: (folder / "checkpoint.json").write_bytes(b"[]"),
        lambda folder: (folder / "checkpoint.json").write_bytes(b'{"format": 99}'),
        lambda folder: (folder / "checkpoint.json").write_bytes(b'{"format": 1, "settings": {}, "tally": 5}'),
    ],
)
def test_resume_what_is_damaged_is_refused_and_kept(run, interrupted, tmp_path, damage):
    interrupted()
    damage(tmp_path / "out.csv.unfinished")
    with pytest.raises(ResumeError, match="is damaged and cannot be continued; add --restart"):
        run()
    assert run(restart=True).rows == ROWS


def test_resume_one_run_at_a_time(run, interrupted, tmp_path):
    interrupted()
    lock, target = tmp_path / "out.csv.unfinished" / "lock", tmp_path / "out.csv"
    with locked(lock, target), pytest.raises(RecordError, match=r"another run is writing .*out\.csv; wait"):
        run()
    assert run().resumed == 16


def test_resume_locks_that_cannot_be_had(tmp_path, monkeypatch):
    from sextortion_signals.batch import locks

    with pytest.raises(OutputError, match="cannot write into"), locked(tmp_path / "no" / "lock", tmp_path / "x"):
        pass
    # The run that held the lock has finished and removed it in the meantime.
    real = locks.fcntl

    class Late:
        LOCK_EX, LOCK_NB = real.LOCK_EX, real.LOCK_NB

        @staticmethod
        def flock(descriptor, operation):
            (tmp_path / "lock").unlink()
            real.flock(descriptor, operation)

    monkeypatch.setattr(locks, "fcntl", Late)
    with pytest.raises(RecordError, match="has just written"), locked(tmp_path / "lock", tmp_path / "x"):
        pass
    monkeypatch.setattr(locks, "fcntl", None)
    with locked(tmp_path / "lock", tmp_path / "x"):
        pass


def test_resume_an_output_that_appeared_meanwhile_is_not_replaced(run, write, tmp_path):
    write("in.csv", INPUT)
    with pytest.raises(OutputError, match="has appeared meanwhile; use --force") as caught:
        run(on_progress=lambda rows, _: (tmp_path / "out.csv").write_bytes(b"theirs") if rows == 40 else None)
    assert f"{ROWS} rows are kept" in caught.value.__notes__[0]
    assert (tmp_path / "out.csv").read_bytes() == b"theirs"
    assert run(write=WriteOptions(force=True)).resumed == ROWS
    assert b"ss_risk" in (tmp_path / "out.csv").read_bytes()


@pytest.fixture
def killed_before_the_tidying(run, write, tmp_path, monkeypatch):
    """Leave what a run leaves that was killed when its output had just got its name."""
    write("in.csv", INPUT)
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "remove", lambda *_, **__: None)
        run()
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "out.csv.unfinished"}


def test_resume_after_the_output_was_published(killed_before_the_tidying, run, tmp_path, rule_detector):
    before, calls = (tmp_path / "out.csv").read_bytes(), rule_detector.calls
    assert unfinished.is_published(tmp_path / "out.csv")
    assert run().resumed == ROWS
    assert (tmp_path / "out.csv").read_bytes() == before
    assert rule_detector.calls == calls
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv"}


def test_resume_another_run_over_a_published_output(killed_before_the_tidying, run, tmp_path):
    with pytest.raises(RecordError, match="use --force"):
        run(write=WriteOptions(prefix="x_"))
    assert run(write=WriteOptions(prefix="x_", force=True)).resumed == 0
    assert b"x_risk" in (tmp_path / "out.csv").read_bytes()


def test_resume_a_published_output_that_was_taken_away_is_made_again(killed_before_the_tidying, run, tmp_path):
    (tmp_path / "out.csv").rename(tmp_path / "taken.csv")
    assert run().resumed == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "taken.csv").read_bytes()


def test_resume_is_published_takes_nonsense_for_no(tmp_path):
    (tmp_path / "out.csv.unfinished").mkdir()
    (tmp_path / "out.csv.unfinished" / "checkpoint.json").write_bytes(b"nonsense")
    assert not unfinished.is_published(tmp_path / "out.csv")


def test_resume_a_link_stays_a_link(run, write, tmp_path):
    write("in.csv", INPUT)
    (tmp_path / "shelf").mkdir()
    (tmp_path / "out.csv").symlink_to(tmp_path / "shelf" / "real.csv")
    run()
    assert (tmp_path / "out.csv").is_symlink()
    assert b"ss_risk" in (tmp_path / "shelf" / "real.csv").read_bytes()
    assert [path.name for path in (tmp_path / "shelf").iterdir()] == ["real.csv"]


def test_resume_the_checkpoint_holds_no_text(interrupted, tmp_path):
    interrupted()
    content = (tmp_path / "out.csv.unfinished" / "checkpoint.json").read_text(encoding="utf-8")
    assert not [word for word in (*filter(None, TEXTS), "body", "b3") if word in json.loads(json.dumps(content))]


FULL = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import RuleDetector
from sextortion_signals.batch import convert, run_batch, unfinished
from sextortion_signals.errors import OutputError
convert.CHUNK_SIZE = 4
unfinished._SECONDS_BETWEEN_CHECKPOINTS = unfinished._TIMES_ITS_COST = 0.0
os.fsync = lambda _descriptor: None
try:
    run_batch(RuleDetector, Path("in.csv"), Path(sys.argv[2]), text_column="text", sort="sort" in sys.argv)
except OutputError as error:
    print(error, *error.__notes__)
"""


@pytest.mark.parametrize(
    ("name", "share", "flags", "kept"),
    [
        ("out.csv", 0.5, (), " 100 rows are kept"),
        ("out.jsonl", 0.5, ("sort",), " 100 rows are kept"),
        ("out.parquet", 0.9, (), " rows are kept"),
        # So little is missing that the last file fails, the one with the header.
        ("out.csv", 0.999, ("sort",), "205 rows are kept"),
    ],
)
def test_resume_after_the_disk_was_full(run, write, tmp_path, uncovered_environment, name, share, flags, kept):
    header, rows = INPUT.split("\n", 1)
    write("in.csv", f"{header}\n{rows * 5}")
    run("whole" + name[3:], sort=bool(flags))
    whole = (tmp_path / f"whole{name[3:]}").read_bytes()
    limit = int(len(whole) * share)
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(CRASHES.parent), name, *flags],
        cwd=tmp_path,
        env=uncovered_environment,
        # No file may grow beyond this, which fails in the same way as a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"cannot write {name}.unfinished: File too large" in result.stdout
    assert kept in result.stdout
    assert not (tmp_path / name).exists()
    assert run(name, sort=bool(flags)).resumed > 0
    assert (tmp_path / name).read_bytes() == whole


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_resume_a_stream_that_cannot_be_written(write, rule_detector, name):
    source = write("in.csv", INPUT * 50)
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OutputError, match="No space left"):
        run_batch(
            lambda: rule_detector, source, full, text_column="text", write=WriteOptions(Format(name.split(".")[1]))
        )


def test_resume_a_folder_that_cannot_be_made(run, write, tmp_path):
    write("in.csv", INPUT)
    name = "x" * 250 + ".csv"
    with pytest.raises(OutputError, match=r"cannot write .*unfinished: File name too long"):
        run(name)


class Away(io.BytesIO):
    """A stream on a share that goes away behind the first 280 kB."""

    def seekable(self):
        return False

    def read(self, size=-1):
        if self.tell() >= 280_000:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(min(size, 280_000) if size and size > 0 else 280_000)


def test_resume_an_input_that_cannot_be_read_for_once(run, tmp_path):
    content = INPUT.replace("b30", "b" * 300_000).encode()
    options = {"read": ReadOptions(Format.CSV)}
    with pytest.raises(RecordError, match=r"cannot read behind line \d+: Input/output error") as caught:
        run(source=Away(content), **options)
    assert caught.value.__notes__[0].startswith("28 rows are kept")
    assert run(source=io.BytesIO(content), **options).resumed == 28
    run("whole.csv", source=io.BytesIO(content), **options)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_resume_an_input_that_is_only_touched_is_the_same(run, write, tmp_path):
    path = write("in.csv", INPUT)
    assert run(on_progress=lambda rows, _: os.utime(path, (rows, rows))).rows == ROWS
    with pytest.raises(RecordError, match="was changed while it was read"):
        run("other.csv", on_progress=lambda rows, _: path.unlink() if rows == 16 else None)
    assert [item.name for item in tmp_path.iterdir()] == ["out.csv"]


def test_resume_an_input_that_is_gone_has_no_fingerprint(tmp_path):
    with pytest.raises(RecordError, match=r"cannot read .*gone\.csv: No such file"):
        Fingerprint(tmp_path / "gone.csv")
