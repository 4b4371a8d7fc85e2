"""Options that several commands share, and the detector they choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sextortion_signals.batch import Format, ReadOptions
from sextortion_signals.cli.words import LANGUAGES
from sextortion_signals.errors import MissingExtraError
from sextortion_signals.types import Audience, Tier

if TYPE_CHECKING:
    from sextortion_signals import Detector

Function = TypeVar("Function", bound=Callable[..., Any])

_ENCODING_HELP = "Encoding of the input. Default: recognised (UTF-8, UTF-16, cp932, ...)."
AUDIENCES = [audience.value for audience in Audience]

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="Language of the output. Default: that of your locale; for advice on a text, that of the text.",
)
model_option = click.option(
    "--model", metavar="PATH", help="Model folder, or the name of a released model. Default: the bundled model."
)
tier_option = click.option(
    "--tier",
    envvar="SEXTORTION_SIGNALS_TIER",
    show_envvar=True,
    type=click.Choice([tier.value for tier in Tier]),
    help="How thoroughly texts are read; all but fast need the extra `semantic`. By default cascade where it is "
    "installed, else fast.",
)
profile_option = click.option(
    "--profile", metavar="PATH", help="Operating points that `tune` has written. Default: the model's own."
)
audience_option = click.option("--audience", type=click.Choice(AUDIENCES), help="Whom the advice speaks to.")


def _thresholds(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    try:
        return {name: float(number) for name, number in (value.split("=") for value in values)}
    except ValueError:
        raise click.BadParameter("write NAME=RISK with a risk from 0 to 1, for example elevated=0.2") from None


threshold_option = click.option(
    "--threshold",
    "thresholds",
    metavar="NAME=RISK",
    callback=_thresholds,
    multiple=True,
    help="Set an operating point, for example elevated=0.2. Repeatable; wins over --profile.",
)


def detector_options(function: Function) -> Function:
    """Add the options that decide how a text is assessed."""
    for option in (
        click.option("--awareness", is_flag=True, help="Add the campaign's message where no other advice applies."),
        click.option("--truncate", is_flag=True, help="Read the first part of a text that is too long."),
        threshold_option,
        profile_option,
        tier_option,
        audience_option,
        model_option,
    ):
        function = option(function)
    return function


def record_options(function: Function) -> Function:
    """Add the options that say how a file of records is to be read; `read_options` collects them."""
    formats = click.Choice([item.value for item in Format])
    for option in (
        click.option("--delimiter", metavar="CHARACTER", help="Between the cells of a CSV input. Default: recognised."),
        click.option("--encoding", metavar="NAME", help=_ENCODING_HELP),
        click.option("--text-column", metavar="NAME", help="Column with the text. Default: text, message, 本文, ..."),
        click.option("--format", "read_format", type=formats, help="Format of the input. Default: by its suffix."),
    ):
        function = option(function)
    return function


def read_options(chosen: Mapping[str, Any]) -> ReadOptions:
    """Return what was chosen with `record_options`, but for the text column."""
    chosen_format = Format(chosen["read_format"]) if chosen["read_format"] else None
    delimiter = "\t" if chosen["delimiter"] in ("\\t", "tab") else chosen["delimiter"]
    return ReadOptions(chosen_format, chosen["encoding"], delimiter)


def load_detector(
    model: str | None = None,
    thresholds: Mapping[str, float] | None = None,
    profile: str | None = None,
    tier: str | None = None,
    conversation_thresholds: Mapping[str, float] | None = None,
) -> Detector:
    """Load the detector; a plain function, so that worker processes can be told to call it."""
    from sextortion_signals import Detector

    return Detector.load(
        model,
        tier=tier,
        profile=profile,
        thresholds=thresholds or None,
        conversation_thresholds=conversation_thresholds or None,
    )


def require_extra(feature: str, extra: str, modules: Sequence[str]) -> None:
    """Raise MissingExtraError if a module that `feature` needs is not installed; nothing is imported."""
    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(feature, extra)
