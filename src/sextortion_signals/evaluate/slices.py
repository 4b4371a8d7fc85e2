"""Where it goes wrong: by language, by category, by row, by corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextortion_signals.evaluate.bootstrap import fired_statistics, table_statistics, with_intervals
from sextortion_signals.evaluate.keyword_rule import FIRED, keyword_rule
from sextortion_signals.evaluate.metrics import exact_rate, headline, ranking, share_of
from sextortion_signals.evaluate.records import EvaluationRow
from sextortion_signals.evaluate.results import CategoryResult, CorpusRate, SliceResult, WorstRow
from sextortion_signals.evaluate.table import ROLES, Flags, Floats, ScoreTable
from sextortion_signals.types import Assessment, Level

ALL = "all"
WORST = 20


def keyword_scores(rows: Sequence[EvaluationRow]) -> Floats:
    """Return the score of the keyword rule for each row, shape (n,)."""
    return np.array([keyword_rule(row.text) for row in rows])


def slice_results(
    rows: Sequence[EvaluationRow], table: ScoreTable, *, resamples: int, seed: int
) -> tuple[SliceResult, ...]:
    """Measure all rows, then each language where there are several."""
    rule = keyword_scores(rows)
    langs = np.array([row.lang for row in rows])
    names = sorted(set(langs.tolist()))
    chosen = [(ALL, np.ones(len(rows), dtype=np.bool_))]
    chosen += [(name, langs == name) for name in names] if len(names) > 1 else []
    return tuple(
        _slice_result(name, table.take(mask), rule[mask], resamples=resamples, seed=seed) for name, mask in chosen
    )


def _slice_result(name: str, table: ScoreTable, rule: Floats, *, resamples: int, seed: int) -> SliceResult:
    risk, fired = table.risk, rule >= FIRED
    baseline = {
        **ranking(risk, rule),
        "recall_elevated": share_of(fired, risk),
        "false_alarms_elevated": share_of(fired, ~risk),
    }
    return SliceResult(
        name=name,
        rows=len(risk),
        risk_rows=int(risk.sum()),
        headline=with_intervals(headline(table), table_statistics(table), risk, resamples=resamples, seed=seed),
        baseline=with_intervals(baseline, fired_statistics(risk, rule, fired), risk, resamples=resamples, seed=seed),
    )


def category_results(rows: Sequence[EvaluationRow], table: ScoreTable) -> tuple[CategoryResult, ...]:
    """Measure each category, in name order."""
    groups = np.array([row.group for row in rows])
    return tuple(_category_result(name, table.take(groups == name)) for name in sorted(set(groups.tolist())))


def _category_result(name: str, table: ScoreTable) -> CategoryResult:
    return CategoryResult(
        category=name,
        rows=len(table.risk),
        risk_rows=int(table.risk.sum()),
        mean_risk=float(table.score.mean()),
        recall_elevated=share_of(table.elevated, table.risk),
        recall_high=share_of(table.high, table.risk),
        false_alarms_elevated=share_of(table.elevated, ~table.risk),
        false_alarms_high=share_of(table.high, ~table.risk),
    )


def worst_rows(
    rows: Sequence[EvaluationRow], table: ScoreTable, *, show_texts: bool
) -> tuple[tuple[WorstRow, ...], tuple[WorstRow, ...]]:
    """Return the risk-0 rows with the highest risk and the risk-1 rows with the lowest, worst first, 20 at most."""
    order = np.argsort(table.score, kind="stable")
    alarms, misses = order[~table.risk[order]][::-1][:WORST], order[table.risk[order]][:WORST]
    return _worst(rows, table, alarms, show_texts), _worst(rows, table, misses, show_texts)


def _worst(
    rows: Sequence[EvaluationRow], table: ScoreTable, chosen: NDArray[np.int64], show_texts: bool
) -> tuple[WorstRow, ...]:
    return tuple(
        WorstRow(
            id=rows[index].id,
            category=rows[index].group,
            lang=rows[index].lang,
            risk=float(table.score[index]),
            role=ROLES[table.role[index]].value,
            role_seen=ROLES[table.role_seen[index]].value,
            text=rows[index].text if show_texts else None,
        )
        for index in chosen.tolist()
    )


def corpus_rates(rows: Sequence[EvaluationRow], assessments: Sequence[Assessment]) -> tuple[CorpusRate, ...]:
    """Count the alarms of each corpus, in name order, then of all of them where there are several."""
    groups = np.array([row.group for row in rows])
    elevated = np.array([item.level is not Level.LOW for item in assessments])
    high = np.array([item.level is Level.HIGH for item in assessments])
    rule = keyword_scores(rows) >= FIRED
    names = sorted(set(groups.tolist()))
    chosen = [(name, groups == name) for name in names]
    chosen += [(ALL, np.ones(len(rows), dtype=np.bool_))] if len(names) > 1 else []
    return tuple(_corpus_rate(name, elevated[mask], high[mask], rule[mask]) for name, mask in chosen)


def _corpus_rate(name: str, elevated: Flags, high: Flags, rule: Flags) -> CorpusRate:
    rows = len(elevated)
    return CorpusRate(
        corpus=name,
        rows=rows,
        elevated=int(elevated.sum()),
        high=int(high.sum()),
        elevated_per_10000=exact_rate(int(elevated.sum()), rows),
        high_per_10000=exact_rate(int(high.sum()), rows),
        keyword_rule_per_10000=exact_rate(int(rule.sum()), rows),
    )
