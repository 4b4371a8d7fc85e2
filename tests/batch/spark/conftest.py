"""One Spark for all tests, with two Python workers; it is started when it is first asked for."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sextortion_signals.batch import assess_records
from sextortion_signals.batch.results import nested_json
from sextortion_signals.batch.spark import require_java, use_this_python

TEXTS = Path(__file__).resolve().parents[3] / "data" / "synthetic" / "test.jsonl"
ROWS = 2_500
BAD = [None, "", " \u200b", "あ" * 20_001]
ODD = [
    "👨\u200d👩\u200d👧 pay me or your nudes go out",
    "裸の写真を 送って\x00くれないと\r\nばらまく",
    "ｈｅｌｌｏ\ufeff",
]
COVERAGE = "COVERAGE_"
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a JVM that lives for seconds had better start fast
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA_OPTIONS,
    "spark.sql.shuffle.partitions": "2",
    "spark.log.level": "ERROR",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A real Spark. Without Java this is an error that says what to install."""
    require_java()
    use_this_python()
    from pyspark.sql import SparkSession

    # What the workers run is measured by tests of the same functions in this process; measured there, it would crawl.
    held_back = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(COVERAGE)}
    folder = tmp_path_factory.mktemp("spark")
    places = {"spark.local.dir": str(folder / "local"), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    builder = SparkSession.builder.master("local[2]").appName("tests")
    session = builder.config(map=SETTINGS | places).getOrCreate()
    os.environ.update(held_back)
    yield session
    session.stop()


@pytest.fixture
def submit_settings():
    """Options of `spark-submit` for the same settings."""
    return [word for name, value in SETTINGS.items() for word in ("--conf", f"{name}={value}")]


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


@pytest.fixture(scope="session")
def batch_rows():
    """`batch_rows(detector, texts, options)`: what `batch` gives for texts, with the ids of the advice alone."""

    def rows(detector, texts, options=None):
        records = ({"message": text} for text in texts)
        found = assess_records(detector, records, text_column="message", options=options)
        return [
            _with_ids(json.loads("{" + nested_json(item.assessment or item.failure, prefix="") + "}")) for item in found
        ]

    return rows


@pytest.fixture(scope="session")
def expected(batch_rows, detector, texts):
    """What the library says of `texts`, in their order."""
    return batch_rows(detector, texts)


def _with_ids(row):
    return row if row["advice"] is None else {**row, "advice": [item["id"] for item in row["advice"]]}
