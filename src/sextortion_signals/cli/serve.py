"""`sextortion-signals serve`: the HTTP service."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from sextortion_signals.cli import options
from sextortion_signals.cli.exit_codes import ExitCode

# Named, not imported: the service is built on this package and never the other way round.
_SERVICE = "sextortion_signals_service"
_MODULES = ("fastapi", "pydantic", "pydantic_settings", "uvicorn", "httptools", _SERVICE)


@click.command("serve")
@click.option("--host", help="Address to listen on. Default: 127.0.0.1, reachable from this machine only.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on. Default: 8000.")
@click.option("--workers", type=click.IntRange(1, 64), help="Number of processes. Default: 1.")
@click.option("--model", "model_path", metavar="PATH", help="Model folder. Default: the bundled model.")
@options.tier_option
@options.profile_option
@options.threshold_option
def command(**chosen: Any) -> ExitCode:
    """Serve the HTTP API.

    Runs until Ctrl-C or SIGTERM. Options given here win over the environment variables SEXTORTION_SIGNALS_..., where
    all other settings are read.
    """
    options.require_extra("serve", "service", _MODULES)
    settings = {name: value for name, value in chosen.items() if value not in (None, {})}
    refused = import_module("pydantic").ValidationError
    try:
        configured = import_module(f"{_SERVICE}.settings").Settings(**settings)
    except refused as error:
        raise click.UsageError(_settings_problem(error)) from None
    code = import_module(f"{_SERVICE}.server").serve(configured)
    return ExitCode.OK if code == 0 else ExitCode.MODEL


def _settings_problem(error: Any) -> str:
    """Name the settings pydantic refused, without their values."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"SEXTORTION_SIGNALS_{str(item['loc'][0]).upper()}: {item['msg']}" for item in wrong)
