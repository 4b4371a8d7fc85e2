"""Measure a detector on files: read, assess once, measure, collect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate import metrics, slices
from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED
from sextortion_signals.evaluate.conversation_records import ConversationFile
from sextortion_signals.evaluate.conversation_results import ConversationRateResult, ConversationResult
from sextortion_signals.evaluate.conversation_run import ConversationDetector, measure_conversations
from sextortion_signals.evaluate.files import read_evaluation_file
from sextortion_signals.evaluate.optional import require
from sextortion_signals.evaluate.records import EvaluationFile
from sextortion_signals.evaluate.report import EvaluationReport
from sextortion_signals.evaluate.results import LabelledResult, RateResult
from sextortion_signals.evaluate.table import Floats, risks, score_table
from sextortion_signals.types import Assessment

OWN_REFERENCE = "risk-0 rows of this file"


class MeasuredDetector(Protocol):
    """What is measured: `Detector`, or anything else with a name, operating points and a way to assess.

    Files of texts are measured with `assess_many` (`TextDetector`), files of conversations with `assess_conversation`
    (`ConversationDetector`).
    """

    @property
    def model(self) -> str:
        """Name of the model."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Operating points in use."""


@runtime_checkable
class TextDetector(Protocol):
    """What is measured on texts."""

    def assess_many(self, texts: Sequence[str], *, truncate: bool = False) -> list[Assessment]:
        """Assess texts, in the same order."""


def evaluate(
    detector: MeasuredDetector,
    paths: Sequence[Path],
    *,
    show_texts: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> EvaluationReport:
    """Measure `detector` on JSONL files (see `read_evaluation_file`), each file by itself.

    Labelled files give every figure of `docs/evaluation.md`; files without labels give alarms per 10,000 texts by
    corpus, and their texts become the reference of the workload curve. Files of conversations give alarms over time,
    and alarms per 1,000 where they have no labels. A text longer than the detector's limit is read up to the limit.
    `show_texts` puts the text of the worst errors into the report. `resamples` and `seed` are those of the bootstrap
    intervals. Raises `RecordError` for a file, or for one that the detector cannot assess, and `MissingExtraError`
    without the extra `train`.
    """
    if isinstance(paths, str | Path) or not paths:
        raise RecordError("paths must be a list of at least one JSONL file")
    for module in ("sklearn.metrics", "scipy.stats"):
        require(module)
    files = [read_evaluation_file(path) for path in paths]
    talks = [
        _measured(detector, file, resamples=resamples, seed=seed)
        for file in files
        if isinstance(file, ConversationFile)
    ]
    assessed = [(file, _assessed(detector, file)) for file in files if isinstance(file, EvaluationFile)]
    rates = tuple(_rate_result(file, items) for file, items in assessed if not file.labelled)
    reference = _reference([(file, items) for file, items in assessed if not file.labelled])
    return EvaluationReport(
        model=detector.model,
        thresholds=dict(detector.thresholds),
        resamples=resamples,
        seed=seed,
        labelled=tuple(
            _labelled_result(file, items, reference, show_texts=show_texts, resamples=resamples, seed=seed)
            for file, items in assessed
            if file.labelled
        ),
        unlabelled=rates,
        conversations=tuple(talk for talk in talks if isinstance(talk, ConversationResult)),
        unlabelled_conversations=tuple(talk for talk in talks if isinstance(talk, ConversationRateResult)),
    )


def _assessed(detector: MeasuredDetector, file: EvaluationFile) -> list[Assessment]:
    if not isinstance(detector, TextDetector):
        raise RecordError(f"{file.name} holds texts, and {detector.model} has no assess_many")
    return detector.assess_many([row.text for row in file.rows], truncate=True)


def _measured(
    detector: MeasuredDetector, file: ConversationFile, *, resamples: int, seed: int
) -> ConversationResult | ConversationRateResult:
    if not isinstance(detector, ConversationDetector):
        raise RecordError(f"{file.name} holds conversations, and {detector.model} has no assess_conversation")
    return measure_conversations(detector, file, resamples=resamples, seed=seed)


def _reference(unlabelled: Sequence[tuple[EvaluationFile, list[Assessment]]]) -> tuple[str, Floats] | None:
    if not unlabelled:
        return None
    name = "texts of " + ", ".join(file.name for file, _ in unlabelled)
    return name, np.concatenate([risks(items) for _, items in unlabelled])


def _rate_result(file: EvaluationFile, items: Sequence[Assessment]) -> RateResult:
    return RateResult(file.name, len(file.rows), slices.corpus_rates(file.rows, items))


def _labelled_result(
    file: EvaluationFile,
    items: Sequence[Assessment],
    reference: tuple[str, Floats] | None,
    *,
    show_texts: bool,
    resamples: int,
    seed: int,
) -> LabelledResult:
    table = score_table(file.rows, items)
    risk, score = table.risk, table.score
    name, texts = reference or (OWN_REFERENCE, score[~risk])
    alarms, misses = slices.worst_rows(file.rows, table, show_texts=show_texts)
    return LabelledResult(
        file=file.name,
        rows=len(file.rows),
        slices=slices.slice_results(file.rows, table, resamples=resamples, seed=seed),
        roles=metrics.role_result(table),
        signals=metrics.signal_results(table),
        calibration=metrics.calibration(risk, score),
        categories=slices.category_results(file.rows, table),
        highest_risk_0=alarms,
        lowest_risk_1=misses,
        curves=metrics.curves(risk, score),
        workload=metrics.workload(score[risk], texts, name),
    )
