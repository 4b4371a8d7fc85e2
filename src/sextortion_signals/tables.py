"""The data tables of this package: written by people as TOML, read by programs from the JSON beside them.

JSON of the same content is read some twenty times faster, and a process that needs one score should not wait for a
parser written in Python. `./dev docs` writes the JSON, `./dev check` and a test tell when it has fallen behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
TABLES = (
    "advice/advice",
    "signals/catalog",
    "text/keywords",
    "text/language",
    "text/lookalikes",
)


def read_table(name: str) -> dict[str, Any]:
    """Return a table of `TABLES` as nested dicts and lists; the caller may not change it."""
    path = PACKAGE / f"{name}.json"
    if not path.is_file():  # a fresh table, before `./dev docs`
        return parse_toml(name)
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def parse_toml(name: str) -> dict[str, Any]:
    """Return a table of `TABLES` as it was written."""
    import tomllib  # six milliseconds that no reader of the JSON should pay

    return tomllib.loads((PACKAGE / f"{name}.toml").read_text(encoding="utf-8"))


def generated_tables() -> dict[str, str]:
    """Return path below the package -> content, for the JSON of every table."""
    return {
        f"{name}.json": json.dumps(parse_toml(name), ensure_ascii=False, separators=(",", ":")) + "\n"
        for name in TABLES
    }
