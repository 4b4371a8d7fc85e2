import math
import pickle
import sys

import pytest

from sextortion_signals import Detector, Message, Role
from sextortion_signals.conversation import ConversationState, Stage, advance
from sextortion_signals.conversation.features import (
    DISCLOSURE_FEATURES,
    OFFENDER_FEATURES,
    disclosure_features,
    offender_features,
)
from sextortion_signals.conversation.phrases import opens_contact, tells_of_payment
from sextortion_signals.conversation.state import CUE_BLOCK, DECAY, MOST_SENDERS, TRACKED_CUES, cue_bits, sum_level
from sextortion_signals.types import Assessment, Language, Level, SignalId


def said(risk=0.3, role=Role.OTHER, cues=(), **scores):
    """An assessment as the detector gives it, from the numbers that matter here."""
    case = dict.fromkeys((Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY), 0.0) | {role: risk}
    case.pop(Role.OTHER, None)
    return Assessment(
        risk=risk,
        level=Level.LOW,
        role=Role.OTHER,
        roles={**case, Role.OTHER: 1.0 - risk},
        signals=(),
        advice=(),
        language=Language("en", True),
        model="none",
        thresholds={},
        scores=tuple(scores.get(signal.value, 0.0) for signal in SignalId),
        cues=frozenset(cues),
    )


def follow(*steps, state=None, text="0123456789"):
    state = state or ConversationState()
    for sender, assessment in steps:
        state = advance(state, Message(sender, text), assessment)
    return state


def test_state_is_pure_and_immutable():
    before = follow(("A", said()))
    copy = pickle.loads(pickle.dumps(before))  # noqa: S301
    after = follow(("A", said(0.9, Role.OFFENDER)), state=before)
    assert before == copy != after
    assert after == follow(("A", said(0.9, Role.OFFENDER)), state=copy)
    with pytest.raises(AttributeError):
        before.messages = 7
    with pytest.raises(AttributeError):
        before.anything = 7


def test_state_counts_messages_and_keeps_the_standing():
    state = follow(("A", said()), ("B", said()), ("A", said()))
    assert state.messages == 3
    assert [(sender.sender, sender.at) for sender in state.senders] == [("A", 2), ("B", 1)]
    assert state.standing == ConversationState().standing


def test_state_sums_are_what_their_definition_says():
    state = follow(("A", said(0.9, Role.OFFENDER)), ("A", said(0.8, Role.OFFENDER)))
    weight = math.sqrt(10)
    first, second = math.log(0.9 / 0.1) + 4.0, math.log(0.8 / 0.2) + 4.0
    (sender,) = state.senders
    assert sender.offender == pytest.approx((first * DECAY + second) * weight)
    assert sender.length == pytest.approx(10 * DECAY + 10)
    assert sum_level(sender.offender, sender.length) == pytest.approx(0.2 * sender.offender / math.sqrt(sender.length))
    assert sum_level(1.0, 0.0) == 0.0


def test_state_a_repeated_sign_counts_more_than_one():
    level = [
        sum_level(s.offender, s.length) for n in (1, 3) for s in follow(*[("A", said(0.6, Role.OFFENDER))] * n).senders
    ]
    assert level[1] > level[0] * 1.4


def test_state_second_largest_and_third_person():
    steps = [("A", said(risk, Role.THIRD_PARTY)) for risk in (0.5, 0.9, 0.2)]
    (sender,) = follow(*steps).senders
    assert sender.told_peak > sender.told_again > 0
    assert sender.third == pytest.approx(sender.told_peak)


def test_state_keeps_the_senders_that_matter():
    loud = follow(("loud", said(0.99, Role.OFFENDER)))
    crowd = follow(*[(f"guest {number}", said(0.02)) for number in range(50)], state=loud)
    assert len(crowd.senders) == MOST_SENDERS
    assert "loud" in {sender.sender for sender in crowd.senders}
    assert crowd.senders[-1].sender == "guest 49"


def test_state_size_does_not_grow():
    def size(state):
        return len(pickle.dumps(state)) + sys.getsizeof(state)

    steps = [("AB"[place % 2], said(0.3, Role.OFFENDER, cues=TRACKED_CUES)) for place in range(400)]
    assert size(follow(*steps)) <= size(follow(*steps[:200])) + 16


def test_state_words_are_forgotten_after_two_blocks():
    def words(state):
        (sender,) = state.senders
        return sender.cues | sender.earlier_cues

    state = follow(("A", said(cues={"media", "pay"})))
    assert state.news
    assert words(state) == cue_bits(frozenset({"media"}))
    quiet = [("A", said())]
    assert words(follow(*quiet * CUE_BLOCK, state=state)) == words(state)
    assert words(follow(*quiet * 2 * CUE_BLOCK, state=state)) == 0
    late = follow(*[("B", said())] * 3 * CUE_BLOCK, ("A", said()), state=state)
    assert {sender.sender: sender.cues | sender.earlier_cues for sender in late.senders} == {"A": 0, "B": 0}


