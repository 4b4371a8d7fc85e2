"""Spark against the library's own `batch`, by processor time: what a row costs in the cores of a cluster.

    python benchmarks/bench_spark.py [rounds]              # the ways of calling and the sizes of batches, 40,000 rows
    python benchmarks/bench_spark.py --rows 1000000        # Parquet in, Parquet out, every row compared
    python benchmarks/bench_spark.py --long 1000000        # one conversation of so many messages among short ones

Processor seconds are those of all processes below this one, the JVM included, read from /proc (Linux). Other work on
the machine moves them by 10 to 20 %, the clock by far more.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from measuring import ROUNDS, Goal, print_goals, queue

from sextortion_signals import Detector, Message
from sextortion_signals.batch import assess_records
from sextortion_signals.batch.spark import (
    BATCH_ROWS,
    SparkSettings,
    assess_column,
    assess_conversations,
    assess_frame,
    require_java,
    use_this_python,
)
from sextortion_signals.batch.spark.arrow import ASSESSMENT, assessment_array
from sextortion_signals.batch.spark.texts import ASSESSMENT_TYPE, assess_arrays

SMALL = 40_000
SIZES = (BATCH_ROWS, 2_000, 10_000)
SHORT = 10  # messages of the short conversations
BATCH_SETTING = "spark.sql.execution.arrow.maxRecordsPerBatch"
TICKS = os.sysconf("SC_CLK_TCK")
Spark = Any  # pyspark.sql.SparkSession; no import at the top, Java is looked for first


@contextmanager
def session(cores: int, folder: Path) -> Iterator[Spark]:
    """Run a local Spark with so many Python workers."""
    require_java()
    use_this_python()
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.log.level": "ERROR",
        "spark.sql.files.maxPartitionBytes": "4m",
    }
    spark = SparkSession.builder.master(f"local[{cores}]").config(map=settings).getOrCreate()
    yield spark
    spark.stop()


def descendants() -> list[int]:
    """Return the processes below this one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def processor_seconds() -> float:
    """Return the processor time of this process and all below it, those that have ended included."""
    total = 0.0
    for process in [os.getpid(), *descendants()]:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICKS
    return total


class WorkerMemory(threading.Thread):
    """Notes the most memory that any Python worker held, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self._done = 0.0, threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.2):
            for process in descendants():
                try:
                    words = Path(f"/proc/{process}/cmdline").read_bytes()
                    status = Path(f"/proc/{process}/status").read_text()
                except OSError:
                    continue
                if b"pyspark" in words and b"java" not in words.split(b"\0")[0] and "VmHWM:" in status:
                    self.most = max(self.most, int(status.split("VmHWM:")[1].split()[0]) / 1024)

    def stop(self) -> float:
        self._done.set()
        self.join()
        return self.most


def write_rows(path: Path, rows: int, parts: int = 8) -> None:
    """Write Parquet with the texts of the queue, over and over."""
    texts = queue()
    path.mkdir()
    for part in range(parts):
        ids = range(part * rows // parts, (part + 1) * rows // parts)
        table = pa.table({"id": ids, "text": [texts[number % len(texts)] for number in ids]})
        pq.write_table(table, path / f"part-{part}.parquet")


def library(detector: Detector, path: Path, most: int | None = None) -> int:
    """Read the rows, or `most` of them, and assess them as `batch` does in one process; returns how many there were."""
    records = (row for file in sorted(path.iterdir()) for row in pq.read_table(file).slice(0, most).to_pylist())
    records = islice(records, most)
    return sum(1 for _ in assess_records(detector, records, text_column="text"))


def to_nowhere(frame: Any) -> None:
    """Compute all of a frame and drop it."""
    frame.write.format("noop").mode("overwrite").save()


def pandas_column(frame: Any) -> Any:
    """Return the same column by a pandas function, the older way."""
    import pandas as pd
    from pyspark.sql.functions import pandas_udf

    def assess(batches: Iterator[pd.Series]) -> Iterator[pd.DataFrame]:
        for struct in assess_arrays((pa.array(texts) for texts in batches), SparkSettings()):
            yield pd.DataFrame(struct.to_pylist())

    # The hints are strings here, and pyspark looks for them in this module.
    assess.__annotations__ = {"batches": Iterator[pd.Series], "return": Iterator[pd.DataFrame]}
    make: Any = pandas_udf
    return frame.withColumn("a", make(assess, ASSESSMENT_TYPE)("text"))


def compare_ways(rounds: int) -> None:
    """Print processor time a row of each way of calling and each size of batches."""
    with tempfile.TemporaryDirectory() as name, session(1, Path(name)) as spark:
        source = Path(name) / "rows"
        write_rows(source, SMALL)
        detector, frame = Detector.load(tier="fast"), spark.read.parquet(str(source))

        def sized(size: int, call: Callable[[], None]) -> Callable[[], None]:
            def run() -> None:
                spark.conf.set(BATCH_SETTING, size)
                call()

            return run

        ways: dict[str, Callable[[], object]] = {"library, one process": lambda: library(detector, source)}
        for size in SIZES:
            ways[f"assess_frame, batches of {size}"] = sized(size, lambda: to_nowhere(assess_frame(frame)))
            column = frame.withColumn("a", assess_column("text"))
            ways[f"assess_column, batches of {size}"] = sized(size, lambda column=column: to_nowhere(column))
        ways["a pandas function"] = sized(BATCH_ROWS, lambda: to_nowhere(pandas_column(frame)))
        ways["nothing done in Python"] = sized(
            BATCH_ROWS, lambda: to_nowhere(frame.mapInArrow(lambda batches: batches, frame.schema))
        )
        times: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(rounds + 1):
            for way, call in ways.items():
                gc.collect()
                start = processor_seconds()
                call()
                if number:  # the first round warms up
                    times[way].append(processor_seconds() - start)
    base = statistics.median(times["library, one process"])
    print(f"\n| {SMALL:,} rows | processor µs a row | rows a core-second to the library's |\n|---|---:|---:|")
    for way, values in times.items():
        median = statistics.median(values)
        print(f"| {way} | {median / SMALL * 1e6:.1f} | {base / median:.2f} |")


def run_million(rows: int, cores: int) -> None:
    """Parquet in, Parquet out; every row is compared with the library."""
    with tempfile.TemporaryDirectory() as name, session(cores, Path(name)) as spark:
        source, target = Path(name) / "rows", Path(name) / "out"
        write_rows(source, rows)
        detector = Detector.load(tier="fast")
        alone = [library_seconds(detector, source)]
        spark.conf.set(BATCH_SETTING, BATCH_ROWS)
        memory = WorkerMemory()
        memory.start()
        start, clock = processor_seconds(), time.perf_counter()
        assess_frame(spark.read.parquet(str(source))).write.parquet(str(target))
        spent, taken = processor_seconds() - start, time.perf_counter() - clock
        most = memory.stop()
        alone.append(library_seconds(detector, source))
        different, seen = differences(detector, target)
    apart, library_row = spent / rows, statistics.mean(alone)
    print(f"\n{rows:,} rows, {cores} workers: {taken:.0f} s by the clock, {most:.0f} MB a worker")
    print(f"processor µs a row: {apart * 1e6:.1f}; the library {', '.join(f'{each * 1e6:.1f}' for each in alone)}")
    print(f"different rows seen {seen:,}, not as the library says {different}")
    print(f"a billion messages like these: {apart * 1e9 / 3600:.0f} core-hours")
    print_goals([Goal("rows a core-second, to the library's batch", library_row / apart, 0.7)])


def library_seconds(detector: Detector, source: Path) -> float:
    """Return the processor seconds a row of the library's batch; measured before Spark and behind it."""
    start = time.process_time()
    done = library(detector, source, SMALL)
    return (time.process_time() - start) / done


