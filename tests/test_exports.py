"""The public face: complete, sorted, importable."""

import importlib
import pkgutil

import pytest

import sextortion_signals

PACKAGES = ["sextortion_signals"] + [
    f"sextortion_signals.{module.name}" for module in pkgutil.iter_modules(sextortion_signals.__path__) if module.ispkg
]


@pytest.mark.parametrize("name", PACKAGES)
def test_exports_all_is_sorted_and_true(name):
    package = importlib.import_module(name)
    exported = package.__all__
    assert list(exported) == sorted(exported, key=lambda item: (not item.isupper(), not item[0].isupper(), item))
    assert all(hasattr(package, item) for item in exported)


def test_exports_public_names_are_complete():
    public = {
        name
        for name, value in vars(sextortion_signals).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("sextortion_signals")
    }
    assert public == set(sextortion_signals.__all__) - {"__version__"}


def test_exports_version_is_the_changelogs():
    from pathlib import Path

    changelog = (Path(__file__).resolve().parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {sextortion_signals.__version__}" in changelog
