"""The front door: text in, `Assessment` out. Wires the parts together and has no logic of its own."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from sextortion_signals.advice import select_advice
from sextortion_signals.errors import InputError, TextTypeError, UnknownOptionError
from sextortion_signals.features import FeatureBatch, extract
from sextortion_signals.model import (
    CASE_ROLES,
    SIGNALS,
    Artefact,
    Manifest,
    Probabilities,
    load_artefact,
    load_tier,
    resolve_model,
    tier_of,
)
from sextortion_signals.profile import Profile, read_profile
from sextortion_signals.risk import RiskRule, role_probabilities
from sextortion_signals.signals import clauses, find_evidence
from sextortion_signals.text import DEFAULT_MAX_LENGTH, check_text, detect_language, normalize_many
from sextortion_signals.types import Advice, Assessment, Audience, Language, Level, Role, Signal, SignalId, Tier

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Chunks of this many texts keep the arrays in cache; larger ones gain nothing. Long texts make smaller chunks, so that
# memory stays bounded: about 250 bytes a code point.
CHUNK = 1024
CHUNK_CODE_POINTS = 200_000
ADVICE_LANGUAGES = ("ja", "en")
_FIRST_SIGNAL_HEAD = 1 + len(CASE_ROLES)
# Two of these together are the mass-mailed "I recorded you through your camera" letter, which needs advice of its own.
_MASS_MAIL_PATTERNS = ("webcam_media", "webcam_brand", "webcam_expose")


@dataclass(frozen=True, slots=True)
class _Options:
    lang: str | None
    audience: Audience | None
    truncate: bool
    awareness: bool


class Detector:
    """Scores texts. Immutable once loaded; safe to share between threads."""

    def __init__(
        self,
        artefact: Artefact,
        *,
        tier: Tier = Tier.FAST,
        profile: Profile | None = None,
        thresholds: Mapping[str, float] | None = None,
        max_length: int,
    ) -> None:
        self._artefact = artefact
        self._tier = tier
        self._profile = profile
        self._scorer = load_tier(artefact, tier)
        points = self._scorer.points
        rule = RiskRule.from_dict(points)
        if profile is not None:
            profile.check_model(artefact.manifest.model, artefact.manifest.sha256, tier)
            rule = rule.override(profile.thresholds)
        self._rule = rule.override(thresholds) if thresholds else rule
        self._signal_thresholds = np.array([float(points["signal_thresholds"][s.value]) for s in SIGNALS])
        self._max_length = max_length

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        tier: Tier | str = Tier.FAST,
        profile: str | os.PathLike[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
        max_length: int = DEFAULT_MAX_LENGTH,
    ) -> Detector:
        """Load and verify a model: the bundled one, a released one by name, or the folder at `path`.

        `tier` is how thoroughly texts are read; all but `fast` need a model with a semantic part and the extra
        `semantic`. `profile` is a file of operating points, as `sextortion-signals tune` writes it; without one the
        model's own points hold. `thresholds`
        overrides both by name, e.g. `{"elevated": 0.3}`. `max_length` is in code points. Raises an `ArtefactError` when
        the model cannot be trusted, `ProfileError` when the profile cannot be read or was made for another model,
        `UnknownOptionError` for a bad threshold or a tier the model has not, `MissingExtraError` when what the tier
        needs is not installed.
        """
        read = None if profile is None else read_profile(profile)
        artefact = load_artefact(resolve_model(path))
        return cls(artefact, tier=tier_of(tier), profile=read, thresholds=thresholds, max_length=max_length)

    @property
    def model(self) -> str:
        """Name of the model, e.g. `ja-en-2026.1`."""
        return self._artefact.manifest.model

    @property
    def tier(self) -> Tier:
        """How thoroughly texts are read."""
        return self._tier

    @property
    def manifest(self) -> Manifest:
        """The verified manifest of the model."""
        return self._artefact.manifest

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Operating points in use, as risks in 0..1."""
        return self._rule.thresholds

    @property
    def profile(self) -> Profile | None:
        """The profile it was loaded with; `thresholds` given beside it win over its points."""
        return self._profile

    @property
    def max_length(self) -> int:
        """Longest text that is read, in code points."""
        return self._max_length

    def describe(self) -> dict[str, Any]:
        """Return what a user may want to know about the model, ready for JSON."""
        data = self._artefact.manifest.data
        kept = ("model", "protocol", "created", "languages", "thresholds", "signal_thresholds", "corpus", "metrics")
        profile = None if self._profile is None else self._profile.to_dict()
        in_use = {"tier": self.tier.value, "thresholds_in_use": dict(self.thresholds), "profile": profile}
        return {**{name: data[name] for name in kept}, **in_use}

    def assess(
        self,
        text: str,
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> Assessment:
        """Assess one text.

        `lang` ("ja" or "en") is the language of the advice, by default the text's. `audience` asks for the advice to
        one audience. `truncate` reads the first `max_length` code points of a longer text instead of refusing it.
        `awareness` adds the campaign's message to a text that needs no other advice.
        Raises `InputError` subclasses: `TextTypeError`, `EmptyTextError`, `TextTooLongError`, `UnknownOptionError`.
        """
        options = _options(lang, audience, truncate=truncate, awareness=awareness)
        return next(self._assess_chunk([check_text(text, max_length=self._max_length, truncate=truncate)], options))

    def assess_many(
        self,
        texts: Sequence[str],
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> list[Assessment]:
        """Assess texts, in the same order; options and errors as in `assess`, errors name the index of the text."""
        options = _options(lang, audience, truncate=truncate, awareness=awareness)
        checked = self._check_all(texts, truncate=truncate)
        return [assessment for chunk in _chunks(checked) for assessment in self._assess_chunk(chunk, options)]

    def score_many(self, texts: Sequence[str], *, truncate: bool = False) -> Probabilities:
        """Return the calibrated probabilities alone, as arrays: several times faster than `assess_many`."""
        checked = self._check_all(texts, truncate=truncate)
        parts = [self._score(chunk)[1] for chunk in _chunks(checked)]
        if not parts:
            return Probabilities(np.zeros(0), np.zeros((0, len(CASE_ROLES))), np.zeros((0, len(SIGNALS))))
        return Probabilities(
            np.concatenate([part.risk for part in parts]),
            np.concatenate([part.roles for part in parts]),
            np.concatenate([part.signals for part in parts]),
        )

    def _check_all(self, texts: Sequence[str], *, truncate: bool) -> list[tuple[str, bool]]:
        if isinstance(texts, str | bytes):
            raise TextTypeError("texts must be a list of str; a bare str would be read one character at a time")
        checked = []
        for index, text in enumerate(texts):
            try:
                checked.append(check_text(text, max_length=self._max_length, truncate=truncate))
            except InputError as error:
                raise type(error)(f"texts[{index}]: {error}") from None
        return checked

    def _score(self, checked: Sequence[tuple[str, bool]]) -> tuple[FeatureBatch, Probabilities]:
        batch = extract(normalize_many([text for text, _ in checked]), self._artefact.scorer.spec)
        return batch, self._scorer.score(batch)

    def _assess_chunk(self, checked: Sequence[tuple[str, bool]], options: _Options) -> Iterator[Assessment]:
        batch, scores = self._score(checked)
        thresholds, model = self._rule.thresholds, self.model
        rows = zip(checked, scores.risk.tolist(), scores.roles.tolist(), strict=True)
        for index, ((raw, cut), risk, roles) in enumerate(rows):
            case_roles = dict(zip(CASE_ROLES, roles, strict=True))
            level = self._rule.level(risk)
            role = self._rule.role(level, case_roles)
            language = detect_language(raw)
            case = None if level is Level.LOW else batch.single(index)
            signals = () if case is None else self._signals(case, scores.signals[index])
            advised = case is not None or options.awareness
            mass_mail = case is not None and role is Role.OFFENDER and self._is_mass_mail(case)
            yield Assessment(
                risk=risk,
                level=level,
                role=role,
                roles=role_probabilities(risk, case_roles),
                signals=signals,
                advice=_advice(level, role, signals, language, options, mass_mail=mass_mail) if advised else (),
                language=language,
                model=model,
                thresholds=thresholds,
                truncated=cut,
                tier=self._tier,
            )

    def _signals(self, case: FeatureBatch, scores: NDArray[np.float64]) -> tuple[Signal, ...]:
        seen = np.flatnonzero(scores >= self._signal_thresholds).tolist()
        if not seen:
            return ()
        (text,) = case.texts
        curves = self._artefact.scorer.contributions(case)[:, _FIRST_SIGNAL_HEAD:]
        read = clauses(text, case.lemmas.lines[0] if case.lemmas is not None else None)
        quotes = find_evidence(text, read, curves, [SIGNALS[signal] for signal in seen])
        found = [
            Signal(SIGNALS[signal], float(scores[signal]), evidence)
            for signal, evidence in zip(seen, quotes, strict=True)
            if evidence
        ]
        return tuple(sorted(found, key=lambda signal: -signal.score))

    def _is_mass_mail(self, case: FeatureBatch) -> bool:
        names = case.spec.lexicon.names
        present = {names[feature] for feature in case.hits.feature.tolist()}
        return len(present.intersection(_MASS_MAIL_PATTERNS)) >= 2


def _chunks(checked: Sequence[tuple[str, bool]]) -> Iterator[Sequence[tuple[str, bool]]]:
    for first in range(0, len(checked), CHUNK):
        chunk = checked[first : first + CHUNK]
        ends = list(accumulate(len(text) for text, _ in chunk))
        begin = 0
        while begin < len(chunk):
            before = ends[begin - 1] if begin else 0
            end = max(bisect_right(ends, before + CHUNK_CODE_POINTS), begin + 1)
            yield chunk[begin:end]
            begin = end


def _options(lang: str | None, audience: Audience | str | None, *, truncate: bool, awareness: bool) -> _Options:
    if lang is not None and lang not in ADVICE_LANGUAGES:
        raise UnknownOptionError(f"lang must be one of {', '.join(ADVICE_LANGUAGES)}, not {lang!r}")
    if audience is None or isinstance(audience, Audience):
        return _Options(lang, audience, truncate, awareness)
    try:
        return _Options(lang, Audience(audience), truncate, awareness)
    except ValueError:
        names = ", ".join(item.value for item in Audience)
        raise UnknownOptionError(f"audience must be one of {names}, not {audience!r}") from None


def _advice(
    level: Level,
    role: Role,
    signals: tuple[Signal, ...],
    language: Language,
    options: _Options,
    *,
    mass_mail: bool,
) -> tuple[Advice, ...]:
    lang = options.lang or (language.code if language.code in ADVICE_LANGUAGES else "en")
    ids: list[SignalId] = [signal.id for signal in signals]
    return select_advice(
        role=role,
        level=level,
        signals=ids,
        lang=lang,
        audience=options.audience,
        mass_mail=mass_mail,
        awareness=options.awareness,
    )
