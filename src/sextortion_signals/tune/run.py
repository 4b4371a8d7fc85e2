"""From labelled texts and a budget to a profile."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sextortion_signals.model import Manifest, Probabilities
from sextortion_signals.profile import POINTS, Budget, PointFigures, Profile, RowCounts, Stream, check_name
from sextortion_signals.tune.labelled import LabelledTexts
from sextortion_signals.tune.notes import point_notes, sample_notes
from sextortion_signals.tune.points import Scores, check_rows, choose_thresholds
from sextortion_signals.tune.request import check_request
from sextortion_signals.types import Tier


class TextScorer(Protocol):
    """What is tuned: a `Detector`."""

    @property
    def manifest(self) -> Manifest:
        """The manifest of its model."""

    @property
    def tier(self) -> Tier:
        """How thoroughly it reads."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Operating points in use."""

    def score_many(self, texts: Sequence[str], *, truncate: bool = False) -> Probabilities:
        """Return the probabilities of texts, in the same order."""


@dataclass(frozen=True, slots=True)
class TuneResult:
    """A profile, the points in use before it measured on the same rows, and what the reader has to know.

    `thresholds_before` and `measured_before` are by name; `notes` are English sentences.
    """

    profile: Profile
    thresholds_before: Mapping[str, float]
    measured_before: Mapping[str, PointFigures]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "profile": self.profile.to_dict(),
            "before": {
                "thresholds": dict(self.thresholds_before),
                "measured": {point: asdict(figures) for point, figures in self.measured_before.items()},
            },
            "notes": list(self.notes),
        }


def tune(
    detector: TextScorer, rows: LabelledTexts, budgets: Mapping[str, Budget], stream: Stream, *, name: str
) -> TuneResult:
    """Set the operating points of `detector` by what a team can afford; a point without a budget stays as it is.

    `budgets` has a `Budget` for `elevated` and for `high`; each threshold is the lowest that keeps its own on these
    rows. A text longer than the detector's limit is read up to the limit. Nothing is changed or written: the profile
    holds the points, and `Detector.load(profile=...)` uses it.

    Raises:
        UnknownOptionError: a number makes no sense, or one that a budget depends on is missing.
        ProfileError: `name` cannot be a name.
        RecordError: the rows are too few for what is asked, or no threshold keeps it.
    """
    check_name(name)
    check_request(budgets, stream)
    check_rows(int(rows.risk.sum()), int((~rows.risk).sum()), budgets, stream)
    scores = Scores.of(detector.score_many(rows.texts, truncate=True).risk, rows.risk)
    before = dict(detector.thresholds)
    thresholds = choose_thresholds(scores, budgets, stream, before)
    profile = Profile(
        name=name,
        model=detector.manifest.model,
        manifest_sha256=detector.manifest.sha256,
        tier=detector.tier.value,
        created=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        thresholds=thresholds,
        asked={point: budgets[point] for point in POINTS},
        stream=stream,
        rows=RowCounts(risk_1=len(scores.cases), risk_0=len(scores.others)),
        measured={point: scores.figures(thresholds[point], stream) for point in POINTS},
    )
    return TuneResult(
        profile=profile,
        thresholds_before=before,
        measured_before={point: scores.figures(before[point], stream) for point in POINTS},
        notes=(*sample_notes(rows, stream), *point_notes(budgets, stream, thresholds, before)),
    )
