"""A finished measurement, and its three forms: JSON, plain text, one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sextortion_signals.evaluate.conversation_results import ConversationRateResult, ConversationResult
from sextortion_signals.evaluate.html_report import page
from sextortion_signals.evaluate.results import LabelledResult, RateResult, as_json
from sextortion_signals.evaluate.sections import Section, conversation_sections, text_sections
from sextortion_signals.evaluate.text_report import plain_text


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was measured on which files, with which model and operating points.

    `resamples` and `seed` are those of the bootstrap. It holds no text of any row unless texts were asked for.
    """

    model: str
    thresholds: Mapping[str, float]
    resamples: int
    seed: int
    labelled: tuple[LabelledResult, ...]
    unlabelled: tuple[RateResult, ...]
    conversations: tuple[ConversationResult, ...]
    unlabelled_conversations: tuple[ConversationRateResult, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))

    def to_dict(self) -> dict[str, Any]:
        return {name: as_json(getattr(self, name)) for name in self.__slots__}

    def to_text(self) -> str:
        """Return aligned tables for a terminal or a log."""
        return plain_text(self.summary(), self._sections())

    def to_html(self) -> str:
        """Return one self-contained page. Raises `MissingExtraError` without the extra `train`, which draws plots."""
        return page(self.summary(), self._sections())

    def _sections(self) -> list[Section]:
        texts = text_sections(self.labelled, self.unlabelled)
        return [*texts, *conversation_sections(self.conversations, self.unlabelled_conversations)]

    def summary(self) -> tuple[str, str]:
        """Return the title of the report and one line on how it was made."""
        points = ", ".join(f"{name} {value:g}" for name, value in self.thresholds.items())
        made = f"Operating points: {points}. Intervals: {self.resamples} bootstrap resamples, seed {self.seed}."
        return f"Evaluation of {self.model}", made
