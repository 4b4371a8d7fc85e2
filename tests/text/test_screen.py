"""The look at a whole batch: it never leaves out a step that would have changed a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.text import normalize, normalize_many
from sextortion_signals.text.draft import Draft
from sextortion_signals.text.normalize import _STEPS, clean_thoroughly
from sextortion_signals.text.screen import (
    CHARACTERS,
    ELONGATION,
    LOOKALIKES,
    MASKED,
    PLACEHOLDERS,
    RESPELLING,
    SPLITTING,
    screen,
)

# Letters and signs that the steps look at, so that random texts run into them.
_ALPHABET = (
    "あいうえかがはばぱっゃぁんーァカガギフトヌードロ写真動画裸送れ金一力〇○●*_×★☆abcdenpsuxyNUDES0134579"
    " .,/・、。-|!?~〜…@$:+'\"()「」\n\t　ｶﾞﾟｱＡ１！゛゜\u3099\u309a\u0301\u0336\u200b\u202e\ufe0f"
    "\ue000\ud800аеоΑ①㍿ﬁ𝓷😀👍🇯🅽𠮟\U000e0041"
)
_TEXTS = st.lists(st.one_of(st.text(st.sampled_from(_ALPHABET), max_size=24), st.text(max_size=12)), max_size=60)


def _assert_same(raws):
    for raw, many in zip(raws, normalize_many(raws), strict=True):
        one = normalize(raw)
        assert many == one
        assert (many.starts is None) == (one.starts is None)
        if one.starts is not None:
            assert many.starts.tolist() == one.starts.tolist()
            assert many.ends.tolist() == one.ends.tolist()


def _assert_no_step_is_left_out(raws):
    screened = screen(raws)
    for text, steps in zip(screened.texts, screened.steps, strict=True):
        for step, clean in _STEPS:
            draft = Draft(text)
            clean(draft)
            assert draft.text == text or steps & step, f"step {step} changes {text!r}"


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(_TEXTS)
def test_screen_leaves_no_step_out_and_many_equal_one(raws):
    _assert_no_step_is_left_out(raws)
    _assert_same(raws + ["写真を送って"] * 40)


def test_screen_sees_every_evasion(evasion):
    raw, clean = evasion
    raws = [raw, f"それで、「{raw}」って", f"{raw} ok", *["はい"] * 40]
    _assert_no_step_is_left_out(raws)
    _assert_same(raws)
    assert normalize_many(raws)[0].text == clean


def test_screen_survives_naughty_strings(naughty):
    raws = [naughty, "x" + naughty, naughty + "か", *["はい"] * 40]
    _assert_no_step_is_left_out(raws)
    _assert_same(raws)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("昨日の写真、すごくよかったよ。また今度みんなで行きたいね", 0),
        ("I will see you at the stop, ok? I am on my way", 0),
        ("３時に駅で会おう！\nまたね", 0),
        ("10000円で買った 1000枚、2026年11月", 0),
        ("わあ!!! そうなんだ...", 0),
        ("また行こうね🎉", 0),
        ("ｶﾞｿﾞｳ", CHARACTERS),
        ("trаnsfer", LOOKALIKES),
        ("カ一ド", LOOKALIKES),
        ("a@b", PLACEHOLDERS | RESPELLING),
        ("http://a", PLACEHOLDERS),
        ("see a.com", PLACEHOLDERS | SPLITTING),
        ("090 1234 5678", PLACEHOLDERS),
        ("abcdefghijkl", PLACEHOLDERS),
        ("すごーーい", ELONGATION),
        ("ねぇぇ", ELONGATION),
        ("niceee", ELONGATION),
        ("すごいいい", ELONGATION),
        ("????", ELONGATION),
        ("gi.ft", SPLITTING | PLACEHOLDERS),
        ("a b c", SPLITTING),
        ("動★画", SPLITTING | MASKED),
        ("ギ フ ト", SPLITTING),
        ("は○か", SPLITTING | MASKED),
        ("n*des", SPLITTING | MASKED),
        ("n00ds", RESPELLING),
        ("!mage", RESPELLING),
        ("shashin", RESPELLING),
    ],
)
def test_screen_asks_for_the_steps_that_a_text_needs(text, steps):
    assert screen(["はい", text, "shashin"]).steps == [0, steps, RESPELLING]


def test_screen_of_empty_texts():
    assert screen([]).steps == []
    assert screen(["", ""]).steps == [0, 0]


def test_screen_steps_that_change_a_text_call_for_all_that_follow():
    # Only the first step is asked for; what it uncovers is a word torn apart, masked and in romaji.
    result = clean_thoroughly("ｶ", "ｶﾞｿﾞｳ と n*des", CHARACTERS)
    assert result.text == "ガゾウ と nudes"
