"""The advice catalogue: fixed, reviewed wording in Japanese and English. The data is `advice.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from sextortion_signals.advice.entries import AdviceCatalog
from sextortion_signals.advice.markdown import render
from sextortion_signals.advice.reading import build_catalog


@cache
def load_catalog() -> AdviceCatalog:
    """Return all advice and resources, read and validated once for a process.

    Raises `SextortionSignalsError` when the file that came with the package is not complete.
    """
    text = files("sextortion_signals.advice").joinpath("advice.toml").read_text(encoding="utf-8")
    return build_catalog(tomllib.loads(text))


def to_markdown() -> str:
    """Return the whole catalogue as the page `docs/help-catalogue.md`; a test keeps the two alike."""
    return render(load_catalog())
