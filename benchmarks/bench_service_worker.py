"""What one worker of the service costs: from process start to the first answer, and what its memory is made of.

    python benchmarks/bench_service_worker.py start [--rounds 9]
    python benchmarks/bench_service_worker.py memory [--texts 6000] [--workers 1]

Goals:
    start   process start to the first answer over HTTP, against a FastAPI endpoint that does nothing      <= 1.6
    memory  one worker that has read texts of all kinds, shared pages in proportion                        <= 100 MB

`memory` shows the growth import by import, in a process of its own, and then real workers, fresh and after their texts.
*Anonymous* is what belongs to a worker alone. The rest are pages of files, the dictionary's above all: all processes of
a machine share them, and the system takes them back when it needs the room.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_service import HARMLESS, Connection, post
from bench_service_load import ask, service, texts

STEPS = {
    "Python": "pass",
    "+ NumPy": "import numpy",
    "+ FastAPI with pydantic": "import fastapi",
    "+ uvicorn, uvloop, httptools": "import uvicorn.protocols.http.httptools_impl, uvloop",
    "+ the service and the library": "import sextortion_signals_service.app",
    "+ the model": (
        "from sextortion_signals import Detector; d = Detector.load(tier='fast'); d.assess('pay me or I post it')"
    ),
    "+ the tokenizer": f"from sextortion_signals.text import tokenize; tokenize({HARMLESS!r})",
    "+ conversations": "from sextortion_signals import Message; d.assess_conversation([Message('A', 'pay me')])",
}
HEAD = "| | all, shared pages in proportion, MB | anonymous MB | dictionary MB |\n|---|---:|---:|---:|"
NOOP = """
import uvicorn
from fastapi import FastAPI
from sextortion_signals_service.schemas import AssessRequest
app = FastAPI()
@app.post("/v1/assess")
async def assess(body: AssessRequest):
    return {"risk": 0.0}
uvicorn.run(app, port=%d, log_level="error", access_log=False)
"""
SERVICE = """
from sextortion_signals_service.server import serve
from sextortion_signals_service.settings import Settings
serve(Settings(tier="fast", port=%d, access_log=False, log_level="error"))
"""
PORT = 18_441


def sizes(smaps: str) -> tuple[float, float, float]:
    """Return what a process's smaps say, in MB: all of it in proportion, anonymous, and pages of the dictionary."""
    whole = own = dictionary = 0
    is_dictionary = False
    for line in smaps.splitlines():
        name, _, rest = line.partition(":")
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_dictionary = "/dicdir/" in line
        elif name == "Pss":
            whole += int(rest.split()[0])
            dictionary += is_dictionary * int(rest.split()[0])
        elif name == "Anonymous":
            own += int(rest.split()[0])
    return whole / 1024, own / 1024, dictionary / 1024


def row(name: str, smaps: str) -> str:
    """Return a row of the table."""
    return "| " + " | ".join([name, *(f"{size:.1f}" for size in sizes(smaps))]) + " |"


def import_by_import() -> None:
    """Print what each import adds, in a process that imports nothing else."""
    reads = [f"{code}\nprint(open('/proc/self/smaps').read(), end='\\0')" for code in STEPS.values()]
    result = subprocess.run([sys.executable, "-c", "\n".join(reads)], stdout=subprocess.PIPE, text=True, check=True)
    for name, smaps in zip(STEPS, result.stdout.split("\0"), strict=False):
        print(row(name, smaps))


def memory(count: int, workers: int, folder: Path) -> None:
    """Print the growth import by import, and what workers take, fresh and after `count` texts."""
    print(f"\nmemory\n\n{HEAD}")
    import_by_import()
    with service(folder, workers=workers, port=PORT) as (port, log):
        deadline = time.monotonic() + 60
        while log.read_text().count("model loaded") < workers and time.monotonic() < deadline:
            time.sleep(0.05)
        numbers = re.findall(r"Started server process \[(\d+)\]", log.read_text())
        for name, before in (("fresh", 0), (f"after {count:,} texts", count)):
            opened = [Connection(port, b"") for _ in range(4 * workers)]
            for place, text in zip(range(before), texts(7), strict=False):
                ask(opened[place % len(opened)], post("/v1/assess", json.dumps({"text": text}, ensure_ascii=False)))
            for number in numbers:
                smaps = Path(f"/proc/{number}/smaps").read_text()
                print(row(f"worker, {name}", smaps))
    measured = sizes(smaps)
    print("\n| goal | measured | target |\n|---|---:|---:|")
    print(f"| one worker after its texts, MB | {measured[0]:.0f} | <= 100 |")
    print(f"| the same without the dictionary's pages, MB | {measured[0] - measured[2]:.0f} | |")


def first_answer(code: str, port: int) -> float:
    """Return the seconds from the start of a server's process to its first answer."""
    request = post("/v1/assess", json.dumps({"text": HARMLESS}, ensure_ascii=False))
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code % port])
    try:
        while process.poll() is None and time.perf_counter() - started < 60:
            try:
                connection = Connection(port, request)
            except OSError:
                time.sleep(0.005)
                continue
            ask(connection, request)
            if connection.status != 200:
                raise RuntimeError(f"status {connection.status}")
            return time.perf_counter() - started
        raise RuntimeError("the server did not start")
    finally:
        process.terminate()
        process.wait(30)


def start(rounds: int) -> None:
    """Print how long the service and the endpoint that does nothing take to their first answers."""
    candidates: dict[str, Callable[[], float]] = {
        "FastAPI that does nothing": lambda: first_answer(NOOP, PORT),
        "service": lambda: first_answer(SERVICE, PORT + 1),
    }
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, run in candidates.items():
            seconds = run()
            if number:  # the first round fills the system's cache
                times[name].append(seconds)
    print("\nprocess start to first answer\n\n| | median s | min..max |\n|---|---:|---:|")
    for name, values in times.items():
        print(f"| {name} | {statistics.median(values):.2f} | {min(values):.2f}..{max(values):.2f} |")
    nothing, own = (statistics.median(values) for values in times.values())
    print(f"\n| goal | measured | target |\n|---|---:|---:|\n| service / nothing | {own / nothing:.2f} | <= 1.6 |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["start", "memory"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--texts", type=int, default=6000)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.part in (None, "start"):
        start(arguments.rounds)
    if arguments.part in (None, "memory"):
        with TemporaryDirectory() as folder:
            memory(arguments.texts, arguments.workers, Path(folder))


if __name__ == "__main__":
    main()
