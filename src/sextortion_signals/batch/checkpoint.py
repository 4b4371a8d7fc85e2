"""How far an interrupted run had come, as a small JSON file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sextortion_signals.batch.settings import Settings
from sextortion_signals.batch.summary import Tally

CHECKPOINT_FORMAT = 1
"""Number of the file's format; one of another number is not continued."""


@dataclass(slots=True)
class Checkpoint:
    """Everything that is needed to go on, and no text.

    `rows` are done, in the first `written` bytes of the rows file and `ordered` bytes of the order file. `seconds` is
    the wall time of all runs so far, `digest` that of the rows read from a stream. `complete` says that all rows are
    done, `published` is the number (inode) of the finished file that was put in the output's place. `files` are those
    of a folder that are done, each with the SHA-256 of its content.
    """

    rows: int = 0
    written: int = 0
    ordered: int = 0
    protected: int = 0
    seconds: float = 0.0
    digest: str | None = None
    complete: bool = False
    published: int | None = None
    files: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def write(self, path: Path, settings: Settings) -> None:
        """Write it with the settings; after a crash there is the old file or the new one, never a part."""
        data: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        content = {"format": CHECKPOINT_FORMAT, "settings": settings, **data, "tally": self.tally.to_dict()}
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as stream:
            stream.write(json.dumps(content).encode())
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)


def read_checkpoint(path: Path) -> tuple[Checkpoint, Settings] | None:
    """Return the checkpoint and its settings; None if there is none.

    Raises:
        ValueError: the file is not what `Checkpoint.write` writes.
    """
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    try:
        if data.pop("format") != CHECKPOINT_FORMAT:
            raise ValueError("another format")
        settings: Settings = data.pop("settings")
        return Checkpoint(**{**data, "tally": Tally.from_dict(data["tally"])}), settings
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a checkpoint") from error
