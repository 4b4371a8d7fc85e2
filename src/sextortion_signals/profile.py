"""A profile: the operating points that a team chose for one model, what it asked for, and what was measured.

A small JSON file without any text. `sextortion-signals tune` writes it, `Detector.load(profile=...)` reads it. Loading
without it gives the model's own operating points again: nothing in the model folder changes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sextortion_signals.errors import ProfileError
from sextortion_signals.types import Level, Tier

PROFILE_FORMAT = 1
"""Number of the file's format. To change the format: raise it and keep reading every older number."""

POINTS = (Level.ELEVATED.value, Level.HIGH.value)
LONGEST_NAME = 80
_LARGEST = 1e15  # JSON as Python reads it has infinity, which no figure of ours is
_SHA256 = re.compile(r"[0-9a-f]{64}")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % interval, `low` <= `value` <= `high`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What one operating point may cost; whatever is not None holds at once.

    `reviews_per_day` is the most texts a day that may reach it, `false_alarms` the largest share of risk-0 texts,
    `precision` the smallest share of cases among the texts that reach it.
    """

    reviews_per_day: float | None = None
    false_alarms: float | None = None
    precision: float | None = None

    @property
    def asked(self) -> bool:
        """Whether anything was asked for."""
        return any(value is not None for value in (self.reviews_per_day, self.false_alarms, self.precision))


@dataclass(frozen=True, slots=True)
class Stream:
    """The texts that a team receives, as it states them: the share of cases in 0..1, and how many texts a day."""

    base_rate: float | None = None
    messages_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many labelled rows the figures rest on, by their label."""

    risk_1: int
    risk_0: int


@dataclass(frozen=True, slots=True)
class PointFigures:
    """What an operating point does to the labelled rows, and what to expect of it on the stream.

    `recall` and `false_alarms` are the shares of risk-1 and of risk-0 rows that reach it. `precision` is the expected
    share of cases among the texts of the stream that reach it, None without a base rate; `reviews_per_day` how many
    texts a day reach it, None without a base rate and a number of messages.
    """

    recall: Measured
    false_alarms: Measured
    precision: Measured | None
    reviews_per_day: Measured | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Operating points for one model: `thresholds`, `asked` and `measured` are by name (`elevated`, `high`).

    `manifest_sha256` is the model's `Manifest.sha256`: another training of the same name gives other risks, for which
    these thresholds mean nothing, and so does another `tier`. `created` is an ISO date.
    """

    name: str
    model: str
    manifest_sha256: str
    tier: str
    created: str
    thresholds: Mapping[str, float]
    asked: Mapping[str, Budget]
    stream: Stream
    rows: RowCounts
    measured: Mapping[str, PointFigures]

    def __post_init__(self) -> None:
        for name in ("thresholds", "asked", "measured"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def to_dict(self) -> dict[str, Any]:
        """Return the content of the file, ready for JSON."""
        return {
            "format": PROFILE_FORMAT,
            "name": self.name,
            "model": self.model,
            "manifest_sha256": self.manifest_sha256,
            "tier": self.tier,
            "created": self.created,
            "thresholds": dict(self.thresholds),
            "asked": {point: asdict(budget) for point, budget in self.asked.items()},
            "stream": asdict(self.stream),
            "rows": asdict(self.rows),
            "measured": {point: asdict(figures) for point, figures in self.measured.items()},
        }

    def to_json(self) -> str:
        """Return the file: JSON that ends with a line break."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    def check_model(self, model: str, manifest_sha256: str, tier: str) -> None:
        """Raise `ProfileError` unless the profile was made for this very model, read by this tier."""
        advice = "run `sextortion-signals tune` again with the model in use, or load the model it was made for"
        if model != self.model:
            raise ProfileError(f"profile {self.name!r} was made for model {self.model}, this is {model}; {advice}")
        if manifest_sha256 != self.manifest_sha256:
            problem = f"profile {self.name!r} was made for another training of {model} (its manifest differs)"
            raise ProfileError(f"{problem}; {advice}")
        if tier != self.tier:
            raise ProfileError(f"profile {self.name!r} was made for the tier {self.tier}, this is {tier}; {advice}")


