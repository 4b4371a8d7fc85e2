"""Folding: one code point for one, the shipped table is the documented one, both ways of folding agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sextortion_signals.text as text_package
from sextortion_signals.text import build_fold_table, fold, fold_codes, fold_table

_SETTINGS = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ギフトカード", "ぎふとかーど"),
        ("ぁぃぅぇぉゎァィゥェォヮ", "あいうえおわあいうえおわ"),
        ("っゃゅょッャュョ", "っゃゅょっゃゅょ"),
        ("ＮＵＤＥＳ nudes", "nudes nudes"),
        ("3万円、３万円、٣", "0万円,0万円,0"),
        ("a\u3000b\u00a0c\td\u2003e", "a b c d e"),
        ("すごー〜～~—―", "すごーーーーーー"),
        ("a-b‐c−d", "a-b-c-d"),
        ("「あ」『い』", "「あ」「い」"),
        ("(a)[b]【c】（d）", "(a)(b)(c)(d)"),
        ("。．.…", "...."),
        ("！!？?‼", "!!??!"),
        ('“a” ‘b’ "c"', '"a" \'b\' "c"'),
        ("○〇◯●×✕", "○○○○××"),
        ("nüdé Ñø", "nude no"),
        ("ｱｲｳ ヷヶヵ", "あいう わけか"),
        ("写真裸", "写真裸"),
        ("Привет", "привет"),
        ("𝒜😀𠮷", "𝒜😀𠮷"),
        ("\ue000\ud800\ue004", "\ue000\ud800\ue004"),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded
    assert fold(text * 200) == folded * 200


def test_shipped_table_is_the_built_one():
    shipped = fold_table()
    built = build_fold_table()
    assert (shipped.dtype, shipped.shape) == (np.uint16, (65536,))
    # Another Python knows a few more characters than the one that made the file; it must agree on nearly all.
    assert np.count_nonzero(shipped != built) < 200
    assert np.array_equal(shipped[:0xD800].take(range(0x20, 0x180)), built[0x20:0x180])


def test_table_folds_twice_to_the_same():
    table = fold_table()
    assert np.array_equal(table.take(table), table)


def test_table_is_read_only():
    with pytest.raises(ValueError, match="read-only"):
        fold_table()[0] = 1


def test_table_is_there_under_its_name():
    from sextortion_signals.text.fold import FOLD

    assert FOLD is fold_table()
    assert text_package.FOLD is FOLD


@pytest.mark.parametrize("module", ["sextortion_signals.text", "sextortion_signals.text.fold"])
def test_unknown_name_is_refused(module):
    import importlib

    with pytest.raises(AttributeError, match="no attribute 'NOTHING'"):
        _ = importlib.import_module(module).NOTHING


@given(st.text())
@_SETTINGS
def test_length_never_changes_and_both_ways_agree(text):
    codes = np.array([ord(character) for character in text], dtype=np.uint32)
    before = codes.copy()
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold_codes(codes).tolist() == [ord(character) for character in folded]
    assert np.array_equal(codes, before)
    assert fold(folded) == folded


@given(st.text(min_size=1, max_size=20))
@_SETTINGS
def test_long_text_folds_like_a_short_one(text):
    assert fold(text * 130) == fold(text) * 130
