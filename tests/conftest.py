"""Fixtures shared by all tests."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from sextortion_signals import Detector
from sextortion_signals.corpus import build_corpus
from sextortion_signals.model import HEADS, resolve_model
from sextortion_signals.semantic import base_path, read_base
from sextortion_signals.train.semantic import add_semantic

CORPUS = Path(__file__).resolve().parents[1] / "data" / "synthetic"


@pytest.fixture(scope="session")
def detector():
    """The bundled model, loaded once."""
    return Detector.load()


@pytest.fixture(scope="session")
def uncovered_environment():
    """The environment for a child process that is not to be measured by coverage."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@pytest.fixture(scope="session")
def base():
    """The base model of the semantic tier."""
    return read_base(base_path())


@pytest.fixture(scope="session")
def two_batches(tmp_path_factory):
    """A corpus of two batches of the real one, built. Tests read it only."""
    folder = tmp_path_factory.mktemp("two_batches")
    (folder / "src").mkdir()
    for name in ("ja-b01.txt", "en-b01.txt"):
        shutil.copy(CORPUS / "src" / name, folder / "src" / name)
    build_corpus(folder)
    return folder


@pytest.fixture(scope="session")
def semantic_model(tmp_path_factory, base, two_batches):
    """The bundled model with a semantic tier that has learnt nothing: random heads, fitted on two batches."""
    folder = tmp_path_factory.mktemp("semantic")
    model, adapter = folder / "model", folder / "adapter.npz"
    shutil.copytree(resolve_model(), model, ignore=shutil.ignore_patterns("*.joblib", "metrics.json"))
    rng = np.random.default_rng(8)
    heads = {"att.w": (384, 1), "head.w": (3 * 384, len(HEADS)), "head.b": (len(HEADS),)}
    np.savez(adapter, **{name: rng.normal(0, 0.1, shape).astype(np.float16) for name, shape in heads.items()})
    add_semantic(model, two_batches, adapter)
    return model
