"""POST /v1/assess/batch: order, failures of single texts, options, and turns for others."""

import json

import pytest

from sextortion_signals.types import Audience
from sextortion_signals_service.schemas import BatchResponse
from sextortion_signals_service.scoring import Options


def post(client, **body):
    response = client.post("/v1/assess/batch", json=body)
    assert response.status_code == 200
    return response.json()


def test_batch_equals_single_assessments_in_order(client, detector, rounded, threat_ja, threat_en, harmless_ja):
    texts = [harmless_ja, threat_ja, threat_en] * 40
    document = post(client, texts=texts)
    assert document["failed"] == 0
    assert document["model"] == detector.model
    assert [result["index"] for result in document["results"]] == list(range(120))
    expected = [assessment.to_dict() for assessment in detector.assess_many(texts)]
    assert rounded([result["assessment"] for result in document["results"]]) == rounded(expected)
    assert {result["id"] for result in document["results"]} == {None}


def test_batch_response_model_describes_exactly_what_is_sent(client, threat_ja):
    document = post(client, items=[{"text": threat_ja, "id": "a"}, {"text": ""}, {"txt": 1}])
    dumped = BatchResponse.model_validate(document).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert dumped == document


def test_batch_one_bad_text_does_not_fail_the_others(client, detector, rounded, threat_ja):
    document = post(client, texts=[threat_ja, "", 5, "あ" * 20_001, None, threat_ja])
    slugs = [(result["problem"] or {}).get("type", "").rpartition(":")[2] for result in document["results"]]
    assert slugs == ["", "empty-text", "invalid-request", "text-too-long", "invalid-request", ""]
    assert document["failed"] == 4
    expected = rounded(detector.assess(threat_ja).to_dict())
    assert [rounded(document["results"][index]["assessment"]) for index in (0, 5)] == [expected, expected]
    assert all((result["assessment"] is None) != (result["problem"] is None) for result in document["results"])


def test_batch_items_echo_their_ids_also_with_problems(client, threat_ja):
    document = post(client, items=[{"text": threat_ja, "id": "post:1"}, {"text": "", "id": "post:2"}, {"text": "ab"}])
    assert [result["id"] for result in document["results"]] == ["post:1", "post:2", None]


@pytest.mark.parametrize("bad", ["a b", "ｉｄ", "", "x" * 129, 7, "id\n"])
def test_batch_an_unusable_id_is_a_problem_and_is_not_echoed(client, bad):
    result = post(client, items=[{"text": "hello", "id": bad}])["results"][0]
    assert result["id"] is None
    assert [error["pointer"] for error in result["problem"]["errors"]] == ["/id"]


def test_batch_items_have_options_of_their_own(client, detector, rounded, threat_ja):
    items = [
        {"text": threat_ja},
        {"text": threat_ja, "lang": "en"},
        {"text": threat_ja, "audience": "guardian"},
        {"text": threat_ja, "lang": "ja", "audience": "moderator", "awareness": False},
    ]
    document = post(client, items=items, lang="en", audience="school", awareness=True)
    options = [("en", "school", True), ("en", "school", True), ("en", "guardian", True), ("ja", "moderator", False)]
    expected = [detector.assess(threat_ja, lang=a, audience=b, awareness=c).to_dict() for a, b, c in options]
    assert rounded([result["assessment"] for result in document["results"]]) == rounded(expected)


def test_batch_truncate_for_all_and_for_one(client):
    long = "写真" * 10_001
    assert post(client, texts=[long], truncate=True)["results"][0]["assessment"]["truncated"] is True
    document = post(client, items=[{"text": long, "truncate": False}, {"text": long}], truncate=True)
    assert [result["problem"] is None for result in document["results"]] == [False, True]


def test_batch_bad_items_say_where(client):
    items = [
        1,
        None,
        "text",
        {},
        {"text": "hello", "more": 1},
        {"text": 1},
        {"text": "hello", "lang": "xx"},
        {"text": [["a"]]},
    ]
    results = post(client, items=items)["results"]
    pointers = [result["problem"]["errors"][0]["pointer"] for result in results]
    assert pointers == ["", "", "", "/text", "/more", "/text", "/lang", "/text"]
    assert {result["problem"]["errors"][0]["in"] for result in results} == {"body"}


def test_batch_surrogates_in_one_text_leave_the_others_in_utf8(client, detector, rounded, threat_ja):
    texts = [threat_ja, "\ud83d" + threat_ja]
    body = json.dumps({"texts": texts})
    response = client.post("/v1/assess/batch", content=body, headers={"Content-Type": "application/json"})
    results = json.loads(response.content)["results"]
    expected = [detector.assess(text).to_dict() for text in texts]
    assert rounded([result["assessment"] for result in results]) == rounded(expected)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"texts": ["hello"], "items": [{"text": "hello"}]},
        {"texts": None},
        {"texts": "a"},
        {"items": {"text": "hello"}},
        {"texts": ["hello"], "more": 1},
        {"texts": ["hello"], "lang": "xx"},
        {"texts": ["hello"], "truncate": 1},
    ],
)
def test_batch_a_wrong_envelope_is_one_problem(client, is_problem, body):
    problem = is_problem(client.post("/v1/assess/batch", json=body), 422, "invalid-request")
    assert len(problem["errors"]) == 1
    assert problem["errors"][0]["detail"] != "This value is not allowed."


@pytest.mark.parametrize("key", ["texts", "items"])
def test_batch_empty_is_an_empty_answer(client, detector, key):
    assert post(client, **{key: []}) == {"model": detector.model, "failed": 0, "results": []}


def test_batch_limit_is_exact(open_client, is_problem):
    with open_client(max_batch_items=3) as client:
        assert len(post(client, texts=["hello"] * 3)["results"]) == 3
        for body in ({"texts": ["hello"] * 4}, {"items": [{"text": "hello"}] * 4}):
            is_problem(client.post("/v1/assess/batch", json=body), 422, "too-many-items")


def test_batch_default_limit(client, is_problem):
    assert len(post(client, texts=["hello"] * 256)["results"]) == 256
    is_problem(client.post("/v1/assess/batch", json={"texts": ["hello"] * 257}), 422, "too-many-items")


def test_batch_a_text_that_crashes_the_detector_fails_alone(open_client, broken, threat_ja, log):
    with open_client(detector=broken(KeyError("合言葉"), trigger="合言葉")) as client:
        document = post(client, texts=[threat_ja, "合言葉", threat_ja])
    assert [result["problem"] is None for result in document["results"]] == [True, False, True]
    assert document["results"][1]["problem"]["type"].endswith(":internal-error")
    assert '"error":"KeyError"' in log.getvalue()
    assert "合言葉" not in document["results"][1]["problem"].values()
    assert "\\u5408" not in log.getvalue()


def test_batch_texts_of_any_number_and_length_have_their_results(client, detector, rounded, threat_ja):
    texts = [threat_ja * (1 + index % 40) for index in range(80)]
    document = post(client, texts=texts)
    expected = [assessment.to_dict() for assessment in detector.assess_many(texts)]
    assert rounded([result["assessment"] for result in document["results"]]) == rounded(expected)


def test_batch_options_are_what_the_library_takes(detector, threat_ja):
    options = Options("en", Audience.SCHOOL, True, True)
    assert detector.assess(threat_ja, **options.keywords()).to_dict()["advice"]
