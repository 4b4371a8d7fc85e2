"""An assessment for people: where it says what, with the evidence marked in the text itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from sextortion_signals.cli.words import Words, language_name
from sextortion_signals.cli.wrap import cells, wrap
from sextortion_signals.types import Advice, Assessment, Level, Resource, Signal, SignalId

if TYPE_CHECKING:
    from rich.text import Text

_LABEL_CELLS = 10
LEVEL_STYLES = {Level.LOW: "green", Level.ELEVATED: "bold yellow", Level.HIGH: "bold red"}
SIGNAL_STYLES = {
    SignalId.IMAGE_DEMAND: "bold magenta",
    SignalId.PAYMENT_DEMAND: "bold yellow",
    SignalId.EXPOSURE_THREAT: "bold red",
    SignalId.PRESSURE: "bold bright_red",
    SignalId.ISOLATION: "bold blue",
    SignalId.CHANNEL_MOVE: "bold cyan",
    SignalId.DISCLOSURE: "bold green",
}
# A text must not steer the terminal it is shown on: control characters and those that turn the reading direction
# become visible, one for one, so that offsets stay true.
_VISIBLE = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys([*range(0x80, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
)


def render_assessment(
    assessment: Assessment, text: str, *, words: Words, names: Mapping[SignalId, str], width: int, colour: bool
) -> Text:
    """Return the assessment of `text` as lines of at most `width` cells (the marked text itself is not wrapped).

    `names` are the signals' names in the language of `words`. Without `colour`, evidence is marked by brackets and
    the name of its signal. The advice is written in its own language.
    """
    from rich.text import Text

    result = Text()
    for name, value, style in _facts(assessment, words):
        result.append(label(name) + value + "\n", style=style if colour else "")
    result.append("\n")
    result.append_text(mark_evidence(text.rstrip("\n"), assessment.signals, names=names, colour=colour))
    result.append(f"\n\n{words.signals}\n")
    for line, style in _signal_lines(assessment.signals, words, names, width):
        result.append(line + "\n", style=style if colour else "")
    if assessment.advice:
        result.append(f"\n{words.advice}\n")
        for line, heading in advice_lines(assessment.advice, width):
            result.append(line + "\n", style="bold" if colour and heading else "")
    result.append("\n" + "\n".join(wrap(words.triage, width)), style="dim" if colour else "")
    return result


def mark_evidence(text: str, signals: Sequence[Signal], *, names: Mapping[SignalId, str], colour: bool) -> Text:
    """Return the text with its evidence highlighted: in the signals' colours, or as 【quote】(names of its signals)."""
    from rich.text import Text

    shown = safe_text(text)
    if colour:
        marked = Text(shown)
        for signal in sorted(signals, key=lambda signal: signal.score):
            for evidence in signal.evidence:
                marked.stylize(SIGNAL_STYLES[signal.id] + " underline", evidence.start, evidence.end)
        return marked
    pieces, position = [], 0
    for start, end, ids in merge_evidence(signals):
        joined = ", ".join(names[signal_id] for signal_id in ids)
        pieces += [shown[position:start], f"【{shown[start:end]}】({joined})"]
        position = end
    return Text("".join([*pieces, shown[position:]]))


def merge_evidence(signals: Sequence[Signal]) -> list[tuple[int, int, tuple[SignalId, ...]]]:
    """Return (start, end, signals) in text order, with spans that overlap put together."""
    spans = sorted((span.start, span.end, signal.id) for signal in signals for span in signal.evidence)
    merged: list[tuple[int, int, tuple[SignalId, ...]]] = []
    for start, end, signal_id in spans:
        if merged and start < merged[-1][1]:
            begun, ended, ids = merged[-1]
            merged[-1] = (begun, max(ended, end), ids if signal_id in ids else (*ids, signal_id))
        else:
            merged.append((start, end, (signal_id,)))
    return merged


def safe_text(text: str) -> str:
    """Return the text with control characters made visible, of the same length."""
    return text.replace("\r\n", " \n").translate(_VISIBLE)


def advice_lines(advice: Sequence[Advice], width: int) -> Iterator[tuple[str, bool]]:
    """Yield the lines of advice, each with whether it is a heading."""
    for number, item in enumerate(advice):
        if number:
            yield "", False
        yield from ((line, True) for line in wrap(item.title, width, indent="  ", first="■ "))
        body = wrap(item.body, width, indent="  ")
        actions = (line for action in item.actions for line in wrap(action, width, indent="    ", first="  - "))
        resources = (line for resource in item.resources for line in resource_lines(resource, width))
        yield from ((line, False) for line in chain(body, actions, resources))


def resource_lines(resource: Resource, width: int) -> Iterator[str]:
    """Yield the lines of a place to turn to: name, contact and hours, address, note."""
    facts = " / ".join(filter(None, (resource.name, resource.contact, resource.hours)))
    yield from wrap(facts, width, indent="    ", first="  > ")
    if resource.url:
        yield f"    {resource.url}"
    if resource.note:
        yield from wrap(resource.note, width, indent="    ")


def percent(probability: float) -> str:
    """Return a probability in percent; never 100 % or 0 %, which a model cannot know."""
    return f"{min(max(100 * probability, 0.1), 99.9):.1f} %"


def operating_points(thresholds: Mapping[str, float]) -> str:
    """Return the points as `elevated 0.84, high 0.982`: near 1 with a digit more."""
    return ", ".join(
        f"{name} {value:.2g}" if value < 0.98 else f"{name} {value:.3f}" for name, value in thresholds.items()
    )


def _facts(assessment: Assessment, words: Words) -> Iterator[tuple[str, str, str]]:
    level_style = LEVEL_STYLES[assessment.level]
    yield words.risk, f"{percent(assessment.risk)}  {words.levels[assessment.level]}", level_style
    yield words.role, f"{words.roles[assessment.role]}  {percent(assessment.roles[assessment.role])}", ""
    name = language_name(assessment.language.code, words.lang)
    verified = assessment.language.verified
    yield (
        words.language,
        name + words.colon + (words.verified if verified else words.unverified),
        "" if verified else "bold yellow",
    )
    points = operating_points(assessment.thresholds)
    yield words.model, f"{assessment.model}, {assessment.tier}  ({points})", ""
    if assessment.truncated:
        yield "", words.truncated, "bold yellow"


def _signal_lines(
    signals: Sequence[Signal], words: Words, names: Mapping[SignalId, str], width: int
) -> Iterator[tuple[str, str]]:
    if not signals:
        yield f"  {words.no_signals}", ""
    opening, closing = words.quote
    for signal in signals:
        quotes = " ".join(f"{opening}{safe_text(item.quote)}{closing}" for item in signal.evidence)
        head = f"  {names[signal.id]} ({signal.id.value}) {percent(signal.score)}  "
        for line in wrap(quotes, width, indent="    ", first=head):
            yield line, SIGNAL_STYLES[signal.id]


def label(name: str) -> str:
    """Return the name of a fact with blanks up to where its value begins."""
    return name + " " * max(1, _LABEL_CELLS - cells(name))
