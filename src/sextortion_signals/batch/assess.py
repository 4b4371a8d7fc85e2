"""Records through a detector, a chunk at a time: every record comes back, in order, assessed or with its failure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from sextortion_signals.batch.formats import FlawedRecord
from sextortion_signals.errors import InputError, RecordError, UnknownOptionError
from sextortion_signals.types import Assessment, Audience

CHUNK_SIZE = 1024
"""Records handed to the detector at once: larger chunks gain nothing and cost memory."""

INTERNAL_ERROR = "InternalError"
"""Kind of a failure that is no fault of the record but of this program."""


class TextAssessor(Protocol):
    """What a batch needs of a `Detector`."""

    def assess(
        self,
        text: str,
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> Assessment: ...

    def assess_many(
        self,
        texts: Sequence[str],
        *,
        lang: str | None = None,
        audience: Audience | str | None = None,
        truncate: bool = False,
        awareness: bool = False,
    ) -> list[Assessment]: ...


Load = Callable[[], TextAssessor]
"""Returns the detector; picklable where worker processes are to call it."""


@dataclass(frozen=True, slots=True)
class AssessOptions:
    """The options of `Detector.assess`, kept together so that they can be sent to worker processes."""

    lang: str | None = None
    audience: Audience | None = None
    truncate: bool = False
    awareness: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record could not be assessed: `kind` is an error class, `message` says what to do, never the text."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class AssessedRecord:
    """A record with either its assessment or its failure."""

    record: Mapping[str, Any]
    assessment: Assessment | None
    failure: Failure | None


def assess_records(
    detector: TextAssessor,
    records: Iterable[Mapping[str, Any]],
    *,
    text_column: str,
    options: AssessOptions | None = None,
    chunk_size: int = CHUNK_SIZE,
) -> Generator[AssessedRecord, None, None]:
    """Assess the text of each record; yields in the order of the records and holds one chunk in memory.

    A record whose text is missing, empty, too long or no string yields its `failure`; nothing stops the others.
    """
    for chunk in chunked(records, chunk_size):
        yield from join_chunk(chunk, assess_texts(detector, chunk_texts(chunk, text_column), options))


def chunked(records: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    """Yield lists of `size` records, the last one shorter."""
    iterator = iter(records)
    while chunk := list(islice(iterator, size)):
        yield chunk


def chunk_texts(chunk: Sequence[Mapping[str, Any]], text_column: str) -> list[Any]:
    """Return the texts of a chunk, without the records that could not even be read."""
    return [record.get(text_column) for record in chunk if not isinstance(record, FlawedRecord)]


def join_chunk(
    chunk: Sequence[Mapping[str, Any]], outcomes: Sequence[Assessment | Failure]
) -> Iterator[AssessedRecord]:
    """Put the outcomes of `chunk_texts` back beside their records."""
    remaining = iter(outcomes)
    for record in chunk:
        if isinstance(record, FlawedRecord):
            outcome: Assessment | Failure = Failure(RecordError.__name__, record.problem)
        else:
            outcome = next(remaining)
        if isinstance(outcome, Failure):
            yield AssessedRecord(record, None, outcome)
        else:
            yield AssessedRecord(record, outcome, None)


def assess_texts(
    detector: TextAssessor, texts: Sequence[Any], options: AssessOptions | None = None
) -> list[Assessment | Failure]:
    """Assess texts of which some may be bad: one outcome a text, same order.

    `assess_many` refuses a whole list for one bad text, so a refused list is halved until the bad texts stand alone:
    a few empty cells cost some ten calls each instead of a slow pass over the chunk. An unforeseen error on one text
    becomes a failure of kind `InternalError`: it must not cost the million rows around it, and it is never silent.

    Raises:
        UnknownOptionError: an option is wrong, so no text could be assessed.
    """
    keywords = (options or AssessOptions()).to_dict()
    if not texts:
        return []
    try:
        if len(texts) == 1:
            return [detector.assess(texts[0], **keywords)]
        return list(detector.assess_many(texts, **keywords))
    except (UnknownOptionError, MemoryError):
        raise  # no record is to blame
    except Exception as error:
        if len(texts) == 1:
            return [_failure(error)]
    middle = len(texts) // 2
    return [*assess_texts(detector, texts[:middle], options), *assess_texts(detector, texts[middle:], options)]


def _failure(error: Exception) -> Failure:
    if isinstance(error, InputError):
        return Failure(type(error).__name__, str(error))
    # Only the kind of error: its message may quote the text.
    return Failure(INTERNAL_ERROR, f"internal error ({type(error).__name__}); please report it")
