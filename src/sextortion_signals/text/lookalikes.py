"""Step 2 of cleaning: letters of other scripts that pose as Latin ones (`trаnsfеr` with Cyrillic а and е)."""

from __future__ import annotations

from sextortion_signals.tables import read_table
from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.patterns import lazy


def _load_tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Read `lookalikes.toml`: letters always replaced, letters replaced in Latin words, kanji like katakana."""
    tables = read_table("text/lookalikes")
    pairs = {name: dict(zip(table["from"], table["to"], strict=True)) for name, table in tables.items()}
    styled, katakana = pairs.pop("styled"), pairs.pop("katakana")
    return styled, {letter: latin for table in pairs.values() for letter, latin in table.items()}, katakana


STYLED_LETTERS, LOOKALIKES, _KATAKANA_LOOKALIKES = _load_tables()
FOREIGN_LETTERS = "\u0370-\u03ff\u0400-\u052f" + "".join(
    letter for letter in LOOKALIKES if not "\u0370" <= letter <= "\u052f"
)
"""Class of letters that may pose as Latin ones: Greek, Cyrillic and single letters of other scripts."""

_FOREIGN = lazy(rf"[{FOREIGN_LETTERS}]")
_WORD = lazy(rf"[A-Za-z{FOREIGN_LETTERS}]+")
# Kanji between two katakana (カ一ド, ギフ卜カード), or before the prolonged sound mark, which no kanji has (力ード);
# dashes that stand for that mark, a plain hyphen only behind the first katakana of a word (カ-ド, but トップ-テン).
_POSING_KANJI = "".join(_KATAKANA_LOOKALIKES)
POSING = f"{_POSING_KANJI}—―─━–−\\-‐"
"""Class of what may pose as katakana: kanji, and dashes for the prolonged sound mark."""
# One leading class for all of them: the search skips what is not in it at the speed of a scan.
KATAKANA_LOOKALIKE = lazy(
    f"[{POSING}](?:(?<=[ァ-ヺー][{_POSING_KANJI}])(?=[ァ-ヺー])|(?<![一—―─━–−\\-‐])(?=ー)"
    "|(?<=[ァ-ヺ][—―─━–−])(?=[ァ-ヺ])|(?<=[ァ-ヺ][-‐])(?<![ァ-ヺー][ァ-ヺ].)(?=[ァ-ヺ]))"
)
_LATIN = lazy(r"[A-Za-z]")


def clean_lookalikes(draft: Draft) -> None:
    """Replace look-alikes inside words that hold Latin letters; a purely Greek or Russian word stays.

    A single letter standing alone is replaced too when the text around it is Latin and holds no foreign word.
    """
    posing = KATAKANA_LOOKALIKE.finditer(draft.text)
    draft.apply([(m.start(), m.end(), _KATAKANA_LOOKALIKES.get(m[0], "ー")) for m in posing])
    if _FOREIGN.search(draft.text) is None:
        return
    words = [m for m in _WORD.finditer(draft.text) if _FOREIGN.search(m[0])]
    mixed = [m for m in words if _LATIN.search(m[0])]
    alone = [m for m in words if len(m[0]) == 1 and m[0] in LOOKALIKES]
    if len(mixed) + len(alone) == len(words) and _LATIN.search(draft.text):
        mixed = words
    edits: list[Edit] = []
    for match in mixed:
        new = "".join(LOOKALIKES.get(letter, letter) for letter in match[0])
        if new != match[0]:
            edits.append((match.start(), match.end(), new))
    draft.apply(edits)
