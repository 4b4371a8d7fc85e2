"""The signals: what each one means, and where in a text it was seen."""

from typing import TYPE_CHECKING, Any

from sextortion_signals.signals.detect import MAX_SPANS, find_evidence
from sextortion_signals.signals.phrases import Clause, clauses

if TYPE_CHECKING:
    from sextortion_signals.signals.catalog import SignalDefinition, load_signal_catalog

__all__ = ["MAX_SPANS", "Clause", "SignalDefinition", "clauses", "find_evidence", "load_signal_catalog"]


def __getattr__(name: str) -> Any:
    # The catalogue is for readers; finding signals does not need it.
    if name in __all__:
        from sextortion_signals.signals import catalog

        return getattr(catalog, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
