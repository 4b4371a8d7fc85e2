"""The advice catalogue: complete, verified, and nothing in it that nobody checked."""

import copy
import itertools
import re
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from sextortion_signals.advice import load_catalog
from sextortion_signals.advice.catalog import to_markdown
from sextortion_signals.advice.entries import LANGUAGES, PERSON, MassMail
from sextortion_signals.advice.reading import build_catalog
from sextortion_signals.errors import SextortionSignalsError, UnknownOptionError
from sextortion_signals.types import Audience, Role, SignalId

ROOT = Path(__file__).resolve().parents[2]
RAW = files("sextortion_signals.advice").joinpath("advice.toml").read_text(encoding="utf-8")
CAMPAIGN = {"M1", "M2", "M3", "R1", "R2", "R3", "B"}

# What was verified, written down by hand: (address, contacts). A contact that is not here must not be shipped.
VERIFIED = {
    "paps": ("https://www.paps.jp/sextortion", ()),
    "paps_delete": ("https://www.paps.jp/delete", ()),
    "take_it_down": ("https://takeitdown.ncmec.org/ja/", ()),
    "stopncii": ("https://stopncii.org", ("stopncii@swgfl.org.uk",)),
    "police_110": ("", ("110",)),
    "police_9110": ("", ("#9110",)),
    "police_8103": ("", ("#8103",)),
    "onestop_8891": ("", ("#8891", "0120-8891-77")),
    "cure_time": ("https://curetime.jp", ()),
    "oyako_line": ("https://www.cfa.go.jp/policies/jidougyakutai/oyako-line/", ()),
    "kodomo_sos": ("", ("0120-0-78310",)),
    "childline_jp": ("", ("0120-99-7777",)),
    "jinken_kodomo": ("", ("0120-007-110", "@linejinkensoudan")),
    "jinken_minna": ("", ("0570-003-110",)),
    "kotaeru": ("https://www.tokyohelpdesk.metro.tokyo.lg.jp/", ()),
    "safe_line": ("https://www.safe-line.jp", ()),
    "ihaho": ("https://www.ihaho.jp", ()),
    "ihc": ("https://www.internethotline.jp", ()),
    "consumer_188": ("", ("188",)),
    "mext_safety": ("https://www.mext.go.jp/a_menu/danjo/anzen/index2.html", ()),
    "instagram_help": ("https://help.instagram.com/616583228400289", ()),
    "stop_qanda": ("https://stop.or.jp/qanda/", ()),
    "ncmec": ("https://report.cybertip.org", ("gethelp@ncmec.org", "1-800-843-5678")),
    "fbi": ("https://tips.fbi.gov", ("1-800-CALL-FBI", "ic3.gov")),
    "us_crisis": ("", ("988", "741741")),
    "report_remove": ("https://childline.org.uk/remove", ("0800 1111",)),
    "canada": ("https://needhelpnow.ca", ("cybertip.ca",)),
    "australia": ("https://esafety.gov.au", ("accce.gov.au",)),
    "inhope": ("https://inhope.org", ()),
}
OTHER_ADDRESSES = {"https://paps.jp/sextortion"}  # message B of the campaign
VERIFIED_CONTACTS = {contact for _, contacts in VERIFIED.values() for contact in contacts}
# Looks like a way to reach somebody: an address, a mail or LINE name, a telephone or short number.
CONTACT = re.compile(
    r"https?://[^\s、。）]+|[a-z.]+@[a-z.]+|@[a-z]+|#\d{4}|1-800-[\w-]+"
    r"|(?<![\d-])(?:0[\d-]{8,}\d|0800 \d{4}|110|119|188|189|911|988|741741)(?![\d-])"
)
# Seen only on old or third-party pages, expired, or never verified: none of it may appear anywhere.
NOT_VERIFIED = (
    "0120-279-338",  # an old copy
    "03-3580-4970",  # a copy of 2017
    "03-5978-7509",  # listed by third parties only
    "0120-213-533",  # ended in 2023
    "0120-210-109",  # ended in 2023
    "ceop",
    "よりそいホットライン",
    "いちはやく",
    "17:00",  # chat hours of an old bulletin
)


