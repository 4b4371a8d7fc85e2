from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.corpus import Row
from sextortion_signals.types import Role

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project_corpus() -> Path:
    return ROOT / "data" / "synthetic"


@pytest.fixture
def make_corpus(tmp_path: Path) -> Callable[..., Path]:
    """Write source files, given as name=text, below a corpus folder."""

    def write(**sources: str) -> Path:
        (tmp_path / "src").mkdir(exist_ok=True)
        for name, text in sources.items():
            (tmp_path / "src" / f"{name.replace('_', '-')}.txt").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def make_conversations(make_corpus: Callable[..., Path]) -> Callable[..., Path]:
    """Write sources of conversations, given as name=text, into a corpus folder with one row beside them."""

    def write(**sources: str) -> Path:
        folder = make_corpus(en_b01="@ en-b01-001 ev_home casual\nN | ab\n")
        (folder / "conversations" / "src").mkdir(parents=True, exist_ok=True)
        for name, text in sources.items():
            path = folder / "conversations" / "src" / f"{name.replace('_', '-')}.txt"
            path.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def make_row() -> Callable[..., Row]:
    def build(text: str = "text", **fields: Any) -> Row:
        defaults = {
            "id": "en-b01-001-01",
            "lang": "en",
            "role": Role.OTHER,
            "signals": (),
            "category": "ben_photo",
            "register": "casual",
            "card": "en-b01-001",
            "batch": "en-b01",
            "pair": None,
        }
        return Row(text=text, **{**defaults, **fields})

    return build
