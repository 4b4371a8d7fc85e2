import numpy as np
import pytest

from sextortion_signals.signals import MAX_SPANS, find_evidence, phrases
from sextortion_signals.text import normalize


def texts(text):
    return [text[start:end] for start, end in phrases(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("裸の写真を送れ", ["裸の写真を", "送れ"]),
        ("ばらまかれたくなかったら払え", ["ばらまかれたくなかったら", "払え"]),
        ("pay me or I post it", ["pay", "post"]),
        ("", []),
        ("は、を。", []),
    ],
)
def test_detect_phrases_are_what_a_reader_would_underline(text, expected):
    assert texts(text) == expected


def test_detect_evidence_takes_the_strongest_phrases_in_text_order():
    text = normalize("写真を家族に送る")
    curve = np.zeros(len(text.text))
    curve[0:3], curve[6:8] = 1.0, 2.0
    assert [e.quote for e in find_evidence(text, phrases(text.text), curve)] == ["写真を", "送る"]


def test_detect_neighbouring_phrases_are_one_quote():
    text = normalize("写真を家族に送る")
    (evidence,) = find_evidence(text, phrases(text.text), np.ones(len(text.text)))
    assert evidence.quote == "写真を家族に送る"
    assert (evidence.start, evidence.end) == (0, 8)


def test_detect_nothing_speaks_for_it():
    text = normalize("写真を家族に送る")
    assert find_evidence(text, phrases(text.text), -np.ones(len(text.text))) == ()


def test_detect_at_most_a_few_spans():
    text = normalize("写真、動画、画像、録画、家族、会社")
    curve = np.array([0.0 if char == "、" else 1.0 for char in text.text])
    spans = phrases(text.text)
    assert len(spans) > MAX_SPANS
    assert len(find_evidence(text, spans, curve)) == MAX_SPANS


def test_detect_quotes_are_the_callers_own_characters():
    text = normalize("写\u200b真を送る")
    curve = np.zeros(len(text.text))
    curve[0:2] = 1.0
    (evidence,) = find_evidence(text, phrases(text.text), curve)
    assert evidence.quote == "写\u200b真を"
    assert text.raw[evidence.start : evidence.end] == evidence.quote
