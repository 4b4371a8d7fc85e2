"""Where released models lie. The only module that knows."""

from __future__ import annotations

import os
from pathlib import Path

from sextortion_signals.errors import ArtefactMissingError

MODELS_VARIABLE = "SEXTORTION_SIGNALS_MODELS"


def model_root() -> Path:
    """Return the folder that holds the released models, or say where it was looked for."""
    if override := os.environ.get(MODELS_VARIABLE):
        return Path(override)
    # A wheel carries models/ as sextortion_signals/_models; a checkout has it at the top level.
    package = Path(__file__).resolve().parents[1]
    packaged, checkout = package / "_models", package.parents[1] / "models"
    for candidate in (packaged, checkout):
        if (candidate / "LATEST").is_file():
            return candidate
    raise ArtefactMissingError(f"no LATEST in {packaged} or {checkout}; set {MODELS_VARIABLE} to a models folder")


def resolve_model(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of a model: `path` itself, a released model's name, or (None) the latest release."""
    if path is None:
        root = model_root()
        latest = root / "LATEST"
        if not latest.is_file():
            raise ArtefactMissingError(f"no LATEST in {root}; {MODELS_VARIABLE} must name a folder of released models")
        return root / latest.read_text(encoding="utf-8").strip()
    folder = Path(path)
    if folder.is_dir() or folder.name != str(path):
        return folder
    return model_root() / folder
