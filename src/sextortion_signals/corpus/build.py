"""Split the corpus and write it as JSON lines. Deterministic: the same sources give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from sextortion_signals.corpus.conversations import CONVERSATIONS, Conversation, read_conversations
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
    """Write the splits as JSON lines and `SHA256SUMS` into the corpus folder; return the paths written.

    `{train,dev,test}.jsonl` hold the texts, `conversations/{train,dev,test}.jsonl` the conversations of a corpus that
    has some.
    """
    built = {**_texts(folder), **_conversations(folder)}
    built[CHECKSUMS] = _checksums(built)
    for name, content in built.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in built]


def corpus_hash(folder: Path) -> str:
    """Return the SHA-256 of the checksums of the texts: one name for all that a model of single texts is made from.

    Conversations do not count, so that a model keeps its corpus when conversations are added. Raises `CorpusError`
    when the corpus was not built, or the sources of its texts have changed since.
    """
    path, sums = folder / CHECKSUMS, _checksums(_texts(folder))
    if not _checksum_lines(path).startswith(sums):
        raise _not_of_the_sources(path)
    return hashlib.sha256(sums).hexdigest()


def conversations_hash(folder: Path) -> str:
    """Return the SHA-256 of the checksums of the conversations: one name for all built conversations.

    Raises `CorpusError` when the corpus has no conversations, was not built, or their sources have changed since.
    """
    path, sums = folder / CHECKSUMS, _checksums(_conversations(folder))
    if not sums:
        raise CorpusError(f"no conversations in {folder / CONVERSATIONS / 'src'}; name the folder that holds them")
    if not _checksum_lines(path).endswith(b"\n" + sums):
        raise _not_of_the_sources(path)
    return hashlib.sha256(sums).hexdigest()


def _texts(folder: Path) -> dict[str, bytes]:
    rows = read_sources(folder)
    return {f"{split}.jsonl": _lines(row for row in rows if split_of(row.card) == split) for split in SPLITS}


def _conversations(folder: Path) -> dict[str, bytes]:
    found = read_conversations(folder)
    names = {split: f"{CONVERSATIONS}/{split}.jsonl" for split in SPLITS} if found else {}
    return {name: _lines(item for item in found if split_of(item.card) == split) for split, name in names.items()}


def _lines(rows: Iterable[Row | Conversation]) -> bytes:
    return "".join(json.dumps(row.to_dict(), ensure_ascii=False) + "\n" for row in rows).encode("utf-8")


def _checksums(built: Mapping[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in built.items())
    return "".join(lines).encode("utf-8")


def _checksum_lines(path: Path) -> bytes:
    if not path.is_file():
        raise CorpusError(f"{path} is missing; run `sextortion-signals corpus build {path.parent}` first")
    return path.read_bytes()


def _not_of_the_sources(path: Path) -> CorpusError:
    return CorpusError(f"{path} is not that of the sources; run `sextortion-signals corpus build {path.parent}` again")
