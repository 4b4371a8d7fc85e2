"""The HTTP service against a FastAPI endpoint that does nothing, side by side.

Goals (ratios of medians, one interleaved run):
    H1  one text: requests/s against the no-op with the same request and response models            >= 0.6
    H2  64 texts: the same against the batch no-op, >= 0.5; and >= 10 x the texts/s of one by one
    H3  64 texts, one connection: p99 / p50                                                          <= 4
    H4  process start to first score with FastAPI loaded, against `import fastapi, uvicorn`, <= 1.6; PSS <= 90 MB

Every candidate runs in a server process of its own, all at once; load comes from another process over plain sockets,
candidate after candidate in each round, so that a busy machine slows all of them. The no-op answers with the very
document the service gives for the same texts, through FastAPI's `response_model`.

    python benchmarks/bench_service.py [--rounds 9] [--seconds 1.0]
"""

import argparse
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HARMLESS = "明日の部活は何時からだっけ？雨だったら体育館でやるって先生が言ってたよ"
THREAT = "裸の写真をばらまかれたくなかったら、今日中にギフトカードを買って番号を送れ"
# One report in eight is a case: more than a real queue holds, and cases cost most (signals, evidence, advice).
BATCH = ([HARMLESS] * 7 + [THREAT]) * 8
SINGLE_BODIES = {"harmless": {"text": HARMLESS}, "threat": {"text": THREAT}}
CONNECTIONS = 16
CANDIDATES = {
    "no-op": "noop_app",
    "service": "service_app",
    "service, access log": "logging_service_app",
    "service, instant detector": "instant_app",
}


def noop_app() -> Any:
    """Return a FastAPI application with our models whose endpoints answer with prepared documents."""
    from fastapi import FastAPI

    from sextortion_signals.detector import Detector
    from sextortion_signals_service.schemas import AssessmentModel, AssessRequest, BatchRequest, BatchResponse

    detector = Detector.load(tier="fast")
    single = {text: detector.assess(text).to_dict() for text in (HARMLESS, THREAT)}
    results = [{"index": i, "id": None, "assessment": single[text], "problem": None} for i, text in enumerate(BATCH)]
    batch = {"model": detector.model, "failed": 0, "results": results}
    app = FastAPI()

    @app.post("/v1/assess", response_model=AssessmentModel)
    async def assess(body: AssessRequest) -> Any:
        return single[body.text]

    @app.post("/v1/assess/batch", response_model=BatchResponse)
    async def assess_batch(body: BatchRequest) -> Any:
        return batch

    return app


def service_app() -> Any:
    """Return the service as it is, without its access log, which the no-op has not either."""
    from sextortion_signals_service.app import create_app
    from sextortion_signals_service.settings import Settings

    return create_app(settings=Settings(tier="fast", access_log=False))


def logging_service_app() -> Any:
    """Return the service with its access log."""
    from sextortion_signals_service.app import create_app
    from sextortion_signals_service.settings import Settings

    return create_app(settings=Settings(tier="fast"))


class Instant:
    """A detector that knows the answers beforehand: what is left is the cost of the service itself."""

    def __init__(self) -> None:
        from sextortion_signals.detector import Detector

        detector = Detector.load(tier="fast")
        self.model, self.tier, self.manifest = detector.model, detector.tier, detector.manifest
        self._known = {text: detector.assess(text) for text in (HARMLESS, THREAT)}

    def assess(self, text: str, **_options: Any) -> Any:
        return self._known[text]

    def assess_many(self, texts: list[str], **_options: Any) -> list[Any]:
        return [self._known[text] for text in texts]


def instant_app() -> Any:
    """Return the service around `Instant`."""
    from typing import cast

    from sextortion_signals.detector import Detector
    from sextortion_signals_service.app import create_app
    from sextortion_signals_service.settings import Settings

    return create_app(cast(Detector, Instant()), Settings(tier="fast", access_log=False))


def serve(factory: str) -> None:
    """Serve one candidate on a free port until terminated."""
    import uvicorn

    from sextortion_signals_service.logs import log_config

    config = uvicorn.Config(
        globals()[factory], factory=True, port=0, loop="uvloop", http="httptools", ws="none", access_log=False
    )
    config.log_config = log_config("info")
    config.configure_logging()
    uvicorn.Server(config).run()


@contextmanager
def server(factory: str, log: Path) -> Iterator[tuple[int, int]]:
    """Run a candidate in a process of its own; gives (port, process id)."""
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, __file__, "--serve", factory], stderr=stream)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"running on http://127.0.0.1:(\d+)", log.read_text())):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        yield int(found[1]), process.pid
    finally:
        process.terminate()
        process.wait(30)


