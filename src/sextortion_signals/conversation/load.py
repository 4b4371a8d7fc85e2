"""The part of a model that judges conversations: read from its folder, or the rule where it has none."""

from __future__ import annotations

import json
from typing import Any

from sextortion_signals.conversation.judge import LearnedJudge, StrongestMessage
from sextortion_signals.conversation.tracker import Tracker
from sextortion_signals.errors import ArtefactCorruptError
from sextortion_signals.model import CONVERSATION_NAME, Artefact
from sextortion_signals.risk import RiskRule, conversation_points
from sextortion_signals.types import Tier

CONVERSATION_FORMAT = 1
"""Number of the file's format. To change the features or the format: raise it and keep reading every older number."""


def load_tracker(artefact: Artefact, tier: Tier, rule: RiskRule) -> Tracker:
    """Return the tracker for a model read by a tier, with the operating points `rule`.

    Each tier has weights of its own. Without a part for this tier, the risk of a conversation is that of its strongest
    message. Raises `ArtefactCorruptError` when the part cannot be used.
    """
    manifest = artefact.manifest
    points = conversation_points(manifest.data, tier)
    if points is None:
        return Tracker(StrongestMessage(), rule, manifest.model)
    try:
        data: Any = json.loads(artefact.conversation or b"")
        if data["format"] != CONVERSATION_FORMAT:
            raise ValueError("another format")
        judge = LearnedJudge.from_dict(data["tiers"][tier.value], float(points["offender_floor"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"{manifest.folder / CONVERSATION_NAME} cannot be used ({type(error).__name__})"
        raise ArtefactCorruptError(f"{problem}; restore the model folder or reinstall the package") from None
    return Tracker(judge, rule, manifest.model)


def verify_trackers(artefact: Artefact) -> None:
    """Read the part for conversations of every tier; raises `ArtefactCorruptError` when one cannot be used."""
    for name in artefact.manifest.data.get("conversation", {}).get("tiers", {}):
        # The operating points were read with the manifest; those given here are never asked.
        load_tracker(artefact, Tier(name), RiskRule(1.0, 1.0, 1.0))
