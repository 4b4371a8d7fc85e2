import shutil
import time

import pytest

from sextortion_signals.batch.spark import assess_frame

PATIENCE = 60  # seconds


def started(spark, source, folder, **trigger):
    stream = spark.readStream.schema("id long, message string, tags array<string>")
    scored = assess_frame(stream.option("maxFilesPerTrigger", 1).parquet(str(source)))
    written = scored.writeStream.format("parquet").option("checkpointLocation", str(folder / "checkpoint"))
    return written.trigger(**trigger).start(str(folder / "out"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def test_stream_restarted_in_between_gives_each_row_once(spark, parquet, expected, folder):
    files = sorted(parquet.glob("*.parquet"))
    for path in files[:6]:
        shutil.copy(path, folder / "in")
    query = started(spark, folder / "in", folder, processingTime="0 seconds")
    deadline = time.monotonic() + PATIENCE
    while not query.recentProgress and time.monotonic() < deadline:
        time.sleep(0.02)
    query.stop()  # one file is done at least, another one is being read
    assert 0 < spark.read.parquet(str(folder / "out")).count() < spark.read.parquet(str(parquet)).count()
    for path in files[6:]:
        shutil.copy(path, folder / "in")
    assert started(spark, folder / "in", folder, availableNow=True).awaitTermination(PATIENCE)

    scored = spark.read.parquet(str(folder / "out"))
    assert scored.schema == assess_frame(spark.read.parquet(str(parquet))).schema
    rows = sorted(scored.select("id", "ss_risk", "ss_error").collect())
    assert rows == [(number, row["risk"], row["error"]) for number, row in enumerate(expected)]
