import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals import Audience, Detector, Level, Role, SignalId
from sextortion_signals.errors import EmptyTextError, TextTooLongError, TextTypeError, UnknownOptionError

OFFENDER = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"
VICTIM = "SNSで知り合った人に写真を送ってしまい、お金を払わないと友達に送ると脅されています。どうしたらいいですか"
EVERYDAY = "明日の部活、集合8時でいいんだっけ？"


@pytest.fixture(scope="module")
def detector():
    """What a reader of README gets: the default tier."""
    return Detector.load()


@pytest.fixture(scope="module")
def raising():
    """Every text is a case to it, so every text has its role, signals and evidence worked out."""
    return Detector.load(thresholds={"elevated": 0.0, "high": 0.0})


def test_detector_offender_text(detector):
    result = detector.assess(OFFENDER)
    assert result.level is not Level.LOW
    assert result.role is Role.OFFENDER
    assert {signal.id for signal in result.signals} >= {SignalId.EXPOSURE_THREAT, SignalId.PAYMENT_DEMAND}
    assert result.advice
    assert result.language.code == "ja"
    assert result.language.verified
    assert result.model == detector.model == "ja-en-2026.1"


def test_detector_victim_is_a_victim(detector):
    result = detector.assess(VICTIM)
    assert result.level is not Level.LOW
    assert result.role is Role.VICTIM
    assert SignalId.DISCLOSURE in {signal.id for signal in result.signals}


def test_detector_everyday_text_says_nothing(detector):
    result = detector.assess(EVERYDAY)
    assert result.level is Level.LOW
    assert result.role is Role.OTHER
    assert result.signals == ()
    assert result.advice == ()


def test_detector_awareness_only_when_asked(detector):
    (item,) = detector.assess(EVERYDAY, awareness=True).advice
    assert {"M1", "M2", "M3"} <= set(item.campaign)


@pytest.mark.parametrize(
    "text", [OFFENDER, VICTIM, "Pay $200 by tonight or your nudes go to your boss", OFFENDER + "😱\u200b"]
)
def test_detector_evidence_is_in_the_callers_own_text(detector, text):
    signals = detector.assess(text).signals
    assert signals
    for signal in signals:
        assert signal.evidence
        for evidence in signal.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote != ""


def test_detector_evidence_survives_disguise(detector):
    text = "裸\u200bの写\u200b真をバ.ラ.ま.く ﾍﾟｲﾍﾟｲで３万払ぇ"
    signals = detector.assess(text).signals
    assert signals
    for signal in signals:
        for evidence in signal.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_detector_roles_add_up(detector):
    for result in detector.assess_many([OFFENDER, VICTIM, EVERYDAY]):
        assert sum(result.roles.values()) == pytest.approx(1.0)
        assert list(result.roles) == [Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY, Role.OTHER]


def test_detector_many_equals_one_by_one(detector):
    texts = [OFFENDER, EVERYDAY, VICTIM, OFFENDER]
    assert detector.assess_many(texts) == [detector.assess(text) for text in texts]
    assert detector.assess_many([]) == []


def test_detector_scores_equal_assessments(detector):
    texts = [OFFENDER, EVERYDAY, VICTIM] * 500
    scores = detector.score_many(texts)
    assert scores.risk.shape == (1500,)
    assert scores.signals.shape == (1500, 7)
    assert [a.risk for a in detector.assess_many(texts[:3])] == scores.risk[:3].tolist()
    assert detector.score_many([]).signals.shape == (0, 7)


def test_detector_long_texts_make_small_chunks(detector):
    long = EVERYDAY * 900
    assert detector.assess_many([long, OFFENDER] * 8)[-1] == detector.assess(OFFENDER)


def test_detector_refuses_a_bare_string(detector):
    with pytest.raises(TextTypeError, match="list of str"):
        detector.assess_many("text")


