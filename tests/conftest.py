"""Fixtures shared by all tests."""

import os

import pytest

from sextortion_signals import Detector


@pytest.fixture(scope="session")
def detector():
    """The bundled model, loaded once."""
    return Detector.load()


@pytest.fixture(scope="session")
def uncovered_environment():
    """The environment for a child process that is not to be measured by coverage."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
