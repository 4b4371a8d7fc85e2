"""Japanese words with their dictionary forms, by fugashi (MeCab) and unidic-lite. The only user of fugashi.

What had to be learned, and is tested:

- unidic-lite's own settings silence `-F`, unless `-O ""` comes first;
- an unknown word has 6 features only: a format that names `%f[7]` for it, also one that MeCab falls back to because
  `-U` is missing, ends the process with a segmentation fault;
- nodes change under the reader at the next parse, so everything is read from one string instead (three times faster);
- fugashi's nodes fill a cache of surfaces that never shrinks; reading the string does not touch it, and addresses,
  codes and long numbers are placeholders by now anyway;
- a Tagger belongs to one thread and to one process, and cannot be pickled.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sextortion_signals.text.characters import SPACES
from sextortion_signals.text.patterns import lazy
from sextortion_signals.text.placeholders import MARKS

_STAND_IN = "〓"
# MeCab reads a C string of lines: NUL would end it and line breaks would add lines. Lone surrogates have no UTF-8.
_BLANK = f"\x00-\x1f\x7f-\x9f{SPACES}"
_UNSAFE = lazy(f"[{_BLANK}]|([{MARKS}\ud800-\udfff])")
# MeCab looks ahead to the end of a run of letters or symbols at each of its characters: 100,000 of them took 13 s.
# A long text is therefore read in pieces, cut behind the last end of a phrase where there is one.
_PIECE = 512
_PHRASE_END = lazy(r".*[ 。、!?！？]", re.DOTALL)
_FORMAT = '-O "" -E "" -F "%m\\t%f[7]\\t%f[0]\\n" -U "%m\\t*\\t%f[0]\\n"'


class Token(NamedTuple):
    """One word: `text[start:end] == surface`, in code points of the tokenized text.

    `lemma` is unidic's dictionary form (送っ -> 送る), "*" for an unknown word; `pos` its coarse part of speech (動詞).
    """

    surface: str
    lemma: str
    pos: str
    start: int
    end: int


class _Local(threading.local):
    """The tagger of one thread, and the process it was made in: a fork inherits it, but not its right to use it."""

    process: int = 0
    parse: Callable[[str], str]


_local = _Local()


def _new_parser() -> Callable[[str], str]:
    # Loads MeCab and maps 249 MB; most texts are settled without it.
    import fugashi
    import unidic_lite

    folder = unidic_lite.DICDIR
    tagger = fugashi.GenericTagger(f'-d "{folder}" -r "{os.path.join(folder, "dicrc")}" {_FORMAT}')
    parse: Callable[[str], str] = tagger.parse
    return parse


def _parse(safe_text: str) -> str:
    if _local.process != os.getpid():
        _local.parse = _new_parser()
        _local.process = os.getpid()
    if len(safe_text) <= _PIECE:
        return _local.parse(safe_text)
    return "\n".join(filter(None, map(_local.parse, _pieces(safe_text))))


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        piece = text[start : start + _PIECE]
        if start + _PIECE < len(text) and (phrases := _PHRASE_END.match(piece)) is not None:
            piece = phrases[0]
        yield piece
        start += len(piece)


def _safe(text: str) -> str:
    """Return a text of the same length that MeCab can read: white space blank, marks and surrogates 〓."""
    return _UNSAFE.sub(lambda m: _STAND_IN if m[1] else " ", text)


def lemma_lines(text: str) -> str:
    """Return one line "surface, tab, lemma, tab, part of speech" for each word, without a final line break.

    White space is left out, an unknown word has the lemma "*", placeholders and lone surrogates appear as 〓.
    An empty or blank text gives "".
    """
    return _parse(_safe(text))


def tokenize(text: str, lines: str | None = None) -> tuple[Token, ...]:
    """Return the words of a text in order, without white space. Offsets are code points of this text.

    `lines` are its `lemma_lines`, where they are known: reading a text takes most of the time.
    """
    safe = _safe(text)
    tokens: list[Token] = []
    position = 0
    for line in filter(None, (_parse(safe) if lines is None else lines).split("\n")):
        surface, lemma, pos = line.split("\t")
        start = safe.index(surface, position)
        position = start + len(surface)
        tokens.append(Token(text[start:position], lemma, pos, start, position))
    return tuple(tokens)
