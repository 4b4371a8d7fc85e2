"""Conversations in Spark: one row a conversation, whatever its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from pyspark.sql.functions import col
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import StructField, StructType

from sextortion_signals.batch.assess import CHUNK_SIZE, AssessOptions, Failure, assess_texts
from sextortion_signals.batch.columns import list_columns
from sextortion_signals.batch.spark.arrow import CONVERSATION, conversation_array
from sextortion_signals.batch.spark.settings import SparkSettings
from sextortion_signals.batch.spark.texts import DEFAULT_PREFIX
from sextortion_signals.conversation import ConversationReader, ConversationSummary, in_place
from sextortion_signals.errors import RecordError
from sextortion_signals.text import is_readable
from sextortion_signals.types import Assessment, Message

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from sextortion_signals.detector import Detector

CONVERSATION_TYPE = cast(StructType, from_arrow_type(CONVERSATION))
"""The columns that `assess_conversations` gives beside the conversation's own."""

CONVERSATION_SETTINGS = SparkSettings(options=AssessOptions(truncate=True))
"""The bundled model; a message that is too long is cut. Otherwise one such message would hide a conversation."""

NO_CONVERSATION = Failure("RecordError", "these messages belong to no conversation (null); give them one or drop them")

Rows = tuple[list[Any], list[Message]]


def assess_conversations(
    frame: DataFrame,
    *,
    conversation: str,
    order: str | Sequence[str],
    sender: str = "sender",
    text: str = "text",
    settings: SparkSettings = CONVERSATION_SETTINGS,
    partitions: int | None = None,
    prefix: str = DEFAULT_PREFIX,
) -> DataFrame:
    """Return one row for each value of the column `conversation`, with the fields of `CONVERSATION_TYPE` as columns.

    `order` names the columns by which messages are sorted; together they should be unique within a conversation, or
    messages of the same time may change places from run to run. `partitions` is the number of shuffle partitions, by
    default Spark's; `prefix` stands before the added columns. A text that is null counts as a message without a word
    (a picture), a null sender as the sender "". Nothing of a conversation is collected in memory: its rows come
    sorted, from disk where need be, and only the state is kept. Not for streams: there, no conversation ever ends.

    Raises:
        RecordError: a column is not there.
    """
    keys = [order] if isinstance(order, str) else list(order)
    if missing := [name for name in (conversation, *keys, sender, text) if name not in frame.columns]:
        known = list_columns(frame.columns)
        raise RecordError(f"there is no column {', '.join(map(repr, missing))}; the columns are: {known}")
    chosen = frame.select(
        col(_quoted(conversation)).alias("conversation"),
        col(_quoted(sender)).cast("string").alias("sender"),
        col(_quoted(text)).cast("string").alias("text"),
        *(col(_quoted(name)).alias(f"order{number}") for number, name in enumerate(keys)),
    )
    by = col("conversation")
    spread = chosen.repartition(by) if partitions is None else chosen.repartition(partitions, by)
    ordered = spread.sortWithinPartitions("conversation", *(f"order{number}" for number in range(len(keys))))
    key = StructField(conversation, chosen.schema["conversation"].dataType)
    added = [StructField(prefix + field.name, field.dataType) for field in CONVERSATION_TYPE.fields]
    rows = ordered.select("conversation", "sender", "text")
    return rows.mapInArrow(conversation_function(settings, conversation, prefix), StructType([key, *added]))


def conversation_function(
    settings: SparkSettings, conversation: str = "conversation", prefix: str = DEFAULT_PREFIX
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a worker does with sorted batches of conversation, sender and text: a row for each conversation."""
    names = [conversation, *(prefix + field.name for field in CONVERSATION)]

    def assess(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        kinds: list[Any] = []
        found = _follow(settings.load(), _pieces(batches, kinds), settings.options)
        while chunk := list(islice(found, CHUNK_SIZE)):
            keys, outcomes = zip(*chunk, strict=True)
            columns = [pa.array(keys, type=kinds[0]), *conversation_array(outcomes).flatten()]
            yield pa.RecordBatch.from_arrays(columns, names=names)

    return assess


def _pieces(batches: Iterator[pa.RecordBatch], kinds: list[Any]) -> Iterator[Rows]:
    """Yield at most 1,024 rows at a time, across the borders of conversations, which most often are short.

    The type of the first column is put into `kinds`.
    """
    for batch in batches:
        kinds[:] = [batch.schema.field(0).type]
        for begin in range(0, batch.num_rows, CHUNK_SIZE):
            keys, senders, texts = (column.to_pylist() for column in batch.slice(begin, CHUNK_SIZE).columns)
            yield keys, [Message(sender or "", text or "") for sender, text in zip(senders, texts, strict=True)]


def _follow(
    detector: Detector, pieces: Iterator[Rows], options: AssessOptions
) -> Iterator[tuple[Any, ConversationSummary | Failure]]:
    thread: _Thread | None = None
    for keys, messages in pieces:
        assessed = zip(keys, messages, _assess(detector, messages, options), strict=True)
        for key, part in groupby(assessed, key=itemgetter(0)):
            if thread is None or thread.key != key:
                if thread is not None:
                    yield thread.key, thread.outcome()
                thread = _Thread(key, detector, options)
            thread.read([(message, outcome) for _, message, outcome in part])
    if thread is not None:
        yield thread.key, thread.outcome()


def _assess(detector: Detector, messages: Sequence[Message], options: AssessOptions) -> Sequence[Assessment | Failure]:
    """Assess the messages of several conversations at once; those without a word get what says nothing."""
    places = [place for place, message in enumerate(messages) if is_readable(message.text)]
    found = assess_texts(detector, [messages[place].text for place in places], options)
    outcomes = dict(zip(places, found, strict=True))
    return in_place(len(messages), outcomes, detector.model, detector.tier, detector.thresholds)


class _Thread:
    """The conversation that is being read; after a message that cannot be assessed, only its failure is kept."""

    def __init__(self, key: Any, detector: Detector, options: AssessOptions) -> None:
        self.key = key
        self._reader: ConversationReader = detector.read_conversation(
            lang=options.lang, audience=options.audience, awareness=options.awareness
        )
        self._read = 0
        self._failure = NO_CONVERSATION if key is None else None

    def read(self, part: Sequence[tuple[Message, Assessment | Failure]]) -> None:
        if self._failure is not None:
            return
        messages: list[Message] = []
        assessments: list[Assessment] = []
        for message, outcome in part:
            if isinstance(outcome, Failure):
                place = self._read + len(messages)
                self._failure = Failure(outcome.kind, f"messages[{place}]: {outcome.message}")
                return
            messages.append(message)
            assessments.append(outcome)
        self._reader.read(messages, assessments)
        self._read += len(messages)

    def outcome(self) -> ConversationSummary | Failure:
        return self._failure or self._reader.summary()


def _quoted(name: str) -> str:
    """Return a column's name so that Spark does not read a dot in it as a field of a struct."""
    return "`" + name.replace("`", "``") + "`"
