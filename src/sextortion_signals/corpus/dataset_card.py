"""The generated parts of `DATASET_CARD.md`: each lies between two marks, and everything else is written by hand."""

from __future__ import annotations

from sextortion_signals.errors import CorpusError

DATASET_CARD = "DATASET_CARD.md"


def replace_section(card: str, name: str, markdown: str) -> str:
    """Return a page, such as a dataset card, with `markdown` between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

    Raises `CorpusError` where one of the marks is missing.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, found_begin, rest = card.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise CorpusError(f"the page needs the lines {begin} and {end}")
    return f"{before}{begin}\n\n{markdown}\n{end}{after}"
