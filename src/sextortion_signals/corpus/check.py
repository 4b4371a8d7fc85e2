"""Check the whole corpus against its guide and collect what is wrong: a flaw never stops the check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextortion_signals.corpus.content import find_forbidden
from sextortion_signals.corpus.conversation_check import check_conversations
from sextortion_signals.corpus.duplicates import find_near_duplicates
from sextortion_signals.corpus.layout import aligned_table
from sextortion_signals.corpus.rules import (
    Problem,
    SourceRow,
    card_problems,
    duplicate_problems,
    known_names,
    label_problems,
    length_problems,
    pair_problems,
    source_lines,
)
from sextortion_signals.corpus.source import _CARD, _ROW, _row
from sextortion_signals.errors import CorpusError

CARDS = "cards.toml"


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What was read and every problem found, in file order within each rule. Holds no text.

    `files` counts the sources of rows and of conversations; `strict_turns` is how many conversations never have two
    messages in a row by one sender. People seldom write so, and a detector may learn what only writers do.
    """

    files: int
    rows: int
    conversations: int
    strict_turns: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.problems

    def counts(self) -> dict[str, int]:
        """Return how often each rule is broken, most often first."""
        return dict(Counter(problem.rule for problem in self.problems).most_common())

    def to_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "files": self.files,
            "rows": self.rows,
            "conversations": self.conversations,
            "strict_turns": self.strict_turns,
            "counts": self.counts(),
            "problems": [problem.to_dict() for problem in self.problems],
        }

    def to_text(self) -> str:
        """Return one line a problem, then how often each rule is broken."""
        lines = [f"{item.file}: {item.row}: {item.rule}: {item.detail}" for item in self.problems]
        read = f"{self.rows} rows"
        if self.conversations:
            read += f" and {self.conversations} conversations ({self.strict_turns} in strict turns)"
        summary = f"{read} in {self.files} files, {len(self.problems)} problems"
        counts = [(rule, str(count)) for rule, count in self.counts().items()]
        return "\n".join([*lines, summary, *([aligned_table(("rule", "times"), counts)] if counts else []), ""])


def check_corpus(folder: Path, *, near_duplicates: bool = True) -> CorpusReport:
    """Check every `src/*.txt` and `conversations/src/*.txt` below the corpus folder against `GUIDE.md`.

    Looks at the form of lines, labels, marks, pairs, lengths, cards, forbidden content, texts written twice and, unless
    `near_duplicates` is off, texts and conversations that are nearly the same. Lines that cannot be read are problems,
    and what stands around them is still checked. Raises `CorpusError` only where there are no sources of rows at all.
    """
    paths = sorted((folder / "src").glob("*.txt"))
    if not paths:
        raise CorpusError(f"no corpus sources in {folder / 'src'}; name the folder that holds src/*.txt")
    rows: list[SourceRow] = []
    problems: list[Problem] = []
    for path in paths:
        for item in _scan(path):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                rows.append(item)
    problems += _row_problems(rows, known_names(folder / CARDS))
    if near_duplicates:
        exact = {problem.row for problem in problems if problem.rule == "duplicate"}
        problems += [problem for problem in _near_duplicate_problems(rows) if problem.row not in exact]
    talks = check_conversations(folder, near_duplicates=near_duplicates)
    return CorpusReport(
        files=len(paths) + talks.files,
        rows=len(rows),
        conversations=talks.conversations,
        strict_turns=talks.strict_turns,
        problems=(*problems, *talks.problems),
    )


def _row_problems(rows: Sequence[SourceRow], known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    yield from card_problems(rows, known)
    yield from label_problems(rows)
    yield from pair_problems(rows)
    yield from length_problems(rows)
    yield from duplicate_problems(rows)
    for item in rows:
        for rule in find_forbidden(item.row.text, item.row.role):
            yield item.problem(f"content_{rule.name}", rule.why)


def _near_duplicate_problems(rows: Sequence[SourceRow]) -> Iterator[Problem]:
    by_id = {item.row.id: item for item in rows}
    for found in find_near_duplicates([item.row for item in rows]):
        detail = f"nearly the text of {found.first} (similarity {found.similarity:.2f})"
        yield by_id[found.second].problem("near_duplicate", detail)


def _scan(path: Path) -> Iterator[SourceRow | Problem]:
    lines = source_lines(path)
    if isinstance(lines, Problem):
        yield lines
        return
    card: re.Match[str] | None = None
    number = 0
    for line_number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            card, number = _CARD.fullmatch(line), 0
            if card is None:
                yield Problem(path.name, f"line {line_number}", "form", "a card opens with '@ CARD CATEGORY REGISTER'")
            continue
        match = _ROW.fullmatch(line)
        # A flawed line keeps its number, so that the ids of the rows below it are those it will have once mended.
        number += 1
        if card is None or match is None:
            yield Problem(path.name, f"line {line_number}", "form", "a row is 'LABEL | TEXT' below a card")
        else:
            yield SourceRow(path.name, match["role"] + match["signals"], _row(card, match, number))
