import shutil

import pytest

from sextortion_signals.model import resolve_model


@pytest.fixture
def model_copy(tmp_path):
    """A private copy of the bundled model (without the training product), to be damaged."""
    target = tmp_path / "copy"
    shutil.copytree(resolve_model(), target, ignore=shutil.ignore_patterns("*.joblib"))
    return target
