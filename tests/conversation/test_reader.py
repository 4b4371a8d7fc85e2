import pickle

import pytest

from sextortion_signals import Level, Message
from sextortion_signals.errors import EmptyTextError, InputError, UnknownOptionError


def read(detector, messages, size, **options):
    reader = detector.read_conversation(**options)
    for begin in range(0, len(messages), size):
        part = messages[begin : begin + size]
        reader.read(part, detector.assess_messages(part, truncate=True))
    return reader.summary()


def same(summary, whole):
    kept = {name: value for name, value in whole.to_dict().items() if name not in ("messages", "timeline")}
    return summary.to_dict() == kept and summary.state == whole.state


@pytest.fixture
def talks(coerced, chat):
    plain = chat("A: hello", "B: hi", "A: see you at the station")
    telling = chat("B: hi", "B: he says he'll send the video to everyone", "A: who?", "B: I sent him pictures")
    many = [Message("AB"[place % 2], message.text) for place, message in enumerate((coerced + plain + telling) * 9)]
    return [coerced, plain, telling, coerced[:2] + plain + coerced[2:], many]


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_reader_says_what_the_whole_conversation_says(learned, detector, talks, size):
    levels = set()
    for either in (learned, detector):
        for talk in talks:
            whole = either.assess_conversation(talk)
            assert same(read(either, talk, size), whole)
            levels.add(whole.level)
    assert Level.LOW in levels
    assert len(levels) > 1


def test_reader_takes_options(learned, coerced, chat):
    for options in ({"lang": "en"}, {"audience": "guardian"}, {"awareness": True}):
        for talk in (coerced, chat("A: hello")):
            assert same(read(learned, talk, 2, **options), learned.assess_conversation(talk, **options))
    with pytest.raises(UnknownOptionError):
        learned.read_conversation(lang="xx")


def test_reader_does_not_grow(learned, coerced):
    assessments = learned.assess_messages(coerced)
    reader, sizes = learned.read_conversation(), []
    for number in range(2_000):
        reader.read(coerced, assessments)
        if number in (200, 1_999):
            sizes.append(len(pickle.dumps((reader._state, reader._found))))
    assert sizes[1] < sizes[0] * 1.1
    assert reader.summary().state.messages == 2_000 * len(coerced)


def test_reader_refuses_what_does_not_fit(learned, coerced):
    reader = learned.read_conversation()
    reader.read([], [])
    with pytest.raises(EmptyTextError):
        reader.summary()
    with pytest.raises(InputError, match="0 assessments for 6 messages"):
        reader.read(coerced, [])
