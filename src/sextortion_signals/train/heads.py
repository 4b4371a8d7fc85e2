"""The linear heads as a scikit-learn estimator, with weights that the runtime can hold exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from sextortion_signals.corpus import Row
from sextortion_signals.model import CASE_ROLES, HEADS, MAX_WEIGHT, SIGNALS
from sextortion_signals.types import Role

# Weights beyond this quantile are clipped: a few rare n-grams must not cost all others their resolution.
_CLIP_QUANTILE = 0.9999


class LinearHeads(BaseEstimator):  # type: ignore[misc]
    """Logistic regression for risk, the role of a case (one against the rest) and each signal.

    Hashed weights are rounded to integers times one scale a head (at most `MAX_WEIGHT`), so `decision_function`
    equals the runtime's logits.

    Parameters
    ----------
    hashed_width : int, number of leading columns that are hash slots.
    C_risk, C_role, C_signal : float, inverse strength of the L2 penalty.
    idf_power : float, columns are weighted by idf**idf_power while fitting; the weights absorb it.
    named_scale : float, weight of the named features against the hashed ones while fitting.
    """

    def __init__(
        self,
        hashed_width: int = 1 << 18,
        C_risk: float = 1.0,  # noqa: N803
        C_role: float = 1.0,  # noqa: N803
        C_signal: float = 1.0,  # noqa: N803
        idf_power: float = 1.0,
        named_scale: float = 0.5,
    ) -> None:
        self.hashed_width = hashed_width
        self.C_risk = C_risk
        self.C_role = C_role
        self.C_signal = C_signal
        self.idf_power = idf_power
        self.named_scale = named_scale

    def fit(self, matrix: sparse.csr_matrix, targets: NDArray[np.int8], weights: Any = None) -> LinearHeads:
        """Fit all heads. `targets` (n, 11) in the order of `HEADS`: 1, 0, or -1 where a row says nothing to a head.

        `weights` (n,) are sample weights or None.
        """
        column_scale = self._column_scale(matrix)
        scaled = sparse.csr_matrix(matrix @ sparse.diags(column_scale))
        sample = np.ones(matrix.shape[0]) if weights is None else np.asarray(weights, dtype=np.float64)
        coefficients, bias = [], []
        for head, name in enumerate(HEADS):
            known = targets[:, head] >= 0
            model = LogisticRegression(C=self._strength(name), solver="liblinear", max_iter=400, tol=1e-4)
            model.fit(scaled[known], targets[known, head], sample_weight=sample[known])
            coefficients.append(model.coef_[0] * column_scale)
            bias.append(float(model.intercept_[0]))
        self._quantise(np.array(coefficients), np.array(bias))
        return self

    def decision_function(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return logits of shape (n, 11)."""
        return np.asarray(matrix @ self.coef_.T + self.intercept_)

    def _strength(self, name: str) -> float:
        if name.startswith("role"):
            return self.C_role
        return self.C_signal if name.startswith("signal") else self.C_risk

    def _column_scale(self, matrix: sparse.csr_matrix) -> NDArray[np.float64]:
        documents = np.diff(matrix.tocsc().indptr)
        idf = np.log((1 + matrix.shape[0]) / (1 + documents)) + 1.0
        scale = np.asarray(idf**self.idf_power)
        scale[self.hashed_width :] = self.named_scale
        return scale

    def _quantise(self, coefficients: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
        hashed = coefficients[:, : self.hashed_width]
        # Half of the slots are empty in a small corpus; they must not decide where the clip lies.
        limits = [float(np.quantile(np.abs(row[row != 0]), _CLIP_QUANTILE)) if row.any() else 1.0 for row in hashed]
        self.scale_ = np.array(limits) / MAX_WEIGHT
        integers = np.rint(hashed / self.scale_[:, None])
        self.hashed_ = np.clip(integers, -MAX_WEIGHT, MAX_WEIGHT).astype(np.int64)
        self.named_ = coefficients[:, self.hashed_width :]
        self.intercept_ = bias
        self.coef_ = np.concatenate([self.hashed_ * self.scale_[:, None], self.named_], axis=1)


def make_targets(rows: Sequence[Row]) -> NDArray[np.int8]:
    """Return targets of shape (n, 11) in the order of `HEADS`; roles are unknown (-1) for rows of risk 0."""
    targets = np.zeros((len(rows), len(HEADS)), dtype=np.int8)
    for index, row in enumerate(rows):
        targets[index, 0] = row.risk
        for offset, role in enumerate(CASE_ROLES, 1):
            targets[index, offset] = -1 if row.role is Role.OTHER else int(row.role is role)
        for offset, signal in enumerate(SIGNALS, 1 + len(CASE_ROLES)):
            targets[index, offset] = int(signal in row.signals)
    return targets
