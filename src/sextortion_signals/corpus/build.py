"""Split the corpus and write it as JSON lines. Deterministic: the same sources give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from sextortion_signals.corpus.source import Row, read_sources
from sextortion_signals.errors import CorpusError

SPLITS = ("train", "dev", "test")
_DEV_SHARE, _TEST_SHARE = 0.12, 0.13
CHECKSUMS = "SHA256SUMS"


def split_of(card: str) -> str:
    """Return the split of a card: decided by a hash of its id, so it never changes when the corpus grows."""
    position = int.from_bytes(hashlib.sha256(f"split/{card}".encode()).digest()[:8], "big") / 2**64
    if position < _TEST_SHARE:
        return "test"
    return "dev" if position < _TEST_SHARE + _DEV_SHARE else "train"


def build_corpus(folder: Path) -> list[Path]:
    """Write `{train,dev,test}.jsonl` and `SHA256SUMS` into the corpus folder; return the paths written."""
    built = _built(folder)
    for name, content in built.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in built]


def corpus_hash(folder: Path) -> str:
    """Return the SHA-256 of the checksum file: one name for the whole built corpus.

    Raises `CorpusError` when the corpus was not built, or its sources have changed since.
    """
    path = folder / CHECKSUMS
    if not path.is_file():
        raise CorpusError(f"{path} is missing; run `sextortion-signals corpus build {folder}` first")
    if path.read_bytes() != _built(folder)[CHECKSUMS]:
        raise CorpusError(f"{path} is not that of the sources; run `sextortion-signals corpus build {folder}` again")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _built(folder: Path) -> dict[str, bytes]:
    rows = read_sources(folder)
    built = {f"{split}.jsonl": _lines(row for row in rows if split_of(row.card) == split) for split in SPLITS}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in built.items())
    return {**built, CHECKSUMS: sums.encode("utf-8")}


def _lines(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row.to_dict(), ensure_ascii=False) + "\n" for row in rows).encode("utf-8")
