"""Find sextortion in Japanese and English text: risk, who is speaking, signals with evidence, fitting advice."""

from sextortion_signals.detector import Detector
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.types import (
    Advice,
    Assessment,
    Audience,
    Evidence,
    Language,
    Level,
    Message,
    Resource,
    Role,
    Signal,
    SignalId,
    Tier,
)

__version__ = "2026.1.0"

__all__ = [
    "Advice",
    "Assessment",
    "Audience",
    "Detector",
    "Evidence",
    "Language",
    "Level",
    "Message",
    "Resource",
    "Role",
    "SextortionSignalsError",
    "Signal",
    "SignalId",
    "Tier",
    "__version__",
]
