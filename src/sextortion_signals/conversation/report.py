"""A platform's report: what the reporter chose or wrote, weighed with the reported thread."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sextortion_signals.conversation.results import ConversationAssessment, ReportAssessment
from sextortion_signals.errors import EmptyTextError
from sextortion_signals.options import Options
from sextortion_signals.risk import RiskRule
from sextortion_signals.types import Advice, Assessment, Level, Message, Role

REPORTED = "reported"
"""Sender of an item that came without one."""
NAMED_REASON_RISK = 0.7
"""What a reason is worth that names the abuse, such as a menu's "Blackmail with intimate images"."""

_LONGEST_LABEL = 80
_NAMED = (
    "sextortion",
    "セクストーション",
    "性的脅迫",
    "性的な脅迫",
    "リベンジポルノ",
    "revenge porn",
    "intimate image",
    "private image",
    "nude image",
    "non-consensual",
    "blackmail",
    "裸の画像",
    "裸の写真",
    "性的な画像",
    "私的な画像",
)
_LEVELS = (Level.LOW, Level.ELEVATED, Level.HIGH)


def reported_messages(item: str | Message | None, thread: Sequence[Message]) -> list[Message]:
    """Return the thread with the reported item in it: at its end, where it is not one of its messages anyway."""
    if item is None:
        return list(thread)
    if isinstance(item, Message):
        return list(thread) if item in thread else [*thread, item]
    within = any(message.text == item for message in thread)
    return list(thread) if within else [*thread, Message(REPORTED, item)]


def weigh(
    reason_text: str, reason: Assessment | None, thread: ConversationAssessment | None, rule: RiskRule, options: Options
) -> ReportAssessment:
    """Put both sides together: each is evidence of its own, so the risks are joined as 1 - (1 - a)(1 - b).

    A short reason that names the abuse, as menus do, counts at least `NAMED_REASON_RISK`: far from proof, but with
    a suspicion in the thread enough for a look. The level is the highest that the reason, the thread or the
    joined risk reaches by the operating points `rule` of single texts. Raises `EmptyTextError` without both.
    """
    parts = [part for part in (reason, thread) if part is not None]
    if not parts:
        raise EmptyTextError("the report has neither a reason nor an item nor a thread; send one of them")
    told = 0.0 if reason is None else reason.risk
    if _names_the_abuse(reason_text):
        told = max(told, NAMED_REASON_RISK)
    shown = 0.0 if thread is None else thread.risk
    risk = 1.0 - (1.0 - told) * (1.0 - shown)
    joined = rule.level(risk) if len(parts) == 2 else Level.LOW
    level = max([joined, *(part.level for part in parts)], key=_LEVELS.index)
    return ReportAssessment(
        risk=risk,
        level=level,
        offender=None if thread is None else thread.offender,
        reason=reason,
        thread=thread,
        advice=_advice(level, reason, thread, options),
        model=parts[0].model,
    )


def _names_the_abuse(reason: str) -> bool:
    label = unicodedata.normalize("NFKC", reason[: _LONGEST_LABEL + 1]).casefold()
    return len(label) <= _LONGEST_LABEL and any(word in label for word in _NAMED)


def _advice(
    level: Level, reason: Assessment | None, thread: ConversationAssessment | None, options: Options
) -> tuple[Advice, ...]:
    """Advice for whoever reported: what they told about themselves goes before what their thread shows."""
    for part in (reason, thread):
        if part is not None and part.advice:
            return part.advice
    if level is Level.LOW:
        return ()
    # Half a suspicion here and half there: neither has advice of its own.
    language = reason.language if reason is not None else (thread.messages[-1].language if thread else None)
    return options.advice(level, Role.VICTIM, (), language) if language else ()
