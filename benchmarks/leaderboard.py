"""The leaderboard: baselines and our own tiers on the test split, quality and speed from one run.

    python benchmarks/leaderboard.py [--cache DIR] [FILE ...]

Writes its tables into docs/evaluation.md, which says how they are to be read. Each FILE of labelled JSON lines (the
form is described there) gives further tables on the screen alone. `--add mine.py:Mine` measures another system beside
these: any class or object with `scores(texts)`, risks from 0 to 1. With `--rows`, `--only`, `--add` or `--model`
nothing is written. Half of the time goes into the vectors of the frozen encoder, which `--cache` keeps.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from baselines import FastText, FrozenEncoder, TfidfLogistic
from contenders import Contender, KeywordRule, Outside, own_tiers
from decisions import FIGURES, Answers, figures
from measuring import interleaved, medians, queue_of

from sextortion_signals.corpus import corpus_hash, read_sources, replace_section, split_of
from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.errors import SextortionSignalsError
from sextortion_signals.evaluate import EvaluationFile, EvaluationRow, read_text_file
from sextortion_signals.evaluate.bootstrap import RESAMPLES, SEED
from sextortion_signals.evaluate.results import Estimate
from sextortion_signals.evaluate.tables import NOTHING, interval

Item = TypeVar("Item")
ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evaluation.md"
SECTION = "leaderboard"
COMMAND = "python benchmarks/leaderboard.py"
ROUNDS = 5
BATCH = 500
"""Texts of a timed batch; the encoder reads some hundred a second, so more would take too long."""
ALONE = 20
FEWEST_ROWS = 600
SYSTEMS = {"keyword": KeywordRule, "tfidf": TfidfLogistic, "fasttext": FastText, "encoder": FrozenEncoder, "ours": None}


@dataclass(frozen=True, slots=True)
class Speed:
    """Texts a second in a batch, and milliseconds for one text alone."""

    batch: float
    alone: float


@dataclass(frozen=True, slots=True)
class Board:
    """One table: the figures of each system on some rows, by its name, and its speed where it was measured."""

    title: str
    systems: Mapping[str, Mapping[str, Estimate]]
    speeds: Mapping[str, Speed]

    def header(self) -> tuple[str, ...]:
        return ("system", *FIGURES.values(), *(("texts a second", "one text alone, ms") if self.speeds else ()))

    def rows(self) -> list[tuple[str, ...]]:
        return [
            (name, *(interval(found[key]) for key in FIGURES), *self._speed(name))
            for name, found in self.systems.items()
        ]

    def _speed(self, name: str) -> tuple[str, ...]:
        if not self.speeds:
            return ()
        speed = self.speeds.get(name)
        return (NOTHING, NOTHING) if speed is None else (f"{speed.batch:,.0f}", f"{speed.alone:.2f}")


def measure(
    contenders: Sequence[Contender],
    file: EvaluationFile,
    speeds: Mapping[str, Speed] | None = None,
    *,
    resamples: int = RESAMPLES,
) -> list[Board]:
    """Return a table over all rows of a labelled file, and one for each of its languages if there are several."""
    if not file.labelled:
        raise SystemExit(f"{file.name} has no labels; the leaderboard needs risk, role and signals in every row")
    answers = {contender.name: contender.answers(file.rows) for contender in contenders}
    langs = sorted({row.lang for row in file.rows})
    parts = [("all rows", list(range(len(file.rows))))]
    if len(langs) > 1:
        parts += [(lang, [index for index, row in enumerate(file.rows) if row.lang == lang]) for lang in langs]
    boards = []
    for name, chosen in parts:
        rows = [file.rows[index] for index in chosen]
        risks = sum(row.label.risk for row in rows if row.label is not None)
        found = {system: figures(_take(part, chosen), rows, resamples=resamples) for system, part in answers.items()}
        title = f"{file.name}, {name}: {len(rows):,} texts, {risks:,} of them cases"
        boards.append(Board(title, found, (speeds or {}) if name == "all rows" else {}))
    return boards


def measure_speed(contenders: Sequence[Contender], rows: Sequence[EvaluationRow], rounds: int) -> dict[str, Speed]:
    """Time all systems in turns, in processor time of their one thread; return medians.

    The texts are a queue of which one in eight is a case, as many as `BATCH` at once, and `ALONE` of them one by one.
    """
    texts = queue_of([row.text for row in rows], [row.label.risk for row in rows if row.label is not None])
    batch, alone = texts[:BATCH], texts[:ALONE]
    whole = medians(interleaved({item.name: lambda item=item: item.read(batch) for item in contenders}, rounds))
    single = medians(
        interleaved({item.name: lambda item=item: [item.read([text]) for text in alone] for item in contenders}, rounds)
    )
    return {name: Speed(len(batch) / whole[name], single[name] / len(alone) * 1000) for name in whole}


def section(boards: Sequence[Board], notes: Mapping[str, str], made: str, command: str) -> str:
    """Return the generated part of the page."""
    tables = "\n\n".join(f"### {board.title}\n\n{markdown_table(board.header(), board.rows())}" for board in boards)
    set_up = "\n".join(f"- **{name}**: {note}." for name, note in notes.items())
    return f"```console\n$ {command}\n```\n\n{made}\n\n{tables}\n\n### How each was set\n\n{set_up}\n"


def made_on(corpus: Path, resamples: int) -> str:
    """Return the date, the kind of machine and the corpus of this run, in words."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    cores = f"{os.cpu_count()} cores" if os.cpu_count() != 1 else "1 core"
    machine = f"{cores} ({_processor()}), {platform.system()}, Python {platform.python_version()}, no accelerator"
    return (
        f"Run of {today} on {machine}. Corpus: SHA-256 `{corpus_hash(corpus)}`. In brackets: 95 % bootstrap interval, "
        f"{resamples:,} resamples, seed {SEED}."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, measure, print, and write the page if the run was a whole one."""
    options = _options(arguments)
    rows = read_sources(options.corpus)
    train, dev = (
        _some([row for row in rows if split_of(row.card) == split], options.rows, part)
        for split, part in (("train", 1), ("dev", 6))
    )
    test = read_text_file(options.corpus / "test.jsonl")
    test = EvaluationFile(test.name, tuple(_some(test.rows, options.rows, 6)), test.labelled)
    contenders = _contenders(options)
    notes = {}
    for contender in contenders:
        started = time.monotonic()
        notes[contender.name] = contender.fit(train, dev)
        _say(f"{contender.name}: ready after {time.monotonic() - started:.0f} s")
    speeds = measure_speed(contenders, test.rows, options.rounds)
    boards = measure(contenders, test, speeds, resamples=options.resamples)
    further = [
        board
        for file in options.files
        for board in measure(contenders, read_text_file(file), resamples=options.resamples)
    ]
    for board in [*boards, *further]:
        print(f"\n{board.title}\n{aligned_table(board.header(), board.rows())}")
    print("\n" + "\n".join(f"{name}: {note}." for name, note in notes.items()))
    if options.rows is None and options.only is None and options.model is None and not options.add:
        found = section(boards, notes, made_on(options.corpus, options.resamples), COMMAND)
        options.page.write_text(replace_section(options.page.read_text(encoding="utf-8"), SECTION, found), "utf-8")
        _say(f"{options.page} is written")


def _contenders(options: argparse.Namespace) -> list[Contender]:
    contenders: list[Contender] = []
    for name, kind in SYSTEMS.items():
        if options.only is not None and name not in options.only:
            continue
        if kind is None:
            contenders += own_tiers(options.model)
        else:
            contenders.append(kind(options.cache) if kind is FrozenEncoder else kind())
    return [*contenders, *map(Outside, options.add)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="further labelled files, on screen alone")
    parser.add_argument("--corpus", type=Path, default=ROOT / "data" / "synthetic", help="corpus folder, built")
    parser.add_argument("--page", type=Path, default=PAGE, help="page with the marks of the section")
    parser.add_argument("--model", help="model folder, or the name of a released model")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors of the frozen encoder")
    parser.add_argument("--rows", type=int, help="rows to fit baselines on; a sixth of it for dev and test")
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, help="measure these alone")
    parser.add_argument("--add", action="append", default=[], metavar="FILE.py:NAME", help="another system")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="timed rounds")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="resamples of the bootstrap")
    options = parser.parse_args(arguments)
    if options.rows is not None and options.rows < FEWEST_ROWS:
        parser.error(f"--rows must be at least {FEWEST_ROWS}: below that a signal may have no text to learn from")
    return options


def _some(items: Sequence[Item], rows: int | None, part: int) -> list[Item]:
    """Return at most `rows / part` items, evenly spaced, or all of them."""
    step = 1 if rows is None else max(1, -(-len(items) * part // rows))
    return list(items[::step])


def _take(answers: Answers, chosen: Sequence[int]) -> Answers:
    parts = (getattr(answers, name) for name in answers.__slots__)
    return Answers(*(None if part is None else part[chosen] for part in parts))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except SextortionSignalsError as error:
        raise SystemExit(str(error)) from None
