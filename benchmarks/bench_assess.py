"""Texts a second of the library against a scikit-learn TF-IDF pipeline and fugashi alone, interleaved in one process.

    python benchmarks/bench_assess.py [rounds]

The texts are those of data/synthetic/test.jsonl; also shows that time is linear in the length of a text.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sextortion_signals import Detector
from sextortion_signals.text import lemma_lines

DATA = Path(__file__).resolve().parents[1] / "data" / "synthetic"


def rows(split: str) -> tuple[list[str], list[int]]:
    """Return texts and risks of a split."""
    loaded = [json.loads(line) for line in (DATA / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in loaded], [row["risk"] for row in loaded]


def interleaved(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return median seconds of each candidate over interleaved rounds after a warm-up."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, call in candidates.items():
            start = time.perf_counter()
            call()
            if number:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def main(rounds: int) -> None:
    """Print both tables."""
    detector = Detector.load()
    texts, _ = rows("test")
    fitted = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)), LogisticRegression(max_iter=300))
    fitted.fit(*rows("dev"))
    medians = interleaved(
        {
            "assess_many: signals, evidence, advice": lambda: detector.assess_many(texts),
            "score_many: all heads, arrays": lambda: detector.score_many(texts),
            "fugashi lemma string alone": lambda: [lemma_lines(text) for text in texts],
            "scikit-learn TF-IDF char_wb(1,4) + LR": lambda: fitted.predict_proba(texts),
        },
        rounds,
    )
    peer = medians["scikit-learn TF-IDF char_wb(1,4) + LR"]
    print(
        f"{len(texts)} texts, half of them cases\n{'':42} {'us/text':>8} {'texts/s':>9} {'speed to scikit-learn':>22}"
    )
    for name, value in medians.items():
        print(f"{name:42} {value / len(texts) * 1e6:8.1f} {len(texts) / value:9.0f} {peer / value:22.2f}")
    print(f"\n{'characters':>10} {'ms':>8} {'us/character':>13}")
    for length in (100, 1000, 5000, 20000):
        text = ("".join(texts) * 3)[:length]
        value = interleaved({"one": lambda text=text: detector.assess(text)}, rounds)["one"]
        print(f"{length:10} {value * 1000:8.2f} {value / length * 1e6:13.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
