import json
import pickle
import time

import pytest

from sextortion_signals import Detector, Level, Message, SignalId
from sextortion_signals.conversation import Reason, Stage
from sextortion_signals.errors import EmptyTextError, TextTooLongError, TextTypeError, UnknownOptionError

RULE = {"elevated": 0.5, "high": 0.9}


@pytest.fixture(params=["learned", "by rule"])
def either(request, learned, detector):
    """A detector that has learnt from conversations, and the bundled one without such a part."""
    return learned if request.param == "learned" else rule_of(detector)


def rule_of(detector):
    from sextortion_signals.conversation import StrongestMessage

    plain = Detector.load(tier=detector.tier, conversation_thresholds=RULE)
    plain._tracker = type(plain.tracker)(StrongestMessage(), plain.tracker.rule, plain.model)
    return plain


def test_tracker_names_the_offender_and_dates_the_alert(either, coerced):
    result = either.assess_conversation(coerced)
    assert result.level is not Level.LOW
    assert result.offender == "A"
    assert 2 <= result.first_alert <= 4
    assert {signal.id for signal in result.signals} >= {SignalId.EXPOSURE_THREAT}
    assert Stage.REVEAL in result.stages
    assert result.advice
    assert {item.lang for item in result.advice} == {"ja"}
    assert len(result.messages) == len(result.timeline) == len(coerced)


def test_tracker_messages_are_those_of_assess_many(either, coerced):
    texts = [message.text for message in coerced]
    assert list(either.assess_conversation(coerced).messages) == either.assess_many(texts)


def test_tracker_evidence_is_in_its_message(either, coerced):
    result = either.assess_conversation(coerced)
    spans = [(step.message, span) for step in result.timeline for span in step.evidence]
    spans += [(span.message, span) for signal in result.signals for span in signal.evidence]
    assert spans
    for place, span in spans:
        assert coerced[place].text[span.start : span.end] == span.quote != ""


def test_tracker_says_what_moved_the_risk(either, coerced):
    result = either.assess_conversation(coerced)
    alert = result.timeline[result.first_alert]
    assert alert.reasons
    assert alert.evidence
    assert alert.moved_by == alert.message == result.first_alert
    assert alert.rise > 0
    for before, step in zip(result.timeline, result.timeline[1:], strict=False):
        assert step.risk == pytest.approx(before.risk + step.rise)
        assert step.moved_by == (step.message if step.rise else before.moved_by)


def test_tracker_risk_never_falls_and_alert_is_the_first_raised_step(either, coerced):
    calm = [Message("B", "明日は何時に集まる?"), Message("A", "9時でどう?")] * 20
    result = either.assess_conversation([*calm, *coerced, *calm])
    risks = [step.risk for step in result.timeline]
    assert risks == sorted(risks)
    assert result.risk == risks[-1]
    levels = [step.level is not Level.LOW for step in result.timeline]
    assert result.first_alert == levels.index(True)
    assert result.offender == "A"


def test_tracker_a_prefix_says_what_was_said_then(either, coerced):
    whole = either.assess_conversation(coerced)
    for length in range(1, len(coerced)):
        part = either.assess_conversation(coerced[:length])
        assert part.risk == pytest.approx(whole.timeline[length - 1].risk)
        assert part.level is whole.timeline[length - 1].level


def test_tracker_message_by_message_equals_all_at_once(either, coerced):
    whole = either.assess_conversation(coerced)
    part = None
    steps = []
    for message in coerced:
        part = either.assess_conversation([message], state=part.state if part else None)
        steps += part.timeline
    assert [(step.message, step.level, step.stages) for step in steps] == [
        (step.message, step.level, step.stages) for step in whole.timeline
    ]
    assert [step.risk for step in steps] == pytest.approx([step.risk for step in whole.timeline])
    assert (part.offender, part.first_alert, part.stages) == (whole.offender, whole.first_alert, whole.stages)
    assert part.messages == whole.messages[-1:]
    assert {item.id for item in part.advice} & {item.id for item in whole.advice}


def test_tracker_signals_go_on_counting_from_the_state(learned, coerced):
    begun = learned.assess_conversation(coerced[:3])
    rest = learned.assess_conversation(coerced[3:], state=begun.state)
    places = {span.message for signal in rest.signals for span in signal.evidence}
    assert places
    assert min(places) >= 3


HARMLESS = [
    ["A: はじめまして!", "B: はじめまして", "A: LINEでもいい?", "B: いいよ", "A: あとでビデオ通話しよ", "B: うん"],
    ["A: hi, nice to meet you", "B: hello", "A: can we use whatsapp?", "B: ok", "A: video call later?", "B: sure"],
    ["A: 誕生日にギフトカードもらった", "B: いいな", "A: 誰にも言わないでね、サプライズだから", "B: 了解"],
    ["A: got a gift card for my birthday", "B: nice", "A: don't tell anyone, it's a surprise", "B: ok"],
]


@pytest.mark.parametrize("lines", HARMLESS, ids=range(len(HARMLESS)))
def test_tracker_harmless_stages_alone_raise_nothing(learned, detector, chat, lines):
    for each in (learned, detector):
        result = each.assess_conversation(chat(*lines * 5))
        assert result.level is Level.LOW
        assert result.first_alert is result.offender is None
        assert result.signals == result.advice == ()


def test_tracker_harmless_stages_are_shown(learned, chat):
    result = learned.assess_conversation(chat(*HARMLESS[0]))
    assert result.stages[Stage.CONTACT] == 0
    assert result.timeline[0].stages == (Stage.CONTACT,)


