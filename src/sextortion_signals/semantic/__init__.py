"""The semantic tier: a small multilingual encoder that knows what words mean, not only how they are spelled."""

from sextortion_signals.semantic.adapter import Adapter, read_adapter
from sextortion_signals.semantic.base import BASE_FILE, BASE_PACKAGE, BaseModel, base_path, is_installed, read_base
from sextortion_signals.semantic.encoder import SemanticScorer, session_arrays
from sextortion_signals.semantic.tokenizer import PieceTokenizer

__all__ = [
    "BASE_FILE",
    "BASE_PACKAGE",
    "Adapter",
    "BaseModel",
    "PieceTokenizer",
    "SemanticScorer",
    "base_path",
    "is_installed",
    "read_adapter",
    "read_base",
    "session_arrays",
]
