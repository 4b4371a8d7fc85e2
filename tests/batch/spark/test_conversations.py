import random

import pyarrow as pa
import pytest
from pyspark.sql.functions import col

from sextortion_signals import Message
from sextortion_signals.batch import AssessOptions
from sextortion_signals.batch.spark import CONVERSATION_SETTINGS, CONVERSATION_TYPE, SparkSettings, assess_conversations
from sextortion_signals.batch.spark.conversations import conversation_function
from sextortion_signals.errors import RecordError

SCHEMA = "thread long, at int, from string, body string"
LONG = 1_500


@pytest.fixture(scope="module")
def talks(texts, coerced):
    """Conversations by number: many short ones, cases among them, and one of 1,500 messages with a case in it."""
    mixer = random.Random(7)
    usable = [text for text in texts if text and len(text) < 1_000]
    found = {}
    for number in range(60):
        talk = [Message(mixer.choice("ABC"), mixer.choice(usable)) for _ in range(mixer.randint(1, 9))]
        found[number] = talk + coerced if number % 5 == 0 else talk
    long = [Message("AB"[place % 2], usable[place % len(usable)]) for place in range(LONG)]
    found[1_000] = long[: LONG // 2] + coerced + long[LONG // 2 :]
    found[1_001] = [Message("A", ""), *coerced, Message("B", "")]
    return found


def library_row(detector, talk):
    whole = detector.assess_conversation(talk, truncate=True)
    return {
        "risk": whole.risk,
        "level": whole.level.value,
        "first_alert": whole.first_alert,
        "offender": whole.offender,
        "signals": [{"id": signal.id.value, "score": signal.score} for signal in whole.signals],
        "evidence": [{"signal": s.id.value, **span.to_dict()} for s in whole.signals for span in s.evidence],
        "advice": [item.id for item in whole.advice],
        "stages": [{"stage": stage.value, "message": place} for stage, place in whole.stages.items()],
        "messages": len(talk),
        "error": None,
    }


def test_conversations_are_what_the_library_says(spark, talks, detector):
    rows = [(key, at, m.sender, m.text or None) for key, talk in talks.items() for at, m in enumerate(talk)]
    random.Random(3).shuffle(rows)
    frame = spark.createDataFrame(rows, SCHEMA).repartition(2)
    scored = assess_conversations(frame, conversation="thread", order="at", sender="from", text="body")
    found = {}
    for row in scored.collect():
        values = row.asDict(recursive=True)
        key = values.pop("thread")
        assert key not in found
        found[key] = {name.removeprefix("ss_"): value for name, value in values.items()}
    assert found == {key: library_row(detector, talk) for key, talk in talks.items()}
    assert len({row["level"] for row in found.values()}) > 1


def test_conversations_take_names_with_dots_and_several_keys(spark, coerced, detector):
    rows = [("x", at // 2, at % 2, m.sender, m.text) for at, m in enumerate(coerced)]
    frame = spark.createDataFrame(rows[::-1], "`a.b` string, day int, `no.` int, sender string, text string")
    scored = assess_conversations(frame, conversation="a.b", order=["day", "no."], partitions=2, prefix="")
    (row,) = [row.asDict(recursive=True) for row in scored.collect()]
    assert row == {"a.b": "x", **library_row(detector, coerced)}
    assert scored.schema.fields[1:] == CONVERSATION_TYPE.fields


def test_conversations_name_a_missing_column(spark):
    with pytest.raises(RecordError, match="'at', 'sender'; the columns are: thread, text"):
        assess_conversations(
            spark.createDataFrame([(1, "a")], "thread int, text string"), conversation="thread", order="at"
        )


def test_conversations_of_null_stay_unread(spark, coerced):
    frame = spark.createDataFrame([(None, at, m.sender, m.text) for at, m in enumerate(coerced)], SCHEMA)
    scored = assess_conversations(frame, conversation="thread", order="at", sender="from", text="body")
    (row,) = scored.where(col("ss_error").contains("belong to no conversation")).collect()
    assert row["thread"] is row["ss_risk"] is None


# What the workers run, in this process.


def batches_of(rows, size):
    for begin in range(0, len(rows), size):
        keys, senders, texts = zip(*rows[begin : begin + size], strict=True)
        yield pa.record_batch([pa.array(keys), pa.array(senders), pa.array(texts)], names=["key", "sender", "text"])


def run(rows, size, settings=CONVERSATION_SETTINGS):
    batches = conversation_function(settings, "key", "")(batches_of(rows, size))
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("size", [3, 5_000])
def test_function_cuts_conversations_where_the_key_changes(talks, detector, size):
    few = {key: talk for key, talk in talks.items() if key < 30 or key == 1_001}
    rows = [(key, m.sender, m.text) for key, talk in few.items() for m in talk]
    assert run(rows, size) == [{"key": key, **library_row(detector, talk)} for key, talk in few.items()]


def test_function_keeps_a_failure_to_its_conversation(coerced):
    rows = [("x", m.sender, m.text) for m in coerced]
    rows += [("y", "A", "hi"), ("y", "B", "あ" * 300), ("y", "A", "hello"), (None, "A", "hi"), ("z", None, None)]
    found = {row["key"]: row for row in run(rows, 4, SparkSettings(max_length=200))}
    assert found["y"]["error"].startswith("messages[1]: the text has 300 characters")
    assert found["y"]["risk"] is None
    assert found["x"]["messages"] == len(coerced)
    assert "belong to no conversation" in found[None]["error"]
    assert (found["z"]["risk"], found["z"]["messages"]) == (0.0, 1)
    cut = {row["key"]: row for row in run(rows, 4, SparkSettings(max_length=200, options=AssessOptions(truncate=True)))}
    assert cut["y"]["messages"] == 3


def test_function_holds_no_more_than_one_batch(coerced):
    taken = []

    def batches():
        for number in range(40):
            taken.append(number)
            yield from batches_of([(number // 2 * 2_000 + place, "A", "hi") for place in range(1_200)], 1_200)

    found = conversation_function(CONVERSATION_SETTINGS)(batches())
    next(found)
    assert len(taken) <= 2


def test_function_gives_nothing_for_nothing():
    assert run([], 1) == []
