"""Two scorers read a text, one answer comes out: their logits are weighed and turned into probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.model.calibration import CASE_ROLES, RISK_HEAD, SIGNALS, Probabilities, sigmoid

_FIRST_SIGNAL = 1 + len(CASE_ROLES)


@dataclass(frozen=True, slots=True)
class Stacking:
    """Logistic stacking (Wolpert 1992): logit = a * linear + b * semantic + c, fitted on rows that neither saw.

    `pairs` (8, 3) holds a, b, c for risk and the seven signals. The roles share one a and b, each has its own c:
    `roles` (2 + 3,).
    """

    pairs: NDArray[np.float64]
    roles: NDArray[np.float64]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Stacking:
        """Read a manifest's field; raises KeyError, TypeError or ValueError when it is not one."""
        names = (RISK_HEAD, *(signal.value for signal in SIGNALS))
        pairs = np.array([data[name] for name in names], dtype=np.float64).reshape(len(names), 3)
        roles = np.array(data["roles"], dtype=np.float64).reshape(2 + len(CASE_ROLES))
        if not (np.isfinite(pairs).all() and np.isfinite(roles).all()):
            raise ValueError("a weight is not finite")
        return cls(pairs, roles)

    def to_dict(self) -> dict[str, list[float]]:
        names = (RISK_HEAD, *(signal.value for signal in SIGNALS))
        return {
            **{name: row.tolist() for name, row in zip(names, self.pairs, strict=True)},
            "roles": self.roles.tolist(),
        }

    def apply(self, linear: NDArray[np.float64], semantic: NDArray[np.float64]) -> Probabilities:
        """Turn two arrays of logits (n, 11), in the order of `HEADS`, into probabilities."""
        columns = [0, *range(_FIRST_SIGNAL, linear.shape[1])]
        a, b, c = self.pairs.T
        scores = sigmoid(linear[:, columns] * a + semantic[:, columns] * b + c)
        roles = (
            linear[:, 1:_FIRST_SIGNAL] * self.roles[0] + semantic[:, 1:_FIRST_SIGNAL] * self.roles[1] + self.roles[2:]
        )
        roles = np.exp(roles - roles.max(axis=1, keepdims=True))
        return Probabilities(scores[:, 0], roles / roles.sum(axis=1, keepdims=True), scores[:, 1:])