class Connection:
    """A keep-alive connection that sends one request again and again and times the answers."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request, self._left, self._head, self._sent = request, 0, b"", 0.0
        self.status = 0

    def send(self, request: bytes | None = None) -> None:
        self._request = request or self._request
        self._left, self._head = -1, b""
        self._sent = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> float | None:
        """Read what has come; gives the seconds the answer took once it is whole."""
        if not (data := self.socket.recv(1 << 18)):
            raise ConnectionResetError
        if self._left < 0:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return None
            self.status = int(head[9:12])
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            self._left = int(length[1] if length else 0) - len(body)
        else:
            self._left -= len(data)
        return time.perf_counter() - self._sent if self._left == 0 else None


def post(path: str, body: str) -> bytes:
    """Return a request with a JSON body as it goes over the wire."""
    content = body.encode()
    lines = (f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(content)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def load(port: int, path: str, body: str, connections: int, seconds: float) -> None:
    """Send `body` over `connections` for `seconds`; print requests/s and the latencies in ms as JSON."""
    request = post(path, body)
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = Connection(port, request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    started, latencies = time.perf_counter(), []
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select(1):
            if (latency := key.data.receive()) is not None:
                if key.data.status != 200:
                    raise RuntimeError(f"status {key.data.status}")
                latencies.append(latency * 1000)
                key.data.send()
    sys.stdout.write(json.dumps({"rate": len(latencies) / (time.perf_counter() - started), "ms": latencies}))


def measure(port: int, path: str, body: dict[str, Any], connections: int, seconds: float) -> dict[str, Any]:
    """Run the load generator in a process of its own."""
    request = json.dumps([port, path, json.dumps(body, ensure_ascii=False), connections, seconds])
    command = [sys.executable, "-S", __file__, "--load"]
    result = subprocess.run(command, input=request, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(result.stdout)
    return measured


def start_times(rounds: int) -> dict[str, float]:
    """Median seconds from process start to the end of the imports, and to a first score."""
    score = (
        "service_app(); from sextortion_signals.detector import Detector; Detector.load(tier='fast').assess(HARMLESS)"
    )
    codes = {
        "import fastapi, uvicorn": "import fastapi, uvicorn",
        "service to first score": f"import uvicorn; from bench_service import *; {score}",
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parent)])}
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds + 1):
        for name, code in codes.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def proportional_set_size(process_id: int) -> float:
    """Memory of a process in MB, shared pages counted in proportion."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else float("nan")


def run(rounds: int, seconds: float, folder: Path) -> None:
    """Measure every candidate in interleaved rounds and print the table."""
    batch = {"texts": BATCH}
    cells: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for name, factory in CANDIDATES.items():
        for kind, body in SINGLE_BODIES.items():
            cells[f"{kind}: {name}"] = (factory, "/v1/assess", body)
        cells[f"batch 64: {name}"] = (factory, "/v1/assess/batch", batch)
    rates: dict[str, list[float]] = {name: [] for name in cells}
    latencies: dict[str, list[float]] = {name: [] for name in cells}
    with ExitStack() as stack:
        names = sorted({factory for factory, _, _ in cells.values()})
        ports = {name: stack.enter_context(server(name, folder / f"{name}.log")) for name in names}
        for number in range(rounds + 1):
            for name, (factory, path, body) in cells.items():
                rate = measure(ports[factory][0], path, body, CONNECTIONS, seconds)["rate"]
                single = measure(ports[factory][0], path, body, 1, seconds)["ms"]
                if number:  # the first round warms up
                    rates[name].append(rate)
                    latencies[name].extend(single)
        memory = proportional_set_size(ports["service_app"][1])
    report(rates, latencies, memory, start_times(rounds))


def report(
    rates: dict[str, list[float]], latencies: dict[str, list[float]], memory: float, starts: dict[str, float]
) -> None:
    """Print the table and the goals."""
    median = {name: statistics.median(values) for name, values in rates.items()}
    cuts = {name: statistics.quantiles(values, n=100) for name, values in latencies.items()}
    print(
        f"\n| candidate | requests/s at {CONNECTIONS} connections | min..max | to no-op | p50 ms | p99 ms | p99/p50 |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind in (*SINGLE_BODIES, "batch 64"):
        for name in (name for name in rates if name.startswith(f"{kind}: ")):
            p50, p99 = cuts[name][49], cuts[name][98]
            spread = f"{min(rates[name]):,.0f}..{max(rates[name]):,.0f}"
            ratio = median[name] / median[f"{kind}: no-op"]
            print(
                f"| {name} | {median[name]:,.0f} | {spread} | {ratio:.2f} | {p50:.2f} | {p99:.2f} | {p99 / p50:.1f} |"
            )
    first, last = starts.values()
    batch = cuts["batch 64: service"]
    goals = [
        ("H1 harmless text / no-op", median["harmless: service"] / median["harmless: no-op"], ">= 0.6"),
        ("H1 threat / no-op", median["threat: service"] / median["threat: no-op"], ">= 0.6"),
        ("H2 batch 64 / no-op", median["batch 64: service"] / median["batch 64: no-op"], ">= 0.5"),
        ("H2 texts/s, batch / single", 64 * median["batch 64: service"] / median["harmless: service"], ">= 10"),
        ("H3 batch 64, p99 / p50", batch[98] / batch[49], "<= 4"),
        (f"H4 start to first score {last:.2f} s / imports {first:.2f} s", last / first, "<= 1.6"),
        ("H4 PSS in MB", memory, "<= 90"),
    ]
    print("\n| goal | measured | target |\n|---|---:|---:|")
    for name, value, target in goals:
        print(f"| {name} | {value:.2f} | {target} |")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
    elif arguments.load:
        load(*json.load(sys.stdin))
    else:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            run(arguments.rounds, arguments.seconds, Path(folder))


if __name__ == "__main__":
    main()
