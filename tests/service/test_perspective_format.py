"""The Perspective format beside its official client: the discovery document, the schema, and who is scored how."""

import json
from pathlib import Path

import pytest

from sextortion_signals_service.coercion import CALLED
from sextortion_signals_service.perspective_format import ATTRIBUTES
from sextortion_signals_service.perspective_schemas import AnalyzeResponse, SuggestResponse

CORPUS = Path(__file__).resolve().parents[2] / "data" / "synthetic"
EVERYTHING = {name: {} for name in ATTRIBUTES}


def analyze(client, text, attributes=EVERYTHING, **more):
    body = {"comment": {"text": text}, "requestedAttributes": attributes, **more}
    response = client.post("/v1alpha1/comments:analyze", json=body)
    assert response.status_code == 200
    return response.json()


def test_perspective_format_victims_and_third_persons_stay_below_every_threshold_of_blocking(client, detector):
    rows = [json.loads(line) for line in (CORPUS / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["role"] in {"victim", "third_party"}][::10]
    blocked = 0
    for text in texts:
        scores = {name: s["summaryScore"]["value"] for name, s in analyze(client, text)["attributeScores"].items()}
        disclosure = scores.pop("SEXTORTION_DISCLOSURE")
        called = detector.assess(text).role == "offender"
        assert (scores["SEXTORTION"] >= CALLED) is called
        assert called or max(scores.values()) < CALLED
        assert 0.0 <= disclosure <= 1.0
        blocked += called
    assert blocked <= 0.04 * len(texts)


@pytest.mark.parametrize("name", ["threat_ja", "harmless_ja"])
@pytest.mark.parametrize("more", [{}, {"spanAnnotations": True, "clientToken": "a", "languages": ["ja"]}])
def test_perspective_format_is_what_the_schema_says(client, request, name, more):
    document = analyze(client, request.getfixturevalue(name), **more)
    model = AnalyzeResponse.model_validate(document)
    assert model.model_dump(mode="json", by_alias=True, exclude_unset=True) == document
    assert SuggestResponse.model_validate({"clientToken": "a"}).client_token == "a"


@pytest.mark.parametrize("parameters", [None, {}, {"scoreThreshold": None}, {"scoreThreshold": 0}, {"scoreType": None}])
def test_perspective_format_unset_parameters_mean_nothing(client, harmless_ja, parameters):
    scores = analyze(client, harmless_ja, {"SEXTORTION": parameters})["attributeScores"]
    assert list(scores) == ["SEXTORTION"]


def test_perspective_format_discovery_names_the_address_it_was_asked_at(client, open_client):
    def root(client, **headers):
        return client.get("/$discovery/rest", headers=headers).json()["rootUrl"]

    assert root(client) == "http://testserver/"
    assert root(client, host="signals.example:8443") == "http://signals.example:8443/"
    assert root(client, host="[::1]:8000") == "http://[::1]:8000/"
    assert root(client, host="a b") == "http://127.0.0.1/"
    with open_client(public_url="https://signals.example/ss") as other:
        assert root(other, host="somewhere.else") == "https://signals.example/ss/"


def test_perspective_format_discovery_knows_one_version(client):
    assert client.get("/$discovery/rest?version=v1alpha1").status_code == 200
    response = client.get("/$discovery/rest?version=v1")
    assert (response.status_code, response.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert client.get("/$discovery/rest?version=v1alpha1&key=abc").status_code == 200


def test_perspective_format_discovery_describes_every_field_that_is_read(client):
    document = client.get("/$discovery/rest").json()
    methods = document["resources"]["comments"]["methods"]
    paths = client.get("/openapi.json").json()["paths"]
    assert {f"/{method['path']}" for method in methods.values()} <= set(paths)
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    pairs = [
        ("AnalyzeRequest", "AnalyzeCommentRequest"),
        ("SuggestRequest", "SuggestCommentScoreRequest"),
        ("AnalyzeResponse", "AnalyzeCommentResponse"),
    ]
    for own, described in pairs:
        assert set(schemas[own]["properties"]) <= set(document["schemas"][described]["properties"])


def test_perspective_format_errors_below_its_prefix_are_google_s(client):
    response = client.post("/v1alpha1/comments:nothing", json={})
    assert (response.status_code, response.json()["error"]["status"]) == (404, "NOT_FOUND")
    response = client.get("/v1alpha1/comments:analyze")
    assert (response.status_code, response.json()["error"]["status"]) == (405, "UNIMPLEMENTED")


def test_perspective_format_half_a_surrogate_pair_comes_back_in_the_token(client):
    body = json.dumps(
        {"comment": {"text": "\ud83dまた明日"}, "requestedAttributes": {"SEXTORTION": {}}, "clientToken": "\ud83d"}
    )
    response = client.post("/v1alpha1/comments:analyze", content=body, headers={"Content-Type": "application/json"})
    assert json.loads(response.content)["clientToken"] == "\ud83d"
