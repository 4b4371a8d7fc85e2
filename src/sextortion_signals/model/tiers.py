"""How thoroughly texts are read: the linear tier alone, the semantic tier on top, or that only where it matters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.errors import ArtefactCorruptError, UnknownOptionError
from sextortion_signals.features import FeatureBatch
from sextortion_signals.model.artefact import Artefact, read_plain_array, read_verified
from sextortion_signals.model.calibration import Calibration, Probabilities
from sextortion_signals.model.manifest import MANIFEST_NAME, Manifest
from sextortion_signals.model.scorer import LinearScorer
from sextortion_signals.model.stacking import Stacking
from sextortion_signals.types import Tier

if TYPE_CHECKING:
    from sextortion_signals.semantic import SemanticScorer

ADAPTER_NAME = "semantic.npy"
GRAPH_NAME = "encoder.onnx"


class TierScorer(Protocol):
    """Turns a batch into probabilities; `points` are the numbers of the manifest that go with them."""

    @property
    def points(self) -> Mapping[str, Any]: ...
    def score(self, batch: FeatureBatch) -> Probabilities: ...


@dataclass(frozen=True, slots=True)
class FastTier:
    """The linear tier alone: some hundred thousand texts a second."""

    scorer: LinearScorer
    calibration: Calibration
    points: Mapping[str, Any]

    def score(self, batch: FeatureBatch) -> Probabilities:
        return self.calibration.apply(self.scorer.logits(batch))


@dataclass(frozen=True, slots=True)
class FullTier:
    """The linear and the semantic tier, stacked, for every text."""

    scorer: LinearScorer
    semantic: SemanticScorer
    stacking: Stacking
    points: Mapping[str, Any]

    def score(self, batch: FeatureBatch) -> Probabilities:
        return self.stack(batch, self.scorer.logits(batch), np.arange(len(batch.texts)))

    def stack(self, batch: FeatureBatch, linear: NDArray[np.float64], chosen: NDArray[np.int64]) -> Probabilities:
        """Return the probabilities of the chosen texts alone; `linear` holds the logits of the whole batch."""
        semantic = self.semantic.logits([batch.texts[index].text for index in chosen.tolist()])
        return self.stacking.apply(linear[chosen], semantic.reshape(len(chosen), linear.shape[1]))


@dataclass(frozen=True, slots=True)
class CascadeTier:
    """The semantic tier reads what the linear tier does not call harmless: a linear risk of `from_risk` or more.

    What is not read keeps its linear answer, which is far below any operating point.
    """

    calibration: Calibration
    full: FullTier
    from_risk: float

    @property
    def points(self) -> Mapping[str, Any]:
        return self.full.points

    def score(self, batch: FeatureBatch) -> Probabilities:
        linear = self.full.scorer.logits(batch)
        quick = self.calibration.apply(linear)
        chosen = np.flatnonzero(quick.risk >= self.from_risk)
        if not len(chosen):
            return quick
        read = self.full.stack(batch, linear, chosen)
        risk, roles, signals = quick.risk.copy(), quick.roles.copy(), quick.signals.copy()
        risk[chosen], roles[chosen], signals[chosen] = read.risk, read.roles, read.signals
        return replace(quick, risk=risk, roles=roles, signals=signals)


def tier_of(name: Tier | str) -> Tier:
    """Return the tier of that name; raises `UnknownOptionError`."""
    try:
        return Tier(name)
    except ValueError:
        raise UnknownOptionError(f"tier must be one of {', '.join(Tier)}, not {name!r}") from None


def best_tier(manifest: Manifest) -> Tier:
    """Return the tier to use when none is asked for: `CASCADE` where the model and this installation can."""
    if "semantic" not in manifest.data:
        return Tier.FAST
    # Not at the top: the fast tier starts without it.
    from sextortion_signals.semantic import is_installed

    return Tier.CASCADE if is_installed() else Tier.FAST


def load_tier(artefact: Artefact, tier: Tier) -> TierScorer:
    """Make the scorer of a tier.

    Raises `UnknownOptionError` when the model has no semantic part, `MissingExtraError` when what it needs is not
    installed, `ArtefactCorruptError` when a file is not what the manifest says.
    """
    data = artefact.manifest.data
    calibration = Calibration.from_dict(data["calibration"])
    if tier is Tier.FAST:
        return FastTier(artefact.scorer, calibration, data)
    part = data.get("semantic")
    if part is None:
        raise UnknownOptionError(f"model {artefact.manifest.model} has no semantic tier; use tier='{Tier.FAST}'")
    try:
        full = FullTier(artefact.scorer, _semantic(artefact, part), Stacking.from_dict(part["stacking"]), part)
        return full if tier is Tier.FULL else CascadeTier(calibration, full, float(part["cascade"]["from_risk"]))
    except (KeyError, TypeError, ValueError) as error:
        path = artefact.manifest.folder / MANIFEST_NAME
        raise ArtefactCorruptError(f"{path}: field 'semantic' cannot be used ({type(error).__name__})") from None


def _semantic(artefact: Artefact, part: Mapping[str, Any]) -> SemanticScorer:
    # Not at the top: the fast tier starts without it.
    from sextortion_signals.semantic import SemanticScorer, base_path, read_adapter, read_base

    folder, files = artefact.manifest.folder, part["files"]
    path, layout = folder / ADAPTER_NAME, part["layout"]
    size = sum(math.prod(shape) for shape in layout.values())
    flat = read_plain_array(path, read_verified(path, files[ADAPTER_NAME]), np.float16, (size,))
    graph = read_verified(folder / GRAPH_NAME, files[GRAPH_NAME]).tobytes()
    return SemanticScorer(read_base(base_path(), part["base"]["sha256"]), read_adapter(flat, layout), graph)
