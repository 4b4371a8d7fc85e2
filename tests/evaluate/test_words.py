from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from sextortion_signals.corpus import Row
from sextortion_signals.errors import CorpusError
from sextortion_signals.evaluate import read_word_notes
from sextortion_signals.evaluate.words import informative_words, mutual_information, words_of

MakeCorpusRow = Callable[..., Row]


def test_english_words_are_lower_case_without_signs(make_corpus_row: MakeCorpusRow) -> None:
    assert words_of(make_corpus_row("Don’t go -- DON'T, ok? 12")) == {"don't", "go", "ok"}


def test_japanese_words_are_dictionary_forms_without_signs(make_corpus_row: MakeCorpusRow) -> None:
    found = words_of(make_corpus_row("写真を送った。送って！", lang="ja"))

    assert {"写真", "送る"} <= found
    assert not found & {"。", "!", "！", "送っ"}


def test_word_that_the_dictionary_lacks_stands_as_written(make_corpus_row: MakeCorpusRow) -> None:
    assert "qzxv" in words_of(make_corpus_row("qzxv を見た", lang="ja"))


def test_information_by_hand() -> None:
    # Of 4 rows, 2 of risk 1: a word in exactly these, one in half of each kind, and one in all rows.
    information = mutual_information(np.array([2.0, 2.0, 4.0]), np.array([2.0, 1.0, 2.0]), 4, 2)

    assert information == pytest.approx([1.0, 0.0, 0.0])


def test_information_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(4)
    risk = generator.random(200) < 0.4
    words = generator.random((200, 6)) < np.where(risk, 0.5, 0.2)[:, None]

    information = mutual_information(
        words.sum(axis=0).astype(float), words[risk].sum(axis=0).astype(float), 200, int(risk.sum())
    )

    expected = [mutual_info_score(risk, column) / np.log(2) for column in words.T]
    assert information == pytest.approx(expected)


def test_words_are_ordered_counted_and_cut(make_corpus_row: MakeCorpusRow) -> None:
    rows = [make_corpus_row("pay now", risk=1, card=f"en-b01-00{n % 3}", category="off_payment") for n in range(6)]
    rows += [make_corpus_row("rare pay", risk=1, card="en-b01-009", category="pairs")]
    rows += [make_corpus_row("hello now", risk=0, card="en-b01-004") for _ in range(7)]

    first, second, third = informative_words(rows)

    # pay and hello say the same, so the alphabet decides; rare stands in one row only.
    assert (first.word, second.word, third.word) == ("hello", "pay", "now")
    assert (second.rows, second.risk_share, second.cards, second.categories) == (7, 1.0, 4, 2)
    assert (second.lang, second.information) == ("en", 1.0)
    assert third.risk_share == pytest.approx(6 / 13, abs=1e-4)
    assert informative_words(rows, count=1) == (first,)
    assert informative_words(rows[:3]) == ()


def test_notes_are_read_by_language(tmp_path: Path) -> None:
    (tmp_path / "word_notes.toml").write_text('[en]\n"i\'m" = "note"\n[ja]\n"裸" = "注"\n', encoding="utf-8")

    assert read_word_notes(tmp_path) == {"en": {"i'm": "note"}, "ja": {"裸": "注"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read .*word_notes.toml"),
        (b"[en", "is no TOML"),
        (b"\xff", "is no TOML in UTF-8"),
        (b'pay = "note"', "write a table for each language"),
        (b"[en]\npay = 1", "write a table for each language"),
    ],
)
def test_notes_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "word_notes.toml").write_bytes(content)

    with pytest.raises(CorpusError, match=message):
        read_word_notes(tmp_path)
