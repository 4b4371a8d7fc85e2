"""The README's first screen does what it says: its first command and its Python are run, their output compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)


def run(command, **options):
    # The environment of the tests stands in for the one that ./dev would make.
    environment = {**os.environ, "SEXTORTION_SIGNALS_VENV": sys.prefix, "NO_COLOR": "1", "COLUMNS": "100"}
    environment.pop("LANG", None)
    environment.pop("SEXTORTION_SIGNALS_TIER", None)  # README shows what a reader gets, not the suite's tier
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=True, **options
    )
    return result.stdout


def lines(text):
    return [line.rstrip() for line in text.strip().splitlines()]


def test_readme_first_command_prints_what_the_readme_shows():
    (kind, command), (_, shown) = BLOCKS[:2]
    assert kind == "bash"
    *beginning, rest = lines(shown)
    assert rest == "..."
    assert len(beginning) > 10
    assert lines(run(["bash", "-c", command]))[: len(beginning)] == beginning


def test_readme_python_prints_what_the_readme_shows():
    index = next(i for i, (kind, _) in enumerate(BLOCKS) if kind == "python")
    assert lines(run([sys.executable, "-c", BLOCKS[index][1]])) == lines(BLOCKS[index + 1][1])


def test_readme_links_lead_somewhere():
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
