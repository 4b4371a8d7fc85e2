"""Chooses advice by rule: the same case always gets the same items."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sextortion_signals.advice.catalog import load_catalog
from sextortion_signals.advice.entries import PERSON, AdviceRule, check_language
from sextortion_signals.types import Advice, Audience, Level, Role, SignalId

# A frightened person reads little: what does not fit in here is in the catalogue and on the pages it links to.
MOST_FOR_AUDIENCE = 5
MOST_BY_DEFAULT = 4
# Who stands by a person may be a parent, a friend or a teacher; the teacher's first item is added to the parent's.
_BY_DEFAULT_TO_THIRD_PARTY = ((Audience.GUARDIAN.value, 3), (Audience.SCHOOL.value, 1))


def select_advice(
    *,
    role: Role,
    level: Level,
    signals: Collection[SignalId],
    lang: str,
    audience: Audience | None = None,
    mass_mail: bool = False,
    awareness: bool = False,
) -> tuple[Advice, ...]:
    """Return the advice that fits a text, most urgent first, in `lang` (`ja` or `en`).

    An offender's text is answered with advice to whoever received it. `audience=None` speaks to the person
    concerned without knowing their age (to those who stand by them, when a third party wrote), in at most 4 items;
    a named audience gets at most 5. Those without known age carry the audience `person`; Take It Down and
    StopNCII both stand there with their conditions.
    `mass_mail` marks the "I recorded you" bluff, which has advice of its own. Nothing is returned where there is no
    case (role `other` or level `low`), except the campaign's three messages when `awareness` asks for them.
    Raises `UnknownOptionError` for another `lang`.
    """
    check_language(lang)
    if role is Role.OTHER or level is Level.LOW:
        return _awareness(lang, audience) if awareness else ()
    return _select(role, frozenset(signals), lang, audience, mass_mail)


@lru_cache(maxsize=4096)
def _select(
    role: Role, signals: frozenset[SignalId], lang: str, audience: Audience | None, mass_mail: bool
) -> tuple[Advice, ...]:
    catalog = load_catalog()
    fitting = [rule for rule in catalog.rules if rule.applies(role=role, signals=signals, mass_mail=mass_mail)]
    return tuple(
        catalog.advice(rule, lang, reader)
        for reader, most in _readers(role, audience)
        for rule in _most_needed([rule for rule in fitting if rule.speaks_to(reader)], most)
    )


def _readers(role: Role, audience: Audience | None) -> tuple[tuple[str, int], ...]:
    if audience is not None:
        return ((audience.value, MOST_FOR_AUDIENCE),)
    if role is Role.THIRD_PARTY:
        return _BY_DEFAULT_TO_THIRD_PARTY
    return ((PERSON, MOST_BY_DEFAULT),)


def _most_needed(rules: list[AdviceRule], most: int) -> list[AdviceRule]:
    """Return at most `most` of `rules`, core items before others, in the given order of urgency."""
    kept = sorted(rules, key=lambda rule: not rule.core)[:most]
    return [rule for rule in rules if rule in kept]


def _awareness(lang: str, audience: Audience | None) -> tuple[Advice, ...]:
    catalog = load_catalog()
    reader = PERSON if audience is None else audience.value
    return tuple(catalog.advice(rule, lang, reader) for rule in catalog.rules if rule.awareness)
