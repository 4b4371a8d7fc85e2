"""From logits to calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sextortion_signals.types import Role, SignalId

if TYPE_CHECKING:
    from numpy.typing import NDArray

RISK_HEAD = "risk"
CASE_ROLES = (Role.OFFENDER, Role.VICTIM, Role.THIRD_PARTY)
SIGNALS = tuple(SignalId)
_FIRST_SIGNAL = 1 + len(CASE_ROLES)
HEADS = (RISK_HEAD, *(f"role:{role}" for role in CASE_ROLES), *(f"signal:{signal}" for signal in SIGNALS))


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Calibrated probabilities of n texts: `risk` (n,), `roles` (n, 3) given that it is a case, `signals` (n, 7)."""

    risk: NDArray[np.float64]
    roles: NDArray[np.float64]
    signals: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling (Platt 1999: p = sigmoid(a * logit + b)) for risk and each signal, a temperature for the roles."""

    risk: tuple[float, float]
    role_temperature: float
    signals: tuple[tuple[float, float], ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        pairs = tuple((float(data["signals"][s.value][0]), float(data["signals"][s.value][1])) for s in SIGNALS)
        return cls((float(data["risk"][0]), float(data["risk"][1])), float(data["role_temperature"]), pairs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "risk": list(self.risk),
            "role_temperature": self.role_temperature,
            "signals": {s.value: list(pair) for s, pair in zip(SIGNALS, self.signals, strict=True)},
        }

    def apply(self, logits: NDArray[np.float64]) -> Probabilities:
        """Turn logits of shape (n, 11), in the order of `HEADS`, into probabilities."""
        slope, offset = _curves(self.risk, self.signals)
        curved = sigmoid(logits * slope + offset)
        roles = logits[:, 1:_FIRST_SIGNAL] / self.role_temperature
        roles = np.exp(roles - roles.max(axis=1, keepdims=True))
        roles /= roles.sum(axis=1, keepdims=True)
        return Probabilities(risk=curved[:, 0], roles=roles, signals=curved[:, _FIRST_SIGNAL:])


@lru_cache(maxsize=16)
def _curves(
    risk: tuple[float, float], signals: tuple[tuple[float, float], ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slopes and offsets in the order of `HEADS`; the roles, which have none, get a curve that nobody reads."""
    slopes, offsets = np.array([risk, *[(0.0, 0.0)] * len(CASE_ROLES), *signals]).T.copy()
    return slopes, offsets


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logistic function, without overflow for large negative values."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))
