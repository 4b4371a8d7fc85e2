from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import read_conversation_source, read_conversations
from sextortion_signals.corpus.conversations import CONVERSATIONS, LONGEST
from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Message

Make = Callable[..., Path]
SOURCE = """# a comment
@ ja-c01-03 cv_financial casual
# 1, offender named
= 1 B
A | こんにちは
B ? | 録画は保存した\\n見る?
A | え
B ! | 三万で消す

= 1 -
A ?! | 友達が写真で脅されてる
B | いつから
A | 昨日
B | 相談しよう
@ ja-c01-04 cb_daily polite
= 0
C | 9時?
A | うん | はい
B | はい
B | また
"""
TALK = "A | one\nB | two\nA | three\nB | four\n"


def test_conversations_are_read_with_marks_as_indices(make_conversations: Make) -> None:
    first, second, third = read_conversations(make_conversations(ja_c01=SOURCE))

    assert (first.id, first.lang, first.card, first.batch) == ("ja-c01-03-01", "ja", "ja-c01-03", "ja-c01")
    assert (first.risk, first.offender, first.first_evidence, first.unmistakable) == (1, "B", 1, 3)
    assert (first.category, first.register) == ("cv_financial", "casual")
    assert first.messages[1] == Message("B", "録画は保存した\n見る?")
    assert (second.id, second.risk, second.offender) == ("ja-c01-03-02", 1, None)
    assert (second.first_evidence, second.unmistakable) == (0, 0)
    assert (third.id, third.risk, third.offender) == ("ja-c01-04-01", 0, None)
    assert (third.first_evidence, third.unmistakable) == (None, None)
    assert [message.sender for message in third.messages] == ["C", "A", "B", "B"]
    assert third.messages[1].text == "うん | はい"


def test_built_form_holds_what_a_reader_of_the_data_needs(make_conversations: Make) -> None:
    row = read_conversations(make_conversations(ja_c01=SOURCE))[2].to_dict()

    messages = row.pop("messages")
    assert row == {
        "id": "ja-c01-04-01",
        "lang": "ja",
        "risk": 0,
        "offender": None,
        "first_evidence": None,
        "unmistakable": None,
        "category": "cb_daily",
        "card": "ja-c01-04",
    }
    assert messages[0] == {"sender": "C", "text": "9時?"}


def test_strict_turns_are_told_from_talk(make_conversations: Make) -> None:
    first, second, third = read_conversations(make_conversations(ja_c01=SOURCE))

    assert (first.alternates, second.alternates, third.alternates) == (True, True, False)
    assert third.text == "9時?\nうん | はい\nはい\nまた"


def test_corpus_may_have_no_conversations(make_corpus: Make) -> None:
    assert read_conversations(make_corpus(en_b01="@ en-b01-001 ev_home casual\nN | ab\n")) == []


@pytest.mark.parametrize(
    ("source", "line", "detail"),
    [
        (f"= 0\n{TALK}", 1, "a conversation opens with"),
        (f"@ en-c01-1 cb_daily casual\n= 0\n{TALK}", 1, "a card opens with"),
        (f"@ en-b01-001 cb_daily casual\n= 0\n{TALK}", 1, "a card opens with"),
        (f"@ en-c01-01 cb_daily casual\n= 2\n{TALK}", 2, "a conversation opens with"),
        (f"@ en-c01-01 cb_daily casual\n= 1\n{TALK}", 2, "a conversation opens with"),
        (f"@ en-c01-01 cb_daily casual\n{TALK}", 2, "a message is"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}A no bar\n", 7, "a message is"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}A | \n", 7, "a message is"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}AB | two letters\n", 7, "a message is"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}A !? | the wrong way round\n", 7, "a message is"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}C ? | five\n", 2, "risk 0 has no marks"),
        (f"@ en-c01-01 cb_daily casual\n= 1 A\n{TALK}", 2, "one ? and one !"),
        (f"@ en-c01-01 cb_daily casual\n= 1 A\n{TALK}A ? | five\n", 2, "one ? and one !"),
        (f"@ en-c01-01 cb_daily casual\n= 1 A\n{TALK}A ? | five\nA ?! | six\n", 2, "one ? and one !"),
        (f"@ en-c01-01 cb_daily casual\n= 1 A\n{TALK}A ! | five\nA ? | six\n", 2, "? cannot stand below !"),
        (f"@ en-c01-01 cb_daily casual\n= 1 C\n{TALK}A ?! | five\n", 2, "the offender sends no message"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}D | five\n", 2, "without a gap"),
        (
            "@ en-c01-01 cb_daily casual\n= 0\nA | one\nB | two\nA | three\n",
            2,
            "3 messages; a conversation has 4 to 60",
        ),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK}= 0\n", 7, "0 messages"),
        (f"@ en-c01-01 cb_daily casual\n= 0\n{TALK * 15}A | more\n", 2, f"{LONGEST + 1} messages"),
    ],
)
def test_faults_are_named_with_their_line_never_with_a_text(
    make_conversations: Make, source: str, line: int, detail: str
) -> None:
    with pytest.raises(CorpusError) as caught:
        read_conversations(make_conversations(en_c01=source))

    assert str(caught.value).startswith(f"en-c01.txt:{line}: ")
    assert detail in str(caught.value)
    assert not {"five", "three", "no bar", "wrong way"} & set(str(caught.value).split(" "))


def test_sixty_messages_are_allowed(make_conversations: Make) -> None:
    (conversation,) = read_conversations(make_conversations(en_c01=f"@ en-c01-01 cb_daily casual\n= 0\n{TALK * 15}"))

    assert len(conversation.messages) == LONGEST


def test_file_that_cannot_be_read_is_named(make_conversations: Make, tmp_path: Path) -> None:
    source = make_conversations() / CONVERSATIONS / "src" / "ja-c01.txt"
    source.write_bytes(SOURCE.encode("cp932"))

    with pytest.raises(CorpusError, match=r"ja-c01\.txt is not UTF-8 at byte"):
        list(read_conversation_source(source))
    with pytest.raises(CorpusError, match=r"cannot read .*none\.txt: No such file"):
        list(read_conversation_source(tmp_path / "none.txt"))


def test_conversations_of_the_project_have_cards_of_their_decks(project_corpus: Path) -> None:
    decks = (project_corpus / CONVERSATIONS / "cards").glob("*.txt")
    cards = {line.strip() for deck in decks for line in deck.read_text(encoding="utf-8").split("\n") if line[:1] == "@"}

    assert cards
    found = read_conversations(project_corpus)
    assert {f"@ {item.card} {item.category} {item.register}" for item in found} <= cards
