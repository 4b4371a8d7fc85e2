"""The data tables of this package: written by people as TOML, read by programs from the JSON beside them.

JSON of the same content is read some twenty times faster, and a process that needs one score should not wait for a
parser written in Python. Each JSON names the SHA-256 of the TOML it was made from: one that has fallen behind is never
used. `./dev docs` writes them, `./dev check` and a test tell when one is behind.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
TABLES = (
    "advice/advice",
    "features/lexicon",
    "signals/catalog",
    "text/keywords",
    "text/language",
    "text/lookalikes",
)


def read_table(name: str) -> dict[str, Any]:
    """Return a table of `TABLES` as nested dicts and lists, which the caller may not change."""
    source = table_source(name)
    try:
        made = json.loads((PACKAGE / f"{name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # a fresh table, or one in the middle of a merge
        made = {}
    if made.get("toml_sha256") != _digest(source):
        return parse_table(source)
    table: dict[str, Any] = made["table"]
    return table


def table_source(name: str) -> str:
    """Return a table as people wrote it."""
    return (PACKAGE / f"{name}.toml").read_text(encoding="utf-8")


def parse_table(source: str) -> dict[str, Any]:
    """Parse TOML; raises `ValueError` where it is none."""
    import tomllib  # six milliseconds that no reader of the JSON should pay

    return tomllib.loads(source)


def generated_tables() -> dict[str, str]:
    """Return path below the package -> content, for the JSON of every table."""
    made = {}
    for name in TABLES:
        source = table_source(name)
        content = {"toml_sha256": _digest(source), "table": parse_table(source)}
        made[f"{name}.json"] = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    return made


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8")).hexdigest()
