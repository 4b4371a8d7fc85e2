"""OpenAI's moderation format: what comes in as `input`, and what one result says.

A client of this format acts by itself on `flagged` and `categories`. They turn true only where the author is called an
offender; a victim's or a third person's text shows in `category_scores["sextortion/disclosure"]` and in the extra
object `sextortion`. The 13 categories of the format are there because its clients need them, and are not assessed:
`category_applied_input_types` is empty for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from sextortion_signals.types import Assessment, SignalId
from sextortion_signals_service.coercion import COERCION_SIGNALS, coerces, coercion_score, signal_scores
from sextortion_signals_service.problems import INVALID_REQUEST, TOO_MANY_ITEMS, UNSUPPORTED_INPUT, Kind, ProblemError

NOT_ASSESSED: Final = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
COERCION: Final = "sextortion"
_BY_SIGNAL: Final = {signal: f"{COERCION}/{signal.value}" for signal in SignalId}
OWN: Final = (COERCION, *_BY_SIGNAL.values())

_ANY_STRING = "This must be a string, a list of strings, or a list of text parts."
_STRING = "This must be a string, as the first entry is."
_PART = 'This must be a part such as {"type": "text", "text": "..."}.'


def read_inputs(value: Any, most: int) -> tuple[list[str], list[int]]:
    """Return the texts of `input`, and of each the place in `input` an error would name.

    A string is one text, a list of strings one text each. Typed parts are one text together, joined by line feeds.
    Raises a `ProblemError` for anything else, for images, and for more than `most` entries.
    """
    if isinstance(value, str):
        return [value], []
    if not isinstance(value, list) or not value:
        _refuse("/input", _ANY_STRING)
    if len(value) > most:
        raise ProblemError(TOO_MANY_ITEMS)
    if isinstance(value[0], dict):
        return ["\n".join(_read_part(index, part) for index, part in enumerate(value))], []
    for index, text in enumerate(value):
        if not isinstance(text, str):
            _refuse(f"/input/{index}", _STRING if index else _ANY_STRING)
    return list(value), list(range(len(value)))


def _read_part(index: int, part: Any) -> str:
    if not isinstance(part, dict):
        _refuse(f"/input/{index}", _PART)
    if part.get("type") == "image_url":
        _refuse(f"/input/{index}", "An image cannot be assessed.", UNSUPPORTED_INPUT)
    text = part.get("text")
    if part.get("type") != "text" or not isinstance(text, str):
        _refuse(f"/input/{index}", _PART)
    return text


def _refuse(pointer: str, detail: str, kind: Kind = INVALID_REQUEST) -> NoReturn:
    raise ProblemError(kind, errors=[{"in": "body", "pointer": pointer, "detail": detail}])


def to_result(assessment: Assessment) -> dict[str, Any]:
    """Return the result for one text."""
    flagged = coerces(assessment)
    scores = signal_scores(assessment)
    seen = {signal.id for signal in assessment.signals} if flagged else set()
    own = {COERCION: flagged, **{_BY_SIGNAL[signal]: signal in seen for signal in COERCION_SIGNALS}}
    return _result(
        own,
        {COERCION: coercion_score(assessment), **{_BY_SIGNAL[signal]: score for signal, score in scores.items()}},
        ["text"],
        _details(assessment),
    )


def empty_result() -> dict[str, Any]:
    """Return the result for a text that holds nothing to read: nothing is flagged, and nothing was assessed."""
    return _result({}, {}, [], None)


def _result(
    own: dict[str, bool], scores: dict[str, float], types: Sequence[str], details: dict[str, Any] | None
) -> dict[str, Any]:
    names = (*NOT_ASSESSED, *OWN)
    return {
        "flagged": own.get(COERCION, False),
        "categories": {name: own.get(name, False) for name in names},
        "category_scores": {name: scores.get(name, 0.0) for name in names},
        "category_applied_input_types": {name: list(types) if name in OWN else [] for name in names},
        COERCION: details,
    }


def _details(assessment: Assessment) -> dict[str, Any]:
    document = assessment.to_dict()
    kept = {name: document[name] for name in ("risk", "level", "role", "roles", "language", "thresholds", "truncated")}
    # No quotes and no advice in full: clients of this format are used to logging answers.
    signals = [
        {"id": signal.id.value, "score": signal.score, "evidence": [[e.start, e.end] for e in signal.evidence]}
        for signal in assessment.signals
    ]
    return {**kept, "signals": signals, "advice": [item.id for item in assessment.advice]}
