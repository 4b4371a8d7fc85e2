"""The Perspective API's format: attributes and their scores.

SEXTORTION                    the author coerces; >= 0.5 exactly where the role is `offender`
SEXTORTION_DISCLOSURE         the text tells of a case: it wants help, not blocking
SEXTORTION_IMAGE_DEMAND, ...  one for each other signal, below 0.5 unless the author coerces
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sextortion_signals.types import Assessment, SignalId
from sextortion_signals_service.coercion import COERCION_SIGNALS, coercion_score, signal_scores
from sextortion_signals_service.perspective_schemas import AnalyzeRequest
from sextortion_signals_service.problems import INVALID_REQUEST, ProblemError, safe_name

COERCION: Final = "SEXTORTION"
_SIGNALS_OF: Final[dict[str, tuple[SignalId, ...]]] = {
    COERCION: COERCION_SIGNALS,
    **{f"{COERCION}_{signal.name}": (signal,) for signal in SignalId},
}
ATTRIBUTES: Final = tuple(_SIGNALS_OF)


def check_attributes(names: Iterable[str]) -> None:
    """Raise a `ProblemError` for an attribute that does not exist here. All of them are served in any language."""
    unknown = next((name for name in names if name not in _SIGNALS_OF), None)
    if unknown is not None:
        pointer = f"/requestedAttributes/{safe_name(unknown)}"
        detail = f"This attribute does not exist here; there are {', '.join(ATTRIBUTES)}."
        raise ProblemError(INVALID_REQUEST, errors=[{"in": "body", "pointer": pointer, "detail": detail}])


def to_response(assessment: Assessment, request: AnalyzeRequest) -> dict[str, Any]:
    """Return the answer to `request`, whose attributes exist."""
    signals = signal_scores(assessment)
    answer: dict[str, Any] = {"attributeScores": {}}
    for name, parameters in request.requested_attributes.items():
        value = _value(name, assessment, signals)
        if parameters is not None and value < (parameters.score_threshold or 0.0):
            continue
        scores: dict[str, Any] = {"summaryScore": _score(value)}
        if request.span_annotations:
            scores["spanScores"] = _spans(_SIGNALS_OF[name], assessment, signals)
        answer["attributeScores"][name] = scores
    detected = [assessment.language.code]
    answer |= {"languages": request.languages or detected, "detectedLanguages": detected}
    return answer if request.client_token is None else {**answer, "clientToken": request.client_token}


def _value(name: str, assessment: Assessment, signals: Mapping[SignalId, float]) -> float:
    return coercion_score(assessment) if name == COERCION else signals[_SIGNALS_OF[name][0]]


def _score(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}


def _spans(
    wanted: tuple[SignalId, ...], assessment: Assessment, scores: Mapping[SignalId, float]
) -> list[dict[str, Any]]:
    best: dict[tuple[int, int], float] = {}
    for signal in assessment.signals:
        if signal.id in wanted:
            for span in signal.evidence:
                place = (span.start, span.end)
                best[place] = max(scores[signal.id], best.get(place, 0.0))
    return [{"begin": begin, "end": end, "score": _score(best[begin, end])} for begin, end in sorted(best)]
