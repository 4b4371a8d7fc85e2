"""Cleaning as a whole: every evasion is seen through, every ordinary text is left alone, every span leads back."""

import ast
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.text import NormalizedText, normalize
from sextortion_signals.text.normalize import clean_thoroughly
from sextortion_signals.text.plain import is_plain

# Letters and signs that the steps look at, so that random texts run into them.
_ALPHABET = (
    "あいうえかがはばぱっゃぁんーァカガギフトヌードロ写真動画裸送れ金一力〇○●*_×★☆abcdenpsuxyNUDES0134579"
    " .,/・、。-|!?~〜…@$:+'\"()「」\n\t　ｶﾞﾟｱＡ１！゛゜\u3099\u309a\u0301\u0336\u200b\u202e\ufe0f"
    "\ue000\ud800аеоΑ①㍿ﬁ𝓷😀👍🇯🅽"
)
_TEXTS = st.one_of(st.text(st.sampled_from(_ALPHABET), max_size=40), st.text(max_size=30))
_SETTINGS = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def _assert_map_is_sound(result: NormalizedText) -> None:
    spans = [result.raw_span(place, place + 1) for place in range(len(result.text))]
    assert all(0 <= start < end <= len(result.raw) for start, end in spans)
    assert spans == sorted(spans)
    assert [end for _, end in spans] == sorted(end for _, end in spans)
    if result.starts is None:
        assert len(result.text) == len(result.raw)


def test_evasion_is_seen_through(evasion):
    raw, clean = evasion
    result = normalize(raw)
    assert result.text == clean
    assert result.raw == raw
    _assert_map_is_sound(result)


def test_evasion_is_seen_through_in_a_sentence(evasion):
    raw, clean = evasion
    result = normalize(f"それで、「{raw}」って")
    assert result.text == f"それで、「{clean}」って"
    _assert_map_is_sound(result)


def test_ordinary_text_is_left_alone(ordinary):
    result = normalize(ordinary)
    assert result.text == ordinary
    assert result.starts is None


def test_naughty_string_is_survived(naughty):
    result = normalize(naughty)
    _assert_map_is_sound(result)
    assert normalize(result.text).text == result.text


@given(_TEXTS)
@_SETTINGS
def test_map_leads_back_into_the_raw_text(raw):
    _assert_map_is_sound(normalize(raw))


@given(_TEXTS)
@_SETTINGS
def test_plain_text_is_what_cleaning_leaves_alone(raw):
    if is_plain(raw):
        assert clean_thoroughly(raw, raw) == NormalizedText(raw, raw)


def test_ordinary_text_stays_under_all_steps(ordinary):
    assert clean_thoroughly(ordinary, ordinary) == NormalizedText(ordinary, ordinary)


@given(st.text(st.sampled_from("あかが写真送abcnudes .、。!?123\n"), max_size=40))
@_SETTINGS
def test_second_pass_changes_nothing_in_chat_texts(raw):
    once = normalize(raw).text
    assert normalize(once).text == once


def test_plain_text_has_no_map():
    result = normalize("写真を送ってください")
    assert result == NormalizedText("写真を送ってください", "写真を送ってください")
    assert result.starts is None
    assert result.ends is None


def test_one_to_one_changes_need_no_map():
    result = normalize("ＬＩＮＥ\n！")
    assert (result.text, result.starts) == ("LINE !", None)


def test_map_is_two_int32_arrays():
    result = normalize("ｶﾞｿﾞｳ")
    assert result.text == "ガゾウ"
    assert result.starts is not None
    assert result.ends is not None
    assert (result.starts.dtype, result.ends.dtype) == (np.int32, np.int32)
    assert result.starts.tolist() == [0, 2, 4]
    assert result.ends.tolist() == [2, 4, 5]


@pytest.mark.parametrize(
    ("raw", "word", "quote"),
    [
        ("この裸.の.写.真を送れ", "裸の写真", "裸.の.写.真"),
        ("早く ｶﾞｿﾞｳ 送れ", "ガゾウ", "ｶﾞｿﾞｳ"),
        ("ねえ shashin okure", "写真", "shashin"),
        ("see https://example.com/x ok", "\ue000", "https://example.com/x"),
        ("㌔だ", "キロ", "㌔"),
        ("すごーーーい", "すごーい", "すごーーーい"),
        ("ねえーーー", "ねえー", "ねえーーー"),
        ("a\u200bpay\u200b", "apay", "a\u200bpay"),
        ("n*des", "nudes", "n*des"),
    ],
)
def test_span_of_a_clean_word_is_its_raw_quote(raw, word, quote):
    result = normalize(raw)
    place = result.text.index(word)
    start, end = result.raw_span(place, place + len(word))
    assert raw[start:end] == quote


def test_empty_span_stays_empty():
    result = normalize("ｶﾞｿﾞｳ")
    assert result.raw_span(1, 1) == (2, 2)
    assert result.raw_span(3, 3) == (5, 5)
    assert normalize("写真").raw_span(1, 1) == (1, 1)


@pytest.mark.parametrize("span", [(-1, 1), (2, 1), (0, 4), (4, 4)])
def test_span_outside_of_the_text_is_refused(span):
    with pytest.raises(IndexError, match="outside"):
        normalize("ｶﾞｿﾞｳ").raw_span(*span)


def test_lone_surrogates_survive():
    assert normalize("写\ud800真\udfff").text == "写\ud800真\udfff"


_UNITS = """
\\u0301 \\u0301\\u0316 e\\u0301 \\u3099 ﾞ \\u200b .\\x20 a. あ. a\\x20 あ\\x20 ○ n* *n ギ○ ○フ ★ 動★ ー ーあ a aaab ! ?!
写真
shashin\\x20 n00ds\\x20 1 1- 1\\x20 a1 a@ @a @ :// http:// a.com www. а aа 𝓷 ㍿ ﷺ 🇯 👍🏽 力 カ一 カ- 「 」「 \\ud800
\\u1112\\u1161\\u11ab \\u1112 \\n \\u3000 0o a_ - 3OO\\x20 a.b-c_ +1 ' |a あ、 ば○ 動★画★ s.e.n.d.
"""


@pytest.mark.parametrize("unit", [ast.literal_eval(f'"{unit}"') for unit in _UNITS.split()])
def test_time_is_linear(unit):
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begin = time.thread_time()
        normalize(text)
        return time.thread_time() - begin

    # Four times the length may take four times as long, sixteen times would be quadratic; below 0.5 s all is noise.
    small = min(seconds(20_000) for _ in range(2))
    assert seconds(80_000) < max(0.5, 10 * small)


def test_import_does_not_load_fugashi(run_python):
    output = run_python("import sys, sextortion_signals.text; print('fugashi' in sys.modules)")
    assert output.split() == ["False"]
