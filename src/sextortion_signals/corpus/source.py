"""Read the corpus as it is written: one text file per batch, cards and labelled rows (see data/synthetic/GUIDE.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextortion_signals.errors import CorpusError
from sextortion_signals.types import Role, SignalId

ROLE_LETTERS = {"O": Role.OFFENDER, "V": Role.VICTIM, "T": Role.THIRD_PARTY, "N": Role.OTHER}
SIGNAL_LETTERS = {
    "i": SignalId.IMAGE_DEMAND,
    "p": SignalId.PAYMENT_DEMAND,
    "e": SignalId.EXPOSURE_THREAT,
    "r": SignalId.PRESSURE,
    "s": SignalId.ISOLATION,
    "c": SignalId.CHANNEL_MOVE,
    "d": SignalId.DISCLOSURE,
}
_CARD = re.compile(r"@ (?P<card>(?P<lang>ja|en)-b\d\d-\d{3}) (?P<category>[a-z_]+) (?P<register>[a-z-]+)\s*")
_ROW = re.compile(r"(?P<role>[OVTN])(?P<signals>[ipersdc]*) (?:=(?P<pair>\d+) )?\| (?P<text>.*\S)\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `pair` names the other half of a minimal pair, `card` and `batch` where it was written."""

    id: str
    text: str
    lang: str
    role: Role
    signals: tuple[SignalId, ...]
    category: str
    register: str
    card: str
    batch: str
    pair: str | None

    @property
    def risk(self) -> int:
        """1 when the text evidences sextortion or tells of a live or recent case. Follows from the role."""
        return int(self.role is not Role.OTHER)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": self.text,
            "lang": self.lang,
            "risk": self.risk,
            "role": self.role.value,
            "signals": [signal.value for signal in self.signals],
            "category": self.category,
            "register": self.register,
            "card": self.card,
            "batch": self.batch,
            "pair": self.pair,
        }


def read_sources(folder: Path) -> list[Row]:
    """Read every `src/*.txt` below the corpus folder, in name order. Raises `CorpusError` naming file and line."""
    paths = sorted((folder / "src").glob("*.txt"))
    if not paths:
        raise CorpusError(f"no corpus sources in {folder / 'src'}; name the folder that holds src/*.txt")
    return [row for path in paths for row in read_source(path)]


def read_source(path: Path) -> Iterator[Row]:
    """Yield the rows of one source file. Raises `CorpusError` naming file and line, never the text."""
    card: re.Match[str] | None = None
    number = 0
    for line_number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            card, number = _CARD.fullmatch(line), 0
            if card is None:
                raise CorpusError(f"{path.name}:{line_number}: a card opens with '@ CARD CATEGORY REGISTER'")
            continue
        match = _ROW.fullmatch(line)
        if card is None or match is None:
            raise CorpusError(f"{path.name}:{line_number}: a row is 'LABEL | TEXT' below a card")
        number += 1
        yield _row(card, match, number)


def _row(card: re.Match[str], match: re.Match[str], number: int) -> Row:
    signals = tuple(signal for letter, signal in SIGNAL_LETTERS.items() if letter in match["signals"])
    return Row(
        id=f"{card['card']}-{number:02d}",
        text=match["text"].replace("\\n", "\n"),
        lang=card["lang"],
        role=ROLE_LETTERS[match["role"]],
        signals=signals,
        category=card["category"],
        register=card["register"],
        card=card["card"],
        batch=card["card"].rsplit("-", 1)[0],
        pair=f"{card['card']}={match['pair']}" if match["pair"] else None,
    )
