import json

import pytest

from sextortion_signals import Detector, Message
from sextortion_signals.conversation import ConversationState, LearnedJudge, Reason, advance
from sextortion_signals.conversation.features import DISCLOSURE_FEATURES, OFFENDER_FEATURES
from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError
from sextortion_signals.model import CONVERSATION_NAME, MANIFEST_NAME, describe_file, verify_artefact


def judge_of(offender=None, disclosure=None, floor=0.5):
    """A judge with a bias of -4 and only the weights that are named."""
    return LearnedJudge(
        (-4.0, tuple((offender or {}).get(name, 0.0) for name in OFFENDER_FEATURES)),
        (-4.0, tuple((disclosure or {}).get(name, 0.0) for name in DISCLOSURE_FEATURES)),
        (1.0, 0.0),
        floor,
    )


@pytest.fixture(scope="module")
def states(learned, coerced):
    """The state after each message."""
    assessments = learned.assess_many([message.text for message in coerced])
    found = [ConversationState()]
    for message, assessment in zip(coerced, assessments, strict=True):
        found.append(advance(found[-1], message, assessment))
    return found


def test_judge_risk_is_that_of_the_likeliest_answer(states):
    assert judge_of().verdict(states[-1]).risk == pytest.approx(0.018, abs=1e-3)
    assert judge_of({"offender_sum": 9.0}).verdict(states[-1]).risk > 0.9
    assert judge_of(disclosure={"told_peak": 30.0}).verdict(states[-1]).risk > 0.9


def test_judge_names_only_who_stands_out(states):
    clear = judge_of({"offender_sum": 9.0}).verdict(states[-1])
    assert clear.offender == "A"
    assert judge_of({"all_sum": 9.0}, floor=0.6).verdict(states[-1]).offender is None
    told = judge_of({"offender_sum": 3.0}, {"told_peak": 30.0}).verdict(states[-1])
    assert told.offender is None


def test_judge_passes_over_what_can_only_calm(learned, states, coerced):
    judge = judge_of({"offender_sum": 9.0})
    assessments = learned.assess_many([message.text for message in coerced])
    (calm,) = learned.assess_many(["明日の集合時間を教えてください"])
    assert calm.risk < 0.1
    assert judge.judge(advance(states[-1], Message("B", "うん"), calm), "B", calm) is None
    assert judge.judge(states[5], "A", assessments[4]) is not None


def test_judge_reasons_are_those_that_rose(states):
    assert judge_of({"offender_sum": 9.0}).reasons(states[4], states[5])[0] is Reason.OFFENDER_WORDS
    both = judge_of({"offender_sum": 3.0, "others_told_sum": 9.0})
    assert both.reasons(states[5], states[6]) == (Reason.OTHERS_REACTION,)
    assert judge_of(disclosure={"told_peak": 9.0}).reasons(states[5], states[6]) == (Reason.DISCLOSURE,)
    assert judge_of({"image": 9.0}).reasons(states[0], states[1]) == (Reason.IMAGES,)
    assert judge_of({"others_offender_sum": -1.0}).reasons(states[1], states[1]) == (Reason.WHOLE_TALK,)


def test_judge_survives_its_own_file():
    judge = judge_of({"pay": 1.5}, {"told_sum": 2.5}, floor=0.7)
    assert LearnedJudge.from_dict(json.loads(json.dumps(judge.to_dict())), 0.7) == judge


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part["offender"]["weights"].pop("pay"),
        lambda part: part["offender"]["weights"].update(more=1.0),
        lambda part: part["disclosure"].update(bias="high"),
        lambda part: part["disclosure"].update(bias=float("inf")),
        lambda part: part.update(calibration=[1.0]),
        lambda part: part.pop("offender"),
    ],
)
def test_judge_refuses_another_file(change):
    data = judge_of().to_dict()
    change(data)
    with pytest.raises((ValueError, KeyError)):
        LearnedJudge.from_dict(data, 0.5)


@pytest.fixture
def copy(learned_model, tmp_path):
    import shutil

    return shutil.copytree(learned_model, tmp_path / "copy")


def replace_part(folder, content):
    """Replace the file and its hash: a mistake at release."""
    (folder / CONVERSATION_NAME).write_text(content, encoding="utf-8")
    edit(folder, lambda part: part["files"].update({CONVERSATION_NAME: describe_file(folder / CONVERSATION_NAME)}))


def edit(folder, change):
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    change(manifest["conversation"])
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")


def test_load_untouched_copy_verifies(copy):
    assert verify_artefact(copy).conversation_files.keys() == {CONVERSATION_NAME}


def test_load_changed_or_missing_file_is_refused(copy):
    path = copy / CONVERSATION_NAME
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(ArtefactCorruptError, match=f"{CONVERSATION_NAME} is not the file"):
        Detector.load(copy)
    path.unlink()
    with pytest.raises(ArtefactMissingError, match=f"{CONVERSATION_NAME} is missing"):
        verify_artefact(copy)


@pytest.mark.parametrize("content", ["no JSON", "[]", '{"format": 2, "tiers": {}}', '{"format": 1, "tiers": {}}'])
def test_load_unusable_file_is_named(copy, content):
    replace_part(copy, content)
    with pytest.raises(ArtefactCorruptError, match=f"{CONVERSATION_NAME} cannot be used"):
        Detector.load(copy).assess_conversation([Message("A", "おはよう")])


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part.pop("tiers"),
        lambda part: part.update(tiers=[1]),
        lambda part: part["tiers"]["fast"].pop("offender_floor"),
        lambda part: part["tiers"]["fast"]["thresholds"]["high"].update(risk="high"),
        lambda part: part["tiers"]["fast"]["thresholds"]["high"].update(risk=float("nan")),
    ],
)
def test_load_unusable_manifest_is_named(copy, change):
    edit(copy, change)
    with pytest.raises(ArtefactCorruptError, match=MANIFEST_NAME):
        Detector.load(copy)


def test_load_a_tier_without_weights_takes_the_rule(copy, coerced):
    edit(copy, lambda part: part["tiers"].update(full=part["tiers"].pop("fast")))
    detector = Detector.load(copy)
    result = detector.assess_conversation(coerced)
    assert result.risk == max(message.risk for message in result.messages)
    assert result.thresholds == detector.thresholds
