"""The advice catalogue: fixed, reviewed wording in Japanese and English. The data is `advice.toml`."""

from __future__ import annotations

from functools import cache

from sextortion_signals.advice.entries import AdviceCatalog
from sextortion_signals.advice.markdown import render
from sextortion_signals.advice.reading import build_catalog
from sextortion_signals.tables import read_table


@cache
def load_catalog() -> AdviceCatalog:
    """Return all advice and resources, read and validated once for a process.

    Raises `SextortionSignalsError` when the file that came with the package is not complete.
    """
    return build_catalog(read_table("advice/advice"))


def to_markdown() -> str:
    """Return the whole catalogue as the page `docs/help-catalogue.md`; a test keeps the two alike."""
    return render(load_catalog())
