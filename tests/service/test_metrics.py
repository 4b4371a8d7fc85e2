"""What /metrics says, of one process and of several."""

import json
import os
import signal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sextortion_signals import __version__
from sextortion_signals_service.metrics import FOLDER_VARIABLE, Metrics, shared_folder

LONG = "裸" * 20_001


def samples(text):
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name.removeprefix("sextortion_signals_"), *sorted(sample.labels.values())] = sample.value
    return found


def test_metrics_counts_requests_texts_levels_and_roles(client, detector, threat_ja, threat_en, harmless_ja):
    client.post("/v1/assess", json={"text": threat_ja})
    client.post("/v1/assess/batch", json={"texts": [threat_en, harmless_ja, harmless_ja, "", LONG]})
    client.post("/v1/moderations", json={"input": [threat_ja, harmless_ja]})
    client.post("/v1/assess", json={})
    client.get("/nowhere/at/all")
    client.request("BREW", "/healthz")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(response.text)
    assert found["requests_total", "/v1/assess", "200", "POST"] == 1
    assert found["requests_total", "/v1/assess", "422", "POST"] == 1
    assert found["requests_total", "404", "GET", "unmatched"] == 1
    assert found["requests_total", "/healthz", "405", "other"] == 1
    assert found["request_seconds_count", "/v1/assess"] == 2
    assert found["request_seconds_bucket", "+Inf", "/v1/assess"] == 2
    assert found["request_seconds_sum", "/v1/assess"] > 0
    assert found["texts_not_assessed_total", "input"] == 2
    assert found["requests_under_way",] == 1
    assert found["model_info", __version__, "fast", detector.model] == 1
    expected = [detector.assess(text) for text in (threat_ja, threat_ja, threat_en, *[harmless_ja] * 3)]
    for a in expected:
        alike = sum((o.level, o.role, o.language.code) == (a.level, a.role, a.language.code) for o in expected)
        assert found["texts_total", *sorted((a.level.value, a.role.value, a.language.code))] == alike


def test_metrics_count_the_texts_of_conversations_and_reports(client, detector, threat_ja, harmless_ja):
    talk = [{"sender": "A", "text": text} for text in (harmless_ja, "", threat_ja)]
    state = client.post("/v1/conversations/assess", json={"messages": talk}).json()["state"]
    client.post("/v1/conversations/assess", json={"messages": talk[:1], "state": state})
    client.post("/v1/conversations/assess", json={"messages": talk[:1], "state": state[:-4]})
    client.post("/v1/conversations/assess", json={"messages": [{"sender": "A", "text": LONG}]})
    client.post("/v1/reports/assess", json={"reason": threat_ja, "item": {"text": threat_ja + "！"}, "thread": talk})
    found = samples(client.get("/metrics").text)
    assert found["requests_total", "/v1/conversations/assess", "200", "POST"] == 2
    assert found["requests_total", "/v1/conversations/assess", "422", "POST"] == 2
    assert found["requests_total", "/v1/reports/assess", "200", "POST"] == 1
    assert found["request_seconds_count", "/v1/reports/assess"] == 1
    assert found["texts_not_assessed_total", "input"] == 1
    assert sum(value for name, value in found.items() if name[0] == "texts_total") == 3 + 4
    assert found["requests_under_way",] == 1


def test_metrics_languages_that_are_not_verified_are_one(client):
    client.post("/v1/assess", json={"text": "Привет, как дела? Увидимся завтра."})
    assert samples(client.get("/metrics").text)["texts_total", "low", "other", "other"] == 1


def test_metrics_faults_are_counted(open_client, broken):
    with open_client(detector=broken(ValueError())) as client:
        client.post("/v1/assess", json={"text": "短い"})
        assert samples(client.get("/metrics").text)["texts_not_assessed_total", "fault"] == 1


def test_metrics_can_be_switched_off(open_client, is_problem):
    with open_client(metrics=False) as client:
        is_problem(client.get("/metrics"), 404, "not-found")


def test_metrics_of_two_applications_are_apart(client, open_client):
    client.get("/healthz")
    with open_client() as other:
        assert ("requests_total", "/healthz", "200", "GET") not in samples(other.get("/metrics").text)


def test_metrics_of_two_workers_are_added_also_those_of_a_dead_one(running, started, free_port, threat_ja):
    with running(workers=2, port=free_port(), queue_size=50) as process:
        server = started(process)
        server.wait_until(lambda: sum("model loaded" in line for line in server.lines) == 2)
        server.wait_until(server.is_ready)
        for _ in range(30):
            server.assess(threat_ja)

        def counted():
            return samples(server.request("GET", "/metrics")[1].decode())

        # A worker counts an answer when it is gone, which the caller may see before.
        server.wait_until(lambda: counted()["requests_under_way",] == 1)
        assert counted()["requests_total", "/v1/assess", "200", "POST"] == 30
        assert sum(value for name, value in counted().items() if name[0] == "texts_total") == 30
        victim = next(json.loads(line)["message"] for line in server.lines if "Started server process" in line)
        os.kill(int(victim.rpartition("[")[2].rstrip("]")), signal.SIGKILL)
        server.wait_until(lambda: sum("model loaded" in line for line in server.lines) == 3)
        server.wait_until(lambda: server.is_ready() and counted()["requests_under_way",] == 1)
        assert counted()["requests_total", "/v1/assess", "200", "POST"] == 30
        assert server.stop() == 0


def test_metrics_folder_is_made_for_workers_and_taken_away(monkeypatch):
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    with shared_folder():
        folder = os.environ[FOLDER_VARIABLE]
        assert os.path.isdir(folder)
        with shared_folder():
            assert os.environ[FOLDER_VARIABLE] == folder
    assert FOLDER_VARIABLE not in os.environ
    assert not os.path.exists(folder)


def test_metrics_a_dead_worker_s_share_is_cleared(monkeypatch, tmp_path, detector):
    for name in ("gauge_livesum_1.db", f"gauge_livemax_{os.getpid()}.db", "gauge_livesum_999999999.db", "counter_7.db"):
        (tmp_path / name).touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    Metrics().observe_model(detector)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"gauge_livesum_1.db", f"gauge_livemax_{os.getpid()}.db", "counter_7.db"}


@pytest.mark.parametrize("header", ["Origin", "Access-Control-Request-Method"])
def test_metrics_and_everything_else_know_nothing_of_other_origins(client, header):
    for method in ("GET", "OPTIONS", "POST"):
        response = client.request(method, "/v1/assess", headers={header: "https://example.com"})
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
