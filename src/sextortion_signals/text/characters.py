"""Step 1 of cleaning: single characters. Invisible ones go, disguised ones become ordinary ones.

Character classes are written as ranges inside `[...]` of a regular expression. They name every place of
Unicode where NFKC does something (and a little more: `unicodedata` then decides), so that a text without any
of them is known to be clean after one scan.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.lookalikes import STYLED_LETTERS
from sextortion_signals.text.patterns import lazy

SPACES = "\t\n\x0b\x0c\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
"""Every white space but U+0020, and the blank Braille cell."""

INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Control, zero-width, bidirectional, soft-hyphen, filler, tag characters and variation selectors."""

STRIPPED_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u302a-\u302f\u3099\u309a\ufe20-\ufe2f"
)
"""Combining marks that no text here needs once they could not be composed with their letter."""

_SCRIPT_MARKS = (
    "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_VOICING = "\u309b\u309c\uff9e\uff9f"
MARKS = STRIPPED_MARKS + _SCRIPT_MARKS + _VOICING

# U+00A8, U+00AF, U+00B4, U+00B8, U+02D8-U+02DD, U+037A, U+0384 are left out: NFKC makes a space and a mark of
# them, which tears kaomoji like (´・ω・`) apart. So are … and ‥ (fold handles them), ™ and ℠ (LINE™ is no word LINETM),
# and ① to ⑳, which number lists (③9時 is not 39時).
COMPATIBLE = (
    "\xaa\xb2\xb3\xb5\xb9\xba\xbc-\xbe\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u02b0-\u02b8\u02e0-\u02e4"
    "\u0587\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u1e9a\u1e9b\u2011\u2024\u2033\u2034\u203c\u2047-\u2049\u2057\u2070-\u209c\u20a8"
    "\u2100-\u211f\u2121\u2123-\u214f\u2150-\u217f\u2189\u2474-\u24e9\u2c7c\u2c7d\u2e9f\u2ef3\u2f00-\u2fd5"
    "\u3036\u3038-\u303a\u309f\u30ff\u3192-\u319f\u3200-\u321e\u3220-\u3247\u3250-\u327e\u3280-\u33ff"
    "\ua69c\ua69d\ua770\ua7f2-\ua7f9\uab5c-\uab5f\uab69\uf900-\ufb06\ufb13-\ufb17\ufb1d-\ufbb1\ufbd3-\ufdfc\ufe10-\ufe19"
    "\ufe30-\ufe6b\ufe70-\ufefc\uff5f-\uff9d\uffe0-\uffe2\uffe4-\uffee"
    "\U0001d400-\U0001d7ff\U0001ee00-\U0001eef1\U0001f100-\U0001f1e5\U0001f200-\U0001f265\U0002f800-\U0002fa1d"
)
"""Characters with a compatibility form: half-width kana, maths and enclosed letters, ligatures, squared words."""

_REGIONAL = "\U0001f1e6-\U0001f1ff"
_JAMO = "[\u1100-\u115e\ua960-\ua97c][\u1161-\u11a7\ud7b0-\ud7c6]+[\u11a8-\u11ff\ud7cb-\ud7fb]*"
_STYLED = "".join(map(re.escape, STYLED_LETTERS))
DISGUISED = SPACES + INVISIBLE + MARKS + COMPATIBLE + _STYLED + _REGIONAL + "\u1100-\u11ff\ua960-\ua97c"
"""All that this step may change, except full-width ASCII (see `WIDE`)."""

WIDE = lazy(rf"[\uff01-\uff5e{SPACES}]")
"""Characters that become another one, 1:1, without looking at their neighbours."""

_DISGUISED = lazy(f"[{DISGUISED}]")
_LONE_REGIONAL = lazy(rf"(?<![{_REGIONAL}])[{_REGIONAL}](?![{_REGIONAL}])")
_INVISIBLE_RUN = lazy(rf"[{INVISIBLE}]+")
_CLUSTER = lazy(rf"{_JAMO}|.[{MARKS}]+|[{COMPATIBLE}{_STYLED}{MARKS}]", re.DOTALL)
_STRIP = lazy(rf"[{STRIPPED_MARKS}]+")
_STACKED = lazy(rf"([{_SCRIPT_MARKS}]{{2}})[{_SCRIPT_MARKS}]+")
# More marks than these on one letter are noise; `unicodedata` sorts marks by insertion, in quadratic time.
_MARKS_READ = 6
_VOICED = ("\u3099", "\u309b", "\uff9e")
_VOICING_TO_COMBINING = str.maketrans("\u309b\u309c\uff9e\uff9f", "\u3099\u309a\u3099\u309a")
# Negative circled and squared letters have no decomposition in Unicode: first code point of A..Z each.
_NEGATIVE_ALPHABETS = (0x1F150, 0x1F170)


def narrow(match: re.Match[str]) -> str:
    """Return the ordinary form of one character of `WIDE`."""
    character = match[0]
    if "\uff01" <= character < "\uff5e":
        return chr(ord(character) - 0xFEE0)
    # Japanese Windows types U+FF5E where U+301C is meant; NFKC would make an ASCII tilde of it.
    return "\u301c" if character == "\uff5e" else " "


def clean_characters(draft: Draft) -> None:
    """Remove invisible characters, compose kana and letters with their marks, undo compatibility forms."""
    if _DISGUISED.search(draft.text) is None:
        return
    # Flags are pairs of regional letters; a letter that stands alone (or behind a zero-width space) is a disguise.
    draft.apply([(m.start(), m.end(), chr(ord(m[0]) - 0x1F1E6 + 0x41)) for m in _LONE_REGIONAL.finditer(draft.text)])
    draft.apply([(m.start(), m.end(), "") for m in _INVISIBLE_RUN.finditer(draft.text)])
    edits: list[Edit] = []
    for match in _CLUSTER.finditer(draft.text):
        old = match[0]
        new = _clean_cluster(old[: _MARKS_READ + 1])
        if new != old:
            edits.append((match.start(), match.end(), new))
    draft.apply(edits)


@lru_cache(maxsize=4096)
def _clean_cluster(cluster: str) -> str:
    """Return the clean form of one character with the marks behind it."""
    first = STYLED_LETTERS.get(cluster[0], cluster[0])
    marks = cluster[1:]
    if first == "力" and marks[:1] in _VOICED:
        return "ガ"
    negative = next((code for code in _NEGATIVE_ALPHABETS if code <= ord(first) < code + 26), None)
    if negative is not None:
        first = chr(ord(first) - negative + 0x41)
    if not marks and first in "\u309b\u309c":
        return first
    composed = unicodedata.normalize("NFKC", first + marks.translate(_VOICING_TO_COMBINING))
    return _STACKED.sub(r"\1", _STRIP.sub("", composed))
