"""Names of signals, from their catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from sextortion_signals.types import SignalId


def signal_names(lang: str) -> Mapping[SignalId, str]:
    """Return the short name of each signal in `ja` or `en`."""
    from sextortion_signals.signals.catalog import load_signal_catalog

    return {definition.id: definition.wording(lang).name for definition in load_signal_catalog()}
