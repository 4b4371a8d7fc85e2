"""Which column holds the text, and what the added columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sextortion_signals.errors import RecordError

TEXT_COLUMNS = frozenset(
    {
        *("text", "message", "body", "content", "comment", "report", "msg", "message_text", "report_text"),
        *("本文", "内容", "メッセージ", "コメント", "テキスト", "文章", "投稿", "投稿内容", "投稿本文"),
        *("通報", "通報内容", "通報文", "相談", "相談内容", "相談文", "報告", "報告内容", "メッセージ本文"),
    }
)
"""Column names (after NFKC, lower case, no outer spaces) that are taken for the text without being asked."""

RESULT_FIELDS = ("risk", "level", "role", "signals", "evidence", "advice", "language", "error")
"""What is added to each record, in this order, each name behind the prefix (`ss_`)."""

_LONGEST_SHOWN_NAME = 24
_SENTENCE = re.compile(r"[。！？!?、\n]|[.,] ")


def find_text_column(columns: Sequence[str], chosen: str | None = None) -> str:
    """Return the name of the text column: `chosen`, or the only column with one of the usual names.

    Raises:
        RecordError: `chosen` is not there, or none or several columns have a usual name; the columns are listed.
    """
    if chosen is not None:
        if chosen not in columns:
            raise RecordError(f"there is no column {chosen!r}; the columns are: {list_columns(columns)}")
        return chosen
    usual = [column for column in columns if _key(column) in TEXT_COLUMNS]
    if len(usual) == 1:
        return usual[0]
    what = "several columns could hold the text" if usual else "no column has a usual name for the text"
    raise RecordError(f"{what}; choose one with --text-column: {list_columns(usual or columns)}")


def result_columns(columns: Sequence[str], prefix: str) -> tuple[str, ...]:
    """Return the names of the added columns; raise RecordError if the input already has one of them."""
    names = tuple(prefix + field for field in RESULT_FIELDS)
    if taken := [name for name in names if name in columns]:
        raise RecordError(f"the input already has {', '.join(taken)}; choose another --prefix than {prefix!r}")
    return names


def list_columns(columns: Sequence[str]) -> str:
    """Return the column names for an error message, without those that look like a text.

    A file without a header line has a message where the first column name should be, and no error may quote that.
    """
    if not columns:
        return "(none)"
    shown = [name if _is_name(name) else f"(column {number}, not shown)" for number, name in enumerate(columns, 1)]
    hint = "" if all(map(_is_name, columns)) else " - the first line looks like data; add a header line"
    return ", ".join(shown) + hint


def _is_name(column: str) -> bool:
    return len(column) <= _LONGEST_SHOWN_NAME and not _SENTENCE.search(column)


def _key(column: str) -> str:
    return unicodedata.normalize("NFKC", column).strip().lower()
