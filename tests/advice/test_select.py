"""Which advice is chosen for which case."""

import itertools
import re

import pytest

from sextortion_signals.advice import load_catalog, select_advice
from sextortion_signals.advice.select import MOST_BY_DEFAULT, MOST_FOR_AUDIENCE
from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.types import Audience, Level, Role, SignalId

CASE_ROLES = (Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY)
S = SignalId
TYPICAL = {S.DISCLOSURE, S.PAYMENT_DEMAND, S.EXPOSURE_THREAT}


def choose(role=Role.VICTIM, signals=TYPICAL, level=Level.HIGH, lang="ja", **options):
    return select_advice(role=role, level=level, signals=signals, lang=lang, **options)


def ids(advice):
    return [item.id for item in advice]


def words(item):
    return "\n".join((item.title, item.body, *item.actions))


@pytest.mark.parametrize("role", [*CASE_ROLES, Role.OTHER])
@pytest.mark.parametrize("level", Level)
def test_select_gives_nothing_where_there_is_no_case(role, level):
    advice = choose(role=role, level=level)
    assert bool(advice) == (role is not Role.OTHER and level is not Level.LOW)


@pytest.mark.parametrize("mass_mail", [False, True])
@pytest.mark.parametrize("audience", [None, *Audience])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_select_awareness_gives_the_three_messages_alone(audience, lang, mass_mail):
    for role, level in ((Role.OTHER, Level.HIGH), (Role.VICTIM, Level.LOW)):
        options = {"role": role, "level": level, "lang": lang, "audience": audience, "mass_mail": mass_mail}
        (item,) = choose(**options, awareness=True)
        assert item.id == "awareness"
        assert item.campaign == ("M1", "M2", "M3")
        assert item.audience is (audience or Audience.PERSON)
        assert item.lang == lang


def test_select_awareness_adds_nothing_to_a_case():
    assert choose(awareness=True) == choose()


def test_select_typical_victim_gets_a_few_items_most_urgent_first():
    assert ids(choose()) == ["crisis", "do_not_pay", "first_steps", "stop_the_spread"]
    assert ids(choose(signals={S.DISCLOSURE, S.IMAGE_DEMAND, S.ISOLATION})) == [
        "crisis",
        "do_not_send",
        "first_steps",
        "stop_the_spread",
    ]


def test_select_without_known_age_names_both_image_services_with_their_condition():
    for role in (Role.VICTIM, Role.OFFENDER):
        for lang, condition in (("ja", "18歳"), ("en", "18")):
            item = next(i for i in choose(role=role, lang=lang) if i.id == "stop_the_spread")
            by_service = {name: [a for a in item.actions if name in a] for name in ("Take It Down", "StopNCII")}
            assert all(len(lines) == 1 and condition in lines[0] for lines in by_service.values())
            assert {"take_it_down", "stopncii"} <= {resource.id for resource in item.resources}


def test_select_known_age_gets_the_fitting_image_service():
    child = next(i for i in choose(audience=Audience.CHILD) if i.id == "stop_the_spread")
    assert "take_it_down" in {r.id for r in child.resources}
    assert "stopncii" not in {r.id for r in child.resources}
    adult = next(i for i in choose(audience=Audience.ADULT) if i.id == "stop_the_spread")
    assert {"take_it_down", "stopncii"} <= {r.id for r in adult.resources}
    assert "StopNCII" in adult.actions[0]


def test_select_offenders_text_is_answered_to_whoever_received_it():
    advice = choose(role=Role.OFFENDER, signals={S.PAYMENT_DEMAND, S.EXPOSURE_THREAT})
    assert ids(advice) == ["do_not_pay", "first_steps", "stop_the_spread", "second_wave"]
    assert "悪いのは、おどす人です" in words(advice[1])
    moderator = choose(role=Role.OFFENDER, audience=Audience.MODERATOR)
    assert ids(moderator) == ["moderator_answer", "moderator_act", "moderator_legal", "moderator_payment"]


