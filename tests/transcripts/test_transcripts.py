import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals import Message
from sextortion_signals.errors import RecordError
from sextortion_signals.transcripts import TranscriptFormat, read_transcripts

LINE_JA = """[LINE] はなことのトーク履歴
保存日時：2026/01/31 21:05

2026/01/30(金)
21:03\tはなこ\tいまどこ?
21:04\tたろう\t"駅
もうすぐ着く
「あと""5分""」"
21:05\tはなこ\t[スタンプ]
21:05\tはなこ\t☎ 通話時間 0:13

2026/01/31(土)
0:02\tたろう\t[写真]
0:03\tたろうが退出しました。
0:04\t\tはなこが写真を削除しました
0:05\tはなこ\tまたね
"""
LINE_EN = (
    "[LINE] Chat history with Ann\nSaved on: 1/31/2026, 21:05\n\nFri, 01/30/2026\n"
    "09:03 PM\tAnn\twhere are you?\n09:04 PM\tBen\tstation\n09:05 PM\tBen left the chat.\n"
)


def texts(content, chosen=None):
    (transcript,) = read_transcripts(content, chosen)
    return [(message.sender, message.text) for message in transcript.messages]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_export(newline):
    assert texts("\ufeff" + LINE_JA.replace("\n", newline)) == [
        ("はなこ", "いまどこ?"),
        ("たろう", '駅\nもうすぐ着く\n「あと"5分"」'),
        ("はなこ", "[スタンプ]"),
        ("はなこ", "☎ 通話時間 0:13"),
        ("たろう", "[写真]"),
        ("はなこ", "またね"),
    ]


def test_line_export_in_english():
    assert texts(LINE_EN) == [("Ann", "where are you?"), ("Ben", "station")]


@pytest.mark.parametrize(
    "day", ["2026/01/30(金)", "2026.01.30 金曜日", "Fri, 01/30/2026", "2026年1月30日(金)", "2026/1/30（金）"]
)
def test_line_export_days_are_no_messages(day):
    content = f"{day}\n午後9:03\tはなこ\tおはよう\n\n{day}\n午後9:04\tたろう\tうん\n"
    assert texts(content) == [("はなこ", "おはよう"), ("たろう", "うん")]


def test_line_export_a_date_inside_a_long_message_stays_there():
    content = '21:03\tはなこ\t"予定\n2026/02/01\nでどう?"\n21:04\tたろう\tいいね'
    assert texts(content) == [("はなこ", "予定\n2026/02/01\nでどう?"), ("たろう", "いいね")]


def test_line_export_a_lone_quotation_mark_swallows_no_day():
    content = '21:03\tはなこ\t"なにそれ\n\n2026/01/31(土)\n9:04\tたろう\tうん'
    assert texts(content) == [("はなこ", '"なにそれ'), ("たろう", "うん")]


@pytest.mark.parametrize(
    "content",
    [
        '{"sender": "A", "text": "hello"}\n\n{"sender": "B", "text": "hi\\nthere", "time": 7}\n',
        '[{"sender": "A", "text": "hello"}, {"sender": "B", "text": "hi\\nthere"}]',
        '{\n "messages": [\n  {"sender": "A", "text": "hello"},\n  {"sender": "B", "text": "hi\\nthere"}\n ]\n}',
    ],
)
def test_json_of_one_conversation(content):
    assert texts(content) == [("A", "hello"), ("B", "hi\nthere")]


def test_json_of_several_conversations():
    lines = [{"id": 7, "messages": [{"sender": "A", "text": "hello"}]}, {"messages": [{"sender": 1, "text": "hi"}]}]
    first, second = read_transcripts("\n".join(json.dumps(line) for line in lines))
    assert (first.id, first.messages) == ("7", (Message("A", "hello"),))
    assert (second.id, second.messages) == (None, (Message("1", "hi"),))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"sender": "A", "text": "secret"}\nsecret', "line 2 is not JSON"),
        ('{"sender": "A"}', "line 1: a message must be an object with sender and text"),
        ('{"text": "secret"}', "line 1: a message"),
        ('{"messages": ["secret"]}', r"line 1, messages\[0\]: a message"),
        ('{"messages": "secret"}', "line 1: each line must be"),
        ('{"sender": "A", "text": "secret"}\n{"messages": []}', "line 2: each line must be"),
        ('{"messages": []}', "no message in this file, read as jsonl"),
        ("[" * 100_000, "nested too deep|not JSON"),
    ],
)
def test_json_errors_name_the_line_and_no_text(content, words):
    with pytest.raises(RecordError, match=words) as caught:
        read_transcripts(content)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("A: hello\nB: hi", [("A", "hello"), ("B", "hi")]),
        ("\n\nはなこ：いまどこ?\nもしもし\n\nたろう: 駅", [("はなこ", "いまどこ?\nもしもし"), ("たろう", "駅")]),
        (
            "Ann Lee: see https://example.com\nhttps://example.com/b\n",
            [("Ann Lee", "see https://example.com\nhttps://example.com/b")],
        ),
        ("[21:03] A: hello\n21:04 B: hi", [("A", "hello"), ("B", "hi")]),
        ("2026/01/31, 9:03 PM - A: hello\n2026-01-31 21:04:05 - 2B: hi", [("A", "hello"), ("2B", "hi")]),
        ("A:\nB: hi", [("A", ""), ("B", "hi")]),
    ],
)
def test_plain_logs(content, expected):
    assert texts(content) == expected


def test_formats_can_be_chosen():
    assert texts("21:03\tA\tB: hi", TranscriptFormat.LINE) == [("A", "B: hi")]
    with pytest.raises(RecordError, match="no line with a time"):
        read_transcripts("A: hi", TranscriptFormat.LINE)
    with pytest.raises(RecordError, match="first line names no sender"):
        read_transcripts("hello", TranscriptFormat.PLAIN)
    with pytest.raises(RecordError, match="line 1 is not JSON"):
        read_transcripts("A: hi", TranscriptFormat.JSONL)


@pytest.mark.parametrize("content", ["", " \n", "hello there\nB: hi", "https://example.com"])
def test_other_files_are_refused(content):
    with pytest.raises(RecordError, match="no conversation in a known format"):
        read_transcripts(content)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet='ab:：\t\n"[]{}0123 /午後', max_size=60))
def test_any_content_is_read_or_refused(content):
    try:
        transcripts = read_transcripts(content)
    except RecordError:
        return
    assert transcripts
    assert all(transcript.messages for transcript in transcripts)
