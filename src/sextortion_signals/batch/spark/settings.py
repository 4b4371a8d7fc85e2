"""What is sent to Spark's workers, and the detector that each of them loads once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sextortion_signals.batch.assess import AssessOptions
from sextortion_signals.text import DEFAULT_MAX_LENGTH
from sextortion_signals.types import Tier

if TYPE_CHECKING:
    from sextortion_signals.detector import Detector


@dataclass(frozen=True, slots=True)
class SparkSettings:
    """Which detector the workers load (see `Detector.load`) and how texts are assessed (see `Detector.assess`).

    Without `model` it is the bundled one, which every worker has where the package is installed; a folder and a
    `profile` must have the same path on every machine. All values are plain, so that they can be sent and compared.
    """

    model: str | None = None
    tier: Tier | str = Tier.FAST
    profile: str | None = None
    thresholds: Mapping[str, float] | None = None
    conversation_thresholds: Mapping[str, float] | None = None
    max_length: int = DEFAULT_MAX_LENGTH
    options: AssessOptions = field(default_factory=AssessOptions)

    def load(self) -> Detector:
        """Return the detector; the same object for equal settings, as long as this process lives."""
        return _load(
            self.model,
            str(self.tier),
            self.profile,
            _items(self.thresholds),
            _items(self.conversation_thresholds),
            self.max_length,
        )


def _items(values: Mapping[str, float] | None) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((values or {}).items()))


@lru_cache(maxsize=2)
def _load(
    model: str | None,
    tier: str,
    profile: str | None,
    thresholds: tuple[tuple[str, float], ...],
    conversation_thresholds: tuple[tuple[str, float], ...],
    max_length: int,
) -> Detector:
    # Spark keeps its Python workers from task to task, so a model is read once a worker, not once a task or batch.
    # Not at the top: the driver describes columns without ever scoring a text.
    from sextortion_signals.detector import Detector

    return Detector.load(
        model,
        tier=tier,
        profile=profile,
        thresholds=dict(thresholds) or None,
        conversation_thresholds=dict(conversation_thresholds) or None,
        max_length=max_length,
    )
