"""The contract: what goes in and what comes out. Plain frozen data, no behaviour beyond `to_dict`.

Offsets everywhere are Unicode code points into the caller's own text, half open: `text[start:end] == quote`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Level(StrEnum):
    """How soon a person should look: `HIGH` first, `ELEVATED` too, `LOW` only at random."""

    LOW = "low"
    ELEVATED = "elevated"
    HIGH = "high"


class Tier(StrEnum):
    """How thoroughly texts are read: `FAST` by spelling alone, `FULL` by meaning too, `CASCADE` by meaning in doubt."""

    FAST = "fast"
    CASCADE = "cascade"
    FULL = "full"


class Role(StrEnum):
    """Who wrote the text. `OTHER` is everything that is neither a case nor a report of one."""

    OFFENDER = "offender"
    VICTIM = "victim"
    THIRD_PARTY = "third_party"
    OTHER = "other"


class SignalId(StrEnum):
    """What a text does; defined in ja and en, with hits and near-misses, in `signals/catalog.toml`."""

    IMAGE_DEMAND = "image_demand"
    PAYMENT_DEMAND = "payment_demand"
    EXPOSURE_THREAT = "exposure_threat"
    PRESSURE = "pressure"
    ISOLATION = "isolation"
    CHANNEL_MOVE = "channel_move"
    DISCLOSURE = "disclosure"


class Audience(StrEnum):
    """Whom an advice item speaks to.

    `PERSON` is the person concerned when nobody knows their age; `CHILD` and `ADULT` when it is known.
    """

    PERSON = "person"
    CHILD = "child"
    ADULT = "adult"
    GUARDIAN = "guardian"
    SCHOOL = "school"
    MODERATOR = "moderator"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the caller's own text, in code points, half open."""

    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal seen in a text; `score` is a calibrated probability in 0..1, `evidence` is in text order."""

    id: SignalId
    score: float
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id.value, "score": self.score, "evidence": [e.to_dict() for e in self.evidence]}


@dataclass(frozen=True, slots=True)
class Resource:
    """A place to turn to, as verified: `source` is the page it was read on, `checked` an ISO date."""

    id: str
    name: str
    url: str
    contact: str
    hours: str
    note: str
    source: str
    checked: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Advice:
    """One reviewed item of advice in one language.

    `campaign` names the messages of the PAPS x Meta "STOP! Sextortion" campaign it rests on
    (M1-M3, R1-R3, B; see docs/help-catalogue.md).
    """

    id: str
    audience: Audience
    title: str
    body: str
    actions: tuple[str, ...]
    resources: tuple[Resource, ...]
    campaign: tuple[str, ...]
    lang: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "audience": self.audience.value,
            "title": self.title,
            "body": self.body,
            "actions": list(self.actions),
            "resources": [r.to_dict() for r in self.resources],
            "campaign": list(self.campaign),
            "lang": self.lang,
        }


@dataclass(frozen=True, slots=True)
class Language:
    """Language by script. `verified` is False where the detector was never measured: then a low risk proves nothing."""

    code: str
    verified: bool

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "verified": self.verified}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is said about one text.

    `risk` is a calibrated probability (0..1) that the text evidences sextortion or tells of a live or recent case;
    `roles` holds a probability for each role and adds up to 1; `thresholds` are the operating points used for
    `level`, `tier` is how thoroughly it was read; `truncated` says that only the first part of the text was read.

    What a conversation is judged by, and what `to_dict` leaves out: `scores` holds the calibrated probability of every
    signal, shown or not, in the order of `SignalId`; `cues` the classes of the model's lexicon that the text holds.
    """

    risk: float
    level: Level
    role: Role
    roles: Mapping[Role, float]
    signals: tuple[Signal, ...]
    advice: tuple[Advice, ...]
    language: Language
    model: str
    thresholds: Mapping[str, float]
    truncated: bool = False
    tier: Tier = Tier.FAST
    scores: tuple[float, ...] = (0.0,) * len(SignalId)
    cues: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", MappingProxyType(dict(self.roles)))
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))

    def to_dict(self) -> dict[str, Any]:
        return {
            "risk": self.risk,
            "level": self.level.value,
            "role": self.role.value,
            "roles": {role.value: p for role, p in self.roles.items()},
            "signals": [s.to_dict() for s in self.signals],
            "advice": [a.to_dict() for a in self.advice],
            "language": self.language.to_dict(),
            "model": self.model,
            "thresholds": dict(self.thresholds),
            "truncated": self.truncated,
            "tier": self.tier.value,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        # A MappingProxyType cannot be pickled, and worker processes send assessments back to their parent.
        fields = (self.risk, self.level, self.role, dict(self.roles), self.signals, self.advice)
        more = (self.language, self.model, dict(self.thresholds), self.truncated, self.tier, self.scores, self.cues)
        return (Assessment, (*fields, *more))
