"""Libraries of the extra `train`, imported when they are first needed, so that this package imports without them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from sextortion_signals.errors import MissingExtraError


def require(module: str) -> ModuleType:
    """Return a module of the extra `train`. Raises `MissingExtraError` with the command that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise MissingExtraError("evaluate", "train") from None
