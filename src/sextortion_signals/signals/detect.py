"""From contributions to evidence: the words of the caller's own text that made a signal fire.

Characters carry exact shares of a head's logit. They are added up over phrases and clauses, because a person reads and
underlines those, not n-grams. What a text says of the case as such ("nudes") speaks for every signal: most of it is
taken off, so that the words which set one signal apart from the others count.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.signals.phrases import Clause
from sextortion_signals.text import NormalizedText
from sextortion_signals.types import Evidence, SignalId

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SPANS = 3
# So much of the mean over all signals is taken off each. This and the shares below: docs/why/013.
_COMMON = 0.8
# A clause is quoted when it adds at least this share of what the strongest one adds.
_SHARE = 0.5
# Secrecy and its consequence, and a case that is told, run over several clauses.
_LONG_SHARE = 0.2
_LONG = frozenset({SignalId.ISOLATION, SignalId.DISCLOSURE})
# A deadline is a phrase or two of a clause: every phrase of a quote costs this share of the strongest one.
_PHRASE_COST = 0.25
_SHORT = frozenset({SignalId.PRESSURE})
# Whoever writes without punctuation has clauses without end: of longer ones than this, too, only phrases are quoted.
_MOST_PHRASES = 12
_EDGE = " \t\n、。,.!?！？「」『』()（）…・:;\"'“”"


# One column for each signal: what is left of it when most of the mean over all is taken off.
_APART = np.eye(len(SignalId)) - _COMMON / len(SignalId)
_COLUMN = {signal: column for column, signal in enumerate(SignalId)}

_Span = tuple[float, int, int]
"""What may be quoted: what it adds to the logit, first and last character, half open."""


def find_evidence(
    text: NormalizedText, clauses: Sequence[Clause], curves: NDArray[np.float64], signals: Sequence[SignalId]
) -> list[tuple[Evidence, ...]]:
    """Return for each of `signals` up to `MAX_SPANS` quotes in text order.

    `curves` (length of the clean text, number of signals) is what each clean character added to the logit of each
    signal, columns in the order of `SignalId`. A signal for which nothing in the text spoke has no quotes (then its
    score comes from the bias alone, and it is not shown).
    """
    added = _added(clauses, curves)
    columns = [_COLUMN[signal] for signal in signals]
    found = []
    for signal, column, by_phrase in zip(signals, columns, (added @ _APART[:, columns]).T.tolist(), strict=True):
        if max(by_phrase, default=0.0) <= 0.0:
            # All signals are strong alike and nothing sets this one apart: then all of it counts.
            by_phrase = added[:, column].tolist()
        spans = _spans(clauses, by_phrase, signal) if max(by_phrase, default=0.0) > 0.0 else []
        quotes = (_quote(text, start, end) for _, start, end in spans)
        found.append(tuple(quote for quote in quotes if quote is not None))
    return found


def _added(clauses: Sequence[Clause], curves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each phrase adds to each signal, shape (phrases, number of signals)."""
    edges = [edge for _, phrases in clauses for phrase in phrases for edge in phrase]
    if not edges:
        return np.zeros((0, curves.shape[1]))
    # Sums over what lies between one edge and the next: a phrase, a gap, a phrase, ...
    between = np.add.reduceat(curves, edges if edges[-1] < len(curves) else edges[:-1], axis=0)
    phrases_alone: NDArray[np.float64] = between[::2]
    return phrases_alone


def _spans(clauses: Sequence[Clause], by_phrase: list[float], signal: SignalId) -> list[_Span]:
    """Return the strongest spans in text order; `by_phrase` is what the phrases of all clauses add, one by one."""
    parts: list[_Span] = []
    cost, short = _PHRASE_COST * max(by_phrase), signal in _SHORT
    first = 0
    for _, phrases in clauses:
        last = first + len(phrases)
        values = by_phrase[first:last]
        first = last
        if short or len(values) > _MOST_PHRASES:
            parts.append(_run(phrases, values, cost))
        else:
            parts.append((sum([value for value in values if value > 0.0]), phrases[0][0], phrases[-1][1]))
    floor = (_LONG_SHARE if signal in _LONG else _SHARE) * max(parts)[0]
    chosen = [number for number, part in enumerate(parts) if part[0] >= floor]
    spans = [parts[number] for number in chosen] if short else _joined(clauses, parts, chosen)
    if len(spans) > MAX_SPANS:
        spans = sorted(sorted(spans, reverse=True)[:MAX_SPANS], key=itemgetter(1))
    return spans


def _joined(clauses: Sequence[Clause], parts: Sequence[_Span], chosen: Sequence[int]) -> list[_Span]:
    """Return the chosen parts, those of neighbouring clauses of one sentence as one."""
    spans: list[_Span] = []
    before = -1
    for number in chosen:
        part = parts[number]
        if spans and number == before + 1 and clauses[number].sentence == clauses[before].sentence:
            added, start, _ = spans.pop()
            part = (added + part[0], start, part[2])
        spans.append(part)
        before = number
    return spans


def _run(phrases: Sequence[tuple[int, int]], values: Sequence[float], cost: float) -> _Span:
    """Return the phrases in a row that add most, when each of them costs `cost` (Kadane's maximum subarray)."""
    best = (-np.inf, 0, 0)
    total, first = 0.0, 0
    for last, value in enumerate(values):
        if total <= 0.0:
            total, first = 0.0, last
        total += value - cost
        if total > best[0]:
            best = (total, first, last)
    added, first, last = best
    return added, phrases[first][0], phrases[last][1]


def _quote(text: NormalizedText, start: int, end: int) -> Evidence | None:
    while start < end and text.text[start] in _EDGE:
        start += 1
    while end > start and text.text[end - 1] in _EDGE:
        end -= 1
    if start == end:
        return None
    raw_start, raw_end = text.raw_span(start, end)
    return Evidence(raw_start, raw_end, text.raw[raw_start:raw_end])
