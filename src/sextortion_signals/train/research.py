"""The fitted scikit-learn pipeline, kept for researchers. Only here is a joblib file opened, after it was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import sklearn

from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError, ProtocolError
from sextortion_signals.model import describe_file, read_manifest

PIPELINE_NAME = "pipeline.joblib"


def describe_training(folder: Path, versions: Mapping[str, str]) -> dict[str, Any]:
    """Return what a manifest records of the training product: file, hash, library versions."""
    return {"file": PIPELINE_NAME, **describe_file(folder / PIPELINE_NAME), "versions": dict(versions)}


def load_pipeline(folder: Path) -> Any:
    """Return the fitted scikit-learn `Pipeline` of a model folder of a checkout (wheels do not carry it).

    A joblib file runs code when it is opened, so it is opened only if its SHA-256 is the manifest's and the library
    versions are those it was written with. Raises `ArtefactError` subclasses.
    """
    training = read_manifest(folder).data.get("training", {})
    path = folder / PIPELINE_NAME
    if not path.is_file():
        raise ArtefactMissingError(f"{path} is not there; wheels leave it out: take a checkout or train one")
    if hashlib.sha256(path.read_bytes()).hexdigest() != training.get("sha256"):
        raise ArtefactCorruptError(f"{path} is not the file its manifest was made for; it was not opened")
    here = {"sklearn": sklearn.__version__, "joblib": joblib.__version__}
    if here != training.get("versions"):
        wanted = ", ".join(f"{name} {version}" for name, version in training.get("versions", {}).items())
        raise ProtocolError(f"{path} was written with {wanted}; install these versions or train again")
    return joblib.load(path)