def read_profile(path: str | os.PathLike[str]) -> Profile:
    """Read and validate a profile. Raises `ProfileError` naming the file and the first thing that is wrong."""
    file = Path(path)
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProfileError(f"cannot read the profile {file}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ProfileError(f"{file} is not JSON, so it is not a profile; write one with `tune`") from None
    try:
        return parse_profile(data)
    except ProfileError as error:
        raise ProfileError(f"{file}: {error}; write the profile again with `sextortion-signals tune`") from None


def parse_profile(data: Any) -> Profile:
    """Return the profile in JSON as `Profile.to_dict` gives it; raises `ProfileError`, which repeats no value."""
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise ProfileError("it has no format number, so it is not a profile")
    if data["format"] != PROFILE_FORMAT:
        raise ProfileError(f"it has format {data['format']}, this version reads {PROFILE_FORMAT}")
    names = tuple(field.name for field in fields(Profile))
    values = _object(data, ("format", *names), "the profile")
    return Profile(
        name=check_name(values["name"]),
        model=_text(values["model"], "model", r"\S.{0,199}"),
        manifest_sha256=_text(values["manifest_sha256"], "manifest_sha256", _SHA256.pattern),
        tier=_text(values["tier"], "tier", "|".join(Tier)),
        created=_date(values["created"]),
        thresholds=_thresholds(values["thresholds"]),
        asked=_by_point(values["asked"], "asked", _budget),
        stream=_stream(values["stream"]),
        rows=_rows(values["rows"]),
        measured=_by_point(values["measured"], "measured", _figures),
    )


def check_name(name: Any) -> str:
    """Return the name of a profile, one line of 1 to 80 characters; raises `ProfileError`."""
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ProfileError(f"the name of a profile must be one line of 1 to {LONGEST_NAME} characters")
    return name


def _object(value: Any, names: tuple[str, ...], where: str) -> dict[str, Any]:
    # Names that are not expected are not repeated: a file that is no profile may hold anything.
    if not isinstance(value, dict) or set(value) != set(names):
        raise ProfileError(f"{where} must be an object with exactly the fields {', '.join(names)}")
    return value


def _number(value: Any, where: str, *, high: float = _LARGEST) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0.0 <= value <= high:
        raise ProfileError(f"{where} must be a number from 0 to {high:g}")
    return float(value)


def _optional(value: Any, where: str, read: Callable[[Any, str], _Item]) -> _Item | None:
    return None if value is None else read(value, where)


def _share(value: Any, where: str) -> float:
    return _number(value, where, high=1.0)


def _text(value: Any, where: str, pattern: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ProfileError(f"{where} is missing or not what it should be")
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ProfileError("created must be a date like 2026-01-31") from None


def _by_point(value: Any, where: str, read: Callable[[Any, str], _Item]) -> dict[str, _Item]:
    values = _object(value, POINTS, where)
    return {point: read(values[point], f"{where}.{point}") for point in POINTS}


def _thresholds(value: Any) -> dict[str, float]:
    points = _by_point(value, "thresholds", _share)
    if points[POINTS[0]] > points[POINTS[1]]:
        raise ProfileError(f"the threshold of {POINTS[0]} is above that of {POINTS[1]}")
    return points


def _budget(value: Any, where: str) -> Budget:
    values = _object(value, tuple(field.name for field in fields(Budget)), where)
    return Budget(
        reviews_per_day=_optional(values["reviews_per_day"], f"{where}.reviews_per_day", _number),
        false_alarms=_optional(values["false_alarms"], f"{where}.false_alarms", _share),
        precision=_optional(values["precision"], f"{where}.precision", _share),
    )


def _stream(value: Any) -> Stream:
    values = _object(value, tuple(field.name for field in fields(Stream)), "stream")
    return Stream(
        base_rate=_optional(values["base_rate"], "stream.base_rate", _share),
        messages_per_day=_optional(values["messages_per_day"], "stream.messages_per_day", _number),
    )


def _rows(value: Any) -> RowCounts:
    values = _object(value, tuple(field.name for field in fields(RowCounts)), "rows")
    for name, count in values.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ProfileError(f"rows.{name} must be a whole number of rows")
    return RowCounts(**values)


def _figures(value: Any, where: str) -> PointFigures:
    values = _object(value, tuple(field.name for field in fields(PointFigures)), where)
    return PointFigures(
        recall=_measured_share(values["recall"], f"{where}.recall"),
        false_alarms=_measured_share(values["false_alarms"], f"{where}.false_alarms"),
        precision=_optional(values["precision"], f"{where}.precision", _measured_share),
        reviews_per_day=_optional(values["reviews_per_day"], f"{where}.reviews_per_day", _measured),
    )


def _measured_share(value: Any, where: str) -> Measured:
    return _measured(value, where, high=1.0)


def _measured(value: Any, where: str, *, high: float = _LARGEST) -> Measured:
    values = _object(value, tuple(field.name for field in fields(Measured)), where)
    measured = Measured(**{name: _number(item, f"{where}.{name}", high=high) for name, item in values.items()})
    if not measured.low <= measured.value <= measured.high:
        raise ProfileError(f"{where} must have low <= value <= high")
    return measured
