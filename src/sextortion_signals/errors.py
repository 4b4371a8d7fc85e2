"""Every error the library raises on purpose.

    SextortionSignalsError
    +-- InputError                 what the caller handed in cannot be assessed   (also a ValueError)
    |   +-- TextTypeError          not a str, or a str where a list belongs       (also a TypeError)
    |   +-- EmptyTextError         nothing to read
    |   +-- TextTooLongError       longer than the limit
    |   +-- UnknownOptionError     a language, audience or threshold that does not exist
    +-- RecordError                a file or row of records cannot be read or written
    |   +-- OutputError            output cannot be written; what was done is kept
    |   +-- ResumeError            an interrupted run cannot be continued like this
    +-- ProfileError               a profile of operating points cannot be used
    +-- ArtefactError              a model folder cannot be trusted
    |   +-- ArtefactMissingError   a folder or file is not there
    |   +-- ArtefactCorruptError   a file is not what its manifest says
    |   +-- ProtocolError          made for another version of this package
    +-- CorpusError                a corpus file breaks a rule of its guide
    +-- MissingExtraError          needs an optional part of the package          (also an ImportError)

Messages say what was wrong and what to do. They never hold a caller's text.
"""

from __future__ import annotations


class SextortionSignalsError(Exception):
    """Base of all errors raised on purpose by this package."""


class InputError(SextortionSignalsError, ValueError):
    """What the caller handed in cannot be assessed."""


class TextTypeError(InputError, TypeError):
    """A text is not a str, or a bare str was given where a list of texts belongs."""


class EmptyTextError(InputError):
    """A text holds nothing to read."""


class TextTooLongError(InputError):
    """A text is longer than the limit."""


class UnknownOptionError(InputError):
    """An option has a value that does not exist."""


class RecordError(SextortionSignalsError):
    """A file or row of records cannot be read or written."""


class OutputError(RecordError):
    """Output cannot be written, the disk being full for example. What was done of a file is kept."""


class ResumeError(RecordError):
    """What an interrupted run has left belongs to another input, model or options, or is damaged. It is kept."""


class ProfileError(SextortionSignalsError):
    """A profile of operating points cannot be read, or was made for another model."""


class ArtefactError(SextortionSignalsError):
    """A model folder cannot be trusted, so it is not loaded."""


class ArtefactMissingError(ArtefactError):
    """A model folder or one of its files is not there."""


class ArtefactCorruptError(ArtefactError):
    """A file of a model folder is not what its manifest says."""


class ProtocolError(ArtefactError):
    """A model folder was made for another version of this package."""


class CorpusError(SextortionSignalsError):
    """A corpus file breaks a rule of its guide."""


class MissingExtraError(SextortionSignalsError, ImportError):
    """An optional part of the package is needed and not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an optional part: pip install 'sextortion-signals[{extra}]' (in a checkout: '.[{extra}]')"
        )
        self.feature = feature
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return (MissingExtraError, (self.feature, self.extra))
