"""Tables of texts, shared by the tests of this folder."""

import ast
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def _unescape(text: str) -> str:
    # Only backslash escapes are read; quotation marks in the table stand for themselves.
    if "\\" not in text:
        return text
    return ast.literal_eval("'''" + text.replace("'", "\\'") + "'''")


def _lines(name: str) -> list[str]:
    return [line for line in (_HERE / name).read_text(encoding="utf-8").split("\n") if line and line[:2] != "# "]


def _naughty() -> list[str]:
    generated = [chr(code) * 50 for code in (0, 0x301, 0x3099, 0x200B, 0xD800, 0x1F1E6, 0x25CB, 0x30FC, 0xE000)]
    return [_unescape(line) for line in _lines("naughty.txt")] + generated + ["", " ", "  "]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Fill the arguments `evasion`, `ordinary` and `naughty` from the tables beside this file."""
    if "evasion" in metafunc.fixturenames:
        rows = [line.split("\t") for line in _lines("evasions.tsv")]
        cases = [(_unescape(raw), _unescape(clean)) for _, raw, clean in rows]
        metafunc.parametrize("evasion", cases, ids=[f"{row[0]}-{place}" for place, row in enumerate(rows)])
    if "ordinary" in metafunc.fixturenames:
        texts = [line for line in _lines("ordinary.txt")]
        metafunc.parametrize("ordinary", texts, ids=range(len(texts)))
    if "naughty" in metafunc.fixturenames:
        texts = _naughty()
        metafunc.parametrize("naughty", texts, ids=range(len(texts)))


@pytest.fixture
def run_python():
    """Run Python code in a process of its own and return what it printed; a crash fails the test."""

    def run(code: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "child.py"
            script.write_text(code, encoding="utf-8")
            command = [sys.executable, "-W", "ignore", str(script)]
            return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout

    return run
