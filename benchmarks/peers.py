"""The peers that speed is compared with, trained here on a split of the corpus. Their speed is meant, not their skill.

fastText comes with the extra `bench` (and `dev`), which nothing but these scripts needs.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from measuring import rows
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

FASTTEXT_DIMENSIONS = 16
FASTTEXT_BUCKETS = 1 << 18  # 16 MB; its default of 2 million is slower
PIPELINE_FEATURES = 200_000


def fasttext_module() -> Any:
    """Return the module, or end with the command that installs it."""
    try:
        import fasttext
    except ModuleNotFoundError:
        raise SystemExit("fastText is missing: pip install -e '.[bench]'") from None
    return fasttext


def fasttext_predict(split: str) -> Callable[[Sequence[str]], Any]:
    """Return a function that labels texts by a fastText model of character n-grams 1 to 4, trained on a split.

    It takes prepared lines (see `as_lines`). The build from the package index ends training with "Encountered NaN" now
    and then; it is then repeated at half the learning rate.
    """
    fasttext = fasttext_module()
    texts, risks = rows(split)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = zip(risks, as_lines(texts), strict=True)
        path.write_text("".join(f"__label__{risk} {line}\n" for risk, line in lines), encoding="utf-8")
        rate = 0.1
        while True:
            try:
                model = fasttext.train_supervised(
                    str(path), lr=rate, minn=1, maxn=4, dim=FASTTEXT_DIMENSIONS, bucket=FASTTEXT_BUCKETS, verbose=0
                )
                return lambda lines: model.predict(lines)
            except RuntimeError:
                rate /= 2


def as_lines(texts: Sequence[str]) -> list[str]:
    """Return texts as fastText wants them: one line each."""
    return [" ".join(text.encode("utf-8", "replace").decode().split()) for text in texts]


def tfidf_pipeline(split: str, *, features: int | None = None, iterations: int = 50) -> Any:
    """Return scikit-learn's usual baseline, TF-IDF of character n-grams 1 to 4 and logistic regression, fitted."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), max_features=features)
    pipeline = make_pipeline(vectorizer, LogisticRegression(max_iter=iterations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged changes nothing about its speed
        return pipeline.fit(*rows(split))