@pytest.mark.parametrize(
    ("text", "error"),
    [(None, TextTypeError), (b"x", TextTypeError), ("", EmptyTextError), (" \u200b\n", EmptyTextError)],
)
def test_detector_bad_text(detector, text, error):
    with pytest.raises(error):
        detector.assess(text)
    with pytest.raises(error, match=r"texts\[1\]"):
        detector.assess_many(["ok", text])


def test_detector_length_limit():
    detector = Detector.load(max_length=40)
    with pytest.raises(TextTooLongError, match="truncate=True"):
        detector.assess(EVERYDAY * 5)
    result = detector.assess(EVERYDAY * 5, truncate=True)
    assert result.truncated
    assert not detector.assess(EVERYDAY, truncate=True).truncated


@pytest.mark.parametrize(
    ("options", "message"),
    [({"lang": "fr"}, "lang must be one of ja, en"), ({"audience": "cat"}, "audience must be one of person")],
)
def test_detector_unknown_options(detector, options, message):
    with pytest.raises(UnknownOptionError, match=message):
        detector.assess(OFFENDER, **options)


def test_detector_advice_language_and_audience(detector):
    japanese = detector.assess(OFFENDER)
    english = detector.assess(OFFENDER, lang="en")
    assert {item.lang for item in japanese.advice} == {"ja"}
    assert {item.lang for item in english.advice} == {"en"}
    school = detector.assess(VICTIM, audience="school")
    assert {item.audience for item in school.advice} == {Audience.SCHOOL}


def test_detector_other_language_is_unverified_and_answered(detector):
    result = detector.assess("Я не знаю что делать")
    assert not result.language.verified
    assert 0.0 <= result.risk <= 1.0


def test_detector_thresholds_can_be_overridden(raising):
    never = Detector.load(thresholds={"elevated": 1.0, "high": 1.0})
    assert never.assess(OFFENDER).level is Level.LOW
    assert raising.assess(EVERYDAY).level is Level.HIGH
    assert raising.assess(EVERYDAY).thresholds == {"elevated": 0.0, "high": 0.0}


def test_detector_describe_is_json_ready(detector):
    import json

    description = json.loads(json.dumps(detector.describe()))
    assert description["model"] == detector.model
    assert {name: point["risk"] for name, point in description["thresholds"].items()} == detector.thresholds


def test_detector_assessment_survives_pickling_and_is_immutable(detector):
    result = detector.assess(OFFENDER)
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301
    with pytest.raises(AttributeError):
        result.risk = 0.0
    with pytest.raises(TypeError):
        result.roles[Role.VICTIM] = 1.0


def test_detector_mass_mail_gets_its_own_advice(detector):
    text = (
        "I hacked your device and recorded you with your webcam while you visited an adult site. "
        "Send $900 in Bitcoin to this wallet within 48 hours or the video goes to all your contacts."
    )
    plain = "Send me $900 by tonight or the video from our call goes to all your contacts."
    assert "mass_mail" in {item.id for item in detector.assess(text).advice}
    assert "mass_mail" not in {item.id for item in detector.assess(plain).advice}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=st.text(min_size=1, max_size=80))
def test_detector_never_fails_on_any_text(raising, text):
    try:
        result = raising.assess(text)
    except EmptyTextError:
        return
    assert 0.0 <= result.risk <= 1.0
    for signal in result.signals:
        for evidence in signal.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_detector_runs_without_network_and_without_writing():
    code = (
        "import os, sys\n"
        "def guard(event, args):\n"
        "    assert not event.startswith('socket.'), event\n"
        "    written = event == 'open' and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)\n"
        "    assert not written or '__pycache__' in str(args[0]), args\n"
        "sys.addaudithook(guard)\n"
        "from sextortion_signals import Detector\n"
        f"print(Detector.load().assess({OFFENDER!r}).level.value)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert result.stdout.strip() in {"elevated", "high"}
    assert result.stderr == ""
