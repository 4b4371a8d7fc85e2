"""The manifest of a model folder: what it is, what it was made from, and the hash of every file in it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError, ProtocolError
from sextortion_signals.model.calibration import HEADS, SIGNALS, Calibration

# One number for the format of the model folder. To change the format: raise it, keep `load` for every older number
# that was ever released, add a folder of the new kind to the tests, and say in CHANGELOG which versions read it.
PROTOCOL = 1
MANIFEST_NAME = "manifest.json"

_REQUIRED: dict[str, type] = {
    "model": str,
    "created": str,
    "languages": list,
    "heads": list,
    "features": dict,
    "scale": list,
    "bias": list,
    "calibration": dict,
    "thresholds": dict,
    "signal_thresholds": dict,
    "offender_floor": float,
    "files": dict,
    "corpus": dict,
    "metrics": dict,
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that has the right protocol and fields; `data` is the parsed JSON, `folder` where it lies."""

    folder: Path
    data: Mapping[str, Any]

    @property
    def model(self) -> str:
        return str(self.data["model"])

    @property
    def thresholds(self) -> dict[str, float]:
        """Operating points by name: the risk from which on the level is reached."""
        return {name: float(point["risk"]) for name, point in self.data["thresholds"].items()}

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, however it is laid out: it tells two trainings of one name apart.

        The part for conversations does not count: what a profile or a measurement says of single texts stays true when
        conversations are added.
        """
        texts = {name: value for name, value in self.data.items() if name != "conversation"}
        return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()

    @property
    def semantic_files(self) -> Mapping[str, Mapping[str, Any]]:
        """Files of the semantic tier by name, with size and hash; empty when the model has none."""
        return self._files_of("semantic")

    @property
    def conversation_files(self) -> Mapping[str, Mapping[str, Any]]:
        """Files of the part for conversations by name, with size and hash; empty when the model has none."""
        return self._files_of("conversation")

    def _files_of(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        part = self.data.get(name)
        return part["files"] if isinstance(part, dict) and isinstance(part.get("files"), dict) else {}


def read_manifest(folder: Path) -> Manifest:
    """Read and check `folder`'s manifest; raises an `ArtefactError` that says what is wrong."""
    path = folder / MANIFEST_NAME
    if not folder.is_dir():
        raise ArtefactMissingError(f"no model folder at {folder}")
    if not path.is_file():
        raise ArtefactMissingError(f"{folder} holds no {MANIFEST_NAME}, so it is not a model folder")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ArtefactCorruptError(f"{path} is not JSON ({type(error).__name__}); restore the model folder") from None
    _check_protocol(path, data)
    for name, kind in _REQUIRED.items():
        if not isinstance(data.get(name), kind):
            raise ArtefactCorruptError(f"{path}: field {name!r} is missing or not a {kind.__name__}")
    problem = _first_problem(data)
    if problem:
        raise ArtefactCorruptError(f"{path}: {problem}; restore the model folder or reinstall the package")
    return Manifest(folder, data)


def _first_problem(data: Mapping[str, Any]) -> str | None:
    """Return what is wrong inside the fields, or None. Whatever the detector reads later is read here first."""
    if tuple(data["heads"]) != HEADS:
        return f"field 'heads' must be {', '.join(HEADS)} in this order"
    try:
        Calibration.from_dict(data["calibration"])
        numbers = [
            *map(float, data["scale"]),
            *map(float, data["bias"]),
            *(float(data["thresholds"][name]["risk"]) for name in ("elevated", "high")),
            *(float(data["signal_thresholds"][signal.value]) for signal in SIGNALS),
            float(data["features"]["bits"]),
            float(data["features"]["lemmas"]),
            *_conversation_numbers(data),
        ]
        hashes = [entry["sha256"] for entry in data["files"].values()]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        return f"a field is missing or of the wrong kind ({type(error).__name__}: {error})"
    if not all(map(math.isfinite, numbers)) or not 8 <= data["features"]["bits"] <= 24:
        return "a number is not finite, or 'bits' is not from 8 to 24"
    return None if all(isinstance(value, str) for value in hashes) else "a file has no SHA-256"


def _conversation_numbers(data: Mapping[str, Any]) -> list[float]:
    """Return what the detector reads of the part for conversations; a model without one has none."""
    tiers = data["conversation"]["tiers"].values() if "conversation" in data else ()
    floors = [float(points["offender_floor"]) for points in tiers]
    return [*floors, *(float(points["thresholds"][name]["risk"]) for points in tiers for name in ("elevated", "high"))]


def _check_protocol(path: Path, data: Any) -> None:
    protocol = data.get("protocol") if isinstance(data, dict) else None
    if not isinstance(protocol, int):
        raise ArtefactCorruptError(f"{path} names no protocol number, so it is not a model manifest")
    if protocol > PROTOCOL:
        raise ProtocolError(
            f"{path.parent} has protocol {protocol}, this version reads up to {PROTOCOL}: "
            "update with pip install -U sextortion-signals, or use an older model"
        )
    if protocol < 1:
        raise ProtocolError(f"{path.parent} has protocol {protocol}, which was never released")