@pytest.fixture
def data():
    return copy.deepcopy(tomllib.loads(RAW))


def texts(catalog, lang):
    """Everything that a reader may see in one language, with a name for failures."""
    for (id_, language, reader), advice in catalog.wording.items():
        if language == lang:
            yield f"{id_}.{reader}", "\n".join((advice.title, advice.body, *advice.actions))


def test_catalog_resources_are_exactly_the_verified_ones():
    catalog = load_catalog()
    assert {rule.id for rule in catalog.resource_rules} == set(VERIFIED)
    for rule in catalog.resource_rules:
        address, contacts = VERIFIED[rule.id]
        for lang in LANGUAGES:
            resource = rule.wording[lang]
            assert resource.url == address
            assert all(contact in resource.contact for contact in contacts), rule.id
            found = set(CONTACT.findall(f"{resource.contact} {resource.hours}"))
            assert found <= set(contacts), rule.id


def test_catalog_texts_name_verified_contacts_only():
    catalog = load_catalog()
    allowed = VERIFIED_CONTACTS | {address for address, _ in VERIFIED.values()} | OTHER_ADDRESSES
    for lang in LANGUAGES:
        notes = [(r.id, r.note) for r in catalog.resources(lang)]
        campaign = [(m.id, m.text(lang)) for m in catalog.campaign.messages]
        for name, text in [*texts(catalog, lang), *notes, *campaign]:
            assert set(CONTACT.findall(text)) <= allowed, name


def test_catalog_holds_nothing_unverified():
    lowered = RAW.lower()
    assert [word for word in NOT_VERIFIED if word in lowered] == []


def test_catalog_resources_say_where_and_when_they_were_read():
    for lang in LANGUAGES:
        for resource in load_catalog().resources(lang):
            assert resource.name
            assert resource.note
            assert resource.source
            assert date.fromisoformat(resource.checked) >= date(2026, 11, 23)


def test_catalog_resources_all_are_given_somewhere_and_none_twice():
    catalog = load_catalog()
    used = {id_ for rule in catalog.rules for lang in LANGUAGES for id_ in rule.resources[lang]}
    assert used == set(VERIFIED)
    for advice in catalog.wording.values():
        ids = [resource.id for resource in advice.resources]
        assert len(ids) == len(set(ids))
        assert 1 <= len(ids) <= 7, advice.id


@pytest.mark.parametrize(
    ("role", "signal", "audience", "lang"),
    list(itertools.product((Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY), SignalId, Audience, LANGUAGES)),
)
def test_catalog_is_complete(role, signal, audience, lang):
    catalog = load_catalog()
    fitting = [
        rule
        for rule in catalog.rules
        if rule.speaks_to(audience.value) and rule.applies(role=role, signals=frozenset({signal}), mass_mail=False)
    ]
    assert fitting
    # More than what everybody gets in every case: something that answers this very signal.
    assert any(signal in rule.signals for rule in fitting)
    assert all(catalog.advice(rule, lang, audience.value).lang == lang for rule in fitting)


def test_catalog_campaign_is_complete_and_honest_about_its_japanese():
    campaign = load_catalog().campaign
    assert {message.id for message in campaign.messages} == CAMPAIGN
    assert all(message.ja and message.en for message in campaign.messages)
    assert "公式の文言ではありません" in campaign.note_ja
    assert "not the official text" in campaign.note_en
    assert all(set(rule.campaign) <= CAMPAIGN for rule in load_catalog().rules)


def test_catalog_every_campaign_message_reaches_the_person_concerned():
    rules = [rule for rule in load_catalog().rules if rule.speaks_to(PERSON) and not rule.awareness]
    assert {message for rule in rules for message in rule.campaign} == CAMPAIGN


