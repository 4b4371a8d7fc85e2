"""How far the writer and a second reader, who saw the texts alone, give the same labels.

Cohen's kappa (J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement
20(1), 1960) is the raw agreement beyond what both would reach by chance with the shares of labels that each gave:
(p_o - p_e) / (1 - p_e). It is 1 where both always agree and 0 where they agree as often as chance would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.corpus.layout import aligned_table, markdown_table
from sextortion_signals.corpus.readings import Reading, read_second_reader
from sextortion_signals.corpus.source import Row
from sextortion_signals.types import Role, SignalId

RESAMPLES = 1_000
SEED = 2026
ALL = "all"
AGREEMENT_HEADER = ("label", "n", "writer", "second reader", "raw agreement", "kappa (95 % interval)")
_LOW, _HIGH = 0.025, 0.975
_ROLES = tuple(Role)
_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Agreement on one label over `n` rows of one language, or of all.

    `raw` is the share of rows with the same label. `first_positive` and `second_positive` count the rows that the
    writer and the second reader gave the label, None for the role as a whole. `kappa` is None where both gave every
    row one and the same value; `low` and `high` bound its 95 % interval, None where it has none.
    """

    label: str
    lang: str
    n: int
    raw: float
    first_positive: int | None
    second_positive: int | None
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RoleDisagreement:
    """How many rows of one language the writer gave the role `first` and the second reader the role `second`."""

    lang: str
    first: str
    second: str
    rows: int


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement by label and language, and where the roles differ, most often first within a language."""

    labels: tuple[LabelAgreement, ...]
    disagreements: tuple[RoleDisagreement, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "labels": [asdict(item) for item in self.labels],
            "disagreements": [asdict(item) for item in self.disagreements],
        }

    def to_text(self) -> str:
        """Return the tables aligned, one after another."""
        return "\n".join(f"{title}\n{aligned_table(header, rows)}\n" for title, header, rows in self._tables())

    def to_markdown(self) -> str:
        """Return the same tables as Markdown, as the dataset card holds them."""
        return "\n".join(f"### {title}\n\n{markdown_table(header, rows)}\n" for title, header, rows in self._tables())

    def _tables(self) -> list[_Table]:
        names = {ALL: "all rows"}
        langs = list(dict.fromkeys(item.lang for item in self.labels))
        tables: list[_Table] = [
            (
                f"Agreement: {names.get(lang, lang)}",
                AGREEMENT_HEADER,
                [agreement_cells(item) for item in self.labels if item.lang == lang],
            )
            for lang in langs
        ]
        pairs: list[tuple[str, ...]] = [
            (item.lang, item.first, item.second, str(item.rows)) for item in self.disagreements
        ]
        return [*tables, ("Roles that differ", ("language", "writer", "second reader", "rows"), pairs)]


def measure_agreement(folder: Path, *, resamples: int = RESAMPLES, seed: int = SEED) -> AgreementReport:
    """Compare the labels of `readings/second.tsv` with those of the corpus: risk, role, each role, each signal.

    Intervals are 95 % percentile intervals of `resamples` bootstrap samples of rows (Efron and Tibshirani 1993,
    chapter 13), the same for the same seed. Rows are drawn as if they were independent; rows of one card are related,
    so the intervals are somewhat too narrow. Raises `CorpusError` for a fault in the file or the corpus.
    """
    return compare_readings(read_second_reader(folder), resamples=resamples, seed=seed)


def compare_readings(readings: Sequence[Reading], *, resamples: int = RESAMPLES, seed: int = SEED) -> AgreementReport:
    """Compare the two labels of rows, by language and, where there are several, together."""
    langs = sorted({reading.first.lang for reading in readings})
    groups = {lang: [reading for reading in readings if reading.first.lang == lang] for lang in langs}
    groups |= {ALL: list(readings)} if len(langs) > 1 else {}
    labels = [
        label_agreement(
            name,
            lang,
            [(value(reading.first), value(reading.second)) for reading in group],
            kinds,
            resamples=resamples,
            seed=seed,
        )
        for lang, group in groups.items()
        for name, value, kinds in _questions()
    ]
    return AgreementReport(tuple(labels), tuple(_disagreements(groups)))


def cohens_kappa(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Cohen's kappa of tables of counts, shape (..., k, k): first reader in rows, second in columns.

    The result has shape (...) and is NaN where both readers gave one and the same value throughout.
    """
    share = table / table.sum(axis=(-2, -1), keepdims=True)
    observed = np.trace(share, axis1=-2, axis2=-1)
    expected = (share.sum(axis=-1) * share.sum(axis=-2)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # An expected agreement of 1 may miss 1 by a rounding error.
        return np.asarray(np.where(expected > 1 - 1e-12, np.nan, (observed - expected) / (1 - expected)))


def _questions() -> list[tuple[str, Callable[[Row], int], int]]:
    """Return each question to a row: its name, the answer as a number from 0, and how many answers there are."""

    def is_role(role: Role) -> Callable[[Row], int]:
        return lambda row: int(row.role is role)

    def has_signal(signal: SignalId) -> Callable[[Row], int]:
        return lambda row: int(signal in row.signals)

    return [
        ("risk", lambda row: row.risk, 2),
        ("role", lambda row: _ROLES.index(row.role), len(_ROLES)),
        *((f"role: {role.value}", is_role(role), 2) for role in _ROLES),
        *((f"signal: {signal.value}", has_signal(signal), 2) for signal in SignalId),
    ]


def label_agreement(
    name: str,
    lang: str,
    answers: Sequence[tuple[int, int]],
    kinds: int,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> LabelAgreement:
    """Compare the answers of two readers, at least one pair, to a question with `kinds` answers, 0 to `kinds` - 1."""
    table = np.zeros((kinds, kinds))
    for pair in answers:
        table[pair] += 1
    kappa = float(cohens_kappa(table))
    low, high = _interval(table, resamples, seed)
    return LabelAgreement(
        label=name,
        lang=lang,
        n=len(answers),
        raw=float(np.trace(table) / table.sum()),
        first_positive=int(table[1].sum()) if kinds == 2 else None,
        second_positive=int(table[:, 1].sum()) if kinds == 2 else None,
        kappa=None if np.isnan(kappa) else kappa,
        low=low,
        high=high,
    )


def _interval(table: NDArray[np.float64], resamples: int, seed: int) -> tuple[float | None, float | None]:
    # Drawing n rows with replacement and counting them into the table is one draw of the multinomial distribution.
    rows = int(table.sum())
    drawn = np.random.default_rng(seed).multinomial(rows, table.ravel() / rows, size=resamples)
    kappas = cohens_kappa(drawn.reshape(-1, *table.shape).astype(np.float64))
    kappas = kappas[np.isfinite(kappas)]
    if not len(kappas):
        return None, None
    low, high = np.quantile(kappas, (_LOW, _HIGH)).tolist()
    return low, high


def _disagreements(groups: Mapping[str, Sequence[Reading]]) -> list[RoleDisagreement]:
    found = []
    for lang, readings in groups.items():
        counts = Counter((reading.first.role.value, reading.second.role.value) for reading in readings)
        differing = [(pair, rows) for pair, rows in counts.items() if pair[0] != pair[1]]
        found += [RoleDisagreement(lang, *pair, rows) for pair, rows in sorted(differing, key=lambda e: (-e[1], e[0]))]
    return found


def agreement_cells(item: LabelAgreement) -> tuple[str, ...]:
    """Return the cells of a label below `AGREEMENT_HEADER`."""
    positives = ("–" if count is None else str(count) for count in (item.first_positive, item.second_positive))
    if item.kappa is None or item.low is None or item.high is None:
        kappa = "–" if item.kappa is None else f"{item.kappa:.3f}"
    else:
        kappa = f"{item.kappa:.3f} ({item.low:.3f}–{item.high:.3f})"
    return (item.label, str(item.n), *positives, f"{item.raw:.3f}", kappa)
