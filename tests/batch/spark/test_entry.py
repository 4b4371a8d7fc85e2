import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
import pytest

from sextortion_signals.batch.spark import require_java
from sextortion_signals.batch.spark.entry.score_parquet import main
from sextortion_signals.errors import MissingExtraError, SextortionSignalsError


def rows_of(folder):
    return sorted(pq.read_table(folder).to_pylist(), key=lambda row: row["id"])


@pytest.fixture
def few(tmp_path, texts):
    path = tmp_path / "few.parquet"
    pq.write_table(pa.table({"id": range(200), "message": texts[:200]}), path)
    return path


def test_entry_runs_from_the_wheel_with_its_model(
    wheel, few, tmp_path, uncovered_environment, submit_settings, detector
):
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    program = site / "sextortion_signals" / "batch" / "spark" / "entry" / "score_parquet.py"
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    command = [str(submit), "--master", "local[2]", *submit_settings]
    environment = {**uncovered_environment, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(site)}
    out = tmp_path / "out"
    result = subprocess.run(
        [*command, str(program), str(few), str(out)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2_000:]
    rows = rows_of(out)
    assert [row["id"] for row in rows] == [*range(200)]
    read = [row for row in rows if row["ss_error"] is None]
    assert [row["ss_risk"] for row in read] == [a.risk for a in detector.assess_many([row["message"] for row in read])]
    # No text reaches the log.
    assert not [row for row in rows if len(row["message"] or "") > 8 and row["message"] in result.stderr]


def test_entry_writes_texts_and_conversations(spark, few, tmp_path, capsys):
    assert main([str(few), str(tmp_path / "out"), "--prefix", "a_", "--lang", "en"]) == 0
    assert "a_risk" in pq.read_schema(next((tmp_path / "out").glob("*.parquet"))).names
    assert main([str(few), str(tmp_path / "out")]) == 2
    assert "already exists" in capsys.readouterr().err
    talk = tmp_path / "talk.parquet"
    columns = {"thread": [1, 1, 2], "time": [2, 1, 1], "sender": ["A", "B", "A"], "text": ["hi", "hello", "hey"]}
    pq.write_table(pa.table(columns), talk)
    assert main([str(talk), str(tmp_path / "out"), "--conversation", "thread", "--overwrite"]) == 0
    found = pq.read_table(tmp_path / "out").to_pydict()
    assert dict(zip(found["thread"], found["ss_messages"], strict=True)) == {1: 2, 2: 1}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--text-column", "nothing"], "there is no column 'nothing'"),
        (["--model", "no-such-model"], "no-such-model"),
        (["--conversation", "id"], "there is no column 'time', 'sender', 'text'"),
    ],
)
def test_entry_says_what_is_wrong(spark, few, tmp_path, capsys, options, reason):
    assert main([str(few), str(tmp_path / "out"), *options]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_entry_names_what_to_install_without_java(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["in", "out"]) == 2
    assert "openjdk-17-jre-headless" in capsys.readouterr().err
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SextortionSignalsError, match="Java 17"):
        require_java()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    require_java()


def test_spark_names_the_extra_it_needs():
    code = "import sys; sys.modules['pyspark'] = None; import sextortion_signals.batch.spark"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=False)
    assert f"{MissingExtraError.__name__}: Spark needs an optional part" in result.stderr
    assert "sextortion-signals[spark]" in result.stderr
