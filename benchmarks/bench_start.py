"""From process start to the first score, as a ratio to `import numpy` in the same interleaved run.

python benchmarks/bench_start.py [rounds]
"""

import statistics
import subprocess
import sys
import time

TEXT = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"
CANDIDATES = {
    "python -c pass": "pass",
    "import numpy": "import numpy",
    "import sextortion_signals": "import sextortion_signals",
    "first assess()": f"from sextortion_signals import Detector; Detector.load().assess({TEXT!r})",
    "import sklearn (text, linear_model)": "import sklearn.feature_extraction.text, sklearn.linear_model",
}


def seconds(code: str) -> float:
    """Return the wall time of one fresh process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Print medians over interleaved rounds, after one warm-up round."""
    times: dict[str, list[float]] = {name: [] for name in CANDIDATES}
    for number in range(rounds + 1):
        for name, code in CANDIDATES.items():
            taken = seconds(code)
            if number:
                times[name].append(taken)
    reference = statistics.median(times["import numpy"])
    print(f"{'process':38} {'median ms':>10} {'to import numpy':>16}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:38} {median * 1000:10.0f} {median / reference:16.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
