"""What the advice catalogue holds, as plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.types import Advice, Audience, Resource, Role, SignalId

LANGUAGES = ("ja", "en")
# The person concerned when nobody knows their age: wording of its own, or the child's, whose words are the plainest.
PERSON = Audience.PERSON.value
READERS = tuple(audience.value for audience in Audience)
_AGES = frozenset({Audience.CHILD, Audience.ADULT})


class MassMail(StrEnum):
    """Whether an item is for the mass-mailed "I recorded you" bluff, where no image exists."""

    NO = "no"
    ONLY = "only"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class CampaignMessage:
    """One message of the campaign; `ja` is this project's own rendering, `en` follows the announcement."""

    id: str
    ja: str
    en: str

    def text(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign all advice rests on; `note_*` says where its wording comes from, `checked` is an ISO date."""

    name_ja: str
    name_en: str
    note_ja: str
    note_en: str
    messages: tuple[CampaignMessage, ...]
    sources: tuple[str, ...]
    checked: str


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """One place to turn to in every language, and for whom it is.

    `image_age` is the age at which the image was taken: `any`, `under_18` or `18_plus`. `languages` are ISO 639
    codes of the languages it serves, `mul` for several.
    """

    id: str
    audiences: tuple[Audience, ...]
    image_age: str
    languages: tuple[str, ...]
    wording: Mapping[str, Resource]

    def serves(self, reader: str) -> bool:
        """Tell whether it may be shown to `reader`, one of `READERS`."""
        if reader == PERSON:
            return not _AGES.isdisjoint(self.audiences)
        return reader in self.audiences


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """When one item is given, and where it comes from; empty `signals` means always.

    `urgency`: lower comes first. `core` items are kept before all others where there is room for a few only.
    `resources` holds ids by language, `sources` names of the pages read, `checked` the ISO date of reading.
    """

    id: str
    urgency: int
    core: bool
    roles: tuple[Role, ...]
    signals: tuple[SignalId, ...]
    mass_mail: MassMail
    awareness: bool
    campaign: tuple[str, ...]
    resources: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...]
    checked: str
    readers: tuple[str, ...]

    def applies(self, *, role: Role, signals: frozenset[SignalId], mass_mail: bool) -> bool:
        """Tell whether this item fits a case."""
        if self.awareness or role not in self.roles:
            return False
        if self.mass_mail is (MassMail.NO if mass_mail else MassMail.ONLY):
            return False
        return not self.signals or not signals.isdisjoint(self.signals)

    def speaks_to(self, reader: str) -> bool:
        """Tell whether there is wording for `reader`, one of `READERS`."""
        return reader in self.readers


@dataclass(frozen=True, slots=True)
class AdviceCatalog:
    """All advice and all resources, validated. `rules` is ordered by urgency, `resource_rules` as in the file."""

    campaign: Campaign
    rules: tuple[AdviceRule, ...]
    resource_rules: tuple[ResourceRule, ...]
    wording: Mapping[tuple[str, str, str], Advice] = field(repr=False)

    def items(self, lang: str, audience: Audience | None = None) -> tuple[Advice, ...]:
        """Return every item in one language, by audience and then by urgency; with `audience`, its own only.

        Raises `UnknownOptionError` for a language other than `ja` and `en`.
        """
        check_language(lang)
        wanted = tuple(Audience) if audience is None else (audience,)
        return tuple(
            self.wording[rule.id, lang, reader.value]
            for reader in wanted
            for rule in self.rules
            if rule.speaks_to(reader.value)
        )

    def resources(self, lang: str) -> tuple[Resource, ...]:
        """Return every resource in one language; raises `UnknownOptionError` as `items` does."""
        check_language(lang)
        return tuple(rule.wording[lang] for rule in self.resource_rules)

    def advice(self, rule: AdviceRule, lang: str, reader: str) -> Advice:
        """Return the wording of one item for one of `READERS`."""
        return self.wording[rule.id, lang, reader]


def check_language(lang: str) -> None:
    """Raise `UnknownOptionError` unless the catalogue is written in `lang`."""
    if lang not in LANGUAGES:
        raise UnknownOptionError(f"advice is written in {' and '.join(LANGUAGES)} only; pass one of these as lang")
