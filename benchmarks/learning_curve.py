"""What more cards are worth: the project's linear model fitted on 1/16, 1/8, 1/4, 1/2 and all training cards.

    python benchmarks/learning_curve.py [--shares 1/16 1/8] [--also FILE ...] [--output docs]

Training cards are those that a released model is fitted on (splits train and dev). A smaller share is part of every
larger one: a hash of its id decides when a card joins. Each model is measured on the test split of the corpus, one
language at a time, and on every FILE of JSON lines that hold text and risk (0 or 1). Writes learning-curve.md and
learning-curve.svg into the output folder. All five shares take some minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from sextortion_signals.corpus import Row, corpus_hash, read_sources, split_of
from sextortion_signals.corpus.layout import markdown_table
from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate.bootstrap import ranking_statistics, with_intervals
from sextortion_signals.evaluate.metrics import ranking
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.table import Flags, Floats
from sextortion_signals.evaluate.tables import interval
from sextortion_signals.train import LinearHeads, SignalFeatures, make_targets
from sextortion_signals.train.run import BITS

ROOT = Path(__file__).resolve().parents[1]
SHARES = tuple(Fraction(1, parts) for parts in (16, 8, 4, 2, 1))
FIGURES = {"auc": "AUC", "recall_at_1": "R@1 %", "recall_at_5": "R@5 %"}
SEED = 2026
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sextortion-signals",
    "text.parse_math": False,
    "font.size": 9,
}


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts to measure on and their risk, shape (n,)."""

    name: str
    texts: tuple[str, ...]
    risk: Flags


@dataclass(frozen=True, slots=True)
class Point:
    """One fitted model on one test set; `figures` by the keys of `FIGURES`."""

    share: Fraction
    cards: int
    rows: int
    test: str
    figures: dict[str, Estimate]


def position(card: str) -> float:
    """Return when a card joins the training, in 0..1: it belongs to every share above this."""
    return int.from_bytes(hashlib.sha256(f"learning-curve/{card}".encode()).digest()[:8], "big") / 2**64


def read_file(path: Path) -> TextSet:
    """Read JSON lines with `text` and `risk`. Raises `RecordError` naming the line, never the text."""
    texts, risk = [], []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"cannot read {path}: {type(error).__name__}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            text, label = record["text"], record["risk"]
        except (ValueError, KeyError, TypeError):
            raise RecordError(f"{path.name}:{number}: a line is a JSON object with text and risk") from None
        if not isinstance(text, str) or label not in (0, 1):
            raise RecordError(f"{path.name}:{number}: text must be a string and risk 0 or 1")
        texts.append(text)
        risk.append(label == 1)
    return TextSet(path.name, tuple(texts), np.array(risk, dtype=np.bool_))


def own_tests(rows: Sequence[Row]) -> Iterator[TextSet]:
    """Yield the test split of each language."""
    for lang in sorted({row.lang for row in rows}):
        held_out = [row for row in rows if row.lang == lang and split_of(row.card) == "test"]
        if held_out:
            risk = np.array([row.risk == 1 for row in held_out], dtype=np.bool_)
            yield TextSet(f"test split, {lang}", tuple(row.text for row in held_out), risk)


def measure(risk: Flags, score: Floats) -> dict[str, Estimate]:
    """Return AUC, R@1 % and R@5 % with their intervals, as docs/evaluation.md defines them."""
    values = {name: value for name, value in ranking(risk, score).items() if name in FIGURES}
    return with_intervals(values, ranking_statistics(risk, score), risk)


def learning_curve(folder: Path, shares: Sequence[Fraction], files: Sequence[Path]) -> Iterator[Point]:
    """Fit a model on each share of the training cards and yield its figures on every test set."""
    rows = read_sources(folder)
    tests = [*own_tests(rows), *map(read_file, files)]
    fitting = [row for row in rows if split_of(row.card) != "test"]
    # In the order of `train`, so that all cards give the risk head of a released model.
    fitting = [fitting[index] for index in np.random.default_rng(SEED).permutation(len(fitting))]
    features = SignalFeatures(bits=BITS).fit([])
    matrix, targets = features.transform([row.text for row in fitting]), make_targets(fitting)
    unseen = [features.transform(test.texts) for test in tests]
    for share in sorted(shares):
        chosen = np.flatnonzero([position(row.card) < share for row in fitting])
        heads = LinearHeads(hashed_width=1 << BITS).fit(matrix[chosen], targets[chosen])
        cards = len({fitting[index].card for index in chosen})
        for test, texts in zip(tests, unseen, strict=True):
            figures = measure(test.risk, heads.decision_function(texts)[:, 0])
            yield Point(share, cards, len(chosen), test.name, figures)


