"""One Spark for all tests, with two Python workers; it is started when it is first asked for."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sextortion_signals.batch.spark import require_java, use_this_python

TEXTS = Path(__file__).resolve().parents[3] / "data" / "synthetic" / "test.jsonl"
ROWS = 3_000
BAD = [None, "", " \u200b", "あ" * 20_001]
ODD = [
    "👨\u200d👩\u200d👧 pay me or your nudes go out",
    "裸の写真を 送って\x00くれないと\r\nばらまく",
    "ｈｅｌｌｏ\ufeff",
]
COVERAGE = "COVERAGE_"


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A real Spark. Without Java this is an error that says what to install."""
    require_java()
    use_this_python()
    from pyspark.sql import SparkSession

    # What the workers run is measured by tests of the same functions in this process; measured there, it would crawl.
    held_back = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(COVERAGE)}
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "4",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[2]").appName("tests")
    session = builder.config(map=settings).getOrCreate()
    os.environ.update(held_back)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def texts():
    """Texts of the corpus, with some that cannot be assessed and some that are hard to carry, spread among them."""
    lines = TEXTS.read_text(encoding="utf-8").splitlines()[:ROWS]
    texts, special = [json.loads(line)["text"] for line in lines], [*BAD, *ODD]
    for number, text in enumerate(special):
        texts.insert((number + 1) * len(texts) // (len(special) + 1), text)
    return texts


@pytest.fixture(scope="session")
def parquet(texts, tmp_path_factory):
    """A folder of eight Parquet files with the texts, their numbers and a column of a type of its own."""
    folder = tmp_path_factory.mktemp("parquet")
    table = pa.table(
        {"id": range(len(texts)), "message": texts, "tags": [["a", None]] * len(texts)},
        schema=pa.schema([("id", pa.int64()), ("message", pa.string()), ("tags", pa.list_(pa.string()))]),
    )
    size = -(-table.num_rows // 8)
    for number in range(8):
        pq.write_table(table.slice(number * size, size), folder / f"part-{number}.parquet")
    return folder
