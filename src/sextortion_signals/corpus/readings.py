"""Labels of a second reader, who saw the texts alone: `readings/second.tsv`, a row id and two labels a line.

The writer's label is kept beside the second reader's, as it was on the day of the reading: afterwards the differences
were resolved in the sources, and agreement with resolved labels would flatter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sextortion_signals.corpus.rules import SourceRow, label_problems
from sextortion_signals.corpus.source import ROLE_LETTERS, SIGNAL_LETTERS, Row, read_sources
from sextortion_signals.errors import CorpusError

SECOND_READER = Path("readings", "second.tsv")
HEADER = ("id", "first", "second")
# A category that any role may have: the reader did not see the row's own.
_ANY_ROLE = "pairs"
_LABEL = re.compile(rf"([{''.join(ROLE_LETTERS)}])([{''.join(SIGNAL_LETTERS)}]*)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A row with the label its writer gave it, and the same row with the label of the second reader."""

    first: Row
    second: Row


def read_second_reader(folder: Path) -> list[Reading]:
    """Read `readings/second.tsv` of a corpus folder, in file order.

    Tab separated, UTF-8, with the header `id<TAB>first<TAB>second`; ids are those of the built rows, labels the letters
    of `GUIDE.md` (`Ope`, `Vpd`, `N`). Raises `CorpusError` naming file and line for a file that is missing or of
    another form, an id that no row has, an id that comes twice, and a label that the guide does not allow. What stands
    in the file is never repeated: it could be a text in the wrong column.
    """
    path = folder / SECOND_READER
    rows = {row.id: row for row in read_sources(folder)}
    seen: dict[str, int] = {}
    readings = []
    for number, (name, first, second) in labelled_lines(path, HEADER):
        where = f"{path.name}:{number}"
        if name not in rows:
            raise CorpusError(f"{where}: no row of the corpus has this id")
        if name in seen:
            raise CorpusError(f"{where}: row {name} was labelled in line {seen[name]} already")
        seen[name] = number
        readings.append(Reading(_labelled(rows[name], first, where), _labelled(rows[name], second, where)))
    if not readings:
        raise CorpusError(f"{path} holds no labels")
    return readings


def labelled_lines(path: Path, header: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line of a tab separated file below its header.

    Raises `CorpusError` for a file that is missing, not UTF-8 or of another form, without repeating what it holds.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not UTF-8 at byte {error.start}") from None
    first, *lines = content.split("\n")
    if first.strip().split("\t") != list(header):
        raise CorpusError(f"{path.name}:1: the header is {', '.join(header)}, with tabs between them")
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(header):
            raise CorpusError(f"{path.name}:{number}: a line has {len(header)} cells, with tabs between them")
        yield number, cells


def _labelled(row: Row, label: str, where: str) -> Row:
    match = _LABEL.fullmatch(label)
    if match is None:
        raise CorpusError(f"{where}: no label; write one role of O, V, T, N and the letters of its signals behind it")
    signals = tuple(signal for letter, signal in SIGNAL_LETTERS.items() if letter in match[2])
    second = replace(row, role=ROLE_LETTERS[match[1]], signals=signals)
    for problem in label_problems([SourceRow(where, label, replace(second, category=_ANY_ROLE))]):
        raise CorpusError(f"{where}: the label breaks the guide: {problem.detail}")
    return second
