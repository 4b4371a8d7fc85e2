"""Follows a conversation message by message and says what is known after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sextortion_signals.conversation.judge import Judge
from sextortion_signals.conversation.results import (
    ConversationAssessment,
    ConversationSignal,
    MessageEvidence,
    Step,
)
from sextortion_signals.conversation.state import ConversationState, Stage, Standing, advance
from sextortion_signals.options import Options
from sextortion_signals.risk import RiskRule
from sextortion_signals.types import Advice, Assessment, Evidence, Language, Level, Message, Role, Signal, SignalId

MOVED = 0.1
"""A step that adds at least so much to the risk is explained."""
MOST_SPANS = 10
"""Spans shown of one signal, those of its strongest messages."""

_SIGNALS = tuple(SignalId)
# A third person's case is likely a third person's if nearly all of "told by somebody concerned" is that, in log odds.
_THIRD_MARGIN = 0.5

Explanation = tuple[tuple[Signal, ...], tuple[Evidence, ...]]
Explain = Callable[[Sequence[str], Sequence[Sequence[float]]], list[Explanation]]
"""Texts and their scores in; for each its signals and the spans of the likeliest one, also where its risk is low."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """A judge with operating points. Immutable and free of any conversation: the state is handed in and out."""

    judge: Judge
    rule: RiskRule
    model: str

    def follow(
        self, state: ConversationState, message: Message, assessment: Assessment
    ) -> tuple[ConversationState, Step]:
        """Return the state after one more message, and what the message did. Constant time."""
        after = advance(state, message, assessment)
        place, old = state.messages, state.standing
        verdict = self.judge.judge(after, message.sender, assessment)
        new = old if verdict is None else self._stand(old, verdict.risk, verdict.offender, place, assessment)
        after = after if new is old else after._replace(standing=new)
        level = self.rule.level(new.risk)
        rise = new.risk - old.risk
        moved = rise > 0.0 and (rise >= MOVED or level is not self.rule.level(old.risk))
        return after, Step(
            place,
            message.sender,
            new.risk,
            level,
            rise,
            new.moved_by,
            self.judge.reasons(state, after) if moved else (),
            (),
            () if after.stages is state.stages else _first_seen(after, place),
        )

    def assess(
        self,
        state: ConversationState,
        messages: Sequence[Message],
        assessments: Sequence[Assessment],
        options: Options,
        explain: Explain,
    ) -> ConversationAssessment:
        """Return what is said about the next messages of a conversation; `assessments` are those of their texts."""
        begin, steps = state.messages, []
        for message, assessment in zip(messages, assessments, strict=True):
            state, step = self.follow(state, message, assessment)
            steps.append(step)
        level = self.rule.level(state.standing.risk)
        signals: tuple[ConversationSignal, ...] = ()
        if level is not Level.LOW:
            steps, found = explained(steps, messages, assessments, explain)
            signals = merge_signals({begin + place: seen for place, seen in found.items()})
        state, advice = self.conclude(state, signals, options, assessments[-1].language)
        return ConversationAssessment(
            risk=state.standing.risk,
            level=level,
            first_alert=state.standing.first_alert,
            offender=state.standing.offender,
            messages=tuple(assessments),
            signals=signals,
            advice=advice,
            timeline=tuple(steps),
            stages=state.seen,
            model=self.model,
            thresholds=self.rule.thresholds,
            state=state,
        )

    def conclude(
        self, state: ConversationState, signals: Sequence[ConversationSignal], options: Options, language: Language
    ) -> tuple[ConversationState, tuple[Advice, ...]]:
        """Return the state that remembers these signals, and the advice; `language` is that of the last message."""
        state = state._replace(standing=_with_signals(state.standing, signals))
        return state, self._advice(state, self.rule.level(state.standing.risk), options, language)

    def _stand(self, old: Standing, risk: float, offender: str | None, place: int, assessment: Assessment) -> Standing:
        raised = self.rule.level(risk) is not Level.LOW
        named = offender if raised else old.offender
        if risk <= old.risk:
            return old if named == old.offender else replace(old, offender=named)
        alert = place if raised and old.first_alert is None else old.first_alert
        return Standing(risk, named, alert, place, old.signals, assessment.language.code)

    def _advice(
        self, state: ConversationState, level: Level, options: Options, language: Language
    ) -> tuple[Advice, ...]:
        standing = state.standing
        if level is Level.LOW and not options.awareness:
            return ()
        signals = [signal for place, signal in enumerate(_SIGNALS) if standing.signals >> place & 1]
        role = _role(state) if level is not Level.LOW else Role.OTHER
        return options.advice(level, role, signals, Language(standing.lang, True) if standing.lang else language)


def merge_signals(found: dict[int, tuple[Signal, ...]]) -> tuple[ConversationSignal, ...]:
    """Put the signals of messages (by position) together, the highest score first."""
    merged = []
    for name in _SIGNALS:
        seen = [(signal, place) for place, signals in found.items() for signal in signals if signal.id is name]
        if not seen:
            continue
        strongest = sorted(seen, key=lambda item: -item[0].score)
        spans = [
            MessageEvidence(place, span.start, span.end, span.quote)
            for signal, place in strongest
            for span in signal.evidence
        ]
        shown = sorted(spans[:MOST_SPANS], key=lambda span: (span.message, span.start))
        merged.append(ConversationSignal(name, strongest[0][0].score, tuple(shown)))
    return tuple(sorted(merged, key=lambda signal: -signal.score))


def explained(
    steps: list[Step], messages: Sequence[Message], assessments: Sequence[Assessment], explain: Explain
) -> tuple[list[Step], dict[int, tuple[Signal, ...]]]:
    """Return the steps with the spans that moved the risk, and the signals of messages by place among `messages`."""
    found = {place: assessment.signals for place, assessment in enumerate(assessments) if assessment.signals}
    moving = [place for place, step in enumerate(steps) if step.reasons]
    quiet = [place for place in moving if place not in found]
    spans = {place: found[place][0].evidence for place in moving if place in found}
    texts, scores = [messages[place].text for place in quiet], [assessments[place].scores for place in quiet]
    for place, (signals, evidence) in zip(quiet, explain(texts, scores), strict=True):
        spans[place] = signals[0].evidence if signals else evidence
        if signals:
            found[place] = signals
    shown = [replace(step, evidence=spans[place]) if place in spans else step for place, step in enumerate(steps)]
    return shown, dict(sorted(found.items()))


def _first_seen(state: ConversationState, place: int) -> tuple[Stage, ...]:
    return tuple(stage for stage, first in state.seen.items() if first == place)


def _with_signals(standing: Standing, signals: Sequence[ConversationSignal]) -> Standing:
    bits = standing.signals
    for signal in signals:
        bits |= 1 << _SIGNALS.index(signal.id)
    return standing if bits == standing.signals else replace(standing, signals=bits)


def _role(state: ConversationState) -> Role:
    """Return whose case it is that advice is given on: what an offender does, or what somebody tells."""
    if state.standing.offender is not None:
        return Role.OFFENDER
    teller = max(state.senders, key=lambda sender: sender.told_peak)
    return Role.THIRD_PARTY if teller.third >= teller.told_peak - _THIRD_MARGIN else Role.VICTIM
