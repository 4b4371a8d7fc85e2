"""Nothing a caller sends comes back in an error or ends up in a log or a metric, whichever way it was sent."""

import json
import logging

import pytest

from sextortion_signals_service.logs import JsonFormatter

# Words that could stand in a text, and a form that survives URL and header encoding. Too long for the name of a field
# to be repeated, as every sentence is.
MARKER = "MARKERzq7" + "x" * 40
JSON = {"Content-Type": "application/json"}


def attempts():
    """Every way into the service, with the marker in a place where it must not come back from: (name, request)."""
    quoted = json.dumps(MARKER)
    yield "unknown path", ("GET", f"/{MARKER}", {})
    yield "path below an endpoint", ("POST", f"/v1/assess/{MARKER}", {"json": {"text": MARKER}})
    yield "query of an endpoint", ("POST", f"/v1/assess?{MARKER}={MARKER}", {"json": {"text": ""}})
    yield "unknown query name", ("GET", f"/v1/advice?{MARKER}=1", {})
    yield "unknown query value", ("GET", f"/v1/advice?lang={MARKER}&audience={MARKER}", {})
    yield "query of a catalogue", ("POST", f"/v1/signals?{MARKER}", {})
    yield "query of the model", ("POST", f"/v1/model?{MARKER}", {})
    yield "method", (MARKER, "/v1/assess", {"json": {"text": MARKER}})
    yield (
        "header",
        ("POST", "/v1/assess", {"json": {"text": ""}, "headers": {"X-Note": MARKER, MARKER: "x", "Cookie": MARKER}}),
    )
    yield "media type", ("POST", "/v1/assess", {"content": quoted, "headers": {"Content-Type": MARKER}})
    yield (
        "charset",
        ("POST", "/v1/assess", {"content": "{", "headers": {"Content-Type": f"application/json; {MARKER}"}}),
    )
    yield "malformed JSON", ("POST", "/v1/assess", {"content": '{"text": ' + quoted, "headers": JSON})
    yield "broken UTF-8", ("POST", "/v1/assess", {"content": quoted.encode() + b"\xff", "headers": JSON})
    yield "deep JSON", ("POST", "/v1/assess", {"content": "[" * 100_000 + quoted, "headers": JSON})
    yield "text of a wrong type", ("POST", "/v1/assess", {"json": {"text": [MARKER]}})
    yield "body of a wrong type", ("POST", "/v1/assess", {"json": MARKER})
    yield "missing field", ("POST", "/v1/assess", {"json": {"txt": MARKER}})
    yield "unknown field", ("POST", "/v1/assess", {"json": {"text": "hello", MARKER: MARKER}})
    yield "bad option", ("POST", "/v1/assess", {"json": {"text": "hello", "lang": MARKER, "audience": MARKER}})
    yield "text too long", ("POST", "/v1/assess", {"json": {"text": MARKER * 1000}})
    yield "body too large", ("POST", "/v1/assess", {"json": {"text": MARKER * 30_000}})
    yield "batch envelope", ("POST", "/v1/assess/batch", {"json": {"texts": MARKER}})
    yield "batch of nothing", ("POST", "/v1/assess/batch", {"json": {MARKER: [MARKER]}})
    yield "batch too large", ("POST", "/v1/assess/batch", {"json": {"texts": [MARKER] * 257}})
    yield (
        "batch items",
        (
            "POST",
            "/v1/assess/batch",
            {"json": {"items": [MARKER, {"text": [MARKER]}, {MARKER: 1}, {"text": "ab", "id": f"{MARKER} {MARKER}"}]}},
        ),
    )
    talk = [{"sender": MARKER, "text": MARKER}]
    yield "conversation envelope", ("POST", "/v1/conversations/assess", {"json": {"messages": MARKER, MARKER: 1}})
    yield "conversation messages", ("POST", "/v1/conversations/assess", {"json": {"messages": [MARKER, {MARKER: 1}]}})
    yield "conversation of too many", ("POST", "/v1/conversations/assess", {"json": {"messages": talk * 257}})
    yield (
        "sender too long",
        ("POST", "/v1/conversations/assess", {"json": {"messages": [{"sender": MARKER * 9, "text": ""}]}}),
    )
    yield "state", ("POST", "/v1/conversations/assess", {"json": {"messages": talk, "state": f"v1.{MARKER}.{MARKER}"}})
    yield (
        "message too long",
        ("POST", "/v1/conversations/assess", {"json": {"messages": [{"sender": "A", "text": MARKER * 1000}]}}),
    )
    yield "report", ("POST", "/v1/reports/assess", {"json": {"reason": [MARKER], "item": MARKER, "thread": [MARKER]}})
    yield "report too long", ("POST", "/v1/reports/assess", {"json": {"reason": MARKER * 1000, "thread": talk}})
    yield "batch texts", ("POST", "/v1/assess/batch", {"json": {"texts": [[MARKER], {MARKER: 1}, MARKER * 1000]}})
    yield from compatible_attempts()


