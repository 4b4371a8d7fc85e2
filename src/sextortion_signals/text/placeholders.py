"""Step 3 of cleaning: addresses, accounts, long numbers and codes become one private-use character each.

They say nothing about a text beyond being there, and they would fill the tokenizer's cache, which never shrinks.
Amounts, dates, times and short numbers stay as they are.
"""

from __future__ import annotations

import re

from sextortion_signals.text.draft import Draft, Edit
from sextortion_signals.text.patterns import lazy

URL_MARK = "\ue000"
"""Stands for a web address."""
EMAIL_MARK = "\ue001"
"""Stands for an e-mail address."""
ACCOUNT_MARK = "\ue002"
"""Stands for an `@account`."""
DIGITS_MARK = "\ue003"
"""Stands for a telephone, card or code number of 7 digits or more."""
ID_MARK = "\ue004"
"""Stands for a long opaque code of letters and digits (wallet, gift code, hash) or a Latin run beyond words."""
MARKS = URL_MARK + EMAIL_MARK + ACCOUNT_MARK + DIGITS_MARK + ID_MARK

LONG_WORD = 40
"""From so many letters in a row on, a Latin stretch is no word."""

_URL_BODY = r"[!#-&*-;=?-Z\\^-z|~]"
# `me`, `to`, `be` and the like end ordinary sentences ("send it.to me"), so they count only before a path.
_SAFE_DOMAINS = "com|net|org|jp|io|gg|app|info|xyz|site|online|tv|dev|cc|ru|cn|uk|shop"
_PATH_DOMAINS = f"{_SAFE_DOMAINS}|me|to|be|co|us|de|fr|it|es|ly|gl|im|page|link|top|club|tk|ml"
_PATTERNS = {
    URL_MARK: rf"(?:https?|hxxps?|ftp)://{_URL_BODY}+"
    rf"|(?<![a-z0-9@.-])(?:www\.{_URL_BODY}{{3,}}"
    rf"|(?:[a-z0-9-]{{1,40}}\.){{1,3}}(?:(?:{_PATH_DOMAINS})/{_URL_BODY}*|(?:{_SAFE_DOMAINS})(?![a-z0-9-])))",
    EMAIL_MARK: r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}",
    ACCOUNT_MARK: r"(?<![a-z0-9@])@(?=[a-z0-9_.]*[a-z*])[a-z0-9_.*]{2,40}",
    DIGITS_MARK: r"(?<![\d.,])\+?\d{1,4}(?:[-_]?\d){6,}(?![\d]|[.,]\d)"
    r"|(?<![\d.,])(?:0\d{1,3} \d{2,4} \d{4}|\d{4}(?: \d{4}){2,})(?!\d)",
    ID_MARK: r"(?<![a-z0-9])(?:[a-z0-9]{3,8}(?:-[a-z0-9]{3,8}){2,}|[a-z0-9_]{12,})(?![a-z0-9])"
    rf"|[a-z]{{{LONG_WORD},}}",
}
_NAMES = dict(zip(("url", "email", "account", "digits", "id"), MARKS, strict=True))
_FIND = lazy("|".join(f"(?P<{name}>{_PATTERNS[mark]})" for name, mark in _NAMES.items()), re.IGNORECASE | re.ASCII)
# Nothing of the above can be in a text that this does not match.
_HINT = lazy(r"://|@|[A-Za-z0-9]\.[A-Za-z]{2}|\d[\d_ -]{5}|[A-Za-z0-9_-]{12}", re.ASCII)

_TRAILING = ".,!?;:'*-~"
_DATE = lazy(r"(?:19|20)\d\d[-_]?(?:0?[1-9]|1[0-2])[-_]?(?:0?[1-9]|[12]\d|3[01])")
_MONEY_BEFORE = lazy(r"[¥$€£₩￥]\s?\Z")
_MONEY_AFTER = lazy(r"\s?(?:[円万億元%人回件年]|yen|ドル|ウォン|ユーロ|ポイント|usd|jpy|dollars?)", re.IGNORECASE)
_MONEY_REACH = 3
_CHANGES = lazy(r"(?<=[a-z])[0-9]|(?<=[0-9])[a-z]", re.IGNORECASE)
_OPAQUE_CHANGES = 3
_OPAQUE_DIGITS = 3


def replace_placeholders(draft: Draft) -> None:
    """Collapse addresses, accounts, long numbers and opaque codes to one mark each."""
    if _HINT.search(draft.text) is None:
        return
    edits: list[Edit] = []
    for match in _FIND.finditer(draft.text):
        name = str(match.lastgroup)
        start, end = match.span()
        if name == "url":
            end = start + len(match[0].rstrip(_TRAILING))
        elif name == "email":
            end = start + len(match[0].rstrip("-"))
        elif name == "account":
            end = start + len(match[0].rstrip("."))
        if _is_meant(name, draft.text, start, end):
            edits.append((start, end, _NAMES[name]))
    draft.apply(edits)


def _is_meant(name: str, text: str, start: int, end: int) -> bool:
    """Tell dates and amounts from numbers, and long words from codes."""
    found = text[start:end]
    if name == "digits":
        money = _MONEY_BEFORE.search(text[max(0, start - _MONEY_REACH) : start]) or _MONEY_AFTER.match(text, end)
        return money is None and (_DATE.fullmatch(found) is None or not ("-" in found or "_" in found))
    if name == "id":
        digits = sum(character.isdigit() for character in found)
        mixed = digits >= _OPAQUE_DIGITS and len(_CHANGES.findall(found)) >= _OPAQUE_CHANGES
        return mixed or len(found) >= LONG_WORD
    return True
