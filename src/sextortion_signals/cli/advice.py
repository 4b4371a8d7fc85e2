"""`sextortion-signals advice`: the catalogue of advice and places to turn to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.cli.words import Words, words
from sextortion_signals.cli.wrap import wrap
from sextortion_signals.types import Advice, Audience, Role, SignalId

if TYPE_CHECKING:
    from sextortion_signals.advice import AdviceCatalog


@click.command("advice")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only what fits this author.")
@click.option("--signal", type=click.Choice([signal.value for signal in SignalId]), help="Only what fits this signal.")
@click.option("--audience", type=click.Choice(options.AUDIENCES), help="Only what speaks to this audience.")
@options.lang_option
@options.json_option
def command(role: str | None, signal: str | None, audience: str | None, lang: str | None, as_json: bool) -> ExitCode:
    """Print the advice and the places to turn to.

    The most urgent comes first. Advice that holds for every signal is kept with --signal.
    """
    from sextortion_signals.advice import load_catalog

    catalog = load_catalog()
    shown = words(lang)
    ids = fitting_rules(catalog, Role(role) if role else None, SignalId(signal) if signal else None)
    items = [item for item in catalog.items(shown.lang, Audience(audience) if audience else None) if item.id in ids]
    if as_json:
        streams.write_json([item.to_dict() for item in items])
        return ExitCode.OK
    console = streams.console()
    console.print("\n".join(_lines(catalog, items, shown, console.width)))
    return ExitCode.OK


def fitting_rules(catalog: AdviceCatalog, role: Role | None, signal: SignalId | None) -> frozenset[str]:
    """Return the ids of the advice given for a role and a signal; None is any."""
    return frozenset(
        rule.id
        for rule in catalog.rules
        if (role is None or role in rule.roles) and (signal is None or not rule.signals or signal in rule.signals)
    )


def _lines(catalog: AdviceCatalog, items: Sequence[Advice], shown: Words, width: int) -> Iterator[str]:
    from sextortion_signals.cli.render import advice_lines

    campaign = catalog.campaign
    yield campaign.name_ja if shown.lang == "ja" else campaign.name_en
    yield from wrap(campaign.note_ja if shown.lang == "ja" else campaign.note_en, width, indent="  ")
    for audience in Audience:
        chosen = [item for item in items if item.audience is audience]
        if chosen:
            yield f"\n== {shown.audiences[audience]} ({audience.value})\n"
            yield from (line for line, _ in advice_lines(chosen, width))
    yield ""
    yield f"{shown.source}{shown.colon}{', '.join(campaign.sources)} ({campaign.checked})"
