"""Reports that take too long to be computed whenever a document is written: kept beside the corpus as JSON.

A kept report names the hash of the built corpus it was computed on, and is refused for any other corpus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sextortion_signals.corpus.build import corpus_hash
from sextortion_signals.errors import CorpusError

REPORTS = "reports"


def write_report(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Write `content` into `reports/NAME.json` of a corpus folder; return the path.

    Raises `CorpusError` when the corpus was not built, or its sources have changed since.
    """
    kept = {"corpus_sha256": corpus_hash(folder), **content}
    path = folder / REPORTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_report(folder: Path, name: str) -> dict[str, Any]:
    """Return what `write_report` kept under that name.

    Raises `CorpusError` naming the command to run when there is no report, or it is that of another corpus.
    """
    path = folder / REPORTS / f"{name}.json"
    command = f"run `sextortion-signals corpus {name} {folder} --write`"
    if not path.is_file():
        raise CorpusError(f"{path} is missing; {command}")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if content.pop("corpus_sha256", None) != corpus_hash(folder):
        raise CorpusError(f"{path} was computed on another corpus; {command}")
    return content
