"""Cleaning: a text as people disguise it -> a text as people read it, with the exact way back.

The clean text is fed to the tokenizer and to regular expressions, so it stays readable Japanese or English: kanji,
hiragana and katakana keep their spelling (`fold` levels those). The steps, each in its own module, in order:
characters, look-alikes, placeholders, elongation, splitting, masks, respelling.

Most texts need none of it. `is_plain` finds that out in about two microseconds, and the text is its own clean form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.text.characters import WIDE, clean_characters, narrow
from sextortion_signals.text.draft import Draft
from sextortion_signals.text.elongation import bound_elongation
from sextortion_signals.text.lookalikes import clean_lookalikes
from sextortion_signals.text.masks import restore_masked
from sextortion_signals.text.placeholders import replace_placeholders
from sextortion_signals.text.plain import is_plain
from sextortion_signals.text.respelling import respell
from sextortion_signals.text.screen import (
    CHARACTERS,
    ELONGATION,
    EVERY_STEP,
    LOOKALIKES,
    MASKED,
    PLACEHOLDERS,
    RESPELLING,
    SPLITTING,
    screen,
)
from sextortion_signals.text.splitting import join_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

# From so many texts on, the look at all of them costs less than one at each.
_MANY = 40


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A clean text and where each of its characters comes from in the raw one.

    `starts` and `ends` are int32 arrays of shape (len(text),): clean character `i` comes from
    `raw[starts[i]:ends[i]]`, which is never empty; both rise or stay. None stands for the identity.
    """

    raw: str
    text: str
    starts: NDArray[np.int32] | None = field(default=None, compare=False, repr=False)
    ends: NDArray[np.int32] | None = field(default=None, compare=False, repr=False)

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the raw text, in code points, that the clean characters `start..end` come from.

        Needs `0 <= start <= end <= len(text)`, else IndexError. An empty span gives an empty span.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"span {start}..{end} lies outside of the {len(self.text)} clean characters")
        if self.starts is None or self.ends is None:
            return start, end
        if start == end:
            place = int(self.starts[start]) if start < len(self.text) else len(self.raw)
            return place, place
        return int(self.starts[start]), int(self.ends[end - 1])


def normalize(raw: str) -> NormalizedText:
    """Return the clean form of a text of any length and content; time grows linearly. Never raises for a str.

    Cleaning a clean text again changes nothing in ordinary cases; where two disguises lie on top of each other, a
    second pass may find more (see the tests). Lone surrogates stay. Line breaks and tabs become spaces, 1:1.
    """
    if is_plain(raw):
        return NormalizedText(raw, raw)
    text = WIDE.sub(narrow, raw)
    if text != raw and is_plain(text):
        return NormalizedText(raw, text)
    return clean_thoroughly(raw, text)


def normalize_many(raws: Sequence[str]) -> list[NormalizedText]:
    """Return the clean form of each text, the same as `normalize` gives: many texts are looked at in one go."""
    if len(raws) < _MANY:
        return [normalize(raw) for raw in raws]
    screened = screen(raws)
    return [
        clean_thoroughly(raw, text, steps) if steps else NormalizedText(raw, text)
        for raw, text, steps in zip(raws, screened.texts, screened.steps, strict=True)
    ]


def clean_thoroughly(raw: str, text: str, steps: int = EVERY_STEP) -> NormalizedText:
    """Take the given steps, and once the text has changed all further ones. `text` is the raw one after 1:1 changes."""
    draft = Draft(text)
    for step, clean in _STEPS:
        if steps & step:
            before = draft.text
            clean(draft)
            if draft.text != before:
                steps = EVERY_STEP
    return NormalizedText(raw, draft.text, *draft.arrays())


def _join(draft: Draft) -> None:
    before = draft.text
    join_split(draft)
    if draft.text != before:
        bound_elongation(draft)


_STEPS: tuple[tuple[int, Callable[[Draft], None]], ...] = (
    (CHARACTERS, clean_characters),
    (LOOKALIKES, clean_lookalikes),
    (PLACEHOLDERS, replace_placeholders),
    (ELONGATION, bound_elongation),
    (SPLITTING, _join),
    (MASKED, restore_masked),
    (RESPELLING, respell),
)
