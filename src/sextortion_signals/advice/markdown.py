"""Writes the advice catalogue as a page for people."""

from __future__ import annotations

from collections.abc import Iterator

from sextortion_signals.advice.entries import LANGUAGES, PERSON, AdviceCatalog, AdviceRule, MassMail, ResourceRule

_HEADINGS = {"ja": "日本語", "en": "English"}
_READERS = {
    "child": "child / 子ども",
    "adult": "adult / おとな",
    "guardian": "guardian, friend / 保護者・友人",
    "school": "school / 学校",
    "moderator": "moderator / 運営",
    PERSON: "person concerned, age unknown / 本人（年齢不明）",
}
_MASS_MAIL = {
    MassMail.NO: "not for mass mail",
    MassMail.ONLY: "for mass mail only",
    MassMail.EITHER: "also for mass mail",
}


def render(catalog: AdviceCatalog) -> str:
    """Return the catalogue as Markdown, ending in a newline."""
    return "\n".join([*_head(), *_campaign(catalog), *_items(catalog), *_resources(catalog)]) + "\n"


def _head() -> Iterator[str]:
    yield "<!-- Generated from src/sextortion_signals/advice/advice.toml by advice.catalog.to_markdown(). -->"
    yield "# Help catalogue / 相談先とアドバイス"
    yield ""
    yield "Every item of advice and every resource that this package can give: fixed, reviewed wording, chosen by rule."
    yield "How items are chosen is told in `select_advice`. Links and numbers stand here only if they were read on the"
    yield "page named as source, on the day given."


def _campaign(catalog: AdviceCatalog) -> Iterator[str]:
    campaign = catalog.campaign
    yield from ("", "## Campaign", "", f"{campaign.name_en} / {campaign.name_ja}", "")
    yield from (f"> {campaign.note_en}", ">", f"> {campaign.note_ja}", "")
    yield from ("| id | English | 日本語（このプロジェクトによる訳） |", "|---|---|---|")
    yield from (f"| {message.id} | {message.en} | {message.ja} |" for message in campaign.messages)
    yield from ("", f"Sources: {_list(campaign.sources)} (checked {campaign.checked})")


def _items(catalog: AdviceCatalog) -> Iterator[str]:
    yield from ("", "## Advice", "", "Most urgent first.")
    for rule in catalog.rules:
        yield from ("", f"### `{rule.id}`", "", *_conditions(rule))
        for lang in LANGUAGES:
            for reader in rule.readers:
                advice = catalog.advice(rule, lang, reader)
                yield from ("", f"#### {_HEADINGS[lang]} · {_READERS[reader]}", "", f"**{advice.title}**", "")
                yield from (advice.body, "", *(f"{n}. {action}" for n, action in enumerate(advice.actions, 1)))
                yield from ("", f"→ {', '.join(resource.name for resource in advice.resources)}")


def _conditions(rule: AdviceRule) -> Iterator[str]:
    if rule.awareness:
        yield "- given: on request, where there is no case"
    else:
        yield f"- roles: {', '.join(rule.roles)}"
        yield f"- signals: {', '.join(rule.signals) or 'any or none'}"
        yield f"- mass mail: {_MASS_MAIL[rule.mass_mail]}{'; always kept' if rule.core else ''}"
    yield f"- campaign: {', '.join(rule.campaign)}"
    yield f"- sources: {_list(rule.sources)} (checked {rule.checked})"


def _resources(catalog: AdviceCatalog) -> Iterator[str]:
    yield from ("", "## Resources / 相談先")
    for rule in catalog.resource_rules:
        yield from ("", f"### `{rule.id}`", "")
        for lang in LANGUAGES:
            resource = rule.wording[lang]
            contact = " · ".join(part for part in (resource.url, resource.contact, resource.hours) if part)
            yield f"- **{resource.name}** – {contact}. {resource.note}"
        yield from _resource_facts(rule)


def _resource_facts(rule: ResourceRule) -> Iterator[str]:
    resource = rule.wording["en"]
    yield f"- for: {', '.join(rule.audiences)}; image taken at: {rule.image_age}"
    yield f"- languages: {', '.join(rule.languages)}"
    yield f"- source: {resource.source} (checked {resource.checked})"


def _list(values: tuple[str, ...]) -> str:
    return "; ".join(values)
