"""kill -9 on the real command at random moments; the same command, given again, has to bring the same bytes."""

import random
import shutil
import subprocess
import time

import pytest

from sextortion_signals.batch import run_batch
from sextortion_signals.batch.unfinished import SUFFIX, is_published

ROWS = 6_000
KILLS = 5


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    texts = ["明日の集合時間を教えてください", "see you at practice", "裸の写真をばらまくぞ。3万円払え", "", "=1+1"]
    path = tmp_path_factory.mktemp("kill") / "reports.csv"
    rows = "".join(f"{number},{texts[number % len(texts)]}\r\n" for number in range(ROWS))
    path.write_bytes(f"id,本文\r\n{rows}".encode("cp932"))
    return path


@pytest.mark.parametrize(
    ("name", "workers", "sort"),
    [("out.csv", 1, False), ("out.jsonl", 2, True), ("out.parquet", 1, False), ("out.csv", 2, False)],
)
def test_batch_killed_at_random_moments(
    command_line, reports, tmp_path, detector, uncovered_environment, name, workers, sort
):
    expected = tmp_path / f"expected{name[3:]}"
    begun = time.monotonic()
    run_batch(lambda: detector, reports, expected, sort=sort)
    # Starting takes as long as some thousand rows.
    longest = min(2 * (time.monotonic() - begun), 4.0)
    target = tmp_path / name
    flags = ["--sort"] if sort else []
    command = [*command_line, "batch", str(reports), "-o", str(target), "--workers", str(workers), *flags]
    moments = random.Random(workers)
    killed = 0
    while not target.exists() or is_published(target):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=uncovered_environment)
        if killed < KILLS:
            time.sleep(moments.uniform(0.2, longest))
            process.kill()
        ended = process.wait()
        assert ended == 0 or killed < KILLS
        killed += ended != 0
        if target.exists() and killed < KILLS:
            # It was quicker than the killer: once more from the beginning.
            target.unlink()
            shutil.rmtree(tmp_path / (name + SUFFIX), ignore_errors=True)
    assert killed == KILLS
    assert target.read_bytes() == expected.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([expected.name, name])
