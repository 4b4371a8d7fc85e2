"""The trained baselines of the leaderboard: what a team could set up in a day.

Each learns all of our heads (risk, roles of a case, signals) from the rows that ours are fitted on. It chooses its
regularisation on the dev split, by average precision of the risk after a fit on the train split; its decision is set
there as well; then it is fitted once more on both splits with what was chosen, as a released model of ours is.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from decisions import Answers, Decision
from peers import FASTTEXT_BUCKETS, FASTTEXT_DIMENSIONS, as_lines, fasttext_module
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler

from sextortion_signals.corpus import Row
from sextortion_signals.evaluate import EvaluationRow
from sextortion_signals.evaluate.table import Floats
from sextortion_signals.model import HEADS
from sextortion_signals.semantic import Adapter, SemanticScorer, base_path, read_base
from sextortion_signals.train import make_targets
from sextortion_signals.train.encoder_graph import encoder_graph

FASTTEXT_TRAINING = """
import json, sys
from peers import fasttext_module
path, model, how = sys.argv[1:]
fasttext_module().train_supervised(path, **json.loads(how)).save_model(model)
"""


class Logistic:
    """Logistic regression, one for each of our heads, over vectors of texts."""

    name = "logistic regression"
    strengths: tuple[float, ...] = ()
    solver = "liblinear"
    vectors_of = ""

    def learn(self, texts: Sequence[str]) -> Any:
        """Fit the vectors to texts and return theirs, a matrix (n, width)."""
        raise NotImplementedError

    def see(self, texts: Sequence[str]) -> Any:
        """Return the vectors of other texts."""
        raise NotImplementedError

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        known, unseen = self.learn(_texts(train)), self.see(_texts(dev))
        targets, truth = make_targets(train), make_targets(dev)[:, 0]
        found = {
            strength: average_precision_score(
                truth, self._head(known, targets[:, 0], strength).decision_function(unseen)
            )
            for strength in self.strengths
        }
        best = max(found, key=lambda strength: found[strength])
        self._fit_heads(known, targets, best)
        self.decision = Decision.fit(self._logits(unseen), dev)
        both = [*train, *dev]
        self._fit_heads(self.learn(_texts(both)), make_targets(both), best)
        tried = ", ".join(f"{strength:g}" for strength in self.strengths)
        return f"{self.vectors_of}; C = {best:g} of {tried}"

    def answers(self, rows: Sequence[EvaluationRow]) -> Answers:
        return self.decision.apply(self.read([row.text for row in rows]))

    def read(self, texts: Sequence[str]) -> Floats:
        return self._logits(self.see(texts))

    def _head(self, vectors: Any, truth: Any, strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, solver=self.solver, max_iter=400).fit(vectors, truth)

    def _fit_heads(self, vectors: Any, targets: Any, strength: float) -> None:
        heads = []
        for index in range(len(HEADS)):
            known = np.flatnonzero(targets[:, index] >= 0)
            heads.append(self._head(vectors[known], targets[known, index], strength))
        self.weights = np.array([head.coef_[0] for head in heads]).T
        self.bias = np.array([head.intercept_[0] for head in heads])

    def _logits(self, vectors: Any) -> Floats:
        return np.asarray(vectors @ self.weights + self.bias)


class TfidfLogistic(Logistic):
    """TF-IDF of character n-grams: what most teams begin with."""

    name = "TF-IDF + logistic regression"
    strengths = (1.0, 3.0, 10.0, 30.0, 100.0)
    vectors_of = "scikit-learn, TF-IDF of character n-grams 1 to 5, sublinear, n-grams of two texts or more"

    def learn(self, texts: Sequence[str]) -> Any:
        self.vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 5), sublinear_tf=True, min_df=2)
        return self.vectorizer.fit_transform(texts)

    def see(self, texts: Sequence[str]) -> Any:
        return self.vectorizer.transform(texts)


class FrozenEncoder(Logistic):
    """The base model of the semantic tier as it comes, its vectors read by logistic regression.

    Vectors are means over the pieces, as multilingual-e5 was trained to be used. Those of texts it is fitted on are
    kept in `cache` (a folder) if one is given; texts that are measured are always read anew.
    """

    name = "frozen encoder + logistic regression"
    strengths = (0.01, 0.1, 1.0, 10.0)
    solver = "newton-cholesky"
    vectors_of = "multilingual-e5-small as the semantic tier has it, without adaptation; mean vectors, standardised"

    def __init__(self, cache: Path | None = None) -> None:
        base = read_base(base_path())
        width = base.shape.width
        # Mean, maximum and weighted mean lie side by side in what the heads read; these heads hand the mean through.
        arrays = {"att.w": np.zeros((width, 1)), "head.w": np.eye(3 * width, width), "head.b": np.zeros(width)}
        adapter = Adapter({name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()})
        self.encoder = SemanticScorer(base, adapter, encoder_graph(base.shape, width))
        self.known: dict[str, Any] = {}
        self.cache = None if cache is None else cache / f"{base_path().stem}.npz"
        if self.cache is not None and self.cache.is_file():
            with np.load(self.cache, allow_pickle=False) as stored:
                self.known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        self.remember(_texts([*train, *dev]))
        return super().fit(train, dev)

    def remember(self, texts: Sequence[str]) -> None:
        """Read texts that are not known yet, and keep all vectors in the cache if there is one."""
        new = {_key(text): text for text in texts if _key(text) not in self.known}
        for start in range(0, len(new), 1000):
            keys = list(new)[start : start + 1000]
            vectors = self.encoder.logits([new[key] for key in keys]).astype(np.float32)
            self.known.update(zip(keys, vectors, strict=True))
            print(f"{self.name}: {start + len(keys)} of {len(new)} texts read", file=sys.stderr, flush=True)
        if new and self.cache is not None:
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self.cache, keys=np.array(list(self.known)), vectors=np.array(list(self.known.values())))

    def learn(self, texts: Sequence[str]) -> Any:
        self.scale = StandardScaler()
        return self.scale.fit_transform(self._vectors(texts))

    def see(self, texts: Sequence[str]) -> Any:
        return self.scale.transform(self._vectors(texts))

    def read(self, texts: Sequence[str]) -> Floats:
        return self._logits(self.scale.transform(self.encoder.logits(texts)))

    def _vectors(self, texts: Sequence[str]) -> Any:
        return np.array([self.known[_key(text)] for text in texts], dtype=np.float64)


class FastText:
    """fastText (Joulin et al. 2017), one label for each of our heads, one against the rest."""

    name = "fastText"
    settings = tuple((rate, epochs) for rate in (0.05, 0.1) for epochs in (10, 25))

    def fit(self, train: Sequence[Row], dev: Sequence[Row]) -> str:
        truth = make_targets(dev)[:, 0]
        tried = {setting: self._trained(train, *setting) for setting in self.settings}
        scores = {setting: self._logits(model, _texts(dev)) for setting, model in tried.items() if model is not None}
        if not scores:
            raise SystemExit("fastText ended every training with 'Encountered NaN'")
        found = {setting: average_precision_score(truth, logits[:, 0]) for setting, logits in scores.items()}
        best = max(found, key=lambda setting: found[setting])
        self.decision = Decision.fit(scores[best], dev)
        # Where that ends with "Encountered NaN", what was fitted on train alone stands in.
        both = self._trained([*train, *dev], *best)
        self.model = tried[best] if both is None else both
        rate, epochs = best
        return (
            f"character n-grams 1 to 5, {FASTTEXT_DIMENSIONS} dimensions, {FASTTEXT_BUCKETS} buckets, a label a head "
            f"(loss `ova`); rate {rate:g} and {epochs} epochs, of rates 0.05 and 0.1 and of 10 and 25 epochs"
        )

    def answers(self, rows: Sequence[EvaluationRow]) -> Answers:
        return self.decision.apply(self.read([row.text for row in rows]))

    def read(self, texts: Sequence[str]) -> Floats:
        return self._logits(self.model, texts)

    def _trained(self, rows: Sequence[Row], rate: float, epochs: int) -> Any:
        lines = zip(make_targets(rows), as_lines(_texts(rows)), strict=True)
        marked = [" ".join([*_marks(target), line.lower()]) + "\n" for target, line in lines]
        shuffled = np.random.default_rng(2026).permutation(len(marked))
        how = {"lr": rate, "epoch": epochs, "loss": "ova", "thread": 1, "verbose": 0, "minn": 1, "maxn": 5}
        how |= {"dim": FASTTEXT_DIMENSIONS, "bucket": FASTTEXT_BUCKETS}
        with tempfile.TemporaryDirectory() as folder:
            path, model = Path(folder) / "train.txt", Path(folder) / "model.bin"
            path.write_text("".join(marked[index] for index in shuffled), encoding="utf-8")
            # In a process of its own: where another model lived before, this build ends with "Encountered NaN".
            command = [sys.executable, "-c", FASTTEXT_TRAINING, str(path), str(model), json.dumps(how)]
            done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
            if "Encountered NaN" in done.stderr:
                return None
            if done.returncode:
                raise SystemExit(done.stderr)
            return fasttext_module().load_model(str(model))

    def _logits(self, model: Any, texts: Sequence[str]) -> Floats:
        columns = {f"__label__{name}": index for index, name in enumerate(HEADS)}
        logits = np.zeros((len(texts), len(HEADS)))
        labels, shares = model.predict([line.lower() for line in as_lines(texts)], k=-1)
        for row, (names, values) in enumerate(zip(labels, shares, strict=True)):
            for name, value in zip(names, values, strict=True):
                if name in columns:
                    logits[row, columns[name]] = value
        logits = np.clip(logits, 1e-6, 1 - 1e-6)
        return np.log(logits / (1 - logits))


def _texts(rows: Sequence[Row]) -> list[str]:
    return [row.text for row in rows]


def _marks(target: Any) -> list[str]:
    return [f"__label__{name}" for name, value in zip(HEADS, target, strict=True) if value == 1] or ["__label__none"]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
