"""The model card: seven sections from manifest, measured figures and a few words written by hand."""

from sextortion_signals.card.compose import CARD_JSON_NAME, CARD_NAME, card_files, model_card, write_card
from sextortion_signals.card.content import CardSection, CardTable, ModelCard
from sextortion_signals.card.figures import MEASURE_COMMAND, METRICS_NAME, read_metrics, write_metrics

__all__ = [
    "CARD_JSON_NAME",
    "CARD_NAME",
    "MEASURE_COMMAND",
    "METRICS_NAME",
    "CardSection",
    "CardTable",
    "ModelCard",
    "card_files",
    "model_card",
    "read_metrics",
    "write_card",
    "write_metrics",
]
