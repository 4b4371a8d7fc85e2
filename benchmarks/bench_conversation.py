"""Conversations against the same messages assessed in the same batches without following them.

    python benchmarks/bench_conversation.py [rounds]

Everyday messages of the length of chat lines from two senders, one in a thousand a case. Following them may cost 0.3 of
assessing them, and a message must cost the same wherever it stands in a log of ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measuring import DATA, Goal, interleaved, medians, print_goals, print_times, records, rounds_asked

from sextortion_signals import Detector, Message
from sextortion_signals.conversation import ConversationState, advance

MESSAGES = 10_000
LENGTHS = (20, 200, MESSAGES)
LINE = 30  # code points
EVERY = 1000


def chat() -> list[Message]:
    """Return messages from the beginnings of texts of the test split, two in a row from each sender."""
    loaded = records(DATA / "test.jsonl")
    everyday = [row["text"][:LINE] for row in loaded if row["category"].startswith("ev_")]
    cases = [row["text"][:LINE] for row in loaded if row["risk"]]
    chosen = (cases if place % EVERY == EVERY - 1 else everyday for place in range(MESSAGES))
    return [Message("AB"[place // 2 % 2], texts[place % len(texts)]) for place, texts in enumerate(chosen)]


def candidates(detector: Detector, messages: Sequence[Message]) -> dict[str, Callable[[], object]]:
    """Return both ways of reading the messages, cut into conversations of each length."""
    found: dict[str, Callable[[], object]] = {}
    for length in LENGTHS:
        parts = [messages[begin : begin + length] for begin in range(0, len(messages), length)]
        texts = [[message.text for message in part] for part in parts]
        found[f"messages, {length} at once"] = lambda texts=texts: [detector.assess_many(part) for part in texts]
        found[f"conversations of {length}"] = lambda parts=parts: [detector.assess_conversation(part) for part in parts]
    return found


def growth(detector: Detector, messages: Sequence[Message]) -> float:
    """Return what the last tenth of a long log costs to follow, in parts of the first tenth."""
    assessments = detector.assess_many([message.text for message in messages])
    steps = list(zip(messages, assessments, strict=True))
    tenth = len(steps) // 10
    state = ConversationState()
    for message, assessment in steps[:-tenth]:
        state = advance(state, message, assessment)

    def follow(begin: ConversationState, part: Sequence[tuple[Message, object]]) -> None:
        for message, assessment in part:
            begin = advance(begin, message, assessment)  # type: ignore[arg-type]

    first, last = steps[:tenth], steps[-tenth:]
    times = medians(
        interleaved(
            {"first": lambda: follow(ConversationState(), first), "last": lambda: follow(state, last)}, rounds_asked()
        )
    )
    return times["last"] / times["first"]


def main() -> None:
    """Print times and goals."""
    detector, messages = Detector.load(tier="fast"), chat()
    times = interleaved(candidates(detector, messages), rounds_asked())
    print_times(times, MESSAGES, "message")
    median = medians(times)
    goals = [
        Goal(
            f"conversations of {length}, time to their messages in the same batches",
            median[f"conversations of {length}"] / median[f"messages, {length} at once"],
            1.3,
            at_least=False,
        )
        for length in LENGTHS
    ]
    goals.append(
        Goal("following the last tenth of 10,000, time to the first", growth(detector, messages), 1.25, at_least=False)
    )
    print_goals(goals)


if __name__ == "__main__":
    main()
