"""The HTTP service under more than it can do: overload, killed workers, memory.

    python benchmarks/bench_service_load.py overload [--seconds 60 | --minutes 10] [--times 4]
    python benchmarks/bench_service_load.py kill [--seconds 60]
    python benchmarks/bench_service_load.py memory [--requests 200000]

Goals:
    overload    at four times the load one process sustains it keeps answering health checks, sheds with 429 or 503,
                and answers as before within 5 s of its end
    kill        a worker killed with SIGKILL loses the requests it was working on and nothing else
    memory      no growth over 200,000 requests with texts that are all different

The servers are real processes with their default settings; load comes from other processes over loopback. Everything
is bounded in time or count, and ends by itself. Without a part, all three run, for 20 s or 20,000 requests each.
"""

import argparse
import json
import os
import random
import re
import selectors
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_service import Connection, post, proportional_set_size

CORPUS = Path(__file__).resolve().parents[1] / "data" / "synthetic" / "test.jsonl"
CONNECTIONS = 16
MOST_CONNECTIONS = 600
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH_EVERY = 0.1
KILL_EVERY = 3.0


@contextmanager
def service(folder: Path, **settings: object) -> Iterator[tuple[int, Path]]:
    """Run the service in a process of its own; gives its port and its log."""
    log = folder / "service.log"
    environment = {f"SEXTORTION_SIGNALS_{name.upper()}": str(value) for name, value in settings.items()}
    defaults = {"PORT": "0", "ACCESS_LOG": "false", "TIER": "fast"}
    environment = {f"SEXTORTION_SIGNALS_{name}": value for name, value in defaults.items()} | environment
    command = [sys.executable, "-m", "sextortion_signals_service"]
    with log.open("w") as stream:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=stream)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"running on http://127.0.0.1:(\d+)", log.read_text())):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        wait_until_ready(int(found[1]))
        yield int(found[1]), log
    finally:
        process.terminate()
        process.wait(60)


def wait_until_ready(port: int) -> None:
    """Wait until the service answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            ask(Connection(port, HEALTH))
            return
        time.sleep(0.05)


def ask(connection: Connection, request: bytes | None = None) -> float:
    """Send one request and wait for its answer; return the seconds it took."""
    connection.send(request)
    while (latency := connection.receive()) is None:
        pass
    return latency


def texts(seed: int) -> Iterator[str]:
    """Return texts of the test split in pieces and with words of their own, so that no two are the same."""
    rows = [json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    mixer = random.Random(seed)
    kana = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん"
    while True:
        word = "".join(mixer.choices(kana, k=mixer.randint(3, 8)))
        yield f"{mixer.choice(rows)} {word}{mixer.randrange(10**9)}"


def requests(seed: int) -> Iterator[bytes]:
    """Return requests with such texts."""
    for text in texts(seed):
        yield post("/v1/assess", json.dumps({"text": text}, ensure_ascii=False))


def closed_loop(port: int, seconds: float, connections: int = CONNECTIONS) -> float:
    """Return the requests a second that `connections`, each with one request at a time, get answered."""
    stream, selector, answered = requests(1), selectors.DefaultSelector(), 0
    opened = [Connection(port, b"") for _ in range(connections)]
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next(stream))
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select(1):
            if key.data.receive() is not None:
                answered += 1
                key.data.send(next(stream))
    for connection in opened:
        connection.socket.close()
    return answered / (time.perf_counter() - started)


def open_loop(port: int, rate: float, seconds: float) -> dict[str, object]:
    """Send `rate` requests a second whether or not they are answered; count what became of them."""
    prepared = [request for request, _ in zip(requests(2), range(5000), strict=False)]
    selector, opened = selectors.DefaultSelector(), 0
    idle: list[Connection] = []
    counts: Counter[str] = Counter()
    latencies: list[float] = []
    started = time.perf_counter()
    due = 0
    while (now := time.perf_counter() - started) < seconds:
        while due < now * rate:
            due += 1
            if not idle and opened < MOST_CONNECTIONS:
                connection = Connection(port, b"")
                selector.register(connection.socket, selectors.EVENT_READ, connection)
                idle.append(connection)
                opened += 1
            if not idle:
                counts["no connection left"] += 1
                continue
            idle.pop().send(prepared[due % len(prepared)])
        for key, _ in selector.select(0.001):
            if not receive(key.data, counts, latencies, idle):
                selector.unregister(key.fileobj)
                opened -= 1
    return {"counts": dict(counts), "due": due, "connections": opened, "ms": sorted(latencies)}


def receive(connection: Connection, counts: Counter[str], latencies: list[float], idle: list[Connection]) -> bool:
    """Read what has come on a connection, and note an answer that is whole; False if the connection is lost."""
    try:
        latency = connection.receive()
    except ConnectionError:
        if connection in idle:
            # Nobody asked anything on it for 5 s, and so the server closed it.
            idle.remove(connection)
        else:
            counts["connection lost"] += 1
        return False
    if latency is not None:
        counts[str(connection.status)] += 1
        idle.append(connection)
        if connection.status == 200:
            latencies.append(latency * 1000)
    return True


class Prober(threading.Thread):
    """Asks for the health ten times a second, each time on a connection of its own, and notes how long it takes."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port, self._ended = port, threading.Event()
        self.milliseconds: list[float] = []
        self.failures = 0

    def run(self) -> None:
        while not self._ended.wait(HEALTH_EVERY):
            try:
                began = time.perf_counter()
                connection = Connection(self._port, HEALTH)
                connection.socket.settimeout(5)
                ask(connection)
                self.milliseconds.append((time.perf_counter() - began) * 1000)
                self.failures += connection.status != 200
                connection.socket.close()
            except OSError:
                self.failures += 1

    def stop(self) -> None:
        self._ended.set()
        self.join()


