"""`sextortion-signals batch` by format: rows a second, processor time of the process that reads and writes, memory.

    python benchmarks/bench_batch.py speed [rows]      default 50,000 rows
    python benchmarks/bench_batch.py memory [rows]     default 5,000: runs over 1, 10 and 100 times as many

`speed` gives for each format the processor time of a row in one process, start included, and the speed to
`assess_many` on the same texts in the same minute; then, with two workers, what the process that reads and writes has
to do for a row: so many workers could it feed. Rows a second are by the clock, so they need an idle machine. `memory`
gives the peak of each size; it may not grow with the rows.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import queue

from sextortion_signals import Detector

COMMAND = [sys.executable, "-m", "sextortion_signals.cli", "batch"]
# Prints what the process itself took, without its workers, and its peak of memory, when it has done its work. Not
# ru_maxrss: a process inherits that from the one that started it.
MEASURED = (
    "import re, resource, sys; from sextortion_signals.cli import main\n"
    "try: main(sys.argv[1:])\n"
    "finally:\n"
    "    own = resource.getrusage(resource.RUSAGE_SELF)\n"
    "    peak = re.search('VmHWM:\\\\s*(\\\\d+)', open('/proc/self/status').read())[1]\n"
    "    print('MEASURED', own.ru_utime + own.ru_stime, peak, file=sys.stderr)\n"
)
SPEED_ROWS, MEMORY_ROWS = 50_000, 5_000
SIZES = (1, 10, 100)
CASES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "CSV": ("in.csv", "out.csv", ()),
    "CSV, cp932": ("in.cp932.csv", "out.csv", ()),
    "CSV, gzip": ("in.csv.gz", "out.csv.gz", ()),
    "CSV, zstd": ("in.csv.zst", "out.csv.zst", ()),
    "CSV, sorted": ("in.csv", "out.csv", ("--sort",)),
    "CSV, standard input to output": ("-", "-", ("--format", "csv")),
    "JSONL": ("in.jsonl", "out.jsonl", ()),
    "JSONL to CSV": ("in.jsonl", "out.csv", ()),
    "Parquet": ("in.parquet", "out.parquet", ()),
    "Parquet, sorted": ("in.parquet", "out.parquet", ("--sort",)),
    "Arrow": ("in.arrow", "out.arrow", ()),
}


def write_csv(path: Path, rows: int, texts: list[str], opened: Callable[..., object] = open, **how: str) -> None:
    """Write rows with three columns beside the text."""
    with opened(path, "wt", newline="", **how) as stream:  # type: ignore[attr-defined]
        writer = csv.writer(stream)
        writer.writerow(["id", "text", "channel", "sent"])
        for number in range(rows):
            writer.writerow([number, texts[number % len(texts)], "report", f"2026-01-{1 + number % 28:02}T12:00:00"])


def write_input(folder: Path, name: str, rows: int, texts: list[str]) -> None:
    """Write one input; those in columns are made of the CSV."""
    path, plain = folder / name, folder / "in.csv"
    if name == "in.csv.gz":
        write_csv(path, rows, texts, gzip.open, encoding="utf-8")
    elif name == "in.cp932.csv":
        write_csv(path, rows, texts, encoding="cp932", errors="replace")
    elif name == "in.jsonl":
        with path.open("w", encoding="utf-8") as stream:
            for number in range(rows):
                record = {"id": number, "text": texts[number % len(texts)], "channel": "report"}
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    elif name == "in.csv":
        write_csv(path, rows, texts, encoding="utf-8")
    else:
        write_columnar(path, plain)


def write_columnar(path: Path, plain: Path) -> None:
    """Write Parquet, Arrow or zstd from the CSV, in a stream."""
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    if path.suffix == ".zst":
        with pyarrow.CompressedOutputStream(str(path), "zstd") as stream:
            stream.write(plain.read_bytes())
        return
    parsed = pyarrow.csv.ParseOptions(newlines_in_values=True)
    with pyarrow.csv.open_csv(plain, parse_options=parsed) as reader:
        new = pyarrow.parquet.ParquetWriter if path.suffix == ".parquet" else pyarrow.ipc.new_file
        with new(str(path), reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


def run(folder: Path, case: tuple[str, str, tuple[str, ...]], workers: int) -> tuple[float, float, float]:
    """Run one case: wall time and processor time of its main process in seconds, its peak of memory in MB."""
    source, target, options = case
    command = [sys.executable, "-c", MEASURED, "batch", source, "-o", target]
    command += ["--force", "--tier", "fast", "--workers", str(workers)]
    begun = time.perf_counter()
    with (folder / "in.csv").open("rb") as stdin, (folder / "stdout").open("wb") as stdout:
        done = subprocess.run(
            [*command, *options],
            cwd=folder,
            stdin=stdin if source == "-" else subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=True,
        )
    wall = time.perf_counter() - begun
    found = re.search(rb"MEASURED (\S+) (\S+)", done.stderr)
    if not found:
        raise SystemExit(done.stderr.decode())
    processor, peak = map(float, found.groups())
    return wall, processor, peak / 1024


def library(texts: list[str], rows: int) -> float:
    """Return the processor time of a row in `assess_many`, model loaded, in seconds."""
    detector = Detector.load(tier="fast")
    detector.assess_many(texts[:1_000])
    some = [texts[number % len(texts)] for number in range(min(rows, 20_000))]
    begun = time.process_time()
    detector.assess_many(some)
    return (time.process_time() - begun) / len(some)


def speed(rows: int) -> None:
    """Print the table of speed."""
    texts = queue()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("in.csv", *{case[0] for case in CASES.values()} - {"in.csv", "-"}):
            write_input(folder, name, rows, texts)
        size = (folder / "in.csv").stat().st_size / 1e6
        print(f"{rows:,} rows, {size:.1f} MB as CSV, {os.cpu_count()} cores\n")
        print(
            "| input and output | one process, µs/row | speed to `assess_many` | main process of two workers, µs/row "
            "| workers it could feed | rows/s, one process | rows/s, two workers |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, case in CASES.items():
            alone = library(texts, rows)
            one, two = run(folder, case, 1), run(folder, case, 2)
            row, busy = one[1] / rows, two[1] / rows
            print(
                f"| {name} | {row * 1e6:.0f} | {alone / row:.2f} | {busy * 1e6:.0f} | {alone / busy:.0f} "
                f"| {rows / one[0]:,.0f} | {rows / two[0]:,.0f} |",
                flush=True,
            )


def memory(rows: int) -> None:
    """Print the table of memory."""
    texts = queue()
    print("| input and output | " + " | ".join(f"{rows * size:,} rows" for size in SIZES) + " | last to first |")
    print("|---|" + "---:|" * (len(SIZES) + 1))
    peaks: dict[str, list[float]] = {name: [] for name in CASES}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            for name in ("in.csv", *{case[0] for case in CASES.values()} - {"in.csv", "-"}):
                write_input(folder, name, rows * size, texts)
            for name, case in CASES.items():
                peaks[name].append(run(folder, case, 1)[2])
    for name, values in peaks.items():
        cells = " | ".join(f"{value:.0f} MB" for value in values)
        print(f"| {name} | {cells} | {values[-1] / values[0]:.2f} |")


if __name__ == "__main__":
    what, *more = sys.argv[1:] or ["speed"]
    if what == "speed":
        speed(int(more[0]) if more else SPEED_ROWS)
    else:
        memory(int(more[0]) if more else MEMORY_ROWS)