def test_select_third_party_speaks_to_those_who_stand_by_the_person():
    advice = choose(role=Role.THIRD_PARTY, signals={S.DISCLOSURE, S.EXPOSURE_THREAT})
    assert [(i.id, i.audience) for i in advice] == [
        ("guardian_listen", Audience.GUARDIAN),
        ("guardian_protect", Audience.GUARDIAN),
        ("guardian_images", Audience.GUARDIAN),
        ("school_first", Audience.SCHOOL),
    ]


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("mass_mail", [False, True])
@pytest.mark.parametrize("role", CASE_ROLES)
def test_select_always_helps_and_never_builds_a_wall(role, mass_mail, lang):
    every = [set(c) for n in range(len(SignalId) + 1) for c in itertools.combinations(SignalId, n)]
    urgency = {rule.id: rule.urgency for rule in load_catalog().rules}
    for signals, audience in itertools.product(every, [None, *Audience]):
        advice = choose(role=role, signals=signals, audience=audience, mass_mail=mass_mail, lang=lang)
        assert 1 <= len(advice) <= (MOST_BY_DEFAULT if audience is None else MOST_FOR_AUDIENCE)
        assert {item.lang for item in advice} == {lang}
        if audience is not None:
            assert {item.audience for item in advice} == {audience}
        for _, group in itertools.groupby(advice, key=lambda item: item.audience):
            order = [urgency[item.id] for item in group]
            assert order == sorted(order)
        assert "awareness" not in ids(advice)


@pytest.mark.parametrize("audience", [Audience.CHILD, Audience.ADULT, None])
def test_select_crisis_lines_come_first_for_a_victim(audience):
    for signals in ({S.DISCLOSURE}, set(SignalId), set()):
        first = choose(signals=signals, audience=audience)[0]
        assert first.id == "crisis"
        assert first.resources[0].id == "police_110"


@pytest.mark.parametrize("audience", [Audience.GUARDIAN, Audience.SCHOOL, Audience.MODERATOR])
@pytest.mark.parametrize(("lang", "word"), [("ja", "死"), ("en", "to die|death")])
def test_select_first_action_of_those_who_help_is_about_life(audience, lang, word):
    first = choose(role=Role.THIRD_PARTY, audience=audience, lang=lang)[0]
    assert re.search(word, first.actions[0])
    assert "110" in first.actions[0]


@pytest.mark.parametrize("audience", [None, *Audience])
def test_select_mass_mail_is_a_case_of_its_own(audience):
    advice = choose(role=Role.OFFENDER, audience=audience, mass_mail=True, signals={S.PAYMENT_DEMAND})
    assert "mass_mail" in ids(advice)
    assert not {"first_steps", "stop_the_spread", "do_not_pay", "guardian_images", "moderator_legal"} & set(ids(advice))
    ordinary = choose(role=Role.OFFENDER, audience=audience, signals={S.PAYMENT_DEMAND})
    assert not {"mass_mail", "mass_mail_accounts"} & set(ids(ordinary))


def test_select_is_deterministic_and_does_not_mind_how_signals_come():
    one = choose(signals=[S.PRESSURE, S.PAYMENT_DEMAND, S.DISCLOSURE])
    assert one == choose(signals=(S.DISCLOSURE, S.PRESSURE, S.PAYMENT_DEMAND, S.PRESSURE))
    assert one == choose(signals={S.PAYMENT_DEMAND, S.DISCLOSURE, S.PRESSURE}, level=Level.ELEVATED)


@pytest.mark.parametrize(
    ("signal", "item"),
    [
        (S.IMAGE_DEMAND, "do_not_send"),
        (S.PAYMENT_DEMAND, "do_not_pay"),
        (S.EXPOSURE_THREAT, "stop_the_spread"),
        (S.PRESSURE, "no_need_to_answer"),
        (S.ISOLATION, "you_may_tell"),
        (S.CHANNEL_MOVE, "do_not_move_on"),
        (S.DISCLOSURE, "stop_the_spread"),
    ],
)
@pytest.mark.parametrize("audience", [Audience.CHILD, Audience.ADULT, None])
def test_select_every_signal_has_its_answer(signal, item, audience):
    assert item in ids(choose(signals={signal}, audience=audience))


@pytest.mark.parametrize("level", [Level.LOW, Level.HIGH])
def test_select_refuses_other_languages_always(level):
    with pytest.raises(UnknownOptionError, match="ja and en"):
        choose(lang="fr", level=level)
