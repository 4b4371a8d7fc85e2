"""The signals: what each one means, and where in a text it was seen."""

from sextortion_signals.signals.catalog import SignalDefinition, load_signal_catalog
from sextortion_signals.signals.detect import MAX_SPANS, find_evidence, phrases

__all__ = ["MAX_SPANS", "SignalDefinition", "find_evidence", "load_signal_catalog", "phrases"]
