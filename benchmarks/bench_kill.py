"""kill -9 on `sextortion-signals batch` at random moments, again and again, with a log of every one.

    python benchmarks/bench_kill.py [kills] [rows]

Each case is run once without interruption; then the same command is killed and given again until it ends, and what it
leaves has to be the same bytes, with nothing beside it. Moments are spread evenly over the time that a run takes, its
start and its last instants included. Ends with 1 if one output differs.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import queue

KILLS, ROWS, SEED, FILES = 200, 20_000, 7, 5
COMMAND = [sys.executable, "-m", "sextortion_signals.cli", "batch", "--tier", "fast"]


@dataclass(frozen=True, slots=True)
class Case:
    """One command: what it reads, what it writes, and with which options."""

    source: str
    target: str
    options: tuple[str, ...] = ()


CASES = (
    Case("in.csv", "out.csv", ("--workers", "1")),
    Case("in.csv", "out.csv.gz", ("--workers", "2")),
    Case("in.csv", "out.jsonl", ("--workers", "1", "--sort")),
    Case("in.csv", "out.parquet", ("--workers", "2")),
    Case("in.parquet", "out.arrow", ("--workers", "1", "--sort")),
    Case("-", "out.jsonl.zst", ("--workers", "1", "--format", "csv")),
    Case("folder", "out", ("--workers", "2")),
)


def write_inputs(folder: Path, rows: int) -> None:
    """Write the same rows as CSV in cp932, as Parquet, and as a folder of files."""
    import pyarrow
    import pyarrow.parquet

    texts = queue()
    table = [(str(number), texts[number % len(texts)], "=1+1") for number in range(rows)]

    def lines(part: list[tuple[str, str, str]]) -> bytes:
        quoted = ("".join(f'"{cell.replace(chr(34), chr(34) * 2)}",' for cell in row)[:-1] for row in part)
        return ("id,text,note\r\n" + "\r\n".join(quoted) + "\r\n").encode("cp932", "replace")

    (folder / "in.csv").write_bytes(lines(table))
    (folder / "folder").mkdir()
    for number in range(FILES):
        part = table[number * rows // FILES : (number + 1) * rows // FILES]
        (folder / "folder" / f"{number}.csv").write_bytes(lines(part))
    columns = dict(zip(("id", "text", "note"), map(list, zip(*table, strict=True)), strict=True))
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "in.parquet", row_group_size=3_000)


def start(case: Case, folder: Path, target: Path) -> subprocess.Popen[bytes]:
    """Start the command of a case."""
    source = case.source if case.source == "-" else str(folder / case.source)
    command = [*COMMAND, source, "-o", str(target), *case.options]
    if case.source != "-":
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with (folder / "in.csv").open("rb") as stdin:
        return subprocess.Popen(command, stdin=stdin, stderr=subprocess.DEVNULL)


def content(path: Path) -> dict[str, bytes]:
    """Return the bytes of an output, or of all files in it; nothing if it is not there."""
    files = [path, *path.rglob("*")]
    return {item.relative_to(path).as_posix(): item.read_bytes() for item in files if item.is_file()}


def state(target: Path) -> str:
    """Say in a few words what a killed run has left."""
    try:
        data = json.loads((target.with_name(target.name + ".unfinished") / "checkpoint.json").read_bytes())
    except (OSError, ValueError):
        return "output there" if target.is_file() or len(content(target)) == FILES else "no checkpoint"
    if data["published"]:
        return "being published"
    return f"{data['rows']:>6} rows kept" + (", all" if data["complete"] else "")


def remove(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def round_of_kills(case: Case, folder: Path, number: int, longest: float, moments: random.Random) -> tuple[int, bool]:
    """Kill one run until it gets through; return how often that was, and whether the output is the expected one."""
    target, begun = folder / f"killed.{case.target}", number
    shown = f"{case.source} -> {case.target} {' '.join(case.options)}"
    while True:
        process = start(case, folder, target)
        moment = moments.uniform(0.0, longest)
        try:
            # At most so often in a round; the last one may finish.
            ended = process.wait(moment if number - begun < 6 else None)
        except subprocess.TimeoutExpired:
            process.kill()
            ended = process.wait()
            number += 1
            print(f"{number:4} {shown:54} killed at {moment:5.2f} s, {state(target)}", flush=True)
        # Killed in its last instants, a run has finished and cannot be given again without --force.
        failed = ended > 0
        if failed:
            print(f"     {shown:54} ended with {ended}", flush=True)
        if ended >= 0 or state(target) == "output there":
            break
    beside = target.with_name(target.name + ".unfinished")
    same = content(target) == content(folder / f"whole.{case.target}") and not beside.exists() and not failed
    print(f"     {shown:54} {'the same bytes' if same else 'NOT THE SAME'}", flush=True)
    remove(target)
    remove(beside)
    return number, same


def main(kills: int, rows: int) -> int:
    """Print the log; return 1 if an output differed."""
    moments = random.Random(SEED)
    wrong = killed = outputs = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as temporary:
        folder = Path(temporary)
        write_inputs(folder, rows)
        longest = {}
        for case in CASES:
            before = time.monotonic()
            if start(case, folder, folder / f"whole.{case.target}").wait():
                raise SystemExit(f"{case} fails")
            longest[case] = 1.05 * (time.monotonic() - before)
            print(f"     {case.source} -> {case.target} {' '.join(case.options)}: {longest[case] / 1.05:.2f} s")
        while killed < kills:
            case = CASES[outputs % len(CASES)]
            killed, same = round_of_kills(case, folder, killed, longest[case], moments)
            outputs, wrong = outputs + 1, wrong + (not same)
    print(f"\n{killed} kills, {outputs} outputs of {rows:,} rows, {wrong} differ; {time.monotonic() - begun:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    chosen = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(chosen + [KILLS, ROWS][len(chosen) :])))
