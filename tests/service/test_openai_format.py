"""Who is flagged in OpenAI's format: the author's coercion, never a call for help."""

import json
from collections import Counter
from pathlib import Path

import pytest

from sextortion_signals_service.coercion import CALLED
from sextortion_signals_service.openai_format import NOT_ASSESSED, OWN
from sextortion_signals_service.openai_schemas import ModerationResponse

CORPUS = Path(__file__).resolve().parents[2] / "data" / "synthetic"
# Calls for help in the words of those who make them, among them such as repeat what was said to them.
CALLS_FOR_HELP = [
    "知らない人に裸の写真を送ってしまいました。お金を払わないと友達に送ると言われています。どうしたらいいですか",
    "「ばらまかれたくなかったら払え」と昨日からずっとDMが来てて怖いです。助けてください",
    "娘がネットで知り合った男に画像を送ってしまい、お金を要求されて泣いています。親として何ができますか",
    "友だちが写真で脅されてるみたい。誰にも言うなって言われたらしくて、先生に言ったほうがいい？",
    "I sent a picture to someone I met online and now he wants 300 dollars or he sends it to my family. Please help me",
    "My son is being blackmailed with photos. They will post them unless he buys gift cards. What should we do?",
]


def moderate(client, **body):
    response = client.post("/v1/moderations", json=body)
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize("text", CALLS_FOR_HELP)
def test_openai_format_a_call_for_help_is_never_flagged(client, text):
    (result,) = moderate(client, input=text)["results"]
    assert result["flagged"] is False
    assert not any(result["categories"].values())
    scores = result["category_scores"]
    assert max(score for name, score in scores.items() if name != "sextortion/disclosure") < CALLED


def test_openai_format_a_call_for_help_shows_as_a_disclosure(client):
    results = moderate(client, input=CALLS_FOR_HELP)["results"]
    raised = [result for result in results if result["sextortion"]["level"] != "low"]
    assert len(raised) >= 3
    for result in raised:
        assert result["sextortion"]["role"] in {"victim", "third_party"}
        assert result["category_scores"]["sextortion/disclosure"] >= CALLED


def corpus_rows():
    lines = (CORPUS / "test.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["role"] in {"victim", "third_party"}]


def test_openai_format_victims_and_third_persons_of_the_test_split(client):
    rows = corpus_rows()
    results = []
    for first in range(0, len(rows), 256):
        results += moderate(client, input=[row["text"] for row in rows[first : first + 256]])["results"]
    flagged = [result for result in results if result["flagged"]]
    # As many as the model takes for offenders, and not one more: docs/why/014 has the figures.
    assert len(rows) > 900
    assert len(flagged) <= 0.02 * len(rows)
    for result in results:
        coercion = {name: score for name, score in result["category_scores"].items() if name.startswith("sextortion")}
        called = result["sextortion"]["role"] == "offender"
        assert result["flagged"] is called is (coercion["sextortion"] >= CALLED)
        assert result["categories"]["sextortion/disclosure"] is False
        disclosure = coercion.pop("sextortion/disclosure")
        assert 0.0 <= disclosure <= 1.0
        assert called or max(coercion.values()) < CALLED
    roles = Counter(result["sextortion"]["role"] for result in results)
    assert roles["victim"] + roles["third_party"] > 0.7 * len(rows)


def test_openai_format_thresholds_of_the_operator_count(open_client, detector, threat_ja):
    from sextortion_signals import Detector

    with open_client(detector=Detector.load(thresholds={"elevated": 1.0, "high": 1.0})) as client:
        (result,) = moderate(client, input=threat_ja)["results"]
    assert result["flagged"] is False
    assert result["sextortion"]["level"] == "low"


@pytest.mark.parametrize("name", ["threat_ja", "harmless_ja"])
def test_openai_format_is_what_the_schema_says(client, request, name):
    document = moderate(client, input=[request.getfixturevalue(name), " "])
    assert ModerationResponse.model_validate(document).model_dump(mode="json") == document
    for result in document["results"]:
        for part in ("categories", "category_scores", "category_applied_input_types"):
            assert tuple(result[part]) == (*NOT_ASSESSED, *OWN)


def test_openai_format_a_fault_of_ours_is_not_asked_for_again(open_client, broken, threat_ja):
    with open_client(detector=broken(ValueError("text of a caller"))) as client:
        for value in (threat_ja, [threat_ja, threat_ja]):
            response = client.post("/v1/moderations", json={"input": value})
            assert response.status_code == 500
            assert response.headers["x-should-retry"] == "false"
            assert response.json()["error"]["type"] == "server_error"
            assert "caller" not in response.text


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed-json"),
        (b'{"input": NaN}', "application/json", 400, "malformed-json"),
        (b"[]", "application/json", 400, "invalid-request"),
        (b'{"input": "a"}', "text/plain", 415, "unsupported-media-type"),
    ],
)
def test_openai_format_bodies_that_are_none(client, content, content_type, status, code):
    response = client.post("/v1/moderations", content=content, headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_openai_format_other_methods(client):
    response = client.get("/v1/moderations")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "method-not-allowed"
