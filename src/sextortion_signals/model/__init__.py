"""The trained model: where it lies, how it is verified, how it scores."""

from sextortion_signals.model.artefact import (
    CONVERSATION_NAME,
    Artefact,
    describe_file,
    load_artefact,
    verify_artefact,
    write_artefact,
)
from sextortion_signals.model.calibration import CASE_ROLES, HEADS, SIGNALS, Calibration, Probabilities
from sextortion_signals.model.locate import MODELS_VARIABLE, model_root, resolve_model
from sextortion_signals.model.manifest import MANIFEST_NAME, PROTOCOL, Manifest, read_manifest
from sextortion_signals.model.packing import MAX_HEADS, MAX_SUMMANDS, MAX_WEIGHT, pack, unpack
from sextortion_signals.model.scorer import LinearScorer
from sextortion_signals.model.stacking import Stacking
from sextortion_signals.model.tiers import TierScorer, best_tier, load_tier, tier_of

__all__ = [
    "CASE_ROLES",
    "CONVERSATION_NAME",
    "HEADS",
    "MANIFEST_NAME",
    "MAX_HEADS",
    "MAX_SUMMANDS",
    "MAX_WEIGHT",
    "MODELS_VARIABLE",
    "PROTOCOL",
    "SIGNALS",
    "Artefact",
    "Calibration",
    "LinearScorer",
    "Manifest",
    "Probabilities",
    "Stacking",
    "TierScorer",
    "best_tier",
    "describe_file",
    "load_artefact",
    "load_tier",
    "model_root",
    "pack",
    "read_manifest",
    "resolve_model",
    "tier_of",
    "unpack",
    "verify_artefact",
    "write_artefact",
]