def compatible_attempts():
    """The same for the two compatible formats."""
    openai, perspective = "/v1/moderations", "/v1alpha1/comments:analyze"
    wanted = {"SEXTORTION": {}}
    part = {"type": "text", "text": MARKER}
    image = {"type": "image_url", "image_url": {"url": f"https://example.com/{MARKER}"}}
    for name, value in {
        "a number": [1, MARKER],
        "an object": {MARKER: MARKER},
        "a mixed list": [MARKER, part],
        "an image": [part, image],
        "an unknown part": [{"type": MARKER, "text": MARKER}],
        "a part without text": [part, {"type": "text", MARKER: MARKER}],
        "a long text": [MARKER, MARKER * 1000],
        "too many": [MARKER] * 257,
    }.items():
        yield f"openai: {name}", ("POST", openai, {"json": {"input": value, "model": MARKER}})
    yield "openai: no input", ("POST", openai, {"json": {MARKER: MARKER}})
    yield "openai: query", ("POST", f"{openai}?{MARKER}={MARKER}", {"json": {"input": []}})
    yield "openai: malformed", ("POST", openai, {"content": f'{{"input": "{MARKER}', "headers": JSON})
    yield "openai: media type", ("POST", openai, {"content": MARKER, "headers": {"Content-Type": MARKER}})
    yield "openai: other paths", ("GET", f"{openai}/{MARKER}", {})
    for name, body in {
        "no attributes": {"comment": {"text": MARKER}},
        "an unknown attribute": {"comment": {"text": MARKER}, "requestedAttributes": {MARKER: {}}},
        "a wrong threshold": {
            "comment": {"text": MARKER},
            "requestedAttributes": {"SEXTORTION": {"scoreThreshold": MARKER, "scoreType": MARKER}},
        },
        "a wrong type": {"comment": {"text": MARKER, "type": MARKER}, "requestedAttributes": wanted},
        "a wrong language": {"comment": {"text": "ab"}, "requestedAttributes": wanted, "languages": [f"{MARKER} "]},
        "a wrong token": {"comment": {"text": "ab"}, "requestedAttributes": wanted, "clientToken": [MARKER]},
        "a text of a wrong type": {"comment": {"text": [MARKER]}, "requestedAttributes": wanted},
        "a long text": {"comment": {"text": MARKER * 1000}, "requestedAttributes": wanted},
    }.items():
        yield f"perspective: {name}", ("POST", f"{perspective}?key={MARKER}", {"json": body})
    yield "perspective: feedback", ("POST", "/v1alpha1/comments:suggestscore", {"json": {"comment": MARKER}})
    yield "perspective: other paths", ("POST", f"/v1alpha1/comments:{MARKER}", {"json": {}})
    yield "discovery: version", ("GET", f"/$discovery/rest?version={MARKER}", {})
    yield "discovery: path", ("GET", f"/$discovery/{MARKER}", {})


