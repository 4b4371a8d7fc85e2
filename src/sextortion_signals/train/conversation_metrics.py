"""What a detector makes of labelled conversations."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from sextortion_signals.corpus import Conversation
from sextortion_signals.detector import Detector
from sextortion_signals.types import Level


def measure(conversations: Sequence[Conversation], detector: Detector) -> dict[str, Any]:
    """Return the figures that a manifest records.

    `recall` and `false_alarms` are shares of the cases and of the harmless conversations that reach a level. Of the
    cases raised: `offender_named` is the share of those with an offender in which it is named, `wrongly_named` that of
    all in which somebody else is; `delay` the median number of messages from certainty to the alert (below 0 before
    it), `late` the share of alerts after certainty. `auc` is None where there is only one kind.
    """
    found = [detector.assess_conversation(conversation.messages, truncate=True) for conversation in conversations]
    truth = np.array([conversation.risk for conversation in conversations])
    risk = np.array([assessment.risk for assessment in found])
    levels: dict[str, dict[str, float]] = {}
    for level in (Level.ELEVATED, Level.HIGH):
        reached = np.array([assessment.risk >= assessment.thresholds[level.value] for assessment in found])
        levels[level.value] = {"recall": _share(reached[truth == 1]), "false_alarms": _share(reached[truth == 0])}
    raised = [
        pair for pair in zip(conversations, found, strict=True) if pair[0].risk and pair[1].level is not Level.LOW
    ]
    named = [(conversation.offender, assessment.offender) for conversation, assessment in raised]
    delays = [
        assessment.first_alert - conversation.unmistakable
        for conversation, assessment in raised
        if assessment.first_alert is not None and conversation.unmistakable is not None
    ]
    return {
        "conversations": len(conversations),
        "auc": round(float(roc_auc_score(truth, risk)), 4) if 0 < truth.sum() < len(truth) else None,
        **levels,
        "offender_named": _share([who == true for true, who in named if true is not None]),
        "wrongly_named": _share([who not in (None, true) for true, who in named]),
        "delay": float(median(delays)) if delays else None,
        "late": _share([delay > 0 for delay in delays]),
    }


def _share(flags: Any) -> float:
    return round(float(np.mean(flags)), 4) if len(flags) else 0.0
