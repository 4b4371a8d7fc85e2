"""API keys: made, read, refused, and never shown."""

import logging
from hashlib import sha256

import pytest
from pydantic import ValidationError

from sextortion_signals_service import __main__ as entry
from sextortion_signals_service.gate import guarded
from sextortion_signals_service.keys import ANONYMOUS, KeyRing, main, new_key, parse_keys, read_key_file
from sextortion_signals_service.settings import Settings, is_loopback

KEY, OTHER = new_key(), new_key()


def hashed(name, key):
    return f"{name}:{sha256(key.encode()).hexdigest()}"


@pytest.fixture
def guarded_client(open_client):
    with open_client(api_keys=f"{hashed('forum', KEY)}, {hashed('queue.2', OTHER)}") as client:
        yield client


def scope(path="/v1/assess", query=b"", **headers):
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "query_string": query, "headers": pairs}


PERSPECTIVE = "/v1alpha1/comments:analyze"


@pytest.mark.parametrize(
    ("path", "query", "headers", "accepted"),
    [
        ("/v1/assess", b"", {"authorization": f"Bearer {KEY}"}, True),
        ("/v1/assess", b"", {"authorization": f"bearer {KEY} "}, True),
        ("/v1/assess", b"", {"x_api_key": KEY}, True),
        ("/v1/assess", b"", {"x_goog_api_key": KEY}, False),
        ("/v1/assess", b"key=" + KEY.encode(), {}, False),
        ("/v1/assess", b"", {"authorization": f"Basic {KEY}"}, False),
        ("/v1/assess", b"", {"authorization": f"Bearer {KEY}x"}, False),
        ("/v1/assess", b"", {"authorization": "Bearer "}, False),
        ("/v1/assess", b"", {}, False),
        (PERSPECTIVE, b"alt=json&key=" + KEY.encode(), {}, True),
        (PERSPECTIVE, b"key=%73" + KEY[1:].encode(), {}, True),
        (PERSPECTIVE, b"key=", {}, False),
        (PERSPECTIVE, b"monkey=" + KEY.encode(), {}, False),
        (PERSPECTIVE, b"", {"x_goog_api_key": KEY}, True),
        (PERSPECTIVE, b"", {"x_api_key": KEY}, True),
        (PERSPECTIVE, b"", {"authorization": f"Bearer {KEY}"}, True),
    ],
)
def test_keys_where_a_request_may_carry_one(path, query, headers, accepted):
    ring = KeyRing(parse_keys([hashed("other", OTHER), hashed("forum", KEY)]))
    assert ring.name_of(scope(path, query, **headers)) == ("forum" if accepted else None)


def test_keys_without_any_everybody_may_ask():
    assert KeyRing(()).name_of(scope(authorization="Bearer anything")) == ANONYMOUS


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/assess", {"text": "短い"}),
        ("POST", "/v1/assess/batch", {"texts": ["短い"]}),
        ("POST", "/v1/conversations/assess", {"messages": [{"sender": "A", "text": "短い"}]}),
        ("POST", "/v1/reports/assess", {"reason": "短い"}),
        ("GET", "/v1/advice", None),
        ("GET", "/v1/signals", None),
        ("GET", "/v1/model", None),
        ("GET", "/metrics", None),
        ("POST", "/v1/moderations", {"input": "短い"}),
        ("POST", PERSPECTIVE, {"comment": {"text": "短い"}, "requestedAttributes": {"SEXTORTION": {}}}),
    ],
)
def test_keys_every_endpoint_that_works_for_a_caller_needs_one(guarded_client, method, path, body):
    refused = guarded_client.request(method, path, json=body)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    for key in (KEY, OTHER):
        headers = {"Authorization": f"Bearer {key}"}
        assert guarded_client.request(method, path, json=body, headers=headers).status_code == 200


def test_keys_a_refusal_has_the_form_of_the_format(guarded_client, is_problem):
    is_problem(guarded_client.post("/v1/assess", json={}), 401, "unauthorized")
    openai = guarded_client.post("/v1/moderations", json={}).json()["error"]
    assert (openai["code"], openai["type"]) == ("unauthorized", "authentication_error")
    assert guarded_client.post(PERSPECTIVE, json={}).json()["error"]["status"] == "UNAUTHENTICATED"
    # A path that does not exist is no way to find out which do.
    is_problem(guarded_client.get("/v1/nothing"), 401, "unauthorized")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/$discovery/rest"])
def test_keys_health_and_descriptions_need_none(guarded_client, path):
    assert guarded_client.get(path).status_code == 200


