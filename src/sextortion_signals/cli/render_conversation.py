"""A conversation for people: what was concluded, and the messages that led there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sextortion_signals.cli.render import LEVEL_STYLES, SIGNAL_STYLES, advice_lines, label, operating_points, percent
from sextortion_signals.cli.render import safe_text as safe
from sextortion_signals.cli.words import Words
from sextortion_signals.cli.words_conversation import ConversationWords, conversation_words
from sextortion_signals.cli.wrap import wrap
from sextortion_signals.conversation import ConversationAssessment, Step
from sextortion_signals.transcripts import Transcript
from sextortion_signals.types import Level, SignalId

if TYPE_CHECKING:
    from rich.text import Text

_INDENT = " " * 6
# Messages around one that mattered are shown with it.
_AROUND = 1


def render_conversation(
    outcome: ConversationAssessment,
    transcript: Transcript,
    *,
    words: Words,
    names: Mapping[SignalId, str],
    width: int,
    colour: bool,
    every: bool,
) -> Text:
    """Return the assessment of a conversation: all messages with `every`, else those that mattered and what is beside.

    Messages are not wrapped, so that evidence keeps its place.
    """
    from rich.text import Text

    more = conversation_words(words.lang)
    result = Text()

    def add(line: str, style: str = "") -> None:
        result.append(line + "\n", style=style if colour else "")

    for name, value, style in _facts(outcome, transcript, words, more):
        add(label(name) + value, style)
    add(f"\n{more.timeline}")
    for line, style in _timeline(outcome, transcript, more, width, every=every):
        add(line, style)
    add(f"\n{words.signals}")
    for line, style in _signals(outcome, words, names, width):
        add(line, style)
    if outcome.advice:
        add(f"\n{words.advice}")
        for line, heading in advice_lines(outcome.advice, width):
            add(line, "bold" if heading else "")
    add("\n" + "\n".join(wrap(words.triage, width)), "dim")
    return result


def _facts(
    outcome: ConversationAssessment, transcript: Transcript, words: Words, more: ConversationWords
) -> Iterator[tuple[str, str, str]]:
    if transcript.id is not None:
        yield more.conversation, safe(transcript.id), "bold"
    yield words.risk, f"{percent(outcome.risk)}  {words.levels[outcome.level]}", LEVEL_STYLES[outcome.level]
    alert = outcome.first_alert
    yield more.first_alert, more.never if alert is None else more.message.format(alert), ""
    if outcome.level is not Level.LOW:
        yield more.offender, more.nobody if outcome.offender is None else safe(outcome.offender), "bold"
    seen = ", ".join(f"{more.stage_names[stage]} ({place})" for stage, place in outcome.stages.items())
    yield more.stages, seen or words.no_signals, ""
    points, tiers = operating_points(outcome.thresholds), sorted({read.tier.value for read in outcome.messages})
    yield words.model, f"{', '.join([outcome.model, *tiers])}  ({points})", ""


def _timeline(
    outcome: ConversationAssessment,
    transcript: Transcript,
    more: ConversationWords,
    width: int,
    *,
    every: bool,
) -> Iterator[tuple[str, str]]:
    shown = range(len(outcome.timeline)) if every else _that_matter(outcome.timeline)
    next_place = 0
    for place in shown:
        if place > next_place:
            yield _INDENT + more.left_out.format(place - next_place), "dim"
        next_place = place + 1
        step, message = outcome.timeline[place], transcript.messages[place]
        text = _marked(message.text, step).replace("\n", f"\n{_INDENT * 3}")
        head = f"{step.message:>4}  {percent(step.risk):>7}  {step.level.value:<8}  "
        yield f"{head}{safe(message.sender)}: {text}", LEVEL_STYLES[step.level] if step.rise and step.reasons else ""
        yield from _why(step, more, width)
    if next_place < len(outcome.timeline):
        yield _INDENT + more.left_out.format(len(outcome.timeline) - next_place), "dim"


def _why(step: Step, more: ConversationWords, width: int) -> Iterator[tuple[str, str]]:
    parts = [more.stage_names[stage] for stage in step.stages]
    if step.reasons:
        reasons = "; ".join(more.reasons[reason] for reason in step.reasons)
        parts.append(more.moved_by.format(100 * step.rise, reasons))
    if parts:
        for line in wrap(" · ".join(parts), width, indent=_INDENT * 2):
            yield line, "dim"


def _that_matter(timeline: Sequence[Step]) -> list[int]:
    matter = [place for place, step in enumerate(timeline) if step.reasons or step.stages]
    near = {place + shift for place in matter or [0] for shift in range(-_AROUND, _AROUND + 1)}
    return sorted(near & set(range(len(timeline))))


def _marked(text: str, step: Step) -> str:
    shown = safe(text)
    pieces, position = [], 0
    for span in sorted(step.evidence, key=lambda span: span.start):
        pieces += [shown[position : span.start], f"【{shown[span.start : span.end]}】"]
        position = span.end
    return "".join([*pieces, shown[position:]])


def _signals(
    outcome: ConversationAssessment, words: Words, names: Mapping[SignalId, str], width: int
) -> Iterator[tuple[str, str]]:
    if not outcome.signals:
        yield f"  {words.no_signals}", ""
    opening, closing = words.quote
    for signal in outcome.signals:
        quotes = " ".join(f"[{span.message}] {opening}{safe(span.quote)}{closing}" for span in signal.evidence)
        head = f"  {names[signal.id]} ({signal.id.value}) {percent(signal.score)}  "
        for line in wrap(quotes, width, indent="    ", first=head):
            yield line, SIGNAL_STYLES[signal.id]
