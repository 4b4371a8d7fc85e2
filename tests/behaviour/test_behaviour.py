"""Behavioural checks of the bundled model: small tables of invented texts, one capability after another.

`must` rows may never fail. `report` rows are counted, printed and held at a floor: what they ask for is the aim, not
yet the state. See README.md beside this file for the columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sextortion_signals import Assessment, Detector
from sextortion_signals.corpus import read_sources
from sextortion_signals.corpus.content import find_forbidden
from sextortion_signals.text import fold, normalize
from sextortion_signals.types import Level, Role, SignalId, Tier

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "data" / "synthetic"

# Floors for the share of the `report` rows that pass, about a hundredth below what the bundled model ja-en-2026.1
# (50,037 rows fitted, 43,280 by its encoder) has: 0.898 and 0.933. Raise them with every better model; never lower one
# to make a model pass.
REPORT_FLOORS = {Tier.FAST: 0.885, Tier.CASCADE: 0.92}

COLUMNS = {
    "hit": ("reason", "capability", "severity", "text", "level_at_least", "level_at_most", "role", "signals_any"),
    "invariant": ("reason", "capability", "severity", "text", "variant", "within"),
    "directional": ("reason", "capability", "severity", "weaker", "stronger", "expected"),
}
TEXT_COLUMNS = {"hit": ("text",), "invariant": ("text", "variant"), "directional": ("weaker", "stronger")}
ORDER = (Level.LOW, Level.ELEVATED, Level.HIGH)
SAME_RISK, HAIR = 1e-9, 0.02

Assess = Callable[[str], Assessment]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a table, cells by column; texts are unescaped."""

    table: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def texts(self) -> list[str]:
        return [self.cells[column] for column in TEXT_COLUMNS[self.table]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case: `problems` is empty when it passed."""

    case: Case
    problems: tuple[str, ...]

    def __str__(self) -> str:
        case = self.case
        texts = " -> ".join(repr(text) for text in case.texts)
        return (
            f"{case.table}.tsv:{case.line} {case['capability']} ({case['reason']}): {texts}: {'; '.join(self.problems)}"
        )


def read_cases() -> Iterator[Case]:
    for table, columns in COLUMNS.items():
        lines = (HERE / f"{table}.tsv").read_text(encoding="utf-8").removesuffix("\n").split("\n")
        assert tuple(lines[0].split("\t")) == columns, f"{table}.tsv: the first line names the columns"
        for number, line in enumerate(lines[1:], 2):
            cells = line.split("\t")
            assert len(cells) == len(columns), f"{table}.tsv:{number}: {len(columns)} columns, not {len(cells)}"
            named = dict(zip(columns, cells, strict=True))
            yield Case(table, number, named | {name: unescape(named[name]) for name in TEXT_COLUMNS[table]})


def unescape(text: str) -> str:
    """Read `\\n`, `\\uXXXX` and `\\UXXXXXXXX`; all else stands for itself."""
    parts = text.split("\\")
    read = [parts[0]]
    for part in parts[1:]:
        length = {"n": 0, "u": 4, "U": 8}[part[0]]
        character = chr(int(part[1 : 1 + length], 16)) if length else "\n"
        read.append(character + part[1 + length :])
    return "".join(read)


CASES = tuple(read_cases())


def check_hit(case: Case, assess: Assess) -> Iterator[str]:
    found = assess(case["text"])
    level = ORDER.index(found.level)
    if case["level_at_least"] and level < ORDER.index(Level(case["level_at_least"])):
        yield f"level {found.level}, risk {found.risk:.3f}"
    if case["level_at_most"] and level > ORDER.index(Level(case["level_at_most"])):
        yield f"level {found.level}, risk {found.risk:.3f}"
    if case["role"] and found.role not in case["role"].split("|"):
        yield f"role {found.role}"
    signals = {signal.id.value for signal in found.signals}
    if case["signals_any"] and not signals & set(case["signals_any"].split("|")):
        yield f"signals {', '.join(sorted(signals)) or 'none'}"


def check_invariant(case: Case, assess: Assess) -> Iterator[str]:
    text, variant = (assess(text) for text in case.texts)
    difference = abs(text.risk - variant.risk)
    if case["within"] == "same" and len({fold(normalize(raw).text) for raw in case.texts}) > 1:
        yield "cleaned and folded to another text"
    if case["within"] == "level":
        # A hair across a threshold changes the level and means nothing.
        fails = text.level is not variant.level and difference > HAIR
    else:
        fails = difference > (SAME_RISK if case["within"] == "same" else float(case["within"]))
    if fails:
        yield f"level {text.level} -> {variant.level}, risk {text.risk:.3f} -> {variant.risk:.3f}"


def check_directional(case: Case, assess: Assess) -> Iterator[str]:
    weaker, stronger = (assess(text) for text in case.texts)
    kind, _, role = case["expected"].partition(":")
    if kind == "risk" and stronger.risk <= weaker.risk:
        yield f"risk {weaker.risk:.3f} -> {stronger.risk:.3f}"
    if kind == "role" and (weaker.role == role or stronger.role != role):
        yield f"role {weaker.role} -> {stronger.role}"


CHECKS = {"hit": check_hit, "invariant": check_invariant, "directional": check_directional}


@pytest.fixture(scope="module", params=REPORT_FLOORS)
def tier(request: pytest.FixtureRequest) -> Tier:
    return request.param


@pytest.fixture(scope="module")
def assess(tier: Tier) -> Assess:
    detector = Detector.load(tier=tier)
    texts = list(dict.fromkeys(text for case in CASES for text in case.texts))
    return dict(zip(texts, detector.assess_many(texts), strict=True)).__getitem__


@pytest.fixture(scope="module")
def outcomes(assess: Assess) -> list[Outcome]:
    return [Outcome(case, tuple(CHECKS[case.table](case, assess))) for case in CASES]


def share(outcomes: list[Outcome]) -> float:
    report = [outcome for outcome in outcomes if outcome.case["severity"] == "report"]
    return sum(not outcome.problems for outcome in report) / len(report)


def table_of(outcomes: list[Outcome]) -> str:
    counts = Counter(
        (outcome.case["capability"], outcome.case["severity"], bool(outcome.problems)) for outcome in outcomes
    )
    lines = [f"{'capability':<24}{'must':>6}{'failed':>8}{'report':>8}{'failed':>8}"]
    for name in dict.fromkeys(outcome.case["capability"] for outcome in outcomes):
        numbers = [(counts[name, kind, False], counts[name, kind, True]) for kind in ("must", "report")]
        (must, must_failed), (report, report_failed) = [(passed + failed, failed) for passed, failed in numbers]
        lines.append(f"{name:<24}{must:>6}{must_failed:>8}{report:>8}{report_failed:>8}")
    failed = [outcome for outcome in outcomes if outcome.problems]
    lines += [f"{len(outcomes)} rows, {len(failed)} failed; of the report rows {share(outcomes):.3f} passed", ""]
    return "\n".join([*lines, *(f"{outcome.case['severity']}: {outcome}" for outcome in failed)])


def test_behaviour_must_rows_never_fail(tier, outcomes, capsys):
    with capsys.disabled():
        print(f"\n{tier}\n{table_of(outcomes)}")
    failed = [str(outcome) for outcome in outcomes if outcome.problems and outcome.case["severity"] == "must"]
    assert not failed, "\n".join(failed)


def test_behaviour_report_rows_hold_the_floor(tier, outcomes):
    assert share(outcomes) >= REPORT_FLOORS[tier]


def test_behaviour_evidence_is_exact(assess):
    spans = 0
    for case in CASES:
        for text in case.texts:
            for signal in assess(text).signals:
                for evidence in signal.evidence:
                    spans += 1
                    assert text[evidence.start : evidence.end] == evidence.quote != "", f"{case.table}:{case.line}"
    assert spans > 100


def test_behaviour_tables_are_well_formed():
    signals, roles, levels = ({item.value for item in kind} for kind in (SignalId, Role, Level))
    for case in CASES:
        where = f"{case.table}.tsv:{case.line}"
        assert case["reason"], where
        assert case["severity"] in ("must", "report"), where
        assert all(text.strip() for text in case.texts), where
        assert len(set(case.texts)) == len(case.texts), where
        if case.table == "hit":
            assert {case["level_at_least"], case["level_at_most"]} <= levels | {""}, where
            assert set(filter(None, case["role"].split("|"))) <= roles, where
            assert set(filter(None, case["signals_any"].split("|"))) <= signals, where
            assert any(case[name] for name in COLUMNS["hit"][4:]), where
    rows = Counter((case.table, case["severity"], *case.texts) for case in CASES)
    assert [row for row, times in rows.items() if times > 1] == []
    assert len({text for case in CASES if case.table == "hit" for text in case.texts}) >= 300


def test_behaviour_texts_keep_the_guide():
    """No table may hold what the guide of the corpus forbids, whoever speaks."""
    for case in CASES:
        for text in case.texts:
            role = Role.OFFENDER if case.cells.get("role") == Role.OFFENDER else Role.VICTIM
            assert [rule.name for rule in find_forbidden(text, role)] == [], f"{case.table}.tsv:{case.line}"


def test_behaviour_texts_are_apart_from_the_corpus():
    """What the model was fitted on proves nothing here; short everyday lines may coincide with anything."""
    known = {fold(normalize(row.text).text) for row in read_sources(CORPUS)}
    for case in CASES:
        for text in case.texts:
            assert fold(normalize(text).text) not in known, f"{case.table}.tsv:{case.line}"
