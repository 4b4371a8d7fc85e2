"""POST /v1/conversations/assess and /v1/reports/assess: the library's answers, states kept by the client, limits."""

import asyncio
import base64
import json

import pytest

from sextortion_signals import Message
from sextortion_signals.conversation import ConversationState, dump_state
from sextortion_signals_service.conversation_schemas import ConversationModel, ConversationRequest, ReportModel
from sextortion_signals_service.conversations import assess_conversation
from sextortion_signals_service.scoring import Scorer
from sextortion_signals_service.server import with_state_key
from sextortion_signals_service.settings import Settings
from sextortion_signals_service.tokens import StateTokens

PATH = "/v1/conversations/assess"


def wire(messages):
    return [{"sender": message.sender, "text": message.text} for message in messages]


def post(client, path=PATH, **body):
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_conversation_is_the_librarys(client, detector, coerced, rounded):
    document = post(client, messages=wire(coerced), lang="en", audience="guardian")
    state = document.pop("state")
    assert state.startswith("v1.")
    expected = detector.assess_conversation(coerced, lang="en", audience="guardian").to_dict()
    assert rounded(document) == rounded(json.loads(json.dumps(expected)))


def test_conversation_response_model_describes_exactly_what_is_sent(client, coerced):
    document = post(client, messages=wire(coerced))
    assert ConversationModel.model_validate(document).model_dump(mode="json") == document


def test_conversation_goes_on_message_by_message(client, coerced):
    whole = post(client, messages=wire(coerced))
    part, steps = None, []
    for message in coerced:
        part = post(client, messages=wire([message]), **({"state": part["state"]} if part else {}))
        steps += part["timeline"]
    assert [step["message"] for step in steps] == list(range(len(coerced)))
    assert [step["level"] for step in steps] == [step["level"] for step in whole["timeline"]]
    for name in ("offender", "first_alert", "stages", "level"):
        assert part[name] == whole[name]


def test_conversation_state_holds_no_text_and_does_not_grow(client, coerced):
    once = post(client, messages=wire(coerced))["state"]
    content = base64.urlsafe_b64decode(once.split(".")[1] + "==").decode()
    assert all(message.text not in content for message in coerced)
    again = post(client, messages=wire(coerced * 20))["state"]
    assert len(again) < len(once) + 100


def forged(key, detector, state):
    return StateTokens(detector, key).pack(state)


@pytest.mark.parametrize("kind", ["changed", "cut", "signature", "other key", "other version", "garbage", "half"])
def test_conversation_a_state_of_others_is_refused(client, detector, coerced, is_problem, kind):
    state = post(client, messages=wire(coerced))["state"]
    version, content, signature = state.split(".")
    raised = json.dumps([*dump_state(ConversationState())[:1], 7]).encode()
    wrong = {
        "changed": f"{version}.{base64.urlsafe_b64encode(raised).decode().rstrip('=')}.{signature}",
        "cut": f"{version}.{content[:-8]}.{signature}",
        "signature": f"{version}.{content}.{signature[::-1]}",
        "other key": forged("another key of sufficient length", detector, ConversationState()),
        "other version": f"v2.{content}.{signature}",
        "garbage": "これは状態ではない",
        "half": f"{version}.{content}",
    }[kind]
    response = client.post(PATH, json={"messages": wire(coerced), "state": wrong})
    problem = is_problem(response, 422, "invalid-state")
    assert wrong not in json.dumps(problem, ensure_ascii=False)


def test_conversation_a_key_of_the_settings_outlives_the_process(open_client, detector, learned, coerced, is_problem):
    key = "a key that two machines share"
    with open_client(state_key=key) as one, open_client(state_key=key) as other:
        state = post(one, messages=wire(coerced[:3]))["state"]
        assert post(other, messages=wire(coerced[3:]), state=state)["offender"] == "A"
    with open_client() as third:
        is_problem(third.post(PATH, json={"messages": wire(coerced), "state": state}), 422, "invalid-state")
    with open_client(detector=learned, state_key=key) as newer:
        is_problem(newer.post(PATH, json={"messages": wire(coerced), "state": state}), 422, "invalid-state")


