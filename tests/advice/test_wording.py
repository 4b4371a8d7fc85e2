"""What the advice must say, and must never say, whoever reads it."""

import re

import pytest

from sextortion_signals.advice import load_catalog
from sextortion_signals.advice.entries import LANGUAGES, PERSON, READERS

BLAME = {
    "ja": r"あなたのせい|自業自得|自己責任|軽率|不注意|油断|うかつ|なぜ送った|どうして送った|送らなければよかった|反省",
    "en": r"(?<!not )your (?:own )?(?:fault|mistake)|careless|should have|not have sent|foolish|stupid|naive",
}
GRAPHIC = {"ja": r"性器|胸|自慰|性行為|局部|わいせつ", "en": r"genital|breast|masturbat|sex act|intercourse|penis"}
# A sentence that speaks of everything being gone must refuse to promise it.
TOTAL = {
    "ja": r"(?:必ず|絶対|完全|すべて|全部)[^。]*消",
    "en": r"(?:everything|completely|always)[^.]*(?:gone|removed|deleted)",
}
REFUSAL = {"ja": "約束できません", "en": "obody can promise"}
LEGAL_PROMISE = {
    "ja": r"(?:罪|処罰|逮捕|捕まる|つかまる|罰せられる)(?:ことは|こと)?(?:なりません|ありません|されません|ない)",
    "en": r"not be (?:punished|arrested|charged)|won’t be (?:punished|arrested|charged)|not a crime",
}
HARD_FOR_A_CHILD = (
    "拡散",
    "脅迫",
    "示談",
    "暗号資産",
    "ハッシュ",
    "端末",
    "添付",
    "勧誘",
    "第三者",
    "該当",
    "当該",
    "速やか",
)


def every_text():
    for (id_, lang, reader), advice in load_catalog().wording.items():
        for part in (advice.title, advice.body, *advice.actions):
            yield pytest.param(lang, reader, part, id=f"{id_}-{lang}-{reader}-{part[:12]}")


def text(id_, lang, reader):
    advice = load_catalog().wording[id_, lang, reader]
    return "\n".join((advice.title, advice.body, *advice.actions))


@pytest.mark.parametrize(("lang", "reader", "part"), list(every_text()))
def test_wording_is_kind_plain_and_honest(lang, reader, part):
    assert not re.search(BLAME[lang], part, re.IGNORECASE)
    assert not re.search(GRAPHIC[lang], part, re.IGNORECASE)
    assert not re.search(LEGAL_PROMISE[lang], part, re.IGNORECASE)
    for sentence in re.split(r"(?<=[。.])", part):
        if re.search(TOTAL[lang], sentence):
            assert REFUSAL[lang] in sentence
    assert part == part.strip()
    if lang == "ja" and reader in ("child", PERSON):
        assert [word for word in HARD_FOR_A_CHILD if word in part] == []


@pytest.mark.parametrize(("lang", "reader", "part"), list(every_text()))
def test_wording_is_short(lang, reader, part):
    assert len(part) <= {"ja": 210, "en": 480}[lang]
    sentences = [s for s in re.split(r"(?<=[。.])\s*", part) if s]
    assert max(len(s) for s in sentences) <= {"ja": 100, "en": 230}[lang]


@pytest.mark.parametrize("reader", ["child", "adult", PERSON])
@pytest.mark.parametrize(
    ("lang", "order", "image"),
    [
        ("ja", ("止める", "残す", ("話す", "相談する"), "通報", "消さない"), "だれにも送ら|誰にも送ら"),
        ("en", ("Stop", "Keep", "Tell", "Report and block", "Don’t delete"), "send it to anyone"),
    ],
)
def test_wording_first_steps_keep_tell_report_block_in_this_order(lang, order, image, reader):
    actions = load_catalog().wording["first_steps", lang, reader].actions
    assert len(actions) == len(order)
    for action, start in zip(actions, order, strict=True):
        assert action.startswith(start)
    assert re.search(image, actions[1])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_wording_image_services_state_their_reach(lang):
    limits = {"ja": ("参加", "暗号化", "約束できません"), "en": ("part", "encrypted", "obody can promise")}[lang]
    for id_, readers in (
        ("stop_the_spread", ("child", "adult", PERSON)),
        ("guardian_images", ("guardian",)),
        ("school_spread", ("school",)),
    ):
        for reader in readers:
            assert all(limit in text(id_, lang, reader) for limit in limits), (id_, reader)
    note = next(r.note for r in load_catalog().resources(lang) if r.id == "take_it_down")
    assert "LINE" in note
    assert "2024" in note


def test_wording_not_your_fault_is_said_to_the_person_concerned():
    for lang, said in (("ja", "あなたは悪く"), ("en", "not your fault")):
        for id_ in ("first_steps", "you_may_tell"):
            for reader in ("child", "adult"):
                content = text(id_, lang, reader).replace("It’s", "It is").replace("’s not", " is not").lower()
                assert said in content, (id_, lang, reader)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_wording_nobody_is_asked_to_show_or_send_the_image(lang):
    never = {"ja": "求めないでください", "en": "Never ask the person to send the intimate image"}[lang]
    assert never in text("moderator_answer", lang, "moderator")
    assert {"ja": "見ない", "en": "Do not view"}[lang] in text("school_images", lang, "school")
    assert {"ja": "見せるよう求めたりしない", "en": "don’t ask to see the images"}[lang] in text(
        "guardian_listen", lang, "guardian"
    )


def test_wording_guardians_are_told_the_four_things():
    content = text("guardian_protect", "ja", "guardian") + text("guardian_listen", "ja", "guardian")
    for said in ("落ち着いて", "責めないで", "相手に連絡しない", "初期化しない"):
        assert said in content


def test_wording_mass_mail_tells_when_it_is_no_bluff():
    for lang, said in (("ja", "本当に|実際に"), ("en", "really")):
        for reader in READERS:
            assert re.search(said, text("mass_mail", lang, reader)), (lang, reader)
