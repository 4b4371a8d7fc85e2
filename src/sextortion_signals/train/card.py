"""The model card, written beside every trained model: seven sections, figures from the manifest only."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

CARD_NAME = "MODEL_CARD.md"


def model_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown; `manifest` as `train` writes it."""
    template = files("sextortion_signals.train").joinpath("model_card.md").read_text(encoding="utf-8")
    test, corpus = manifest["metrics"]["test"], manifest["corpus"]
    rows = (
        f"| `{name}` | {point['risk']:.3f} | {point['false_alarms_measured']:.2%} "
        f"| {point['false_alarms_everyday_measured']:.3%} | {point['recall_measured']:.1%} |"
        for name, point in manifest["thresholds"].items()
    )
    return template.format(
        model=manifest["model"],
        created=manifest["created"],
        corpus=corpus["sha256"],
        rows_fitted=corpus["rows_fitted"],
        rows_held_out=corpus["rows_held_out"],
        test_rows=test["rows"],
        auc=test["auc"],
        average_precision=test["average_precision"],
        points="\n".join(rows),
    )
