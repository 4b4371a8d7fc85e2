"""The application factory: start-up, readiness, and what happens when something breaks."""

import asyncio
import gc
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sextortion_signals.errors import ArtefactError, ProfileError, UnknownOptionError
from sextortion_signals.profile import Budget, Stream, read_profile
from sextortion_signals.tune import LabelledTexts, read_labelled, tune
from sextortion_signals_service.app import create_app
from sextortion_signals_service.gate import Gate
from sextortion_signals_service.keys import KeyRing
from sextortion_signals_service.limits import Admission
from sextortion_signals_service.logs import log_loop_error
from sextortion_signals_service.metrics import Metrics
from sextortion_signals_service.middleware import BodyLimit, CatchExceptions, Watch
from sextortion_signals_service.schemas import ModelDescription
from sextortion_signals_service.settings import Settings

TEST_SPLIT = Path(__file__).resolve().parents[2] / "data" / "synthetic" / "test.jsonl"


def test_app_health(client, detector):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "model": detector.model}


def test_app_is_alive_but_not_ready_before_the_model_is_loaded(is_problem):
    client = TestClient(create_app(settings=Settings()))  # without `with`: start-up has not run
    assert client.get("/healthz").status_code == 200
    for response in (
        client.get("/readyz"),
        client.get("/v1/model"),
        client.post("/v1/assess", json={"text": "hello"}),
        client.post("/v1/assess/batch", json={"texts": ["hello"]}),
    ):
        is_problem(response, 503, "not-ready")
        assert response.headers["retry-after"] == "1"


def test_app_does_not_start_without_a_model_it_can_trust(tmp_path, log):
    app = create_app(settings=Settings(model_path=tmp_path / "nothing"))
    with pytest.raises(ArtefactError), TestClient(app):
        pass
    assert "the model cannot be loaded" in log.getvalue()


def test_app_loads_the_model_with_its_settings_and_freezes_it():
    frozen = gc.get_freeze_count()
    try:
        settings = Settings(thresholds={"elevated": 0.3}, max_text_length=100)
        with TestClient(create_app(settings=settings)) as client:
            assert gc.get_freeze_count() > frozen
            assert client.get("/readyz").status_code == 200
            assert client.post("/v1/assess", json={"text": "hello"}).json()["thresholds"]["elevated"] == 0.3
            assert client.post("/v1/assess", json={"text": "hello" * 101}).status_code == 422
    finally:
        gc.unfreeze()


@pytest.fixture
def profile(detector, tmp_path):
    everything = read_labelled(TEST_SPLIT)
    rows = LabelledTexts(everything.texts[::20], everything.risk[::20], 0, 0)
    budgets = {"elevated": Budget(false_alarms=0.2), "high": Budget()}
    made = tune(detector, rows, budgets, Stream(), name="night").profile
    path = tmp_path / "night.json"
    path.write_text(made.to_json(), encoding="utf-8")
    return path


def test_app_takes_a_profile_and_shows_it(profile, log, detector):
    points = dict(read_profile(profile).thresholds)
    try:
        with TestClient(create_app(settings=Settings(profile=profile))) as client:
            document = client.get("/v1/model").json()
            assert document["thresholds_in_use"] == points != detector.thresholds
            assert document["profile"] == json.loads(profile.read_text(encoding="utf-8"))
            assert ModelDescription.model_validate(document).profile == document["profile"]
            assert client.post("/v1/assess", json={"text": "hello"}).json()["thresholds"] == points
        settings = Settings(profile=profile, thresholds={"elevated": 0.001})
        with TestClient(create_app(settings=settings)) as client:
            assert client.get("/v1/model").json()["thresholds_in_use"] == {**points, "elevated": 0.001}
    finally:
        gc.unfreeze()
    assert '"profile":"night"' in log.getvalue()


def test_app_does_not_start_with_a_profile_of_another_model(profile, log):
    profile.write_text(profile.read_text(encoding="utf-8").replace("ja-en-", "xx-yy-"), encoding="utf-8")
    with pytest.raises(ProfileError), TestClient(create_app(settings=Settings(profile=profile))):
        pass
    assert "was made for model xx-yy-" in log.getvalue()


