"""Builds the advice catalogue from its TOML file and refuses one that is not complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sextortion_signals.advice.entries import (
    LANGUAGES,
    PERSON,
    READERS,
    AdviceCatalog,
    AdviceRule,
    Campaign,
    CampaignMessage,
    MassMail,
    ResourceRule,
)
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.types import Advice, Audience, Resource, Role, SignalId

SCHEMA = 1
CAMPAIGN_IDS = ("M1", "M2", "M3", "R1", "R2", "R3", "B")
CASE_ROLES = (Role.OFFENDER.value, Role.VICTIM.value, Role.THIRD_PARTY.value)
IMAGE_AGES = ("any", "under_18", "18_plus")


def build_catalog(data: Mapping[str, Any]) -> AdviceCatalog:
    """Return the catalogue that `data`, the parsed TOML, describes.

    Raises `SextortionSignalsError` naming the entry and what is wrong with it.
    """
    if data.get("schema") != SCHEMA:
        raise SextortionSignalsError(f"advice catalogue: this package reads schema {SCHEMA} only")
    resources = {str(table.get("id")): _guarded(_resource, table, "resource") for table in data["resource"]}
    rules = {str(table.get("id")): _guarded(_rule, table, "item") for table in data["item"]}
    for kind, built in (("resource", resources), ("item", rules)):
        _require(len(built) == len(data[kind]), f"{kind}: an id is used twice")
    wording: dict[tuple[str, str, str], Advice] = {}
    for table in data["item"]:
        rule = rules[table["id"]]
        _check_references(rule, resources)
        wording.update(_guarded(lambda t, r=rule: _wording(t, r, resources), table, "item"))
    ordered = sorted(rules.values(), key=lambda rule: (rule.urgency, rule.id))
    campaign = _guarded(_campaign, data["campaign"], "campaign")
    return AdviceCatalog(campaign, tuple(ordered), tuple(resources.values()), wording)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SextortionSignalsError(f"advice catalogue: {message}")


def _guarded(build: Any, table: Mapping[str, Any], kind: str) -> Any:
    # A missing or misspelt key surfaces as KeyError or ValueError; a maintainer needs to know in which entry.
    try:
        return build(table)
    except (KeyError, ValueError) as error:
        message = f"advice catalogue: {kind} {table.get('id', '?')}: missing or unknown {error}"
        raise SextortionSignalsError(message) from error


def _day(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _choices(values: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    chosen, known = tuple(values), set(allowed)
    if not chosen or not known.issuperset(chosen):
        raise ValueError(f"value among {list(chosen)}; known: {sorted(known)}")
    return chosen


def _campaign(table: Mapping[str, Any]) -> Campaign:
    _choices(table["messages"], CAMPAIGN_IDS)
    return Campaign(
        name_ja=table["name"]["ja"],
        name_en=table["name"]["en"],
        note_ja=table["note"]["ja"],
        note_en=table["note"]["en"],
        messages=tuple(CampaignMessage(id_, **table["messages"][id_]) for id_ in CAMPAIGN_IDS),
        sources=tuple(table["sources"]),
        checked=_day(table["checked"]),
    )


def _resource(table: Mapping[str, Any]) -> ResourceRule:
    shared = {"id": table["id"], "source": table["source"], "checked": _day(table["checked"])}
    wording = {
        lang: Resource(
            name=table[lang]["name"],
            url=table.get("url", ""),
            contact=table[lang].get("contact", ""),
            hours=table[lang].get("hours", ""),
            note=table[lang]["note"],
            **shared,
        )
        for lang in LANGUAGES
    }
    _require(all(r.url or r.contact for r in wording.values()), f"resource {table['id']}: no way to reach it")
    return ResourceRule(
        id=table["id"],
        audiences=tuple(Audience(value) for value in table["audiences"]),
        image_age=_choices([table["image_age"]], IMAGE_AGES)[0],
        languages=_choices(table["languages"], ("ja", "en", "mul")),
        wording=wording,
    )


def _rule(table: Mapping[str, Any]) -> AdviceRule:
    readers = _choices(table["ja"], READERS)
    if Audience.CHILD.value in readers and PERSON not in readers:
        readers = (PERSON, *readers)
    _require(set(table["ja"]) == set(table["en"]), f"item {table['id']}: ja and en speak to different readers")
    return AdviceRule(
        id=table["id"],
        urgency=int(table["urgency"]),
        core=bool(table.get("core", False)),
        roles=tuple(Role(value) for value in _choices(table.get("roles", CASE_ROLES), CASE_ROLES)),
        signals=tuple(SignalId(value) for value in table.get("signals", ())),
        mass_mail=MassMail(table.get("mass_mail", "no")),
        awareness=bool(table.get("awareness", False)),
        campaign=_choices(table["campaign"], CAMPAIGN_IDS),
        resources={lang: tuple(table["resources"][lang]) for lang in LANGUAGES},
        sources=tuple(table["sources"]),
        checked=_day(table["checked"]),
        readers=readers,
    )


def _check_references(rule: AdviceRule, resources: Mapping[str, ResourceRule]) -> None:
    for lang in LANGUAGES:
        unknown = sorted(set(rule.resources[lang]) - set(resources))
        _require(not unknown, f"item {rule.id}: no such resource: {', '.join(unknown)}")
    _require(bool(rule.sources), f"item {rule.id}: names no source")


def _wording(
    table: Mapping[str, Any], rule: AdviceRule, resources: Mapping[str, ResourceRule]
) -> dict[tuple[str, str, str], Advice]:
    # Where nobody knows the age and no wording is written for that, we speak as to a child: the plainer words.
    child = Audience.CHILD.value
    return {
        (rule.id, lang, reader): _advice(table[lang].get(reader) or table[lang][child], rule, lang, reader, resources)
        for lang in LANGUAGES
        for reader in rule.readers
    }


def _advice(
    text: Mapping[str, str], rule: AdviceRule, lang: str, reader: str, resources: Mapping[str, ResourceRule]
) -> Advice:
    actions = tuple(text["actions"].strip().splitlines())
    if not (text["title"] and text["body"] and actions and all(actions)):
        raise ValueError(f"text: {lang}.{reader} has an empty part")
    return Advice(
        id=rule.id,
        audience=Audience(reader),
        title=text["title"],
        body=text["body"],
        actions=actions,
        resources=tuple(resources[id_].wording[lang] for id_ in rule.resources[lang] if resources[id_].serves(reader)),
        campaign=rule.campaign,
        lang=lang,
    )
