"""Texts a second against fastText, scikit-learn and fugashi, interleaved in one process.

    python benchmarks/bench_assess.py [rounds]        needs the extra `bench` (or `dev`)

The texts are a queue of which one in eight is a case, and the whole test split of the corpus, of which nearly half are.
Also shows that time is linear in the length of a text and in the number of texts.
"""

from __future__ import annotations

import statistics

from measuring import CASE, Goal, detectors, interleaved, medians, print_goals, print_times, queue, rounds_asked, rows
from peers import as_lines, fasttext_predict, tfidf_pipeline

from sextortion_signals import Detector
from sextortion_signals.text import lemma_lines

HARMLESS = "明日の部活は何時からだっけ？雨だったら体育館でやるって先生が言ってたよ"
SINGLE_TEXTS = (HARMLESS, CASE)
LENGTHS = (500, 2000, 8000, 20000)
SIZES = (180, 720, 2880)
# A slope of 1 is linear time; caches and the noise of the machine move it a little.
MOST_SLOPE = 1.25


def batch_goals(rounds: int, texts: list[str], kind: str) -> list[Goal]:
    """Time whole batches and return what they reach."""
    fast, lemmas = detectors()
    fasttext, pipeline, lines = fasttext_predict("dev"), tfidf_pipeline("dev"), as_lines(texts)
    times = interleaved(
        {
            "fastText char 1-4, dim 16": lambda: fasttext(lines),
            "scikit-learn TF-IDF char 1-4 + LR": lambda: pipeline.predict_proba(texts),
            "fugashi lemma string alone": lambda: [lemma_lines(text) for text in texts],
            "score_many, characters": lambda: fast.score_many(texts),
            "assess_many, characters": lambda: fast.assess_many(texts),
            "score_many, lemmas too": lambda: lemmas.score_many(texts),
            "assess_many, lemmas too": lambda: lemmas.assess_many(texts),
        },
        rounds,
    )
    print(f"\n{kind}: {len(texts)} texts, median {statistics.median(map(len, texts)):.0f} characters")
    print_times(times, len(texts), "text")
    label, usual, tagger, score, full, score_lemmas, full_lemmas = medians(times).values()
    return [
        Goal(f"{kind}: scores of all heads, speed to fastText's label", label / score, 2.5, aim=4),
        Goal(f"{kind}: full results, speed to fastText's label", label / full, 1.0),
        Goal(f"{kind}: full results, speed to scikit-learn", usual / full, 10),
        Goal(f"{kind}: scores with lemmas, time to fugashi's lemma string", score_lemmas / tagger, 1.4, at_least=False),
        Goal(f"{kind}: full results with lemmas, speed to scikit-learn", usual / full_lemmas, 1.0),
    ]


def single_goals(rounds: int) -> list[Goal]:
    """Time one text after the other through `assess`."""
    fast, lemmas = detectors()
    pipeline = tfidf_pipeline("dev")
    repeats = 100
    goals = []
    for kind, text in zip(("harmless", "case"), SINGLE_TEXTS, strict=True):
        times = interleaved(
            {
                "scikit-learn, one text": lambda text=text: [pipeline.predict_proba([text]) for _ in range(repeats)],
                "assess(), characters": lambda text=text: [fast.assess(text) for _ in range(repeats)],
                "assess(), lemmas too": lambda text=text: [lemmas.assess(text) for _ in range(repeats)],
            },
            rounds,
        )
        print(f"\none {kind} text of {len(text)} characters")
        print_times(times, repeats, "text")
        usual, own, own_lemmas = medians(times).values()
        goals.append(Goal(f"one {kind} text: time to scikit-learn", own / usual, 1 / 12, at_least=False))
        goals.append(Goal(f"one {kind} text with lemmas: time to scikit-learn", own_lemmas / usual, 1, at_least=False))
    return goals


def linear_goals(rounds: int, texts: list[str]) -> list[Goal]:
    """Time growing texts and growing batches; a goal is met where ten times as much takes ten times as long."""
    detector: Detector = detectors()[0]
    joined = "".join(texts) * 2
    lengths = {
        str(length): lambda length=length: [detector.assess(joined[:length]) for _ in range(LENGTHS[-1] // length)]
        for length in LENGTHS
    }
    sizes = {
        str(size): lambda size=size: [detector.assess_many(texts[:size]) for _ in range(SIZES[-1] // size)]
        for size in SIZES
    }
    goals = []
    for name, unit, candidates, most in (
        ("text length", "character", lengths, LENGTHS[-1]),
        ("batch size", "text", sizes, SIZES[-1]),
    ):
        times = interleaved(candidates, rounds)
        print_times(times, most, unit)
        first, *_, last = medians(times).values()
        goals.append(Goal(f"{name}: time per {unit}, longest to shortest", last / first, MOST_SLOPE, at_least=False))
    return goals


def main(rounds: int) -> None:
    """Print the tables and the goals."""
    texts = queue()
    goals = batch_goals(rounds, texts, "queue")
    split = batch_goals(rounds, rows("test")[0], "test split")
    print_goals([*goals, *single_goals(rounds), *linear_goals(rounds, texts)])
    print("\nFor comparison, the whole test split:")
    print_goals(split)


if __name__ == "__main__":
    main(rounds_asked())
