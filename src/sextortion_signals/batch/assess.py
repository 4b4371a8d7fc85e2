"""Records through a detector, a chunk at a time: every record comes back, in order, assessed or with its failure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from sextortion_signals.batch.formats import ColumnChunk, FlawedRecord
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


Row = TypeVar("Row")
Chunk = Sequence[Mapping[str, Any]]
"""Records that are assessed together."""

Outcome = Assessment | Failure
"""What becomes of one record."""


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
        outcomes = assess_items(detector, chunk_items(chunk, text_column), options)
        for record, outcome in zip(chunk, outcomes, strict=True):
            if isinstance(outcome, Failure):
                yield AssessedRecord(record, None, outcome)
            else:
                yield AssessedRecord(record, outcome, None)


def chunked(records: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield lists of `size` records, the last one shorter."""
    iterator = iter(records)
    while chunk := list(islice(iterator, size)):
        yield chunk


def chunk_items(chunk: Chunk, text_column: str) -> list[Any]:
    """Return the text of each record, or a `Failure` in the place of a record that could not even be read."""
    if isinstance(chunk, ColumnChunk):
        return chunk.values(text_column)
    return [
        Failure(RecordError.__name__, record.problem) if isinstance(record, FlawedRecord) else record.get(text_column)
        for record in chunk
    ]


def assess_items(detector: TextAssessor, items: Sequence[Any], options: AssessOptions | None = None) -> list[Outcome]:
    """Assess what `chunk_items` returns: one outcome an item, same order; a `Failure` stays what it is."""
    outcomes = iter(assess_texts(detector, [item for item in items if not isinstance(item, Failure)], options))
    return [item if isinstance(item, Failure) else next(outcomes) for item in items]


def assess_texts(detector: TextAssessor, texts: Sequence[Any], options: AssessOptions | None = None) -> list[Outcome]:
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
