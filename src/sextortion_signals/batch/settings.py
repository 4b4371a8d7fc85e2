"""What decides every byte of an output: an interrupted run is continued only where all of it is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sextortion_signals.batch.assess import Chunk, TextAssessor
from sextortion_signals.errors import RecordError, ResumeError

Settings = Mapping[str, Any]
"""A name of `PARTS` to a value that can be written as JSON. Holds no text: where a text could hide, its hash."""

PARTS = {
    "program": "another version of this program",
    "input": "another input, or one that has changed since",
    "columns": "other columns, or another column for the text",
    "reading": "another way of reading the input (--format, --encoding, --delimiter)",
    "writing": "another way of writing (format, encoding, --prefix, --sort, --keep-formulas)",
    "options": "other options (--lang, --audience, --truncate, --awareness)",
    "model": "another model",
    "tier": "another --tier",
    "profile": "another --profile",
    "thresholds": "other thresholds",
}
"""What a difference in each part is called."""


def identity(detector: TextAssessor) -> dict[str, Any]:
    """Return the parts of the settings that the model decides; of an assessor that is no `Detector`, its class."""
    manifest, profile = getattr(detector, "manifest", None), getattr(detector, "profile", None)
    return {
        "model": type(detector).__qualname__ if manifest is None else manifest.sha256,
        "tier": getattr(detector, "tier", None),
        "profile": None if profile is None else hash_of(profile.to_dict()),
        "thresholds": {**getattr(detector, "thresholds", {}), "max_length": getattr(detector, "max_length", None)},
    }


def hash_of(value: Any) -> str:
    """Return the SHA-256 of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def check_settings(before: Settings, now: Settings, *, where: Path) -> None:
    """Raise ResumeError, with every difference named, unless a run can be continued with these settings."""
    # Through JSON, as they were stored: tuples become lists, enums strings.
    plain = json.loads(json.dumps(now))
    if different := [words for part, words in PARTS.items() if before.get(part) != plain.get(part)]:
        raise ResumeError(
            f"{where} was left by an interrupted run with {'; '.join(different)}; run that command again to continue "
            "it, or add --restart to this one to discard it"
        )


class Fingerprint:
    """A file that must stay as it is while it is read, and between the runs that continue each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = _state(path)
        try:
            with path.open("rb") as stream:
                self.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise RecordError(f"cannot read {path}: {error.strerror}") from None

    def check(self) -> None:
        """Raise RecordError if the file was changed since this was made; a new time with the old bytes is no change."""
        state = _state(self._path)
        if state == self._state:
            return
        if state is None or Fingerprint(self._path).sha256 != self.sha256:
            raise RecordError(f"{self._path} was changed while it was read; run again when nothing writes to it")
        self._state = state


class RowsDigest:
    """Stands for the rows read so far of a stream, which unlike a file cannot be looked at as a whole beforehand."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, chunk: Chunk) -> None:
        """Add rows; the chunks have to be the same each time."""
        self._hash.update(repr(list(chunk)).encode("utf-8", "surrogatepass"))

    def value(self) -> str:
        """Return the digest of all rows added."""
        return self._hash.hexdigest()


def columns_hash(columns: Sequence[str], text_column: str) -> str:
    """Return a hash of the columns: where a header line is missing, their names are somebody's message."""
    return hash_of([list(columns), text_column])


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
