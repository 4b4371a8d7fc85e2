import pytest

from sextortion_signals.batch.atomic import atomic_output, check_target
from sextortion_signals.errors import RecordError


def test_atomic_output_appears_whole(tmp_path):
    target = tmp_path / "out.csv"
    with atomic_output(target) as stream:
        stream.write(b"a")
        assert not target.exists()
    assert target.read_bytes() == b"a"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def write_and(target, then, *, force=False):
    with atomic_output(target, force=force) as stream:
        stream.write(b"half")
        then()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_atomic_output_leaves_nothing_behind(tmp_path, error):
    def fail():
        raise error

    (tmp_path / "old.csv").write_bytes(b"old")
    for name in ("new.csv", "old.csv"):
        with pytest.raises(error):
            write_and(tmp_path / name, fail, force=True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old.csv", b"old")]


def test_atomic_output_that_appeared_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "out.csv"
    with pytest.raises(RecordError, match="appeared meanwhile"):
        write_and(target, lambda: target.write_bytes(b"theirs"))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out.csv", b"theirs")]


def test_atomic_output_follows_a_link_and_the_umask(tmp_path):
    real = tmp_path / "real.csv"
    real.write_bytes(b"old")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    with atomic_output(link, force=True) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o600 == 0o600


def test_atomic_output_to_a_device_is_direct():
    from pathlib import Path

    with atomic_output(Path("/dev/null")) as stream:
        assert stream.write(b"x") == 1


def test_atomic_targets_are_checked(tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"x")
    check_target(tmp_path / "new.csv", source=source, force=False)
    with pytest.raises(RecordError, match="use --force"):
        check_target(source, source=None, force=False)
    check_target(source, source=None, force=True)
    with pytest.raises(RecordError, match="is the input itself"):
        check_target(tmp_path / "." / "in.csv", source=source, force=True)
    with pytest.raises(RecordError, match="is a folder"):
        check_target(tmp_path, source=source, force=True)
    with pytest.raises(RecordError, match="does not exist; create it"):
        check_target(tmp_path / "no" / "out.csv", source=source, force=True)


def test_atomic_output_into_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(RecordError, match="cannot write into"), atomic_output(tmp_path / "no" / "out.csv"):
        pass
