from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import read_source, read_sources
from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Role, SignalId

MakeCorpus = Callable[..., Path]
SOURCE = """# a comment
@ ja-b01-001 off_payment polite
Ope =1 | 動画を消してほしければ3万円お支払いください
N =1 | 動画を見てほしければ3万円お支払いください、と言う劇場です

@ ja-b01-002 vic_consult board
Vd | 一行目\\n二行目 | まだ続く
"""


def test_row_has_everything_its_line_and_card_say(make_corpus: MakeCorpus) -> None:
    offender, other, victim = read_sources(make_corpus(ja_b01=SOURCE))

    assert offender.to_dict() == {
        "id": "ja-b01-001-01",
        "text": "動画を消してほしければ3万円お支払いください",
        "lang": "ja",
        "risk": 1,
        "role": "offender",
        "signals": ["payment_demand", "exposure_threat"],
        "category": "off_payment",
        "register": "polite",
        "card": "ja-b01-001",
        "batch": "ja-b01",
        "pair": "ja-b01-001=1",
    }
    assert (other.id, other.role, other.risk, other.signals, other.pair) == (
        "ja-b01-001-02",
        Role.OTHER,
        0,
        (),
        offender.pair,
    )
    assert (victim.id, victim.role, victim.pair) == ("ja-b01-002-01", Role.VICTIM, None)
    assert victim.signals == (SignalId.DISCLOSURE,)


def test_line_break_and_bar_inside_a_text_are_kept(make_corpus: MakeCorpus) -> None:
    assert read_sources(make_corpus(ja_b01=SOURCE))[-1].text == "一行目\n二行目 | まだ続く"


def test_sources_are_read_in_name_order(make_corpus: MakeCorpus) -> None:
    card = "@ {}-001 ev_home casual\nN | {}\n"
    folder = make_corpus(ja_b02=card.format("ja-b02", "later"), en_b01=card.format("en-b01", "first"))

    assert [row.text for row in read_sources(folder)] == ["first", "later"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("N | text", 1, "a row is 'LABEL | TEXT' below a card"),
        ("@ ja-b01 ev_home casual", 1, "a card opens with"),
        ("@ fr-b01-001 ev_home casual", 1, "a card opens with"),
        ("@ ja-b01-001 ev_home casual\nX | text", 2, "a row is"),
        ("@ ja-b01-001 ev_home casual\n\nN | ", 3, "a row is"),
        ("@ ja-b01-001 ev_home casual\nN text", 2, "a row is"),
    ],
)
def test_flaw_is_named_with_file_and_line(make_corpus: MakeCorpus, source: str, line: int, message: str) -> None:
    path = make_corpus(ja_b01=source) / "src" / "ja-b01.txt"

    with pytest.raises(CorpusError, match=message) as caught:
        list(read_source(path))

    assert str(caught.value).startswith(f"ja-b01.txt:{line}: ")
    assert "text" not in str(caught.value)


def test_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"name the folder that holds src/\*\.txt"):
        read_sources(tmp_path)
