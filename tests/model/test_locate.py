import pytest

from sextortion_signals import Detector
from sextortion_signals.errors import ArtefactMissingError
from sextortion_signals.model import MODELS_VARIABLE, model_root, resolve_model


def test_locate_latest_by_name_and_by_path():
    latest = resolve_model()
    assert resolve_model(latest.name) == latest
    assert resolve_model(str(latest)) == latest
    assert Detector.load(latest.name).model == latest.name


def test_locate_environment_variable_wins(monkeypatch, tmp_path):
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    assert model_root() == tmp_path
    with pytest.raises(ArtefactMissingError, match="no LATEST"):
        resolve_model()
    (tmp_path / "LATEST").write_text("mine\n")
    assert resolve_model() == tmp_path / "mine"


def test_locate_says_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    monkeypatch.setattr("sextortion_signals.model.locate.__file__", str(tmp_path / "a/b/c/locate.py"))
    with pytest.raises(ArtefactMissingError, match=f"set {MODELS_VARIABLE}"):
        model_root()
