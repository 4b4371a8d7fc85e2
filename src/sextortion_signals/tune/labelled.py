"""A file of labelled texts, in any format that `batch` reads."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.batch import FlawedRecord, ReadOptions
from sextortion_signals.batch.columns import find_text_column, list_columns
from sextortion_signals.batch.records import open_records
from sextortion_signals.errors import InputError, RecordError
from sextortion_signals.text import check_text

LABEL_COLUMN = "risk"
_LABELS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTexts:
    """Texts that can be assessed and their labels, `risk` of shape (n,): True is a case.

    `unlabelled` and `unreadable` count the rows left out: without a label, or without a text that can be assessed.
    """

    texts: tuple[str, ...]
    risk: NDArray[np.bool_]
    unlabelled: int
    unreadable: int


def read_labelled(
    source: Path | BinaryIO,
    *,
    text_column: str | None = None,
    label_column: str = LABEL_COLUMN,
    read: ReadOptions | None = None,
) -> LabelledTexts:
    """Read labelled texts; the text column is found as in `batch`, the label is 0 or 1, an empty one leaves a row out.

    Raises:
        RecordError: the file cannot be read, a column is not there, or a label is neither 0, 1 nor empty; the row is
            named, its content is not repeated.
        MissingExtraError: Parquet without pyarrow.
    """
    texts: list[str] = []
    labels: list[bool] = []
    unlabelled = unreadable = 0
    with open_records(source, read) as reader:
        column = find_text_column(reader.columns, text_column)
        if label_column not in reader.columns:
            columns = list_columns(reader.columns)
            raise RecordError(f"there is no column {label_column!r}; choose one with --label-column: {columns}")
        for number, record in enumerate(reader, 1):
            text = None if isinstance(record, FlawedRecord) else _readable(record.get(column))
            if text is None:
                unreadable += 1
                continue
            label = _label(record.get(label_column), number, label_column)
            if label is None:
                unlabelled += 1
                continue
            texts.append(text)
            labels.append(label)
    return LabelledTexts(tuple(texts), np.array(labels, dtype=np.bool_), unlabelled, unreadable)


def _readable(text: Any) -> str | None:
    try:
        # Cut as it will be when it is assessed: what could be read of it may lie behind the limit.
        return check_text(text, truncate=True)[0]
    except InputError:
        return None


def _label(value: Any, number: int, column: str) -> bool | None:
    written = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip().lower()
    if not written:
        return None
    if written not in _LABELS:
        raise RecordError(f"row {number}: column {column!r} must hold 1 for a case, 0 for any other text, or nothing")
    return _LABELS[written]
