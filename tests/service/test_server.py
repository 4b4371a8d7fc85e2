"""The real server in a process of its own: start, answer, stop."""

import gc
import http.client
import json
import os
import signal
import socket
import threading
import time
from contextlib import closing, suppress

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sextortion_signals_service.__main__ import main
from sextortion_signals_service.logs import log_config
from sextortion_signals_service.server import serve, uvicorn_config
from sextortion_signals_service.settings import Settings

MARKER = "MARKERzq7"
START_SECONDS = 60


def test_server_answers_like_the_library_and_stops_with_code_0(server, detector, threat_ja, threat_en):
    status, body = server.request("GET", "/readyz")
    assert (status, json.loads(body)) == (200, {"status": "ready", "model": detector.model})
    for text in (threat_ja, threat_en, "\ud83d" + threat_ja):
        assert server.assess(text) == detector.assess(text).to_dict()
    assert server.stop() == 0


def test_server_finishes_a_request_under_way_when_sigterm_comes(server, detector, threat_ja):
    body = json.dumps({"text": threat_ja}).encode()
    head = (
        f"POST /v1/assess HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
        connection.sendall(body[10:])
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 200
        assert json.loads(response.read()) == detector.assess(threat_ja).to_dict()
    assert server.wait() == 0


def test_server_stops_with_code_0_on_sigint_too(server):
    assert server.stop(signal.SIGINT) == 0


def test_server_logs_json_without_anything_of_the_requests(server, threat_ja):
    text = f"{threat_ja} {MARKER}"
    headers = {"X-Note": MARKER, "X-Forwarded-For": MARKER}
    server.request("POST", f"/v1/assess?{MARKER}=1", json.dumps({"text": text}), headers)
    server.request("POST", "/v1/assess", json.dumps({"texts": MARKER}))
    server.request("POST", "/v1/assess", '{"text": "' + MARKER)
    server.request("GET", f"/{MARKER}")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(f"{MARKER}\r\n\r\n".encode())
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert MARKER.encode() not in answer
    assert server.stop() == 0
    entries = [json.loads(line) for line in server.lines]
    requests = [(e["method"], e["route"], e["status"]) for e in entries if e["message"] == "request"]
    post = ("POST", "/v1/assess")
    assert requests == [(*post, 200), (*post, 422), (*post, 400), ("GET", "unmatched", 404)]
    assert MARKER not in "".join(server.lines)
    assert server.process.stdout.read() == ""


def test_server_a_client_sees_413_while_it_is_still_sending(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    pieces = (b"a" * 65_536 for _ in range(64))
    connection.request("POST", "/v1/assess", pieces, {"Content-Type": "application/json"}, encode_chunked=True)
    response = connection.getresponse()
    assert response.status == 413
    assert response.getheader("Content-Type") == "application/problem+json"
    connection.close()


def test_server_answers_health_checks_during_a_large_batch(server, threat_ja):
    body = json.dumps({"texts": [threat_ja * 15] * 256}, ensure_ascii=False).encode()
    statuses = []
    batch = threading.Thread(target=lambda: statuses.append(server.request("POST", "/v1/assess/batch", body)[0]))
    batch.start()
    answered = 0
    while batch.is_alive():
        assert server.request("GET", "/healthz")[0] == 200
        answered += batch.is_alive()
    batch.join()
    assert statuses == [200]
    assert answered >= 2


def test_server_with_two_workers(detector, threat_ja, running, started, free_port):
    with running(workers=2, port=free_port()) as process:
        server = started(process)
        server.wait_until(lambda: sum("model loaded" in line for line in server.lines) == 2)
        server.wait_until(server.is_ready)
        assert server.assess(threat_ja) == detector.assess(threat_ja).to_dict()
        assert server.stop() == 0
        assert sum("model loaded" in line for line in server.lines) == 2


def test_server_a_killed_worker_loses_what_it_was_working_on_and_nothing_else(running, started, free_port, detector):
    text = "また明日の部活で会おうね、楽しみにしてる"
    expected = detector.assess(text).to_dict()["risk"]
    with running(workers=2, port=free_port()) as process:
        server = started(process)
        server.wait_until(lambda: sum("model loaded" in line for line in server.lines) == 2)
        server.wait_until(server.is_ready)
        stop, lost, right = threading.Event(), [0] * 4, [0] * 4

        def ask(number):
            while not stop.is_set():
                try:
                    right[number] += server.assess(text)["risk"] == pytest.approx(expected)
                except (OSError, http.client.HTTPException):
                    lost[number] += 1

        clients = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for client in clients:
            client.start()
        server.wait_until(lambda: min(right) >= 5)
        victim = next(json.loads(line)["message"] for line in server.lines if "Started server process" in line)
        os.kill(int(victim.rpartition("[")[2].rstrip("]")), signal.SIGKILL)
        server.wait_until(lambda: sum("model loaded" in line for line in server.lines) == 3)
        before = list(right)
        server.wait_until(lambda: all(now > then for now, then in zip(right, before, strict=True)))
        stop.set()
        for client in clients:
            client.join()
        # Each client had one request under way when the worker died, and only that one can be lost.
        assert max(lost) <= 1
        assert server.stop() == 0


def test_server_takes_connections_while_many_others_are_waiting_to_be_taken(server):
    waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(300)]
    assert server.request("GET", "/healthz")[0] == 200
    for connection in waiting:
        connection.close()
    assert server.stop() == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_server_ends_with_code_3_when_the_model_cannot_be_loaded(tmp_path, workers, running, free_port):
    with running(model_path=tmp_path / "nothing", workers=workers, port=free_port()) as process:
        _, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 3
    assert "the model cannot be loaded" in errors


@pytest.mark.parametrize("workers", [1, 2])
def test_server_ends_with_code_3_when_the_port_is_taken(workers, running):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        running(port=taken.getsockname()[1], workers=workers) as process,
    ):
        process.communicate(timeout=START_SECONDS)
    assert process.returncode == 3


@pytest.fixture
def _restored_process(restored_logging):
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGTTIN", "SIGTTOU")]
    numbers += [signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH]
    handlers = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.unfreeze()


@pytest.mark.usefixtures("_restored_process")
@pytest.mark.parametrize("workers", [1, 2])
def test_server_serve_returns_0_after_a_signal(workers, free_port):
    port, ready = free_port(), []

    def stop_when_ready():
        while not ready:
            with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                ready.append(connection.getresponse().status)
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop_when_ready)
    thread.start()
    assert serve(Settings(port=port, workers=workers)) == 0
    thread.join()
    assert ready == [200]


@pytest.mark.usefixtures("_restored_process")
def test_server_main_returns_3_when_the_port_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("SEXTORTION_SIGNALS_PORT", str(taken.getsockname()[1]))
        assert main() == 3


def test_server_ends_with_code_2_for_a_bad_setting(running):
    with running(log_level="loud") as process:
        output, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 2
    assert errors.startswith("SEXTORTION_SIGNALS_LOG_LEVEL: ")
    assert output == ""


@pytest.mark.usefixtures("restored_logging")
def test_server_runs_on_uvloop_and_httptools():
    config = uvicorn_config(Settings(port=8123, root_path="/signals", shutdown_seconds=7))
    config.load()
    assert config.get_loop_factory().__module__.startswith("uvloop")
    assert issubclass(config.http_protocol_class, HttpToolsProtocol)
    assert (config.port, config.root_path, config.timeout_graceful_shutdown) == (8123, "/signals", 7)
    assert (config.access_log, config.proxy_headers, config.server_header) == (False, False, False)
    assert config.log_config == log_config("info")
