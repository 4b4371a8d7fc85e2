"""The catalogue of signals: what each means, with examples on both sides of its border. The data is `catalog.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sextortion_signals.errors import SextortionSignalsError, UnknownOptionError
from sextortion_signals.tables import read_table
from sextortion_signals.types import SignalId

SCHEMA = 1
LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class SignalWording:
    """Name, definition and examples of one signal in one language.

    `hits` show the signal (others as well, perhaps); `near_misses` look like it and do not show it.
    """

    name: str
    definition: str
    hits: tuple[str, ...]
    near_misses: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "definition": self.definition,
            "hits": list(self.hits),
            "near_misses": list(self.near_misses),
        }


@dataclass(frozen=True, slots=True)
class SignalDefinition:
    """One signal, in Japanese and English; `advice` holds ids of the advice catalogue."""

    id: SignalId
    ja: SignalWording
    en: SignalWording
    advice: tuple[str, ...]

    def wording(self, lang: str) -> SignalWording:
        """Return the wording in `ja` or `en`; raises `UnknownOptionError` for another language."""
        if lang not in LANGUAGES:
            raise UnknownOptionError(f"signals are defined in {' and '.join(LANGUAGES)} only; pass one of these")
        return self.ja if lang == "ja" else self.en

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id.value,
            "ja": self.ja.to_dict(),
            "en": self.en.to_dict(),
            "advice": list(self.advice),
        }


@cache
def load_signal_catalog() -> tuple[SignalDefinition, ...]:
    """Return the definitions of all signals in the order of `SignalId`, read and validated once for a process.

    Raises `SextortionSignalsError` when the file that came with the package is not complete.
    """
    return build_signal_catalog(read_table("signals/catalog"))


def build_signal_catalog(data: Mapping[str, Any]) -> tuple[SignalDefinition, ...]:
    """Return the definitions that `data`, the parsed TOML, describes.

    Raises `SextortionSignalsError` naming the signal and what is wrong with it. That the advice ids exist is checked
    in the tests: signals and advice stand side by side and know nothing of each other.
    """
    if data.get("schema") != SCHEMA:
        raise SextortionSignalsError(f"signal catalogue: this package reads schema {SCHEMA} only")
    unknown = sorted(set(data) - {"schema", *SignalId})
    if unknown:
        raise SextortionSignalsError(f"signal catalogue: no such signal: {', '.join(unknown)}")
    return tuple(_definition(signal, data.get(signal.value, {})) for signal in SignalId)


def _definition(signal: SignalId, table: Mapping[str, Any]) -> SignalDefinition:
    try:
        ja, en = (
            SignalWording(
                name=table[lang]["name"],
                definition=table[lang]["definition"],
                hits=tuple(table[lang]["hits"]),
                near_misses=tuple(table[lang]["near_misses"]),
            )
            for lang in LANGUAGES
        )
        definition = SignalDefinition(id=signal, ja=ja, en=en, advice=tuple(table["advice"]))
    except KeyError as error:
        raise SextortionSignalsError(f"signal catalogue: {signal.value}: {error} is missing") from error
    _check(definition)
    return definition


def _check(definition: SignalDefinition) -> None:
    for wording in (definition.ja, definition.en):
        if not (wording.name and wording.definition and wording.hits and wording.near_misses):
            raise SextortionSignalsError(
                f"signal catalogue: {definition.id.value}: needs a name, a definition, hits and near misses"
            )
    if not definition.advice:
        raise SextortionSignalsError(f"signal catalogue: {definition.id.value}: leads to no advice")


def to_markdown() -> str:
    """Return the whole catalogue as the page `docs/signals.md`; a test keeps the two alike."""
    return "\n".join([*_head(), *(line for signal in load_signal_catalog() for line in _section(signal))]) + "\n"


def _head() -> Iterator[str]:
    yield "<!-- Generated from src/sextortion_signals/signals/catalog.toml by signals.catalog.to_markdown(). -->"
    yield "# Signals / シグナル"
    yield ""
    yield "A signal is something that a text does. A text may show several; a text that is no case shows none."
    yield "All examples are imagined. A hit may show other signals too; a near miss only looks like the signal."
    yield ""
    yield "| id | 日本語 | English |"
    yield "|---|---|---|"
    for signal in load_signal_catalog():
        yield f"| [`{signal.id.value}`](#{signal.id.value}) | {signal.ja.name} | {signal.en.name} |"


def _section(signal: SignalDefinition) -> Iterator[str]:
    yield from ("", f"## `{signal.id.value}`", "")
    items = ", ".join(f"`{advice}`" for advice in signal.advice)
    yield f"Leads to advice: {items} ([help catalogue](help-catalogue.md))"
    for wording, hit, miss in ((signal.ja, "当てはまる例", "似ているが違う例"), (signal.en, "Hits", "Near misses")):
        yield from ("", f"### {wording.name}", "", wording.definition)
        yield from ("", f"{hit}:", "", *(f"- {text}" for text in wording.hits))
        yield from ("", f"{miss}:", "", *(f"- {text}" for text in wording.near_misses))
