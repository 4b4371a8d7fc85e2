import json

import pytest

from sextortion_signals import Detector, Level, Message
from sextortion_signals.conversation.report import NAMED_REASON_RISK, REPORTED, reported_messages
from sextortion_signals.errors import EmptyTextError, TextTypeError

TOLD = "通話を録画されて、3万円払わないと動画を友達に送ると脅されています。助けてください"
HARMLESS = [Message("A", "おはよう"), Message("B", "駅に着いたら連絡する")]


def test_report_of_a_victim_without_a_thread(learned):
    result = learned.assess_report(TOLD)
    assert result.risk == pytest.approx(result.reason.risk)
    assert result.level is result.reason.level is not Level.LOW
    assert result.thread is result.offender is None
    assert result.advice == result.reason.advice != ()


def test_report_of_a_thread_without_a_reason(learned, coerced):
    result = learned.assess_report(thread=coerced)
    assert result.risk == pytest.approx(result.thread.risk)
    assert (result.level, result.offender) == (result.thread.level, "A")
    assert result.advice == result.thread.advice


def test_report_joins_what_was_told_and_what_is_seen(learned, chat):
    veiled = chat("A: 昨日の写真、よく撮れてるね", "A: みんなに見せたいな", "B: お願いだから送らないで")
    reason = "写真のことで脅されているかもしれない"
    both = learned.assess_report(reason, thread=veiled)
    assert both.risk > max(both.reason.risk, both.thread.risk)
    assert both.risk == pytest.approx(1 - (1 - both.reason.risk) * (1 - both.thread.risk))


def test_report_two_half_suspicions_are_worth_a_look(learned, learned_model, chat):
    thread = chat("A: 3万でいいよ", "B: え")
    risk = learned.assess_conversation(thread).risk
    assert 0.25 < risk < 0.75
    detector = Detector.load(learned_model, conversation_thresholds={"elevated": risk + 0.01, "high": 0.9})
    assert detector.assess_report("Spam", thread=thread).level is Level.LOW
    named = detector.assess_report("Blackmail", thread=thread)
    assert (named.reason.level, named.thread.level, named.level) == (Level.LOW, Level.LOW, Level.ELEVATED)
    assert named.advice


@pytest.mark.parametrize("reason", ["Blackmail with private images", "セクストーション", "ＳＥＸＴＯＲＴＩＯＮ"])
def test_report_a_reason_of_a_menu_counts(learned, reason):
    assert learned.assess_report(reason, thread=HARMLESS).risk >= NAMED_REASON_RISK
    assert learned.assess_report("Spam", thread=HARMLESS).risk < NAMED_REASON_RISK


def test_report_a_long_reason_is_read_not_looked_up(learned):
    lesson = (
        "We had a lesson on blackmail today and the handout was great, thanks to the teacher who prepared all of it."
    )
    result = learned.assess_report(lesson)
    assert result.risk == pytest.approx(result.reason.risk)


def test_report_harmless(learned):
    result = learned.assess_report("うるさい", "おはよう", HARMLESS)
    assert result.level is Level.LOW
    assert result.advice == ()


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (None, HARMLESS),
        ("おはよう", HARMLESS),
        (Message("A", "おはよう"), HARMLESS),
        ("ほかの文", [*HARMLESS, Message(REPORTED, "ほかの文")]),
        (Message("C", "おはよう"), [*HARMLESS, Message("C", "おはよう")]),
    ],
)
def test_report_item_stands_in_its_thread_once(item, expected):
    assert reported_messages(item, HARMLESS) == expected


def test_report_item_alone(learned):
    result = learned.assess_report(item=Message("X", "払わないなら裸の写真をばらまく"))
    assert result.level is not Level.LOW
    assert len(result.thread.messages) == 1


def test_report_blank_reason_is_no_reason(learned, coerced):
    assert learned.assess_report(" \n", thread=coerced).reason is None


def test_report_of_nothing(learned):
    with pytest.raises(EmptyTextError, match="neither a reason"):
        learned.assess_report(" ")
    with pytest.raises(TextTypeError):
        learned.assess_report(thread=["おはよう"])


def test_report_is_json_ready(learned, coerced):
    document = json.loads(json.dumps(learned.assess_report(TOLD, coerced[4], coerced, lang="en").to_dict()))
    assert document["offender"] == "A"
    assert len(document["thread"]["messages"]) == len(coerced)
    assert {item["lang"] for item in document["advice"]} == {"en"}
    assert learned.assess_report(TOLD).to_dict()["thread"] is None
