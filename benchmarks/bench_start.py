"""From process start to the first score, and what a loaded model takes: against `import numpy` and a joblib pipeline.

    python benchmarks/bench_start.py [rounds]

Every candidate is a process of its own, started in interleaved rounds; files are in the system's cache and modules
compiled, as after an installation. The fast tier.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

import joblib
from measuring import CASE, Goal, fresh_process, interleaved, medians, print_goals, print_times, rounds_asked
from peers import PIPELINE_FEATURES, tfidf_pipeline

from sextortion_signals import Detector
from sextortion_signals.model import resolve_model
from sextortion_signals.model.artefact import RUNTIME_FILES

ASSESS = f"from sextortion_signals import Detector; Detector.load(tier='fast').assess({CASE!r})"
PEAK = "; import re; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
MB = 1024 * 1024


def first_scores(rounds: int, pipeline: Path) -> list[Goal]:
    """Time processes up to their first score."""
    codes = {
        "python -c pass": "pass",
        "import numpy": "import numpy",
        "import sextortion_signals": "import sextortion_signals",
        "first assess()": ASSESS,
        "import sklearn (text, linear_model)": "import sklearn.feature_extraction.text, sklearn.linear_model",
        "joblib pipeline, 200,000 features": f"import joblib; joblib.load({str(pipeline)!r}).predict_proba([{CASE!r}])",
    }
    candidates = {name: lambda code=code: fresh_process(code) for name, code in codes.items()}
    times = interleaved(candidates, rounds, time.perf_counter)
    print_times(times, 1, "process")
    _, numpy, _, own, _, peer = medians(times).values()
    return [
        Goal("process start to first assess(): to a joblib pipeline", own / peer, 0.1, at_least=False),
        Goal("process start to first assess(): to `import numpy`", own / numpy, 1.7, at_least=False),
    ]


def sizes(rounds: int) -> list[Goal]:
    """Measure memory after the first score, the model's files and how long it loads in a warm process."""
    memory = [int(fresh_process(ASSESS + PEAK)) / 1024 for _ in range(3)]
    folder = resolve_model()
    files = sum((folder / name).stat().st_size for name in (*RUNTIME_FILES, "manifest.json"))
    loads = {"Detector.load()": partial(Detector.load, tier="fast"), "read the files alone": lambda: read_all(folder)}
    times = interleaved(loads, rounds)
    print_times(times, 1, "load")
    return [
        Goal("peak memory after the first score, MB", max(memory), 70, at_least=False),
        Goal("model files, MB", files / MB, 15, at_least=False),
        Goal("load, ms", medians(times)["Detector.load()"] * 1000, 20, at_least=False),
    ]


def read_all(folder: Path) -> None:
    """Read every file of a model, the least that loading can cost."""
    for name in RUNTIME_FILES:
        (folder / name).read_bytes()


def main(rounds: int) -> None:
    """Print the tables and the goals."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "pipeline.joblib"
        fitted = tfidf_pipeline("train", features=PIPELINE_FEATURES, iterations=10)
        if len(fitted[0].vocabulary_) != PIPELINE_FEATURES:
            raise SystemExit("the split has too few n-grams for this peer")
        joblib.dump(fitted, path)
        print(f"{path.stat().st_size / MB:.0f} MB joblib pipeline; {time.strftime('%Y-%m-%d')}")
        print_goals([*first_scores(rounds, path), *sizes(rounds)])


if __name__ == "__main__":
    main(rounds_asked())
