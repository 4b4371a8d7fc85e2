"""Reading a text: limits, cleaning with the way back, folding, words, language.

Nothing here loads fugashi before the first tokenization.
"""

from typing import Any

from sextortion_signals.text.fold import build_fold_table, fold, fold_codes, fold_table
from sextortion_signals.text.language import detect_language
from sextortion_signals.text.limits import DEFAULT_MAX_LENGTH, check_text, is_readable
from sextortion_signals.text.normalize import NormalizedText, normalize, normalize_many
from sextortion_signals.text.placeholders import ACCOUNT_MARK, DIGITS_MARK, EMAIL_MARK, ID_MARK, URL_MARK
from sextortion_signals.text.tokenize import Token, lemma_lines, tokenize

__all__ = [
    "ACCOUNT_MARK",
    "DEFAULT_MAX_LENGTH",
    "DIGITS_MARK",
    "EMAIL_MARK",
    "FOLD",
    "ID_MARK",
    "URL_MARK",
    "NormalizedText",
    "Token",
    "build_fold_table",
    "check_text",
    "detect_language",
    "fold",
    "fold_codes",
    "fold_table",
    "is_readable",
    "lemma_lines",
    "normalize",
    "normalize_many",
    "tokenize",
]


def __getattr__(name: str) -> Any:
    # A table that looks like a constant and is read from disk only when somebody asks for it.
    if name == "FOLD":
        return fold_table()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
