"""Options that several commands share, and the detector they choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sextortion_signals.cli.words import LANGUAGES
from sextortion_signals.errors import MissingExtraError
from sextortion_signals.types import Audience

if TYPE_CHECKING:
    from sextortion_signals import Detector

Function = TypeVar("Function", bound=Callable[..., Any])

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
audience_option = click.option("--audience", type=click.Choice(AUDIENCES), help="Whom the advice speaks to.")


def _thresholds(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    try:
        return {name: float(number) for name, number in (value.split("=") for value in values)}
    except ValueError:
        raise click.BadParameter("write NAME=RISK with a risk from 0 to 1, for example elevated=0.2") from None


def detector_options(function: Function) -> Function:
    """Add the options that decide how a text is assessed."""
    for option in (
        click.option("--awareness", is_flag=True, help="Add the campaign's message where no other advice applies."),
        click.option("--truncate", is_flag=True, help="Read the first part of a text that is too long."),
        click.option(
            "--threshold",
            "thresholds",
            metavar="NAME=RISK",
            callback=_thresholds,
            multiple=True,
            help="Set an operating point, for example elevated=0.2. Repeatable.",
        ),
        audience_option,
        model_option,
    ):
        function = option(function)
    return function


def load_detector(model: str | None = None, thresholds: Mapping[str, float] | None = None) -> Detector:
    """Load the detector; a plain function, so that worker processes can be told to call it."""
    from sextortion_signals import Detector

    return Detector.load(model, thresholds=thresholds or None)


def require_extra(feature: str, extra: str, modules: Sequence[str]) -> None:
    """Raise MissingExtraError if a module that `feature` needs is not installed; nothing is imported."""
    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(feature, extra)
