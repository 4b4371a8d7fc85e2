"""Values as the text of table cells, and which cells a spreadsheet would run as a formula."""

from __future__ import annotations

import json
import re

_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?")


def flat_text(value: object) -> str:
    """Return any value of a record as the text of one cell; lists and objects become JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, default=flat_text)
    return str(value)


def is_formula(cell: str) -> bool:
    """Say whether a spreadsheet could run this cell: it begins like a formula and is no plain number.

    The characters are those of OWASP's page on CSV injection, with their full-width forms.
    """
    return cell[:1] in _FORMULA_STARTS and not _NUMBER.fullmatch(cell)
