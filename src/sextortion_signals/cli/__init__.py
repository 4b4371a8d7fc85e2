"""The command line `sextortion-signals`. Each command is a thin wrapper: what it does can be imported elsewhere."""

from sextortion_signals.cli.app import main
from sextortion_signals.cli.exit_codes import ExitCode

__all__ = ["ExitCode", "main"]