def test_state_blank_message_only_takes_its_place():
    before = follow(("A", said(0.9, Role.OFFENDER)))
    after = advance(before, Message("A", " \n"), said(0.0))
    assert after.messages == 2
    assert sum_level(after.senders[0].offender, after.senders[0].length) == pytest.approx(
        sum_level(before.senders[0].offender, before.senders[0].length) * math.sqrt(DECAY)
    )


@pytest.mark.parametrize(
    ("steps", "stage", "place"),
    [
        ([said(), said(image_demand=0.9)], Stage.LURE, 1),
        ([said(exposure_threat=0.9)], Stage.REVEAL, 0),
        ([said(payment_demand=0.9)], Stage.DEMAND, 0),
        ([said(exposure_threat=0.9), said(), said(image_demand=0.9)], Stage.DEMAND, 2),
        ([said(pressure=0.9)], Stage.PRESSURE, 0),
        ([said(isolation=0.9)], Stage.ISOLATION, 0),
        ([said(channel_move=0.9)], Stage.MOVE, 0),
        ([said(), said(cues={"app", "move"})], Stage.MOVE, 1),
        ([said(cues={"did_send"}), said(payment_demand=0.9)], Stage.AFTER_PAYMENT, 1),
        ([said(0.9, exposure_threat=0.9), said(0.1), said(0.1, pressure=0.9)], Stage.PRESSURE, 2),
        ([said(payment_demand=0.9), said(payment_demand=0.9, cues={"again"})], Stage.AFTER_PAYMENT, 1),
        ([said(payment_demand=0.9), said(payment_demand=0.9, cues={"authority"})], Stage.SECOND_WAVE, 1),
    ],
)
def test_state_stages_are_dated_by_their_first_message(steps, stage, place):
    state = follow(*[("A", step) for step in [*steps, *steps]], text="I paid")
    assert state.seen[stage] == place


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ([said(image_demand=0.9)], Stage.DEMAND),
        ([said(payment_demand=0.9)], Stage.AFTER_PAYMENT),
        ([said(payment_demand=0.9, cues={"authority"})], Stage.SECOND_WAVE),
        ([said(cues={"did_send"}), said(payment_demand=0.9)], Stage.AFTER_PAYMENT),
        ([said(0.1, exposure_threat=0.9)], Stage.REVEAL),
        ([said(cues={"app"})], Stage.MOVE),
        ([said(0.9, Role.OFFENDER)], Stage.REVEAL),
    ],
)
def test_state_stages_need_what_comes_before_them(steps, stage):
    assert stage not in follow(*[("A", step) for step in steps]).seen


def test_state_contact_is_looked_for_at_the_beginning_only():
    state = advance(ConversationState(), Message("A", "はじめまして!"), said())
    assert state.seen == {Stage.CONTACT: 0}
    late = advance(follow(*[("A", said())] * 20), Message("A", "はじめまして!"), said())
    assert late.seen == {}
    assert opens_contact("Ｎｉｃｅ to MEET you")
    assert not opens_contact("see you at the station")


def test_state_payment_is_told_in_so_many_words():
    assert tells_of_payment("もう３万払いました")
    assert tells_of_payment("I already PAID you")
    assert not tells_of_payment("I sent you the pictures, how much do you want")


def test_features_have_their_names_and_see_both_sides():
    state = follow(
        ("A", said(0.9, Role.OFFENDER, {"media"}, exposure_threat=0.8)), ("B", said(0.7, Role.VICTIM, {"plea"}))
    )
    accused = [dict(zip(OFFENDER_FEATURES, features, strict=True)) for features in offender_features(state)]
    assert accused[0]["offender_sum"] > accused[1]["offender_sum"]
    assert accused[0]["others_told_sum"] > accused[1]["others_told_sum"]
    assert (accused[0]["media"], accused[0]["others_plea"], accused[0]["others_expose"]) == (1.0, 1.0, 0.0)
    assert (accused[1]["others_media"], accused[1]["others_expose"]) == (1.0, 0.8)
    told = dict(zip(DISCLOSURE_FEATURES, disclosure_features(state), strict=True))
    assert told["told_peak"] > 1.0
    assert told["others_offender_sum"] == accused[0]["offender_sum"]


def test_features_of_one_sender_alone():
    state = follow(("A", said()))
    (features,) = offender_features(state)
    assert dict(zip(OFFENDER_FEATURES, features, strict=True))["others_told_sum"] == -1.0
    assert dict(zip(DISCLOSURE_FEATURES, disclosure_features(state), strict=True))["others_offender_sum"] == -1.0


def test_state_detector_gives_what_it_needs():
    plain = Detector.load().assess("払わないなら裸の写真をばらまく")
    assert len(plain.scores) == len(SignalId)
    assert plain.scores[list(SignalId).index(SignalId.EXPOSURE_THREAT)] > 0.5
    assert {"media", "intimate", "unless"} <= plain.cues
    assert "scores" not in plain.to_dict()
