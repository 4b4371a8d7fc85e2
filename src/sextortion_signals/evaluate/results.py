"""What a measurement says: frozen data, ready for JSON. `docs/evaluation.md` defines every figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

# Every headline figure: key in JSON, and how reports name it. All are shares in 0..1.
METRICS: Mapping[str, str] = MappingProxyType(
    {
        "average_precision": "average precision (AP)",
        "auc": "area under the ROC curve (AUC)",
        "recall_at_1": "recall at 1 % false alarms (R@1 %)",
        "recall_at_5": "recall at 5 % false alarms (R@5 %)",
        "recall_elevated": "recall at elevated",
        "recall_high": "recall at high",
        "false_alarms_elevated": "false alarms at elevated",
        "false_alarms_high": "false alarms at high",
        "role_accuracy": "role accuracy",
        "victim_called_offender": "victims called offender",
        "signals_f1": "macro F1 over signals",
        "brier": "Brier score",
    }
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where it is not defined on the file."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class SliceResult:
    """The headline figures of all rows or of one language, and those of the keyword rule, by the keys of `METRICS`."""

    name: str
    rows: int
    risk_rows: int
    headline: Mapping[str, Estimate]
    baseline: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class SignalResult:
    """One signal: `rows` carry it by label, `left_out` are unsure; `counted` says whether the macro F1 includes it."""

    signal: str
    rows: int
    left_out: int
    precision: float
    recall: float
    f1: float
    counted: bool


@dataclass(frozen=True, slots=True)
class RoleResult:
    """How often a role (by label, rows of `confusion`) came out as which (columns), both in the order of `names`."""

    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows with similar risks: their mean risk, and how many of them are risk 1."""

    low: float
    high: float
    rows: int
    mean_risk: float
    share_risk: float


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """Expected calibration error over ten bins that hold equally many rows, and over ten of equal width."""

    ece_equal_mass: float
    ece_equal_width: float
    equal_mass: tuple[CalibrationBin, ...]
    equal_width: tuple[CalibrationBin, ...]


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """One category: recall over its risk-1 rows, false alarms over its risk-0 rows; None where it has none."""

    category: str
    rows: int
    risk_rows: int
    mean_risk: float
    recall_elevated: float | None
    recall_high: float | None
    false_alarms_elevated: float | None
    false_alarms_high: float | None


@dataclass(frozen=True, slots=True)
class WorstRow:
    """A row that came out far from its label. `text` is None unless texts were asked for."""

    id: str
    category: str
    lang: str
    risk: float
    role: str
    role_seen: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Points for plots: ROC and precision-recall as (x, y) lists, and rows per twentieth of risk, by label."""

    false_alarms: tuple[float, ...]
    roc_recall: tuple[float, ...]
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    histogram_risk_0: tuple[int, ...]
    histogram_risk_1: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """Recall on this file when `reviews` of 10,000 texts of the reference are sent to people."""

    reference: str
    reference_rows: int
    reviews: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LabelledResult:
    """Everything measured on one labelled file. `slices[0]` holds all rows, languages follow if several."""

    file: str
    rows: int
    slices: tuple[SliceResult, ...]
    roles: RoleResult
    signals: tuple[SignalResult, ...]
    calibration: CalibrationResult
    categories: tuple[CategoryResult, ...]
    highest_risk_0: tuple[WorstRow, ...]
    lowest_risk_1: tuple[WorstRow, ...]
    curves: Curves
    workload: Workload


@dataclass(frozen=True, slots=True)
class CorpusRate:
    """How many texts of one unlabelled corpus reach a level, and per 10,000 with the exact 95 % interval."""

    corpus: str
    rows: int
    elevated: int
    high: int
    elevated_per_10000: Estimate
    high_per_10000: Estimate
    keyword_rule_per_10000: Estimate


@dataclass(frozen=True, slots=True)
class RateResult:
    """Alarms on one file without labels; the last of `corpora` is all of it when there are several."""

    file: str
    rows: int
    corpora: tuple[CorpusRate, ...]


def as_json(value: Any) -> Any:
    """Return frozen data as dicts, lists and plain values; a figure that is not a number becomes None."""
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return None if isinstance(value, float) and not math.isfinite(value) else value