def in_process(function: str, *arguments: object) -> subprocess.Popen[str]:
    """Run a function of this script in a process of its own; it prints JSON."""
    command = [sys.executable, __file__, "--call", function, json.dumps(arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def share(values: list[float], quantile: float) -> float:
    """Return the value below which a share of sorted values lies."""
    return values[min(int(len(values) * quantile), len(values) - 1)] if values else float("nan")


def overload(seconds: float, times: float, folder: Path) -> None:
    """Measure what one process sustains, then send `times` as much."""
    with service(folder) as (port, _):
        sustained = json.loads(in_process("closed_loop", port, 5).communicate()[0])
        before = statistics.median(
            ask(Connection(port, b""), request) for request, _ in zip(requests(3), range(50), strict=False)
        )
        prober = Prober(port)
        prober.start()
        result = json.loads(in_process("open_loop", port, sustained * times, seconds).communicate()[0])
        ended = time.perf_counter()
        recovered = 0.0
        for request in requests(4):
            connection = Connection(port, b"")
            latency = ask(connection, request)
            if connection.status == 200 and latency < max(5 * before, 0.05):
                recovered = time.perf_counter() - ended
                break
        prober.stop()
        after = json.loads(in_process("closed_loop", port, 5).communicate()[0])
    counts = result["counts"]
    print(f"\noverload: {seconds:g} s at {times:g} times the {sustained:,.0f} requests/s that one process sustains")
    print(f"  due {result['due']:,} requests ({result['due'] / seconds:,.0f}/s), {result['connections']} connections")
    for name, count in sorted(counts.items()):
        print(f"  {name}: {count:,} ({count / seconds:,.0f}/s)")
    ms, health = result["ms"], sorted(prober.milliseconds)
    print(f"  answers with 200: p50 {share(ms, 0.5):.0f} ms, p99 {share(ms, 0.99):.0f} ms")
    print(
        f"  health checks: {len(health)}, failed {prober.failures}, p50 {share(health, 0.5):.0f} ms, "
        f"p99 {share(health, 0.99):.0f} ms, longest {share(health, 1.0):.0f} ms"
    )
    print(f"  recovered after {recovered:.2f} s (goal: 5 s); sustains {after:,.0f} requests/s afterwards")


def client(port: int, seconds: float, seed: int) -> dict[str, int]:
    """Ask one thing after another, on a new connection whenever one is lost; count what is lost."""
    counts: Counter[str] = Counter()
    stream, deadline = requests(seed), time.monotonic() + seconds
    connection: Connection | None = None
    while time.monotonic() < deadline:
        fresh = connection is None
        try:
            connection = connection or Connection(port, b"")
            connection.socket.settimeout(10)
            ask(connection, next(stream))
            counts[str(connection.status)] += 1
        except OSError:
            counts["lost on a new connection" if fresh else "lost"] += 1
            connection = None
    return dict(counts)


def kill(seconds: float, folder: Path) -> None:
    """Kill one of two workers again and again while eight clients ask."""
    with TemporaryDirectory() as inner, service(Path(inner), workers=2, port=18_431) as (port, log):
        clients = [in_process("client", port, seconds, seed) for seed in range(8)]
        deadline, kills, back = time.monotonic() + seconds - 2 * KILL_EVERY, 0, []
        chooser = random.Random(5)
        while time.monotonic() < deadline:
            time.sleep(KILL_EVERY * chooser.uniform(0.8, 1.2))
            loaded = log.read_text().count("model loaded")
            workers = [int(number) for number in re.findall(r"Started server process \[(\d+)\]", log.read_text())]
            alive = [number for number in workers if Path(f"/proc/{number}").exists()]
            os.kill(chooser.choice(alive), signal.SIGKILL)
            kills, began = kills + 1, time.monotonic()
            while log.read_text().count("model loaded") == loaded and time.monotonic() < began + 30:
                time.sleep(0.05)
            back.append(time.monotonic() - began)
        counts: Counter[str] = Counter()
        for process in clients:
            counts.update(json.loads(process.communicate()[0]))
    print(f"\nkill: {kills} of two workers killed in {seconds:g} s under 8 clients")
    print("  " + ", ".join(f"{name}: {count:,}" for name, count in sorted(counts.items())))
    lost = counts["lost"] / max(kills, 1)
    print(f"  lost for each kill: {lost:.1f}; a new worker after {statistics.median(back):.1f} s")


def memory(count: int, folder: Path) -> None:
    """Send requests with texts that are all different and look at the memory of the process in between."""
    with service(folder, request_seconds=60) as (port, log):
        found = re.search(r"Started server process \[(\d+)\]", log.read_text())
        number = int(found[1]) if found else 0
        stream, selector = requests(6), selectors.DefaultSelector()
        for _ in range(8):
            connection = Connection(port, b"")
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(stream))
        print(f"\nmemory over {count:,} requests, all texts different\n\n| requests | PSS in MB | anonymous in MB |")
        print("|---:|---:|---:|")
        answered, step = 0, max(count // 10, 1)
        while answered < count:
            for key, _ in selector.select(1):
                if key.data.receive() is not None:
                    answered += 1
                    key.data.send(next(stream))
                    if answered % step == 0:
                        print(f"| {answered:,} | {proportional_set_size(number):.1f} | {anonymous(number):.1f} |")


def anonymous(process_id: int) -> float:
    """Memory of a process in MB that no file stands behind: what could leak."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    found = re.search(r"^Pss_Anon:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["overload", "kill", "memory"])
    parser.add_argument("--seconds", type=float, help="Length of an overload or of the killing, at most 3,600.")
    parser.add_argument("--minutes", type=float, help="The same in minutes.")
    parser.add_argument("--times", type=float, default=4.0)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--call", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.call:
        result = globals()[arguments.call[0]](*json.loads(arguments.call[1]))
        sys.stdout.write(json.dumps(result))
        return
    asked = arguments.seconds or (arguments.minutes or 0.0) * 60.0
    seconds = min(asked or (60.0 if arguments.part else 20.0), 3600.0)
    count = arguments.requests or (200_000 if arguments.part else 20_000)
    with TemporaryDirectory() as folder:
        if arguments.part in (None, "overload"):
            overload(seconds, arguments.times, Path(folder))
        if arguments.part in (None, "kill"):
            kill(seconds, Path(folder))
        if arguments.part in (None, "memory"):
            memory(count, Path(folder))


if __name__ == "__main__":
    main()