def test_conversation_workers_share_a_key():
    made = with_state_key(Settings())
    assert len(made.state_key.get_secret_value()) == 64
    assert with_state_key(made) is made
    assert made.state_key.get_secret_value() not in repr(made)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/messages"),
        ({"messages": []}, "/messages"),
        ({"messages": "hello"}, "/messages"),
        ({"messages": ["hello"]}, "/messages/0"),
        ({"messages": [{"text": "hello"}]}, "/messages/0/sender"),
        ({"messages": [{"sender": "A"}]}, "/messages/0/text"),
        ({"messages": [{"sender": 7, "text": "hello"}]}, "/messages/0/sender"),
        ({"messages": [{"sender": "A" * 129, "text": "hello"}]}, "/messages/0/sender"),
        ({"messages": [{"sender": "A", "text": "hello", "time": 1}]}, "/messages/0/time"),
        ({"messages": [{"sender": "A", "text": "hello"}], "state": 7}, "/state"),
        ({"messages": [{"sender": "A", "text": "hello"}], "state": "v" * 16_385}, "/state"),
        ({"messages": [{"sender": "A", "text": "hello"}], "lang": "xx"}, "/lang"),
    ],
)
def test_conversation_wrong_requests_say_where(client, is_problem, body, pointer):
    problem = is_problem(client.post(PATH, json=body), 422, "invalid-request")
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["detail"] != "This value is not allowed."


def test_conversation_limits(open_client, client, is_problem):
    long = [{"sender": "A", "text": "x" * 20_001}]
    is_problem(client.post(PATH, json={"messages": long}), 422, "text-too-long")
    assert post(client, messages=long, truncate=True)["messages"][0]["truncated"]
    one = {"sender": "A", "text": "hello"}
    with open_client(max_conversation_messages=2) as small:
        assert len(post(small, messages=[one] * 2)["timeline"]) == 2
        is_problem(small.post(PATH, json={"messages": [one] * 3}), 422, "too-many-messages")
        is_problem(small.post("/v1/reports/assess", json={"thread": [one] * 3}), 422, "too-many-messages")


def test_conversation_blank_texts_keep_their_places(client, coerced):
    messages = [part for message in wire(coerced) for part in ({"sender": "B", "text": ""}, message)]
    document = post(client, messages=messages)
    assert [step["message"] for step in document["timeline"]] == list(range(2 * len(coerced)))
    assert document["offender"] == "A"


def test_conversation_surrogates_survive(client, coerced):
    messages = [*wire(coerced), {"sender": "A", "text": "\ud83d" + coerced[4].text}]
    response = client.post(
        PATH, content=json.dumps({"messages": messages}), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200
    assert json.loads(response.content)["offender"] == "A"


def test_conversation_thresholds_of_the_settings(open_client, coerced):
    from sextortion_signals_service.app import _load

    settings = Settings(conversation_thresholds={"elevated": 1.0, "high": 1.0})
    with open_client(detector=_load(settings)) as client:
        assert post(client, messages=wire(coerced))["level"] == "low"


def test_conversation_others_get_a_turn(detector):
    turns = []

    async def others():
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async def main():
        task = asyncio.create_task(others())
        request = ConversationRequest(messages=[{"sender": "A", "text": "hello"}] * 160)
        body = await assess_conversation(Scorer(detector), StateTokens(detector), request)
        task.cancel()
        return body

    assert len(json.loads(asyncio.run(main()))["timeline"]) == 160
    assert len(turns) >= 5


def test_report_is_the_librarys(client, detector, coerced, rounded):
    reason = "通話を録画されて脅されています"
    item = {"text": coerced[4].text, "sender": "A"}
    document = post(client, "/v1/reports/assess", reason=reason, item=item, thread=wire(coerced), lang="en")
    expected = detector.assess_report(reason, Message("A", coerced[4].text), coerced, lang="en").to_dict()
    assert rounded(document) == rounded(json.loads(json.dumps(expected)))
    assert ReportModel.model_validate(document).model_dump(mode="json") == document


def test_report_of_a_part_only(client, is_problem, coerced):
    assert post(client, "/v1/reports/assess", reason="spam")["thread"] is None
    document = post(client, "/v1/reports/assess", item={"text": coerced[4].text})
    assert document["reason"] is None
    assert document["thread"]["timeline"][0]["sender"] == "reported"
    is_problem(client.post("/v1/reports/assess", json={}), 422, "empty-text")
    is_problem(client.post("/v1/reports/assess", json={"reason": 7}), 422, "invalid-request")
