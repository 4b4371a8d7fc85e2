"""Fixtures of the service tests: applications, clients, what they logged, and the real server in its own process."""

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from io import StringIO

import pytest
from fastapi.testclient import TestClient

from sextortion_signals.signals.catalog import load_signal_catalog
from sextortion_signals_service.app import create_app
from sextortion_signals_service.logs import JsonFormatter
from sextortion_signals_service.settings import Settings

HARMLESS_JA = "明日の部活は何時からだっけ？"


START_SECONDS = 60


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SEXTORTION_SIGNALS_{name.upper()}", raising=False)
    monkeypatch.setenv("SEXTORTION_SIGNALS_TIER", "fast")


@pytest.fixture
def open_client(detector):
    """`with open_client(detector=..., **settings) as client`: a client of a started application."""

    @contextmanager
    def opened(*, detector=detector, **settings):
        app = create_app(detector, Settings(**settings))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client

    return opened


@pytest.fixture
def client(open_client):
    with open_client() as opened:
        yield opened


class Broken:
    """A detector with a fault: raises `error` for every text that holds `trigger`, and works for all others."""

    def __init__(self, detector, error, trigger):
        self._detector, self._error, self._trigger = detector, error, trigger

    def __getattr__(self, name):
        return getattr(self._detector, name)

    def assess(self, text, **options):
        if self._trigger in text:
            raise self._error
        return self._detector.assess(text, **options)

    def assess_many(self, texts, **options):
        return [self.assess(text, **options) for text in texts]


@pytest.fixture
def broken(detector):
    return lambda error, trigger="": Broken(detector, error, trigger)


@pytest.fixture
def restored_logging():
    """Put the root logger back as it was: uvicorn configures logging for the whole process."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture
def log():
    """Everything that any logger writes during a test, as the service formats it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def text_with_signals(detector, lang):
    """An example of the catalogue in which the model sees signals, so that evidence and advice are tested too."""
    hits = (hit for definition in load_signal_catalog() for hit in definition.wording(lang).hits)
    return next(hit for hit in hits if detector.assess(hit).signals)


@pytest.fixture(scope="session")
def threat_ja(detector):
    return text_with_signals(detector, "ja")


@pytest.fixture(scope="session")
def threat_en(detector):
    return text_with_signals(detector, "en")


@pytest.fixture
def rounded():
    """Round every number of a document to 9 digits: one text alone and in a batch differ in the last bits of a sum."""

    def round_all(value):
        if isinstance(value, float):
            return round(value, 9)
        if isinstance(value, dict):
            return {key: round_all(item) for key, item in value.items()}
        return [round_all(item) for item in value] if isinstance(value, list) else value

    return round_all


@pytest.fixture
def harmless_ja():
    return HARMLESS_JA


@pytest.fixture
def is_problem():
    """Check that a response is a problem of one kind, whole and of the right media type, and return it."""

    def check(response, status, slug):
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["type"] == f"urn:sextortion-signals:problem:{slug}"
        assert problem["status"] == status
        assert problem["title"]
        assert problem["detail"]
        return problem

    return check


class Server:
    """A running server: its process, its port and the lines it has logged so far."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = self._wait_for_port()

    def _read(self):
        # A process that is killed takes its pipe with it, and this thread may still be reading.
        with suppress(ValueError):
            for line in self.process.stderr:
                self.lines.append(line)

    def _wait_for_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in list(self.lines):
                if "running on http" in line:
                    return int(json.loads(line)["message"].partition("127.0.0.1:")[2].split()[0])
            time.sleep(0.02)
        raise AssertionError("".join(self.lines))

    def wait_until(self, condition):
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "".join(self.lines)
            time.sleep(0.05)

    def is_ready(self):
        # With several workers the line with the address comes before they listen.
        with suppress(ConnectionRefusedError):
            return self.request("GET", "/readyz")[0] == 200
        return False

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def assess(self, text):
        status, body = self.request("POST", "/v1/assess", json.dumps({"text": text}))
        assert status == 200
        return json.loads(body)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        code = self.process.wait(30)
        self._reader.join(10)
        return code


@contextmanager
def run_server(**settings):
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "SEXTORTION_SIGNALS_PORT": "0"}
    environment.update({f"SEXTORTION_SIGNALS_{name.upper()}": str(value) for name, value in settings.items()})
    command = [sys.executable, "-m", "sextortion_signals_service"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            yield process
        finally:
            # With its workers: they hold its pipes open, and a test that failed would wait for their end.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def running():
    """`with running(**settings) as process`: the server with these settings, and a free port unless they name one."""
    return run_server


@pytest.fixture(scope="session")
def started():
    """Wrap a process that is starting as a `Server`."""
    return Server


@pytest.fixture(scope="session")
def free_port():
    return unused_port


@pytest.fixture
def server():
    with run_server() as process:
        yield Server(process)


@pytest.fixture(scope="session")
def shared_server():
    """A server with default settings for all tests that only ask it something."""
    with run_server() as process:
        yield Server(process)
