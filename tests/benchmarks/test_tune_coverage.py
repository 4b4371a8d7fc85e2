from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "benchmarks" / "tune_coverage.py"
    spec = importlib.util.spec_from_file_location("tune_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_intervals_hold_the_truth_about_as_often_as_they_say(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    script.main(["--repeats", "200"])

    fixed, chosen = (
        [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
        for table in capsys.readouterr().out.strip().split("\n\n")
    )
    assert (len(fixed), len(chosen)) == (len(script.FIXED), len(script.CHOSEN))
    # Two hundred samples tell a share of 95 % to about 3 points; 88 % is what a broken interval falls below.
    for row, first in [*((row, 3) for row in fixed), *((row, 2) for row in chosen)]:
        assert min(float(cell.rstrip("%")) for cell in row[first : first + 4]) > 88, row


def test_points_cost_what_was_asked(script: ModuleType) -> None:
    page = (ROOT / "docs" / "why" / "009-intervals-of-a-profile.md").read_text(encoding="utf-8")
    rows = [
        line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ") and " per day " in line
    ]

    asked = [(float(row[1].split()[-1]), float(row[-1])) for row in rows if row[1].startswith("reviews")]
    assert len(asked) == sum(setting[2].reviews_per_day is not None for setting in script.CHOSEN)
    assert all(0.8 * wish < true <= wish for wish, true in asked)
