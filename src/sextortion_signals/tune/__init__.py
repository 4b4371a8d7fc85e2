"""Operating points from what a team can afford, set and measured on its own labelled texts; needs no extra."""

from sextortion_signals.tune.labelled import LABEL_COLUMN, LabelledTexts, read_labelled
from sextortion_signals.tune.points import MINIMUM_ROWS, Scores, choose_thresholds, rows_needed
from sextortion_signals.tune.run import TextScorer, TuneResult, tune

__all__ = [
    "LABEL_COLUMN",
    "MINIMUM_ROWS",
    "LabelledTexts",
    "Scores",
    "TextScorer",
    "TuneResult",
    "choose_thresholds",
    "read_labelled",
    "rows_needed",
    "tune",
]
