"""The OpenAI client, as released, against a real server: the contract of POST /v1/moderations."""

import json
import logging

import openai
import pytest
from openai.types import ModerationCreateResponse

from sextortion_signals_service.openai_format import NOT_ASSESSED

MARKER = "内緒の相談MARKERzq7"
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


@pytest.fixture(scope="module")
def moderate(shared_server):
    """Ask as an application does that was written for OpenAI and had its base URL changed."""
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{shared_server.port}/v1", api_key="anything")
    with client:
        yield client.moderations.create


def test_openai_client_a_japanese_threat_is_flagged(moderate, detector, threat_ja):
    answer = moderate(input=threat_ja)
    (result,) = answer.results
    expected = detector.assess(threat_ja)
    assert answer.id.startswith("modr-")
    assert answer.model == detector.model
    assert result.flagged is True
    assert result.categories.model_extra["sextortion"] is True
    assert result.category_scores.model_extra["sextortion"] == pytest.approx(expected.roles["offender"])
    assert result.category_applied_input_types.model_extra["sextortion"] == ["text"]
    seen = {signal.id.value for signal in expected.signals}
    flags = result.categories.model_extra
    assert {name.partition("/")[2] for name, flag in flags.items() if flag and "/" in name} == seen


def test_openai_client_the_other_categories_are_whole_and_not_assessed(moderate, threat_ja):
    answer = moderate(input=threat_ja)
    (result,) = answer.results
    for part, nothing in (("categories", False), ("category_scores", 0.0), ("category_applied_input_types", [])):
        document = getattr(result, part).model_dump(by_alias=True)
        assert [document[name] for name in NOT_ASSESSED] == [nothing] * 13
    # Strict validation, which `create` itself does not do.
    ModerationCreateResponse.model_validate_json(answer.model_dump_json(by_alias=True))


def test_openai_client_evidence_is_in_the_extra_object_without_quotes(moderate, detector, threat_ja):
    (result,) = moderate(input=threat_ja).results
    details = result.model_extra["sextortion"]
    expected = detector.assess(threat_ja)
    assert (details["level"], details["role"]) == (expected.level, expected.role)
    assert details["language"] == {"code": "ja", "verified": True}
    assert details["advice"] == [item.id for item in expected.advice]
    for signal, own in zip(details["signals"], expected.signals, strict=True):
        assert [threat_ja[start:end] for start, end in signal["evidence"]] == [span.quote for span in own.evidence]
        assert signal["evidence"]
    quotes = [span.quote for signal in expected.signals for span in signal.evidence]
    assert not any(quote in json.dumps(details, ensure_ascii=False) for quote in quotes)


def test_openai_client_a_list_has_one_result_for_each_in_order(moderate, threat_ja, threat_en, harmless_ja):
    texts = [harmless_ja, threat_ja, "", threat_en, harmless_ja] * 10
    results = moderate(input=texts).results
    assert [result.flagged for result in results] == [False, True, False, True, False] * 10
    assert results[2].model_extra["sextortion"] is None
    assert results[2].category_applied_input_types.model_extra["sextortion"] == []


def test_openai_client_typed_parts_are_one_text(moderate, detector, threat_ja, harmless_ja):
    parts = [{"type": "text", "text": text} for text in (harmless_ja, threat_ja)]
    (result,) = moderate(input=parts, model="omni-moderation-latest").results
    expected = detector.assess(f"{harmless_ja}\n{threat_ja}")
    assert result.model_extra["sextortion"]["risk"] == expected.risk


@pytest.mark.parametrize("model", ["omni-moderation-latest", "text-moderation-stable", "なんでもよい", ""])
def test_openai_client_any_model_name_will_do(moderate, detector, harmless_ja, model):
    answer = moderate(input=harmless_ja, model=model)
    assert answer.model == detector.model
    assert answer.results[0].flagged is False


def test_openai_client_fields_of_later_versions_are_left_alone(moderate, harmless_ja):
    assert len(moderate(input=harmless_ja, extra_body={"user": "17", "metadata": {"a": [1]}}).results) == 1


@pytest.mark.parametrize(
    ("value", "param"),
    [
        ([], "input"),
        (7, "input"),
        (None, "input"),
        ([1, 2], "input[0]"),
        (["ab", {"type": "text", "text": MARKER}], "input[1]"),
        ([{"type": "text", "text": "ab"}, MARKER], "input[1]"),
        ([{"type": "text", "text": "ab"}, {"type": "text", "txt": MARKER}], "input[1]"),
        ([{"type": "sound", "text": MARKER}], "input[0]"),
    ],
)
def test_openai_client_a_wrong_input_is_a_bad_request_that_names_the_place(moderate, value, param):
    with pytest.raises(openai.BadRequestError) as caught:
        moderate(input=value)
    assert caught.value.param == param
    assert caught.value.code == "invalid-request"
    assert caught.value.type == "invalid_request_error"
    assert MARKER not in str(caught.value)


def test_openai_client_without_an_input_is_a_bad_request(moderate):
    with pytest.raises(openai.BadRequestError) as caught:
        moderate(input=openai.omit)
    assert caught.value.param == "input"


def test_openai_client_an_image_is_refused_and_not_passed_over(moderate):
    with pytest.raises(openai.BadRequestError) as caught:
        moderate(input=[{"type": "text", "text": MARKER}, IMAGE])
    assert (caught.value.param, caught.value.code) == ("input[1]", "unsupported-input")
    assert "text only" in str(caught.value)
    assert MARKER not in str(caught.value)


def test_openai_client_limits(moderate):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        moderate(input=["短い", MARKER * 2000])
    assert (caught.value.code, caught.value.param) == ("text-too-long", "input[1]")
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        moderate(input="あ" * 20_001)
    assert (caught.value.code, caught.value.param) == ("text-too-long", "input")
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        moderate(input=["短い"] * 257)
    assert caught.value.code == "too-many-items"
    with pytest.raises(openai.APIStatusError) as caught:
        moderate(input="あ" * 400_000)
    assert (caught.value.status_code, caught.value.code) == (413, "body-too-large")
    assert MARKER not in str(caught.value)


def test_openai_client_other_paths_are_an_error_it_understands(shared_server):
    with (
        openai.OpenAI(base_url=f"http://127.0.0.1:{shared_server.port}/v1", api_key="anything") as client,
        pytest.raises(openai.NotFoundError) as caught,
    ):
        client.embeddings.create(input=MARKER, model="x")
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize("half", ["\ud83d", "\x00", "\u202e"])
def test_openai_client_odd_characters_are_read(shared_server, threat_ja, half):
    body = json.dumps({"input": half + threat_ja})
    status, answer = shared_server.request("POST", "/v1/moderations", body)
    assert (status, json.loads(answer)["results"][0]["flagged"]) == (200, True)


def test_openai_client_logs_hold_no_text(moderate, shared_server, caplog):
    caplog.set_level(logging.WARNING)
    moderate(input=MARKER)
    with pytest.raises(openai.BadRequestError):
        moderate(input=[MARKER, 1])
    assert "内緒" not in "".join(shared_server.lines)
    assert "MARKERzq7" not in "".join(shared_server.lines)
    assert '"route":"/v1/moderations"' in "".join(shared_server.lines)


@pytest.mark.anyio
async def test_openai_client_the_asynchronous_one_too(shared_server, threat_ja):
    async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{shared_server.port}/v1", api_key="x") as client:
        answer = await client.moderations.create(input=[threat_ja])
    assert answer.results[0].flagged is True


@pytest.fixture
def anyio_backend():
    return "asyncio"
