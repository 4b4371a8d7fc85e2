"""Reads texts: each becomes an `Assessment`, in chunks that bound the memory. `Detector` is its front door."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.errors import InputError
from sextortion_signals.features import FeatureBatch, extract
from sextortion_signals.model import CASE_ROLES, SIGNALS, LinearScorer, Probabilities, TierScorer
from sextortion_signals.options import Options
from sextortion_signals.risk import RiskRule, role_probabilities
from sextortion_signals.signals import clauses, find_evidence
from sextortion_signals.text import check_text, detect_language, normalize_many
from sextortion_signals.types import Advice, Assessment, Evidence, Level, Role, Signal, Tier

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Chunks of this many texts keep the arrays in cache; larger ones gain nothing. Long texts make smaller chunks, so that
# memory stays bounded: about 250 bytes a code point.
CHUNK = 1024
CHUNK_CODE_POINTS = 200_000
_FIRST_SIGNAL_HEAD = 1 + len(CASE_ROLES)
# Two of these together are the mass-mailed "I recorded you through your camera" letter, which needs advice of its own.
_MASS_MAIL_PATTERNS = ("webcam_media", "webcam_brand", "webcam_expose")

Checked = tuple[str, bool]
"""A text that may be assessed, and whether it was cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Assessor:
    """A model, its tier and operating points at work; `signal_thresholds` (7,) are in the order of `SIGNALS`."""

    model: str
    linear: LinearScorer
    scorer: TierScorer
    tier: Tier
    rule: RiskRule
    signal_thresholds: NDArray[np.float64]
    max_length: int

    def check(self, text: object, *, truncate: bool) -> Checked:
        return check_text(text, max_length=self.max_length, truncate=truncate)

    def check_all(self, texts: Mapping[int, str], name: str, *, truncate: bool) -> list[Checked]:
        """Check texts by their places; an error begins with `name[place]`."""
        checked = []
        for place, text in texts.items():
            try:
                checked.append(self.check(text, truncate=truncate))
            except InputError as error:
                raise type(error)(f"{name}[{place}]: {error}") from None
        return checked

    def assess(self, checked: Sequence[Checked], options: Options) -> Iterator[Assessment]:
        """Yield the assessments of texts, in order."""
        for chunk in _chunks(checked):
            yield from self._assess_chunk(chunk, options)

    def score(self, checked: Sequence[Checked]) -> Probabilities:
        """Return the probabilities alone."""
        parts = [self._score(chunk)[1] for chunk in _chunks(checked)]
        if not parts:
            return Probabilities(np.zeros(0), np.zeros((0, len(CASE_ROLES))), np.zeros((0, len(SIGNALS))))
        return Probabilities(
            np.concatenate([part.risk for part in parts]),
            np.concatenate([part.roles for part in parts]),
            np.concatenate([part.signals for part in parts]),
        )

    def explain(
        self, texts: Sequence[str], scores: Sequence[Sequence[float]]
    ) -> list[tuple[tuple[Signal, ...], tuple[Evidence, ...]]]:
        """Return for each text the signals in it and the spans of the likeliest one, also where its risk is low.

        `scores` are those of their assessments: the texts are not scored again.
        """
        if not texts:
            return []
        batch = extract(normalize_many([text[: self.max_length] for text in texts]), self.linear.spec)
        explained = []
        for index, probabilities in enumerate(map(np.array, scores)):
            case = batch.single(index)
            (quotes,) = self._quotes(case, [int(probabilities.argmax())])
            explained.append((self._signals(case, probabilities), quotes))
        return explained

    def _score(self, checked: Sequence[Checked]) -> tuple[FeatureBatch, Probabilities]:
        batch = extract(normalize_many([text for text, _ in checked]), self.linear.spec)
        return batch, self.scorer.score(batch)

    def _assess_chunk(self, checked: Sequence[Checked], options: Options) -> Iterator[Assessment]:
        batch, scores = self._score(checked)
        thresholds = self.rule.thresholds
        cues = batch.spec.lexicon.classes(batch.hits, len(checked))
        probabilities = (part.tolist() for part in (scores.risk, scores.roles, scores.signals))
        rows = zip(checked, *probabilities, cues, strict=True)
        for index, ((raw, cut), risk, roles, signal_scores, classes) in enumerate(rows):
            case_roles = dict(zip(CASE_ROLES, roles, strict=True))
            level = self.rule.level(risk)
            role = self.rule.role(level, case_roles)
            language = detect_language(raw)
            case = None if level is Level.LOW else batch.single(index)
            signals = () if case is None else self._signals(case, scores.signals[index])
            advice: tuple[Advice, ...] = ()
            if case is not None or options.awareness:
                mass_mail = case is not None and role is Role.OFFENDER and _is_mass_mail(case)
                seen = [signal.id for signal in signals]
                advice = options.advice(level, role, seen, language, mass_mail=mass_mail)
            yield Assessment(
                risk=risk,
                level=level,
                role=role,
                roles=role_probabilities(risk, case_roles),
                signals=signals,
                advice=advice,
                language=language,
                model=self.model,
                thresholds=thresholds,
                truncated=cut,
                tier=self.tier,
                scores=tuple(signal_scores),
                cues=classes,
            )

    def _signals(self, case: FeatureBatch, scores: NDArray[np.float64]) -> tuple[Signal, ...]:
        seen = np.flatnonzero(scores >= self.signal_thresholds).tolist()
        if not seen:
            return ()
        found = [
            Signal(SIGNALS[signal], float(scores[signal]), evidence)
            for signal, evidence in zip(seen, self._quotes(case, seen), strict=True)
            if evidence
        ]
        return tuple(sorted(found, key=lambda signal: -signal.score))

    def _quotes(self, case: FeatureBatch, signals: Sequence[int]) -> list[tuple[Evidence, ...]]:
        """Return what a one-text batch says for each of `signals`, given by their places."""
        (text,) = case.texts
        curves = self.linear.contributions(case)[:, _FIRST_SIGNAL_HEAD:]
        read = clauses(text, case.lemmas.lines[0] if case.lemmas is not None else None)
        return find_evidence(text, read, curves, [SIGNALS[signal] for signal in signals])


def _is_mass_mail(case: FeatureBatch) -> bool:
    names = case.spec.lexicon.names
    present = {names[feature] for feature in case.hits.feature.tolist()}
    return len(present.intersection(_MASS_MAIL_PATTERNS)) >= 2


def _chunks(checked: Sequence[Checked]) -> Iterator[Sequence[Checked]]:
    for first in range(0, len(checked), CHUNK):
        chunk = checked[first : first + CHUNK]
        ends = list(accumulate(len(text) for text, _ in chunk))
        begin = 0
        while begin < len(chunk):
            before = ends[begin - 1] if begin else 0
            end = max(bisect_right(ends, before + CHUNK_CODE_POINTS), begin + 1)
            yield chunk[begin:end]
            begin = end
