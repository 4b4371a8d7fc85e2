from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sextortion_signals.errors import CorpusError
from sextortion_signals.tune import MINIMUM_ROWS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_example_prints_what_the_page_shows(generate: ModuleType) -> None:
    assert generate.tuning_page(PAGE) == PAGE, "run ./dev docs"


def test_example_that_fails_is_not_written_down(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "TUNING_EXAMPLE", generate.TUNING_EXAMPLE.replace("60%", "99.99%"))

    with pytest.raises(CorpusError, match=r"the example of docs/tuning\.md fails: error: what is asked for high needs"):
        generate.tuning_page(PAGE)


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"fewer than {MINIMUM_ROWS} rows of a kind say nothing" in PAGE
