import os

import pyarrow as pa
import pytest
from pyspark.sql.functions import explode, lit

from sextortion_signals import Detector
from sextortion_signals.batch import AssessOptions
from sextortion_signals.batch.spark import ASSESSMENT_TYPE, SparkSettings, assess_column, assess_frame
from sextortion_signals.batch.spark.arrow import ASSESSMENT, assessment_array
from sextortion_signals.batch.spark.texts import assess_arrays, frame_function
from sextortion_signals.errors import RecordError


def test_frame_gives_every_row_what_the_library_gives(spark, parquet, texts, expected):
    scored = assess_frame(spark.read.parquet(str(parquet)))
    rows = [row.asDict(recursive=True) for row in scored.collect()]
    assert sorted(row["id"] for row in rows) == [*range(len(texts))]
    for row in rows:
        number = row.pop("id")
        assert (row.pop("message"), row.pop("tags")) == (texts[number], ["a", None])
        assert {name.removeprefix("ss_"): value for name, value in row.items()} == expected[number]


def test_column_gives_the_same_once(spark, parquet, expected):
    frame = spark.read.parquet(str(parquet)).withColumn("a", assess_column("message"))
    high = frame.where("a.level = 'high'").select("id", "a.role", "a.advice")
    plan = high._jdf.queryExecution().executedPlan().toString()
    assert plan.count("ArrowEvalPython") == 1  # the filter must not have texts assessed again
    assert {row["id"]: (row["role"], row["advice"]) for row in high.collect()} == {
        number: (row["role"], row["advice"]) for number, row in enumerate(expected) if row["level"] == "high"
    }


def test_frame_evidence_is_what_sql_cuts_out(spark, parquet):
    scored = assess_frame(spark.read.parquet(str(parquet)))
    spans = scored.select("message", explode("ss_evidence").alias("e"))
    cut = spans.selectExpr("substring(message, e.start + 1, e.end - e.start) = e.quote as same")
    assert {(row["same"], row["count"] > 100) for row in cut.groupBy("same").count().collect()} == {(True, True)}


def test_frame_loads_a_model_once_a_worker(spark):
    def look(batches):
        for batch in batches:
            seen = [(os.getpid(), id(SparkSettings().load()))] * batch.num_rows
            yield pa.RecordBatch.from_pydict({"pid": [pid for pid, _ in seen], "detector": [one for _, one in seen]})

    rows = spark.range(0, 32, numPartitions=8).mapInArrow(look, "pid long, detector long").collect()
    workers = {row["pid"] for row in rows}
    assert 1 <= len(workers) < 8
    assert len({(row["pid"], row["detector"]) for row in rows}) == len(workers)


def test_frame_takes_settings_with_it(spark, texts, batch_rows):
    settings = SparkSettings(thresholds={"elevated": 0.0001, "high": 0.0002}, options=AssessOptions(lang="en"))
    frame = spark.createDataFrame([(text,) for text in texts[:40]], "body string")
    rows = [row.asDict(recursive=True) for row in assess_frame(frame, settings=settings, prefix="x.").collect()]
    known = batch_rows(Detector.load(tier=settings.tier, thresholds=settings.thresholds), texts[:40], settings.options)
    assert [{name.removeprefix("x."): row[name] for name in row if name != "body"} for row in rows] == known
    assert {row["x.level"] for row in rows} == {"high"}


def test_frame_refuses_columns_in_doubt(spark):
    frame = spark.createDataFrame([("a", "b")], "text string, body string")
    with pytest.raises(RecordError, match="several columns"):
        assess_frame(frame)
    with pytest.raises(RecordError, match="already has ss_risk"):
        assess_frame(frame.withColumn("ss_risk", lit(1.0)), "text")


# What the workers run, in this process.


def batches_of(texts, size):
    column = pa.array(texts, pa.string())
    return [pa.record_batch([column.slice(begin, size)], names=["text"]) for begin in range(0, len(texts), size)]


@pytest.mark.parametrize("size", [1, 1_500])
def test_function_gives_the_same_in_batches_of_any_size(texts, expected, size):
    few = texts[:1_700] if size > 1 else texts[:20]
    pieces = list(frame_function("text", SparkSettings(), "ss_")(iter(batches_of(few, size))))
    assert max(piece.num_rows for piece in pieces) <= 1_024
    rows = [row for piece in pieces for row in piece.to_pylist()]
    known = [{f"ss_{name}": value for name, value in row.items()} for row in expected[: len(few)]]
    assert [{name: row[name] for name in row if name != "text"} for row in rows] == known
    columns = (batch.column(0) for batch in batches_of(few, size))
    structs = [row for array in assess_arrays(columns, SparkSettings()) for row in array.to_pylist()]
    assert [{f"ss_{name}": value for name, value in row.items()} for row in structs] == known


def test_function_takes_batches_without_rows():
    empty = pa.array([], pa.string())
    (found,) = assess_arrays(iter([empty]), SparkSettings())
    assert (len(found), found.type) == (0, ASSESSMENT)
    assert len(assessment_array([])) == 0


def test_settings_share_a_detector_where_they_are_equal():
    assert SparkSettings().load() is SparkSettings(tier="fast").load()
    assert SparkSettings(thresholds={"elevated": 0.3}).load().thresholds["elevated"] == 0.3


def test_schema_is_the_documented_one():
    assert ASSESSMENT_TYPE.simpleString() == (
        "struct<risk:double,level:string,role:string,signals:array<struct<id:string,score:double>>,"
        "evidence:array<struct<signal:string,start:int,end:int,quote:string>>,advice:array<string>,"
        "language:struct<code:string,verified:boolean>,error:string>"
    )
