"""What may be assessed at all: a str, with something to read in it, of bounded length."""

from __future__ import annotations

from sextortion_signals.errors import EmptyTextError, TextTooLongError, TextTypeError, UnknownOptionError
from sextortion_signals.text.characters import INVISIBLE, SPACES, STRIPPED_MARKS
from sextortion_signals.text.patterns import lazy

DEFAULT_MAX_LENGTH = 20_000
"""Code points read of one text; about ten times a long report. fugashi needs some 20 ms for so much."""

# Both searches stop at the first readable character, so an ordinary text costs nothing here. The second is long to
# compile and is needed where there is neither ASCII nor kana.
_ORDINARY = lazy("[!-~ぁ-ゖァ-ヺ]")
_READABLE = lazy(rf"[^\s{SPACES}{INVISIBLE}{STRIPPED_MARKS}]")


def check_text(text: object, *, max_length: int = DEFAULT_MAX_LENGTH, truncate: bool = False) -> tuple[str, bool]:
    """Return `(text, truncated)`, or raise an `InputError` that says what is wrong and what to do.

    `max_length` counts code points, 1 or more. With `truncate=True` a longer text is cut to it and
    `truncated` is True. Lone surrogates are accepted and survive.

    Raises `TextTypeError` (not a str), `TextTooLongError`, `EmptyTextError` (nothing but white space,
    invisible characters and combining marks, after cutting) and `UnknownOptionError` (`max_length` below 1).
    """
    if not isinstance(text, str):
        raise TextTypeError(f"a text must be a str, not {type(text).__name__}; decode bytes and join lists first")
    if max_length < 1:
        raise UnknownOptionError(f"max_length must be 1 or more, not {max_length}")
    truncated = len(text) > max_length
    if truncated and not truncate:
        raise TextTooLongError(
            f"the text has {len(text):,} characters and the limit is {max_length:,}; "
            f"pass truncate=True to assess its first {max_length:,} characters, or raise max_length"
        )
    kept = text[:max_length] if truncated else text
    if not is_readable(kept):
        raise EmptyTextError("the text holds no readable character; leave such texts out")
    return kept, truncated


def is_readable(text: str) -> bool:
    """Tell whether a text holds more than white space, invisible characters and combining marks."""
    return _ORDINARY.search(text) is not None or _READABLE.search(text) is not None