def test_catalog_items_lists_by_audience_and_language():
    catalog = load_catalog()
    everything = catalog.items("ja")
    assert {item.lang for item in everything} == {"ja"}
    assert {item.audience for item in everything} == set(Audience)
    assert len({(item.id, item.audience) for item in everything}) == len(everything)
    school = catalog.items("en", Audience.SCHOOL)
    assert school
    assert {(item.lang, item.audience) for item in school} == {("en", Audience.SCHOOL)}
    assert [item for item in everything if item.audience is Audience.CHILD] == list(catalog.items("ja", Audience.CHILD))


@pytest.mark.parametrize("lang", ["fr", "JA", ""])
def test_catalog_refuses_other_languages(lang):
    with pytest.raises(UnknownOptionError, match="ja and en"):
        load_catalog().items(lang)
    with pytest.raises(UnknownOptionError, match="ja and en"):
        load_catalog().resources(lang)


def test_catalog_loads_once():
    assert load_catalog() is load_catalog()


def test_catalog_page_is_the_generated_one():
    page = (ROOT / "docs" / "help-catalogue.md").read_text(encoding="utf-8")
    assert page == to_markdown(), "write sextortion_signals.advice.catalog.to_markdown() to docs/help-catalogue.md"
    assert page.count("\n### ") == len(load_catalog().rules) + len(load_catalog().resource_rules)


def test_catalog_mass_mail_never_points_to_image_services():
    for rule in load_catalog().rules:
        if rule.mass_mail is MassMail.ONLY:
            ids = {id_ for lang in LANGUAGES for id_ in rule.resources[lang]}
            assert not ids & {"take_it_down", "stopncii", "report_remove", "paps_delete"}


def _drop(table, *path):
    for key in path[:-1]:
        table = table[key]
    del table[path[-1]]


def _set(table, value, *path):
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = value


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: _set(d, 2, "schema"), "schema 1"),
        (lambda d: _set(d, ["nobody"], "item", 0, "resources", "ja"), "no such resource: nobody"),
        (lambda d: _set(d, ["M9"], "item", 0, "campaign"), "item crisis"),
        (lambda d: _set(d, [], "item", 0, "campaign"), "item crisis"),
        (lambda d: _set(d, [], "item", 0, "sources"), "names no source"),
        (lambda d: _set(d, ["other"], "item", 0, "roles"), "item crisis"),
        (lambda d: _set(d, ["rudeness"], "item", 0, "signals"), "rudeness"),
        (lambda d: _set(d, "often", "item", 0, "mass_mail"), "often"),
        (lambda d: _set(d, "yesterday", "item", 0, "checked"), "item crisis"),
        (lambda d: _set(d, "", "item", 0, "ja", "child", "actions"), "ja.child has an empty part"),
        (lambda d: _set(d, "one\n\ntwo", "item", 0, "en", "adult", "actions"), "en.adult has an empty part"),
        (lambda d: _drop(d, "item", 0, "en", "adult"), "different readers"),
        (lambda d: _set(d, {}, "item", 0, "ja"), "item crisis"),
        (lambda d: _drop(d, "item", 0, "ja", "child", "title"), "'title'"),
        (lambda d: _drop(d, "item", 0, "urgency"), "'urgency'"),
        (lambda d: d["item"].append(d["item"][0]), "item: an id is used twice"),
        (lambda d: d["resource"].append(d["resource"][0]), "resource: an id is used twice"),
        (lambda d: _drop(d, "resource", 0, "source"), "resource paps"),
        (lambda d: _drop(d, "resource", 4, "en", "contact"), "police_110: no way to reach it"),
        (lambda d: _set(d, "over_9", "resource", 0, "image_age"), "over_9"),
        (lambda d: _set(d, ["everybody"], "resource", 0, "audiences"), "everybody"),
        (lambda d: _drop(d, "campaign", "messages", "B"), "campaign"),
    ],
)
def test_catalog_refuses_an_incomplete_file(data, spoil, words):
    spoil(data)
    with pytest.raises(SextortionSignalsError, match=re.escape(words)):
        build_catalog(data)
