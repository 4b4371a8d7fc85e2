"""A detector whose answers a test decides, and files written from rows. The measures are what is tested here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sextortion_signals.corpus import Row
from sextortion_signals.evaluate.records import EvaluationRow, Label
from sextortion_signals.evaluate.table import ScoreTable, score_table
from sextortion_signals.types import Assessment, Language, Level, Message, Role, Signal, SignalId

THRESHOLDS = {"elevated": 0.2, "high": 0.9}


def assessment(risk: float, role: Role = Role.OTHER, signals: Sequence[SignalId] = ()) -> Assessment:
    """Return a real assessment with the level that follows from `THRESHOLDS`."""
    level = (
        Level.HIGH if risk >= THRESHOLDS["high"] else Level.ELEVATED if risk >= THRESHOLDS["elevated"] else Level.LOW
    )
    return Assessment(
        risk=risk,
        level=level,
        role=role,
        roles={name: float(name is role) for name in Role},
        signals=tuple(Signal(name, 0.9, ()) for name in signals),
        advice=(),
        language=Language("ja", True),
        model="scripted",
        thresholds=THRESHOLDS,
    )


class ScriptedDetector:
    """Answers each text with the assessment that the test wrote for it."""

    model = "scripted"
    thresholds = THRESHOLDS

    def __init__(self, answers: Mapping[str, Assessment]) -> None:
        self.answers = answers

    def assess_many(self, texts: Sequence[str], *, truncate: bool = False) -> list[Assessment]:
        assert truncate, "a long text must not stop a measurement"
        return [self.answers[text] for text in texts]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_rows(name: str, *rows: Mapping[str, Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    return write_rows


@pytest.fixture
def make_assessment() -> Callable[..., Assessment]:
    return assessment


@pytest.fixture
def make_detector() -> Callable[[Mapping[str, Assessment]], ScriptedDetector]:
    return ScriptedDetector


@pytest.fixture
def make_table() -> Callable[..., ScoreTable]:
    """Build a table from (risk label, assessed risk) pairs, or from rows with roles and signals."""

    def build(*rows: tuple[Any, ...]) -> ScoreTable:
        labelled, assessed = [], []
        for index, row in enumerate(rows):
            label, score, role, seen, signals, signals_seen, unsure = (*row, *_DEFAULTS[len(row) :])
            chosen = Label(
                label, role or (Role.OFFENDER if label else Role.OTHER), frozenset(signals), frozenset(unsure)
            )
            labelled.append(EvaluationRow(str(index), "text", "ja", "group", chosen))
            assessed.append(assessment(score, seen or Role.OTHER, signals_seen))
        return score_table(labelled, assessed)

    return build


_DEFAULTS: tuple[Any, ...] = (0, 0.0, None, None, (), (), ())


@pytest.fixture
def random_table(make_table: Callable[..., ScoreTable]) -> ScoreTable:
    """200 rows with ties, every role and signal, seeded."""
    generator = np.random.default_rng(7)
    roles, signals = list(Role), list(SignalId)
    rows = []
    for _ in range(200):
        role = roles[int(generator.integers(4))]
        score = round(float(np.clip(generator.normal(0.5 if role is Role.OTHER else 0.7, 0.2), 0, 1)), 2)
        picks = [[signal for signal in signals if generator.random() < share] for share in (0.3, 0.3, 0.05)]
        truth = picks[0] if role is not Role.OTHER else []
        rows.append((int(role is not Role.OTHER), score, role, roles[int(generator.integers(4))], truth, *picks[1:]))
    return make_table(*rows)


@pytest.fixture
def make_corpus_row() -> Callable[..., Row]:
    """Build a row of a corpus, a victim's for risk 1."""

    def build(text: str, *, risk: int = 0, **fields: Any) -> Row:
        defaults: dict[str, Any] = {
            "id": "en-b01-001-01",
            "lang": "en",
            "role": Role.VICTIM if risk else Role.OTHER,
            "signals": (),
            "category": "ev_home",
            "register": "casual",
            "card": "en-b01-001",
            "batch": "en-b01",
            "pair": None,
        }
        return Row(text=text, **{**defaults, **fields})

    return build


@dataclass(frozen=True, slots=True)
class ScriptedStep:
    risk: float


@dataclass(frozen=True, slots=True)
class ScriptedOutcome:
    first_alert: int | None
    offender: str | None
    timeline: tuple[ScriptedStep, ...]


class ScriptedConversationDetector:
    """Reads the risk after each message out of the message itself: `0.4` is 0.4. Names the sender of the alarm."""

    model = "scripted"
    thresholds = THRESHOLDS

    def assess_conversation(self, messages: Sequence[Message]) -> ScriptedOutcome:
        risks = [float(message.text) for message in messages]
        alert = next((index for index, risk in enumerate(risks) if risk >= THRESHOLDS["elevated"]), None)
        offender = None if alert is None else messages[alert].sender
        return ScriptedOutcome(alert, offender, tuple(map(ScriptedStep, risks)))


@pytest.fixture
def conversation_detector() -> ScriptedConversationDetector:
    return ScriptedConversationDetector()


@pytest.fixture
def make_talk() -> Callable[..., dict[str, Any]]:
    """Build a line of a file of conversations: risks after each message, by A and B in turns, and its labels."""

    def build(risks: Sequence[float], **fields: Any) -> dict[str, Any]:
        messages = [{"sender": "AB"[index % 2], "text": str(risk)} for index, risk in enumerate(risks)]
        return {"messages": messages, **fields}

    return build
