"""What is refused before the schema looks at it."""

import json

import pytest

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"text": "hello"',
        b"text=a",
        b'{"text": "\xff\xfe\xff"}',
        b'{"text": NaN}',
        b'{"text": "hello", "x": Infinity}',
        b'{"text": -Infinity}',
        b'{"text": "hello"} x',
        b'{"text": ' + b"1" * 5000 + b"}",
        b"[" * 200_000,
        b'{"text":' * 100_000,
        b'{"text": "a\x00"}',
        b'{"text": "\\ud83"}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_bodies_malformed_json(client, is_problem, body):
    problem = is_problem(client.post("/v1/assess", content=body, headers=JSON), 400, "malformed-json")
    assert "errors" not in problem


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "json",
        "",
    ],
)
def test_bodies_other_media_types(client, is_problem, content_type):
    response = client.post("/v1/assess", content=b'{"text": "hello"}', headers={"Content-Type": content_type})
    is_problem(response, 415, "unsupported-media-type")


def test_bodies_without_a_media_type(client, is_problem):
    is_problem(client.post("/v1/assess", content=b'{"text": "hello"}'), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.report+json"]
)
def test_bodies_every_spelling_of_json(client, content_type):
    response = client.post("/v1/assess", content=b'{"text": "hello"}', headers={"Content-Type": content_type})
    assert response.status_code == 200


def padded(size):
    head, tail = b'{"text": "hello"', b"}"
    return head + b" " * (size - len(head) - len(tail)) + tail


def test_bodies_limit_is_exact(open_client, is_problem):
    with open_client(max_body_bytes=2048) as client:
        assert client.post("/v1/assess", content=padded(2048), headers=JSON).status_code == 200
        is_problem(client.post("/v1/assess", content=padded(2049), headers=JSON), 413, "body-too-large")


def test_bodies_limit_holds_without_content_length(open_client, is_problem):
    sent = []

    def stream():
        for piece in (b'{"text": "', *[b"a" * 512] * 8, b'"}'):
            sent.append(len(piece))
            yield piece

    with open_client(max_body_bytes=2048) as client:
        response = client.post("/v1/assess", content=stream(), headers=JSON)
    assert "content-length" not in response.request.headers
    is_problem(response, 413, "body-too-large")


def test_bodies_limit_does_not_trust_a_false_content_length(open_client, is_problem):
    with open_client(max_body_bytes=2048) as client:
        for length in ("10", "x", "-1"):
            headers = {**JSON, "Content-Length": length}
            is_problem(client.post("/v1/assess", content=padded(4096), headers=headers), 413, "body-too-large")


def test_bodies_many_unknown_fields_are_one_error(client, is_problem):
    body = {"text": "hello", **{f"field{number}": 1 for number in range(40_000)}}
    problem = is_problem(client.post("/v1/assess", json=body), 422, "invalid-request")
    assert len(problem["errors"]) == 1


def test_bodies_some_unknown_fields_are_all_named(client, is_problem):
    body = {"text": "hello", **{f"field{number}": 1 for number in range(25)}}
    problem = is_problem(client.post("/v1/assess", json=body), 422, "invalid-request")
    assert len(problem["errors"]) == 20
    assert {"in": "body", "pointer": "/field0", "detail": "This field does not exist here."} in problem["errors"]


@pytest.mark.parametrize("name", ["a" * 41, "二人だけの秘密", "two words", "a-b", "\ud83d", "a/b", "１２", "a\n", ""])
def test_bodies_names_of_unknown_fields_are_withheld_unless_harmless(client, is_problem, name):
    response = client.post("/v1/assess", content=json.dumps({"text": "hello", name: 1}), headers=JSON)
    problem = is_problem(response, 422, "invalid-request")
    assert {error["pointer"] for error in problem["errors"]} <= {"/(name withheld)", ""}
