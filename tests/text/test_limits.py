"""What may be assessed at all, and what the errors say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextortion_signals.errors import EmptyTextError, TextTooLongError, TextTypeError, UnknownOptionError
from sextortion_signals.text import DEFAULT_MAX_LENGTH, check_text, normalize


def test_ordinary_text_passes_unchanged():
    assert check_text(" 写真 ") == (" 写真 ", False)


def test_text_of_exactly_the_limit_passes():
    assert check_text("あ" * DEFAULT_MAX_LENGTH) == ("あ" * DEFAULT_MAX_LENGTH, False)


@pytest.mark.parametrize("text", [None, 3, b"abc", ["abc"], object()])
def test_anything_but_a_str_is_refused(text):
    with pytest.raises(TextTypeError, match=f"not {type(text).__name__}"):
        check_text(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\u3000", "\u200b\ufeff", "\u00ad\U000e0041", "\x00", "\u2800\u3164", "\u0301"]
)
def test_text_with_nothing_to_read_is_refused(text):
    with pytest.raises(EmptyTextError, match="no readable character"):
        check_text(text)


def test_long_text_is_refused_with_numbers_and_the_next_step():
    with pytest.raises(TextTooLongError) as raised:
        check_text("あ" * 1_001, max_length=1_000)
    assert str(raised.value) == (
        "the text has 1,001 characters and the limit is 1,000; "
        "pass truncate=True to assess its first 1,000 characters, or raise max_length"
    )


def test_truncate_cuts_to_the_limit():
    assert check_text("あいうえお", max_length=3, truncate=True) == ("あいう", True)
    assert check_text("あいう", max_length=3, truncate=True) == ("あいう", False)


def test_text_that_is_blank_after_cutting_is_refused():
    with pytest.raises(EmptyTextError):
        check_text("   写真", max_length=3, truncate=True)


@pytest.mark.parametrize("max_length", [0, -1])
def test_senseless_limit_is_refused(max_length):
    with pytest.raises(UnknownOptionError, match="1 or more"):
        check_text("a", max_length=max_length)


def test_lone_surrogates_survive():
    assert check_text("\ud800写真\udc00") == ("\ud800写真\udc00", False)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_accepted_text_has_a_clean_form_to_read(text):
    if normalize(text).text.strip() == "":
        with pytest.raises(EmptyTextError):
            check_text(text)
    else:
        assert check_text(text) == (text, False)