def test_keys_every_route_is_guarded_or_known_to_be_open(client):
    paths = {path for path in client.app.state.paths if not guarded(path)}
    # What is added here answers callers without a key: it must not work for them, nor tell anything that is not public.
    assert paths == {"/", "/page/{name:path}", "/healthz", "/readyz", "/openapi.json", "/$discovery/rest"}


def test_keys_the_log_has_the_name_and_nothing_else_has_the_key(guarded_client, log, caplog):
    caplog.set_level(logging.CRITICAL, "httpx2")  # the client of the tests; it logs the addresses it asks for
    guarded_client.post("/v1/assess", json={"text": "短い"}, headers={"Authorization": f"Bearer {KEY}"})
    guarded_client.post(f"{PERSPECTIVE}?key={OTHER}", json={})
    guarded_client.post("/v1/assess", json={"text": "短い"}, headers={"Authorization": f"Bearer {KEY}wrong"})
    metrics = guarded_client.get("/metrics", headers={"X-API-Key": KEY}).text
    written = log.getvalue()
    assert '"key":"forum"' in written
    assert '"key":"queue.2"' in written
    for secret in (KEY, OTHER):
        assert secret not in written + metrics
        assert sha256(secret.encode()).hexdigest() not in written + metrics
    assert 'refused_total{reason="unauthorized"} 1.0' in metrics


@pytest.mark.parametrize(
    "value", ["Q", "forum", f"forum:{'0' * 63}", f"for um:{'0' * 64}", f"forum:{KEY}", f"a:{'0' * 64},a:{'1' * 64}"]
)
def test_keys_a_bad_setting_is_refused_without_quoting_it(monkeypatch, capsys, value):
    monkeypatch.setenv("SEXTORTION_SIGNALS_API_KEYS", value)
    assert entry.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("SEXTORTION_SIGNALS_API_KEYS: ")
    assert value not in error.partition(": ")[2]
    assert KEY not in error


def test_keys_of_setting_and_file_are_both_accepted(tmp_path, monkeypatch):
    path = tmp_path / "keys"
    path.write_text(f"# of the forum\n\n{hashed('forum', KEY).replace(':', '  ')}\n", encoding="utf-8")
    monkeypatch.setenv("SEXTORTION_SIGNALS_API_KEYS", hashed("other", OTHER))
    monkeypatch.setenv("SEXTORTION_SIGNALS_API_KEYS_FILE", str(path))
    assert [key.name for key in Settings().accepted_keys()] == ["other", "forum"]


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n", b"forum\n", b"\xff\xfe", KEY.encode()])
def test_keys_a_bad_file_is_refused_without_quoting_it(tmp_path, content):
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"file|entry"):
        read_key_file(path)
    with pytest.raises(ValidationError) as caught:
        Settings(api_keys_file=path)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.9.1", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.0.9", "signals.internal")),
    ],
)
def test_keys_are_needed_where_others_can_reach_the_service(host, loopback):
    assert is_loopback(host) is loopback
    if loopback:
        assert Settings(host=host).accepted_keys() == ()
    else:
        with pytest.raises(ValidationError, match="API keys"):
            Settings(host=host)
    assert Settings(host=host, allow_anonymous=True).host == host
    assert Settings(host=host, api_keys=hashed("forum", KEY)).host == host


def test_keys_missing_ones_end_the_program_with_one_clear_line(monkeypatch, capsys):
    monkeypatch.setenv("SEXTORTION_SIGNALS_HOST", "0.0.0.0")
    assert entry.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("SEXTORTION_SIGNALS_ALLOW_ANONYMOUS: others can reach the address")
    assert len(error.splitlines()) == 1


def test_keys_a_wrong_host_setting_is_not_blamed_on_the_keys():
    with pytest.raises(ValidationError) as caught:
        Settings(host=5)
    assert [error["loc"] for error in caught.value.errors()] == [("host",)]


def test_keys_the_maker_prints_the_key_once_and_its_line(capsys):
    assert main(["forum"]) == 0
    captured = capsys.readouterr()
    key, line = captured.out.strip(), captured.err.splitlines()[-1]
    (parsed,) = parse_keys([line])
    assert (parsed.name, parsed.digest) == ("forum", sha256(key.encode()).digest())
    assert key not in captured.err
    assert len(key) > 40


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["two words"]])
def test_keys_the_maker_wants_one_name(capsys, arguments):
    assert main(arguments) == 2
    assert capsys.readouterr().out == ""
