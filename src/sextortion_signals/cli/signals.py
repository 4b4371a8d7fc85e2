"""`sextortion-signals signals`: what each signal means, with examples on both sides of its border."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.words import Words, words
from sextortion_signals.cli.wrap import wrap

if TYPE_CHECKING:
    from sextortion_signals.signals.catalog import SignalDefinition


@click.command("signals")
@options.lang_option
@options.json_option
def command(lang: str | None, as_json: bool) -> ExitCode:
    """Explain the signals, with examples on both sides of their border."""
    from sextortion_signals.signals.catalog import load_signal_catalog

    definitions = load_signal_catalog()
    if as_json:
        streams.write_json([definition.to_dict() for definition in definitions])
        return ExitCode.OK
    console = streams.console()
    console.print("\n".join(_lines(definitions, words(lang), console.width)))
    return ExitCode.OK


def _lines(definitions: Sequence[SignalDefinition], shown: Words, width: int) -> Iterator[str]:
    for number, definition in enumerate(definitions):
        wording = definition.wording(shown.lang)
        if number:
            yield ""
        yield f"■ {wording.name} ({definition.id.value})"
        yield from wrap(wording.definition, width, indent="  ")
        for title, examples in ((shown.hits, wording.hits), (shown.near_misses, wording.near_misses)):
            yield f"  {title}"
            for example in examples:
                yield from wrap(example, width, indent="    ", first="  - ")
        yield f"  {shown.advice}{shown.colon}{', '.join(definition.advice)}"