@pytest.mark.parametrize("path", ["/v1", "/v1/assess/", "/v1/assess/x", "/docs", "/redoc", "/metrics/x", "/v2/assess"])
def test_app_unknown_paths(client, is_problem, path):
    is_problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/assess", "POST"),
        ("PUT", "/v1/assess/batch", "POST"),
        ("POST", "/readyz", "GET"),
        ("DELETE", "/v1/model", "GET"),
    ],
)
def test_app_wrong_methods_say_which_is_allowed(client, is_problem, method, path, allowed):
    response = client.request(method, path)
    is_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == allowed


def test_app_other_http_errors_are_problems_too(detector):
    from starlette.exceptions import HTTPException

    app = create_app(detector, Settings())

    @app.get("/teapot")
    async def teapot():
        raise HTTPException(418, "a detail that nobody reviewed", headers={"X-Kept": "yes"})

    response = TestClient(app).get("/teapot")
    assert response.status_code == 418
    assert response.headers["x-kept"] == "yes"
    assert response.json() == {
        "type": "about:blank",
        "title": "I'm a Teapot",
        "status": 418,
        "detail": "I'm a Teapot",
    }


def test_app_errors_of_the_library_are_answered_without_their_message(open_client, broken, is_problem):
    with open_client(detector=broken(UnknownOptionError("lang is 'text of a caller'"))) as client:
        response = client.post("/v1/assess", json={"text": "hello"})
    is_problem(response, 422, "unknown-option")
    assert "caller" not in response.text


def test_app_an_unexpected_exception_is_a_bare_500(open_client, broken, is_problem, log):
    with open_client(detector=broken(ValueError("text of a caller"))) as client:
        response = client.post("/v1/assess", json={"text": "hello"})
    problem = is_problem(response, 500, "internal-error")
    assert set(problem) == {"type", "title", "status", "detail"}
    entry = next(json.loads(line) for line in log.getvalue().splitlines() if "unexpected" in line)
    assert entry["error"] == "ValueError"
    assert any(place.startswith("sextortion_signals_service/routes.py:") for place in entry["at"])
    assert "caller" not in log.getvalue()


def test_app_under_a_path_prefix(detector):
    client = TestClient(create_app(detector, Settings()), root_path="/signals")
    assert client.get("/signals/healthz").status_code == 200
    assert client.get("/openapi.json").json()["servers"] == [{"url": "/signals"}]


def test_app_does_not_redirect(client):
    assert client.post("/v1/assess/?text=secret", follow_redirects=False).status_code == 404


def test_app_a_failure_after_the_answer_began_cuts_the_connection(log):
    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("text of a caller")

    async def send(_message):
        return None

    with pytest.raises(ConnectionAbortedError) as caught:
        asyncio.run(CatchExceptions(half)({"type": "http"}, None, send))
    assert caught.value.__suppress_context__
    assert "caller" not in log.getvalue()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda app: Watch(app, metrics=Metrics(), access_log=True),
        CatchExceptions,
        lambda app: Gate(app, keys=KeyRing(()), admission=Admission(1), seconds=1.0, refused=print),
        lambda app: BodyLimit(app, max_bytes=1),
    ],
)
def test_app_middleware_leaves_other_protocols_alone(wrap):
    seen = []

    async def inner(scope, receive, send):
        seen.append((scope["type"], receive, send))

    asyncio.run(wrap(inner)({"type": "lifespan"}, "receive", "send"))
    assert seen == [("lifespan", "receive", "send")]


def test_app_errors_outside_requests_are_logged_without_their_message(log):
    async def main():
        loop = asyncio.get_running_loop()
        log_loop_error(loop, {"message": "text of a caller", "exception": KeyError("text of a caller")})

    asyncio.run(main())
    assert '"error":"KeyError"' in log.getvalue()
    assert "caller" not in log.getvalue()
