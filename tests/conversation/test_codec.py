import json
from dataclasses import fields

import pytest

from sextortion_signals.conversation import ConversationState, SenderState, Standing, dump_state, load_state
from sextortion_signals.conversation.codec import _SENDER, _STANDING


@pytest.fixture(scope="module")
def state(learned, coerced):
    return learned.assess_conversation(coerced).state


def test_codec_survives_json(state):
    assert load_state(json.loads(json.dumps(dump_state(state)))) == state
    assert load_state(dump_state(ConversationState())) == ConversationState()


def test_codec_knows_every_field():
    assert len(_SENDER) == len(SenderState._fields)
    assert len(_STANDING) == len(fields(Standing))


def test_codec_holds_no_text(state, coerced):
    written = json.dumps(dump_state(state), ensure_ascii=False)
    assert all(message.text not in written for message in coerced)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: None,
        lambda data: "state",
        lambda data: [],
        lambda data: [2, *data[1:]],
        lambda data: data[:-1],
        lambda data: [*data[:1], "7", *data[2:]],
        lambda data: [*data[:1], True, *data[2:]],
        lambda data: [*data[:2], data[2] * 5, *data[3:]],
        lambda data: [*data[:2], [data[2][0][:-1]], *data[3:]],
        lambda data: [*data[:2], [7], *data[3:]],
        lambda data: [*data[:3], float("nan"), *data[4:]],
        lambda data: [*data[:5], data[5][:-1], *data[6:]],
        lambda data: [*data[:6], 1, *data[7:]],
        lambda data: [*data[:8], [None, *data[8][1:]]],
    ],
)
def test_codec_refuses_anything_else(state, spoil):
    with pytest.raises(ValueError, match="state"):
        load_state(spoil(dump_state(state)))
