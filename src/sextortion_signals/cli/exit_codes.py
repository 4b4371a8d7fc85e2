"""What the exit codes of the command line mean."""

from __future__ import annotations

from enum import IntEnum

from sextortion_signals.errors import (
    ArtefactError,
    CorpusError,
    InputError,
    MissingExtraError,
    ProfileError,
    RecordError,
    SextortionSignalsError,
)


class ExitCode(IntEnum):
    """How a command ended. Codes from 128 follow the shell's custom: 128 + number of the signal."""

    OK = 0
    INTERNAL = 1
    """A fault of this program."""
    USAGE = 2
    """A wrong option, or input that cannot be used."""
    MODEL = 3
    """A model folder is missing, damaged or of another version."""
    ROWS_FAILED = 4
    """Some rows or lines could not be assessed."""
    MISSING_EXTRA = 5
    """An optional part of the package is not installed."""
    CHECK_FAILED = 6
    """A check ran and found faults."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
    BROKEN_PIPE = 141
    """The reader of the output went away."""
    TERMINATED = 143
    """Ended by SIGTERM."""


def exit_code_of(error: SextortionSignalsError) -> ExitCode:
    """Return the exit code for an error of the library."""
    if isinstance(error, InputError | RecordError | ProfileError | CorpusError):
        return ExitCode.USAGE
    if isinstance(error, ArtefactError):
        return ExitCode.MODEL
    if isinstance(error, MissingExtraError):
        return ExitCode.MISSING_EXTRA
    return ExitCode.INTERNAL
