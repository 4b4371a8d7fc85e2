"""The words that say most about the risk of a row: what a model of words alone would lean on."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sextortion_signals.corpus import Row
from sextortion_signals.errors import CorpusError
from sextortion_signals.evaluate.table import Floats
from sextortion_signals.text import normalize, tokenize

WORDS = 20
WORD_NOTES = "word_notes.toml"
# Rarer words cannot be among the most informative of thousands of rows, and a chance few rows are no finding.
_MINIMUM_ROWS = 5
_NO_WORDS = frozenset({"補助記号", "記号", "空白"})
_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)*")


@dataclass(frozen=True, slots=True)
class WordResult:
    """A word: the rows that hold it, the share of risk 1 among them, how many cards and categories they come from.

    `information` is the mutual information, in bits, between a row's holding the word and its risk.
    """

    word: str
    lang: str
    information: float
    rows: int
    risk_share: float
    cards: int
    categories: int


def words_of(row: Row) -> frozenset[str]:
    """Return the words of a row after cleaning: in Japanese unidic's dictionary forms, else lower-cased words.

    Punctuation and symbols are no words. A Japanese word that the dictionary lacks stands as it is written.
    """
    text = normalize(row.text).text
    if row.lang == "ja":
        tokens = (token for token in tokenize(text) if token.pos not in _NO_WORDS)
        return frozenset(token.surface if token.lemma == "*" else token.lemma for token in tokens)
    return frozenset(_ENGLISH.findall(text.lower().replace("’", "'")))


def informative_words(rows: Sequence[Row], *, count: int = WORDS) -> tuple[WordResult, ...]:
    """Return the `count` words of rows of one language that say most about their risk, the most telling first."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        for word in words_of(row):
            holders[word].append(index)
    names = sorted(word for word, found in holders.items() if len(found) >= _MINIMUM_ROWS)
    if not names:
        return ()
    risk = np.array([row.risk for row in rows])
    held = np.array([len(holders[word]) for word in names], dtype=np.float64)
    cases = np.array([risk[holders[word]].sum() for word in names], dtype=np.float64)
    information = mutual_information(held, cases, len(rows), int(risk.sum()))
    best = np.argsort(-information.round(12), kind="stable")[:count]
    return tuple(
        _word_result(names[place], [rows[index] for index in holders[names[place]]], float(information[place]))
        for place in best
    )


def mutual_information(held: Floats, cases: Floats, rows: int, risk_rows: int) -> Floats:
    """Return the mutual information in bits of two yes-no questions: does a row hold a word, is its risk 1.

    `held` and `cases`, shape (words,), count the rows that hold a word, and those of risk 1 among them, out of `rows`
    rows with `risk_rows` of risk 1.
    """
    total = np.zeros(len(held))
    cells = (
        (cases, held, risk_rows),
        (held - cases, held, rows - risk_rows),
        (risk_rows - cases, rows - held, risk_rows),
        (rows - risk_rows - (held - cases), rows - held, rows - risk_rows),
    )
    for both, first, second in cells:
        some = both > 0
        share = both[some] / rows
        total[some] += share * np.log2(both[some] * rows / (first[some] * second))
    return total


def read_word_notes(folder: Path) -> dict[str, dict[str, str]]:
    """Return language -> word -> note from `word_notes.toml` of a corpus folder: what people say about a word.

    Raises `CorpusError` where the file is missing or is no such table.
    """
    path = folder / WORD_NOTES
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise CorpusError(f"{path} is no TOML in UTF-8: {error}") from None
    for notes in table.values():
        if not isinstance(notes, Mapping) or not all(isinstance(note, str) for note in notes.values()):
            raise CorpusError(f'{path}: write a table for each language, with lines word = "note"')
    return table


def _word_result(word: str, rows: Sequence[Row], information: float) -> WordResult:
    return WordResult(
        word=word,
        lang=rows[0].lang,
        information=round(information, 4),
        rows=len(rows),
        risk_share=round(sum(row.risk for row in rows) / len(rows), 4),
        cards=len({row.card for row in rows}),
        categories=len({row.category for row in rows}),
    )
