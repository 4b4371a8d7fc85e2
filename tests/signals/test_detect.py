import numpy as np
import pytest

from sextortion_signals.signals import MAX_SPANS, clauses, find_evidence
from sextortion_signals.text import normalize
from sextortion_signals.types import SignalId

ACT, LIMIT, ACCOUNT = SignalId.EXPOSURE_THREAT, SignalId.PRESSURE, SignalId.DISCLOSURE


def quotes(raw, signal, *parts, everywhere=0.0):
    """Quotes of one signal: each of `parts`, a string and a sum, speaks for it, `everywhere` for every signal."""
    text = normalize(raw)
    curves = np.full((len(text.text), len(SignalId)), everywhere)
    for part, added in parts:
        start = text.text.index(part)
        curves[start : start + len(part), list(SignalId).index(signal)] += added / len(part)
    (evidence,) = find_evidence(text, clauses(text), curves, [signal])
    assert all(text.raw[e.start : e.end] == e.quote for e in evidence)
    return [e.quote for e in evidence]


def test_detect_an_act_is_quoted_as_its_clause():
    assert quotes("払わないなら写真を家族に送る", ACT, ("写真を", 1.0), ("送る", 2.0)) == ["写真を家族に送る"]
    assert quotes("pay me or I post your pictures", ACT, ("post", 2.0)) == ["I post your pictures"]


def test_detect_a_weak_clause_is_left_out_of_an_act_but_not_of_an_account():
    parts = ("払わないなら", 0.8), ("家族に", 2.0)
    assert quotes("払わないなら家族に送る", ACT, *parts) == ["家族に送る"]
    assert quotes("払わないなら家族に送る", ACCOUNT, *parts) == ["払わないなら家族に送る"]


def test_detect_a_limit_is_quoted_without_the_rest_of_its_clause():
    parts = ("今夜までに", 3.0), ("写真を", 0.5)
    assert quotes("今夜までに写真を送れ", LIMIT, *parts) == ["今夜までに"]
    assert quotes("今夜までに写真を送れ", ACT, *parts) == ["今夜までに写真を送れ"]
    assert quotes("send it by midnight tonight", LIMIT, ("midnight", 2.0), ("tonight", 1.5)) == ["by midnight tonight"]


def test_detect_a_clause_without_end_is_not_quoted_whole():
    text = "he wrote again last week that some very old private holiday video goes public today"
    assert quotes(text, ACT, ("video", 2.0), ("public", 2.0)) == ["video goes public"]
    assert quotes(text.removeprefix("he wrote again "), ACT, ("video", 2.0)) == [text.removeprefix("he wrote again ")]


def test_detect_strong_neighbours_are_one_quote_within_a_sentence():
    parts = ("写真を", 2.0), ("動画も", 2.0)
    assert quotes("写真を送る、動画も送る", ACT, *parts) == ["写真を送る、動画も送る"]
    assert quotes("写真を送る。動画も送る", ACT, *parts) == ["写真を送る", "動画も送る"]


def test_detect_what_speaks_for_every_signal_counts_little():
    text = "裸の写真の件、家族に送る"
    assert quotes(text, ACT, ("家族に", 1.0), everywhere=0.3) == ["家族に送る"]


def test_detect_where_nothing_sets_a_signal_apart_all_of_it_counts():
    text = normalize("写真を家族に送る")
    curves = np.full((len(text.text), len(SignalId)), 3.0)
    curves[:, 0] = 1.0
    (evidence,) = find_evidence(text, clauses(text), curves, [SignalId.IMAGE_DEMAND])
    assert [e.quote for e in evidence] == ["写真を家族に送る"]


@pytest.mark.parametrize("signal", [ACT, LIMIT, ACCOUNT])
@pytest.mark.parametrize("raw", ["写真を家族に送る", "", "…、。"])
def test_detect_nothing_speaks_for_it(raw, signal):
    assert quotes(raw, signal, everywhere=-1.0) == []


@pytest.mark.parametrize("signal", [ACT, LIMIT])
def test_detect_the_strongest_spans_in_text_order(signal):
    words = ("写真", "動画", "画像", "録画", "家族")
    parts = [(word, added) for word, added in zip(words, (1.0, 0.9, 0.6, 1.0, 0.8), strict=True)]
    assert MAX_SPANS == 3
    assert quotes("。".join(words), signal, *parts) == ["写真", "動画", "録画"]


def test_detect_signals_come_back_in_the_order_asked():
    text = normalize("写真を送れ。家族に送る")
    curves = np.zeros((len(text.text), len(SignalId)))
    curves[0:2, list(SignalId).index(ACT)], curves[6:8, list(SignalId).index(LIMIT)] = 1.0, 1.0
    found = find_evidence(text, clauses(text), curves, [LIMIT, ACT])
    assert [[e.quote for e in evidence] for evidence in found] == [["家族に"], ["写真を送れ"]]


def test_detect_quotes_are_the_callers_own_characters():
    assert quotes("写\u200b真を送る", ACT, ("写真", 1.0)) == ["写\u200b真を送る"]