def to_markdown(points: Sequence[Point], corpus: str, command: str) -> str:
    """Return the page: what was measured, the table, how to read it."""
    header = ("measured on", "share", "cards", "rows", *FIGURES.values())
    rows = [
        (test, str(point.share), str(point.cards), str(point.rows), *map(interval, _figures(point)))
        for test in dict.fromkeys(point.test for point in points)
        for point in points
        if point.test == test
    ]
    return f"""# Learning curve

What more cards are worth: the project's linear model fitted on growing shares of the training cards, each share part
of the next, measured on texts it has not seen. Figures are those of [evaluation.md](evaluation.md); in brackets: 95 %
bootstrap interval.

```console
$ {command}
```

Corpus: SHA-256 `{corpus}`.

![AUC and recall at 5 % false alarms by number of training cards](learning-curve.svg)

{markdown_table(header, rows)}

## Reading

{_reading(points)}
- A curve that still rises at its end says that more cards of this kind help; a flat one, that the next gain has to
  come from cards of another kind, from features or from the model.
- The test split comes from the same writers as the training cards. A file of other origin tells whether a gain
  carries over.
- One subset was drawn for each share. Intervals are those of the test rows; they leave out the chance of that draw,
  which is largest at the smallest share.
"""


def _figures(point: Point) -> Iterator[Estimate]:
    return (point.figures[name] for name in FIGURES)


def _reading(points: Sequence[Point]) -> str:
    lines = []
    for test in dict.fromkeys(point.test for point in points):
        known = [(point, point.figures["auc"].value) for point in points if point.test == test]
        curve = [(point, value) for point, value in known if value is not None]
        if not curve:
            lines.append(f"- **{test}**: one kind of risk only, so nothing can be ranked.")
            continue
        (first, start), (last, end) = curve[0], curve[-1]
        line = f"- **{test}**: AUC {start:.3f} with {first.cards} cards, {end:.3f} with {last.cards}"
        if len(curve) > 1:
            before, gain = curve[-2][0], end - curve[-2][1]
            line += f"; the step from {before.share} to {last.share} changed it by {gain:+.3f}, {_against(last, gain)}"
        lines.append(line + ".")
    return "\n".join(lines)


def _against(point: Point, gain: float) -> str:
    estimate = point.figures["auc"]
    half = ((estimate.high or 0.0) - (estimate.low or 0.0)) / 2
    return f"{'more' if abs(gain) > half else 'less'} than half the width of its interval ({half:.3f})"


def draw(points: Sequence[Point], path: Path) -> None:
    """Draw AUC and R@5 % by training cards. The same points give the same bytes with the same matplotlib."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(9.0, 3.8), layout="constrained", facecolor="white")
        for axes, name in zip(figure.subplots(1, 2), ("auc", "recall_at_5"), strict=True):
            for test in dict.fromkeys(point.test for point in points):
                curve = [(point.cards, point.figures[name]) for point in points if point.test == test]
                drawn = [(cards, item.value, item.low, item.high) for cards, item in curve if item.value is not None]
                if drawn:
                    cards, values, low, high = zip(*drawn, strict=True)
                    axes.plot(cards, values, "o-", label=test, markersize=4)
                    axes.fill_between(cards, low, high, alpha=0.15)
            ticks = sorted({point.cards for point in points})
            axes.set(xscale="log", xlabel="training cards", ylabel=FIGURES[name])
            axes.minorticks_off()
            axes.set_xticks(ticks, [f"{cards:,}" for cards in ticks])
            axes.grid(alpha=0.3)
        figure.axes[0].legend(loc="lower right")
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT / "data" / "synthetic", help="corpus folder")
    parser.add_argument("--shares", type=Fraction, nargs="+", default=list(SHARES), help="shares of the cards, 0 to 1")
    parser.add_argument("--also", type=Path, nargs="+", default=[], metavar="FILE", help="JSON lines: text, risk")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder of the two files")
    options = parser.parse_args(arguments)
    if not all(0 < share <= 1 for share in options.shares):
        parser.error("--shares must lie above 0 and at most at 1")
    corpus = corpus_hash(options.corpus)
    points = []
    for point in learning_curve(options.corpus, options.shares, options.also):
        points.append(point)
        print(point.share, point.cards, point.rows, point.test, *map(interval, _figures(point)), sep="\t", flush=True)
    draw(points, options.output / "learning-curve.svg")
    page = to_markdown(points, corpus, _command(options))
    (options.output / "learning-curve.md").write_text(page, encoding="utf-8")


def _command(options: argparse.Namespace) -> str:
    """Return the command line that repeats the measurement; of other files the names alone."""
    parts = ["python benchmarks/learning_curve.py"]
    if options.shares != list(SHARES):
        parts += ["--shares", *map(str, options.shares)]
    if options.also:
        parts += ["--also", *(path.name for path in options.also)]
    return " ".join(parts)


if __name__ == "__main__":
    main()
