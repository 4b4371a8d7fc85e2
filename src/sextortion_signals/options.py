"""What a caller may choose beside the text, and the advice that follows from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sextortion_signals.advice import select_advice
from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.types import Advice, Audience, Language, Level, Role, SignalId

ADVICE_LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Options:
    """Options of `Detector.assess`, checked."""

    lang: str | None = None
    audience: Audience | None = None
    truncate: bool = False
    awareness: bool = False

    @classmethod
    def read(cls, lang: str | None, audience: Audience | str | None, *, truncate: bool, awareness: bool) -> Options:
        """Return the options; raises `UnknownOptionError` for a language or audience that does not exist."""
        if lang is not None and lang not in ADVICE_LANGUAGES:
            raise UnknownOptionError(f"lang must be one of {', '.join(ADVICE_LANGUAGES)}, not {lang!r}")
        if audience is None or isinstance(audience, Audience):
            return cls(lang, audience, truncate, awareness)
        try:
            return cls(lang, Audience(audience), truncate, awareness)
        except ValueError:
            names = ", ".join(item.value for item in Audience)
            raise UnknownOptionError(f"audience must be one of {names}, not {audience!r}") from None

    def advice(
        self, level: Level, role: Role, signals: Collection[SignalId], language: Language, *, mass_mail: bool = False
    ) -> tuple[Advice, ...]:
        """Return the advice that fits, in the language asked for, else that of the text, else English."""
        return select_advice(
            role=role,
            level=level,
            signals=signals,
            lang=self.lang or (language.code if language.code in ADVICE_LANGUAGES else "en"),
            audience=self.audience,
            mass_mail=mass_mail,
            awareness=self.awareness,
        )