def test_tracker_a_case_told_to_a_friend_has_no_offender(learned, chat):
    result = learned.assess_conversation(
        chat(
            "A: どうした?元気ないね",
            "B: 写真を送ってしまって、お金を払えと脅されてる",
            "A: え、警察に行こう",
            "B: 動画をばらまくって言われて怖い",
        )
    )
    assert result.level is not Level.LOW
    assert result.offender is None
    assert Reason.DISCLOSURE in result.timeline[result.first_alert].reasons
    assert "first_steps" in {item.id for item in result.advice}


def test_tracker_both_sides_count(detector, chat):
    """The victim's words raise a risk that the other's alone do not reach, by the released weights; B is not blamed."""
    veiled = ["A: 昨日の写真、よく撮れてるね", "A: みんなに見せたいな"]
    alone = detector.assess_conversation(chat(*veiled, "B: 了解")).risk
    pleading = detector.assess_conversation(chat(*veiled, "B: お願いだから送らないで", "B: 写真を消してください"))
    assert pleading.risk > 3 * alone
    assert pleading.offender in (None, "A")
    telling = detector.assess_conversation(chat(*veiled, "B: もう脅さないで。その裸の写真を消してください"))
    assert telling.level is not Level.LOW
    assert telling.offender == "A"


def test_tracker_group_of_four_names_one(learned, chat):
    result = learned.assess_conversation(
        chat(
            "A: 次の練習いつ?",
            "B: 土曜",
            "C: 録画した動画、フォロワー全員に送るから",
            "D: え、何の話?",
            "C: 払わないなら裸の写真をばらまく",
            "B: お願いだから送らないで",
            "A: ちょっと落ち着いて",
        )
    )
    assert result.offender == "C"


def test_tracker_blank_messages_keep_their_places(either, coerced):
    with_blanks = [part for message in coerced for part in (message, Message(message.sender, " \u200b\n"))]
    result = either.assess_conversation(with_blanks)
    assert len(result.messages) == 2 * len(coerced)
    assert {result.messages[place].risk for place in range(1, 12, 2)} == {0.0}
    assert result.offender == "A"
    assert result.first_alert % 2 == 0
    only = either.assess_conversation([Message("A", ""), Message("B", "\n")])
    assert (only.risk, only.level) == (pytest.approx(0.0, abs=0.05), Level.LOW)


def test_tracker_options_reach_the_advice(either, coerced):
    assert {item.lang for item in either.assess_conversation(coerced, lang="en").advice} == {"en"}
    school = either.assess_conversation(coerced, audience="school").advice
    assert {item.audience.value for item in school} == {"school"}
    (general,) = either.assess_conversation([Message("A", "おはよう")], awareness=True).advice
    assert general.lang == "ja"
    assert "M1" in general.campaign
    assert either.assess_conversation([Message("A", "おはよう")], awareness=True).messages[0].advice == ()


@pytest.mark.parametrize(
    ("messages", "error", "words"),
    [
        ([], EmptyTextError, "no messages"),
        ("A: hello", TextTypeError, "list of Message"),
        (Message("A", "hello"), TextTypeError, "list of Message"),
        (["hello"], TextTypeError, r"messages\[0\] must be a Message, not str"),
        ([Message("A", "hello"), Message("A", 7)], TextTypeError, r"messages\[1\].text must be a str"),
        ([Message(None, "hello")], TextTypeError, r"messages\[0\].sender must be a str"),
        ([Message("A", "hello"), Message("A", "x" * 20_001)], TextTooLongError, r"messages\[1\]"),
    ],
)
def test_tracker_bad_messages(detector, messages, error, words):
    with pytest.raises(error, match=words):
        detector.assess_conversation(messages)


def test_tracker_truncates_when_asked(detector):
    result = detector.assess_conversation([Message("A", "おはよう" * 6000)], truncate=True)
    assert result.messages[0].truncated


def test_tracker_unknown_options(detector, coerced):
    with pytest.raises(UnknownOptionError):
        detector.assess_conversation(coerced, lang="fr")
    with pytest.raises(UnknownOptionError):
        Detector.load(conversation_thresholds={"elevated": 2.0})


def test_tracker_thresholds_of_its_own(learned_model, coerced):
    never = Detector.load(learned_model, conversation_thresholds={"elevated": 1.0, "high": 1.0})
    result = never.assess_conversation(coerced)
    assert result.level is Level.LOW
    assert result.signals == ()
    assert result.thresholds == {"elevated": 1.0, "high": 1.0}
    assert never.thresholds == Detector.load(learned_model).thresholds


def test_tracker_result_is_json_ready_and_survives_pickling(either, coerced):
    result = either.assess_conversation(coerced)
    document = json.loads(json.dumps(result.to_dict(), ensure_ascii=False))
    assert document["timeline"][-1]["risk"] == result.risk
    assert document["stages"] == {stage.value: place for stage, place in result.stages.items()}
    assert len(document["messages"]) == len(coerced)
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301
    with pytest.raises(AttributeError):
        result.risk = 0.0
    with pytest.raises(TypeError):
        result.stages[Stage.LURE] = 1


def test_tracker_a_log_of_ten_thousand(learned, coerced):
    day = ["おはよう", "駅に着いたら連絡する", "旅行の写真ありがとう", "会費は明日までに払うね", "ok", "it rains again"]
    messages = [Message("AB"[place % 3 == 0], day[place % len(day)]) for place in range(10_000)]
    messages[9_000:9_000] = coerced
    begin = time.thread_time()
    result = learned.assess_conversation(messages)
    assert time.thread_time() - begin < 20
    assert len(result.timeline) == 10_006
    assert result.first_alert in range(9_002, 9_006)
    assert result.offender == "A"
    assert max(len(signal.evidence) for signal in result.signals) <= 10
