"""The figures of a card that need an evaluation: `metrics.json` in the model folder.

`sextortion-signals model measure` writes it. The runtime never reads it, so the manifest has no hash of it; it names
the manifest it belongs to instead, and is refused beside any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sextortion_signals.errors import ArtefactCorruptError
from sextortion_signals.model import Manifest

METRICS_NAME = "metrics.json"
MEASURE_COMMAND = "sextortion-signals model measure"


def write_metrics(folder: Path, metrics: Mapping[str, Any]) -> Path:
    """Write the figures into a model folder; return the path."""
    path = folder / METRICS_NAME
    path.write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_metrics(manifest: Manifest) -> dict[str, Any] | None:
    """Return the figures of a model, or None where nobody has measured it yet.

    Raises `ArtefactCorruptError` where they are no JSON or were measured on another training of the model.
    """
    path = manifest.folder / METRICS_NAME
    if not path.is_file():
        return None
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArtefactCorruptError(f"{path} is not JSON ({type(error).__name__}); {_advice(manifest)}") from None
    if not isinstance(metrics, dict) or metrics.get("manifest_sha256") != manifest.sha256:
        raise ArtefactCorruptError(f"{path} was not measured on this model; {_advice(manifest)}")
    return metrics


def _advice(manifest: Manifest) -> str:
    return f"run `{MEASURE_COMMAND} {manifest.folder}`"
