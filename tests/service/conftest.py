"""Fixtures of the service tests: applications, clients, and what they logged."""

import logging
from contextlib import contextmanager
from io import StringIO

import pytest
from fastapi.testclient import TestClient

from sextortion_signals.signals.catalog import load_signal_catalog
from sextortion_signals_service.app import create_app
from sextortion_signals_service.logs import JsonFormatter
from sextortion_signals_service.settings import Settings

HARMLESS_JA = "明日の部活は何時からだっけ？"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SEXTORTION_SIGNALS_{name.upper()}", raising=False)


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