def differences(detector: Detector, target: Path) -> tuple[int, int]:
    """Return how many rows differ in any field from what the library says, and how many different rows there are."""
    texts = queue()
    known = assessment_array(detector.assess_many(texts))
    different, ids = 0, set()
    for file in target.glob("*.parquet"):
        table = pq.read_table(file)
        numbers = table["id"].to_numpy()
        ids.update(numbers.tolist())
        rows = known.take(pa.array(numbers % len(texts)))
        # Parquet names the elements of lists in its own way.
        found = [table[f"ss_{field.name}"].combine_chunks().cast(field.type) for field in ASSESSMENT]
        columns = list(zip(found, rows.flatten(), strict=True))
        if not all(one.equals(other) for one, other in columns):
            different += sum(any(a[place] != b[place] for a, b in columns) for place in range(len(numbers)))
    return different, len(ids)


def run_long(messages: int, cores: int) -> None:
    """Compare short conversations with the same ones beside one of so many messages."""
    with tempfile.TemporaryDirectory() as name, session(cores, Path(name)) as spark:
        source = Path(name) / "talks"
        texts, ids = queue(), range(messages + SMALL)
        source.mkdir()
        for part in range(8):
            some = ids[part::8]
            columns = {
                "thread": [0 if number < messages else number // SHORT for number in some],
                "at": list(some),
                "sender": ["AB"[number % 2] for number in some],
                "text": [texts[number % len(texts)][:40] for number in some],
            }
            pq.write_table(pa.table(columns), source / f"part-{part}.parquet")
        frame = spark.read.parquet(str(source))
        for what, part in (("short ones", frame.where("thread > 0")), ("all", frame)):
            memory = WorkerMemory()
            memory.start()
            start, clock = processor_seconds(), time.perf_counter()
            found = assess_conversations(part, conversation="thread", order="at").groupBy("ss_level").count().collect()
            spent, taken = processor_seconds() - start, time.perf_counter() - clock
            rows = sum(row["count"] for row in found)
            print(f"{what}: {rows:,} conversations, {taken:.0f} s, {spent:.0f} core-s, {memory.stop():.0f} MB a worker")


def follow_cost(detector: Detector, messages: int) -> float:
    """Return the seconds that following alone takes, the assessments given."""
    chat = [Message("AB"[place % 2], text) for place, text in enumerate(queue()[:1_000])]
    assessments, reader = detector.assess_messages(chat), detector.read_conversation()
    start = time.thread_time()
    for _ in range(messages // len(chat)):
        reader.read(chat, assessments)
    return time.thread_time() - start


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    parser.add_argument("--rows", type=int, help="compare so many rows with the library, row by row")
    parser.add_argument("--long", type=int, metavar="MESSAGES", help="messages of one long conversation")
    parser.add_argument("--cores", type=int, default=2, help="Python workers (default: %(default)s)")
    chosen = parser.parse_args()
    if chosen.rows:
        run_million(chosen.rows, chosen.cores)
    elif chosen.long:
        run_long(chosen.long, chosen.cores)
        print(f"following alone: {follow_cost(Detector.load(tier='fast'), chosen.long):.0f} core-s")
    else:
        compare_ways(chosen.rounds)


if __name__ == "__main__":
    main()
