"""A rule in the place of the detector: its answers are known in advance, so that files can be compared cell by cell."""

import pytest

from sextortion_signals.errors import EmptyTextError, TextTooLongError, TextTypeError
from sextortion_signals.types import (
    Advice,
    Assessment,
    Audience,
    Evidence,
    Language,
    Level,
    Role,
    Signal,
    SignalId,
)

MAX_LENGTH = 200
ADVICE = Advice("do_not_pay", Audience.CHILD, "お金は払わないで", "本文", (), (), ("M2",), "ja")


class RuleDetector:
    """`払え` is a payment demand of risk 0.95; everything else is 0.01."""

    def __init__(self):
        self.calls = 0

    def assess(self, text, *, lang=None, audience=None, truncate=False, awareness=False):
        self.calls += 1
        return rule(text, truncate)

    def assess_many(self, texts, *, lang=None, audience=None, truncate=False, awareness=False):
        self.calls += 1
        return [rule(text, truncate) for text in texts]


def rule(text, truncate):
    if not isinstance(text, str):
        raise TextTypeError(f"a text must be a str, not {type(text).__name__}")
    if not text.strip():
        raise EmptyTextError("the text is empty")
    if len(text) > MAX_LENGTH and not truncate:
        raise TextTooLongError("the text is too long")
    kept = text[:MAX_LENGTH]
    start = kept.find("払え")
    found = start >= 0
    signals = (Signal(SignalId.PAYMENT_DEMAND, 0.9, (Evidence(start, start + 2, "払え"),)),) if found else ()
    role = Role.OFFENDER if found else Role.OTHER
    return Assessment(
        risk=0.95 if found else 0.01,
        level=Level.HIGH if found else Level.LOW,
        role=role,
        roles={each: float(each is role) for each in Role},
        signals=signals,
        advice=(ADVICE,) if found else (),
        language=Language("ko", False) if "가" in kept else Language("ja", True),
        model="rule",
        thresholds={"elevated": 0.2, "high": 0.9},
        truncated=len(text) > MAX_LENGTH,
    )


@pytest.fixture
def rule_detector():
    return RuleDetector()


@pytest.fixture
def write(tmp_path):
    """Write a file into the test's folder and return its path."""

    def write_file(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write_file