@pytest.fixture
def streams(log, caplog, capfd):
    """Return a function that gives all that was written anywhere since the start of the test."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.CRITICAL, "httpx2")  # the client of the tests; it logs the addresses it asks for

    def written():
        captured = capfd.readouterr()
        records = "".join(JsonFormatter().format(record) for record in caplog.records)
        return log.getvalue() + records + captured.out + captured.err

    return written


@pytest.mark.parametrize(
    ("method", "path", "options"), [a for _, a in attempts()], ids=[name for name, _ in attempts()]
)
def test_privacy_errors_and_logs_hold_nothing_of_the_request(client, streams, method, path, options):
    response = client.request(method, path, **options)
    assert response.status_code >= 400 or all(result["problem"] for result in response.json()["results"])
    assert MARKER not in response.text
    assert MARKER not in str(response.headers)
    assert MARKER.lower() not in (streams() + client.get("/metrics").text).lower()


BODIES = {
    "/v1/assess": {"text": MARKER},
    "/v1/assess/batch": {"texts": [MARKER, MARKER]},
    "/v1/moderations": {"input": [MARKER, MARKER]},
    "/v1alpha1/comments:analyze": {"comment": {"text": MARKER}, "requestedAttributes": {"SEXTORTION": {}}},
    "/v1/conversations/assess": {"messages": [{"sender": MARKER, "text": MARKER}]},
    "/v1/reports/assess": {"reason": MARKER, "thread": [{"sender": MARKER, "text": MARKER}]},
}


@pytest.mark.parametrize("path", BODIES)
def test_privacy_an_exception_that_quotes_the_text_is_not_repeated(open_client, broken, streams, path):
    with open_client(detector=broken(ValueError(f"cannot read {MARKER!r}"), trigger=MARKER)) as client:
        response = client.post(path, json=BODIES[path])
        metrics = client.get("/metrics").text
    assert "internal-error" in response.text or response.json()["error"]["status"] == "INTERNAL"
    assert MARKER not in response.text + metrics
    written = streams()
    assert MARKER not in written
    assert '"error":"ValueError"' in written


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"api_keys": f"forum:{'0' * 64}"}, 401),
        ({"rate_limit": 1}, 429),
        ({"request_seconds": 0.000001}, 503),
        ({"max_body_bytes": 1024}, 413),
    ],
)
@pytest.mark.parametrize("path", BODIES)
def test_privacy_refusals_at_the_gate_hold_nothing_of_the_request(open_client, streams, path, settings, status):
    headers = {"Authorization": f"Bearer {MARKER}", "X-Request-ID": MARKER, "X-Note": MARKER * 30}
    more = {"x": MARKER * 30} if status == 413 else {}
    with open_client(**settings) as client:
        for _ in range(2):
            response = client.post(f"{path}?key={MARKER}", json={**BODIES[path], **more}, headers=headers)
        assert response.status_code == status
        metrics = client.get("/metrics").text
    assert MARKER not in response.text + str(response.headers) + metrics + streams()


def test_privacy_the_id_of_a_request_is_ours(client, log):
    response = client.get("/healthz", headers={"X-Request-ID": MARKER})
    assert json.loads(log.getvalue().splitlines()[-1])["request"] == response.headers["x-request-id"] != MARKER
    assert response.headers["x-request-id"] != client.get("/healthz").headers["x-request-id"]


def test_privacy_a_successful_request_leaves_nothing_in_the_log(client, streams, threat_ja):
    text = f"{threat_ja} {MARKER}"
    headers = {"X-Note": MARKER, "User-Agent": MARKER, "X-Forwarded-For": MARKER}
    for path, body in (
        ("/v1/assess", {"text": text}),
        ("/v1/assess/batch", {"texts": [text] * 3}),
        ("/v1/assess/batch", {"items": [{"text": text, "id": MARKER}]}),
        ("/v1/conversations/assess", {"messages": [{"sender": MARKER, "text": text}] * 3}),
        ("/v1/reports/assess", {"reason": text, "item": {"text": text, "sender": MARKER}}),
    ):
        assert client.post(f"{path}?{MARKER}={MARKER}", json=body, headers=headers).status_code == 200
    answer = client.post(f"/v1/moderations?{MARKER}", json={"input": text, "model": MARKER}, headers=headers)
    assert answer.json()["results"][0]["flagged"] is True
    # Clients of this format log what it answers: not even the evidence is quoted.
    assert MARKER not in answer.text
    assert threat_ja not in answer.text
    body = {"comment": {"text": text}, "requestedAttributes": {"SEXTORTION": {}}, "sessionId": MARKER}
    for path in ("analyze", "suggestscore"):
        answer = client.post(f"/v1alpha1/comments:{path}?key={MARKER}", json=body, headers=headers)
        assert answer.status_code == 200
        assert MARKER not in answer.text
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/$discovery/rest",
        "/v1/advice",
        "/v1/signals",
        "/v1/model",
        "/openapi.json",
    ):
        response = client.get(path, headers=headers)
        assert response.status_code == 200
        assert MARKER not in response.text
    written = streams()
    assert '"route":"/v1/assess"' in written
    assert MARKER not in written
    assert threat_ja not in written
    assert json.dumps(threat_ja).strip('"') not in written
