"""POST /v1/assess: the library's answer, over HTTP."""

import json

import pytest
from pydantic import ValidationError

from sextortion_signals.options import ADVICE_LANGUAGES
from sextortion_signals_service.schemas import AssessmentModel, AssessRequest


@pytest.mark.parametrize("name", ["threat_ja", "threat_en", "harmless_ja"])
def test_assess_equals_the_library_key_for_key(client, detector, request, name):
    text = request.getfixturevalue(name)
    response = client.post("/v1/assess", json={"text": text})
    expected = detector.assess(text).to_dict()
    assert response.status_code == 200
    assert response.json() == expected
    assert list(response.json()) == list(expected)


@pytest.mark.parametrize("name", ["threat_ja", "threat_en", "harmless_ja"])
def test_assess_response_model_describes_exactly_what_is_sent(client, request, name):
    document = client.post("/v1/assess", json={"text": request.getfixturevalue(name), "awareness": True}).json()
    assert AssessmentModel.model_validate(document).model_dump(mode="json") == document
    for key in document:
        with pytest.raises(ValidationError):
            AssessmentModel.model_validate({name: value for name, value in document.items() if name != key})


@pytest.mark.parametrize(
    "options",
    [
        {"lang": "en"},
        {"lang": "ja"},
        {"audience": "guardian"},
        {"awareness": True},
        {"lang": "en", "audience": "school"},
    ],
)
def test_assess_passes_every_option_on(client, detector, threat_ja, options):
    response = client.post("/v1/assess", json={"text": threat_ja, **options})
    assert response.json() == detector.assess(threat_ja, **options).to_dict()


def test_assess_truncate(open_client, threat_ja):
    text = threat_ja + "。" * 20_000
    with open_client() as client:
        assert client.post("/v1/assess", json={"text": text}).status_code == 422
        response = client.post("/v1/assess", json={"text": text, "truncate": True})
    assert response.status_code == 200
    assert response.json()["truncated"] is True


def test_assess_languages_of_the_schema_are_those_of_the_library():
    schema = AssessRequest.model_json_schema()["properties"]["lang"]["anyOf"][0]
    assert tuple(schema["enum"]) == ADVICE_LANGUAGES


@pytest.mark.parametrize("half", [0xD83D, 0xDE00, 0xDFFF], ids=hex)
def test_assess_half_a_surrogate_pair_survives_both_ways(client, detector, threat_ja, half):
    text = f"{chr(half)}{threat_ja}{chr(half)}"
    body = json.dumps({"text": text})
    assert "\\ud" in body
    response = client.post("/v1/assess", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200
    document = json.loads(response.content)
    assert document == detector.assess(text).to_dict()
    for signal in document["signals"]:
        for evidence in signal["evidence"]:
            assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_assess_whole_surrogate_pair_is_one_code_point(client, detector, threat_ja):
    body = '{"text": "\\ud83d\\ude00' + threat_ja + '"}'
    response = client.post("/v1/assess", content=body, headers={"Content-Type": "application/json"})
    assert response.json() == detector.assess("😀" + threat_ja).to_dict()


def test_assess_nul_and_other_control_characters(client, detector, threat_ja):
    text = f"\x00{threat_ja}\x00\x1b[31m\u202e"
    assert client.post("/v1/assess", json={"text": text}).json() == detector.assess(text).to_dict()


@pytest.mark.parametrize("text", ["a", "あ", "1", "😀", "。"])
def test_assess_one_character_is_a_text(client, detector, text):
    response = client.post("/v1/assess", json={"text": text})
    assert response.status_code == 200
    assert response.json() == detector.assess(text).to_dict()


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000", "\x00"])
def test_assess_empty_text(client, is_problem, text):
    is_problem(client.post("/v1/assess", json={"text": text}), 422, "empty-text")


def test_assess_too_long_text(client, is_problem):
    is_problem(client.post("/v1/assess", json={"text": "あ" * 20_001}), 422, "text-too-long")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": None}, "/text"),
        ({"text": 1}, "/text"),
        ({"text": ["a"]}, "/text"),
        ({"text": "hello", "lang": "xx"}, "/lang"),
        ({"text": "hello", "lang": 1}, "/lang"),
        ({"text": "hello", "audience": "everybody"}, "/audience"),
        ({"text": "hello", "truncate": "yes"}, "/truncate"),
        ({"text": "hello", "awareness": 1}, "/awareness"),
        ({"text": "hello", "txt": "a"}, "/txt"),
        ([], ""),
        ("text", ""),
        (1, ""),
    ],
)
def test_assess_schema_errors_say_where_and_what(client, is_problem, body, pointer):
    problem = is_problem(client.post("/v1/assess", json=body), 422, "invalid-request")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["errors"][0]["in"] == "body"
    assert problem["errors"][0]["detail"] != "This value is not allowed."


def test_assess_without_a_body(client, is_problem):
    response = client.post("/v1/assess", headers={"Content-Type": "application/json"})
    assert is_problem(response, 422, "invalid-request")["errors"][0]["detail"] == "This field is required."


def test_assess_answers_may_not_be_stored(client, threat_ja):
    headers = client.post("/v1/assess", json={"text": threat_ja}).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/json"
    assert headers["x-content-type-options"] == "nosniff"
