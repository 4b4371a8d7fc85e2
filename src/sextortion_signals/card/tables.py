"""The tables of a card, from `metrics.json` as `sextortion_signals.evaluate.measure_model` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sextortion_signals.card.content import CardTable
from sextortion_signals.card.figures import MEASURE_COMMAND
from sextortion_signals.model import Manifest

NOTHING = "–"
_AGREEMENT_COMMAND = "sextortion-signals corpus agreement data/synthetic"
_ALL = "all"
_Metrics = Mapping[str, Any]


def second_reading(agreement: Sequence[_Metrics]) -> str:
    """Return one sentence on the agreement of writer and second reader over all texts."""
    found = {item["label"]: item for item in agreement if item["lang"] == _ALL}
    if not found:
        return "No second reader has confirmed the labels of this corpus."
    risk, role = found["risk"], found["role"]
    weakest = min((name for name in found if name.startswith("signal: ")), key=lambda name: float(found[name]["kappa"]))
    return (
        f"A second reader labelled {risk['n']:,} texts blind: id and text alone, in shuffled order. Cohen's kappa of "
        f"the risk is {_estimate(_kappa(risk))}, of the role {_estimate(_kappa(role))}; weakest of the signals is "
        f"{weakest.removeprefix('signal: ')} with {_estimate(_kappa(found[weakest]))}. "
        f"`{_AGREEMENT_COMMAND}` computes them."
    )


def agreement_tables(_manifest: Manifest, metrics: _Metrics) -> tuple[CardTable, ...]:
    """Return Cohen's kappa of every label, by language."""
    found = {(item["label"], item["lang"]): item for item in metrics["agreement"]}
    langs = _ordered({lang for _, lang in found})
    rows = tuple(
        (label, *(_estimate(_kappa(found[label, lang])) for lang in langs))
        for label in dict.fromkeys(label for label, _ in found)
    )
    note = f"Cohen's kappa (1960) of writer and second reader. Reproduce: `{_AGREEMENT_COMMAND}`."
    return (CardTable("Agreement", ("label", *langs), rows, note),) if rows else ()


def performance_tables(manifest: Manifest, metrics: _Metrics) -> tuple[CardTable, ...]:
    """Return the figures of every tier: headline, operating points, roles, signals, calibration, categories."""
    tiers = metrics["tiers"]
    return (
        *(_headline(name, tier, metrics) for name, tier in tiers.items()),
        _points(manifest, tiers),
        *(_roles(name, tier) for name, tier in tiers.items()),
        _signals(tiers),
        _calibration(tiers),
        _categories(tiers),
        *_conversations(manifest.data.get("conversation")),
    )


def failure_tables(_manifest: Manifest, metrics: _Metrics) -> tuple[CardTable, ...]:
    """Return the worst errors of the test split by language."""
    tiers = tuple(metrics["tiers"])
    tables = []
    for lang in dict.fromkeys(item["lang"] for item in metrics["failures"]):
        rows = tuple(
            (
                item["id"],
                item["category"],
                item["role"],
                item["role_seen"],
                *(_number(item["risks"][tier]) for tier in tiers),
                item["text"],
            )
            for item in metrics["failures"]
            if item["lang"] == lang
        )
        header = ("text of the corpus", "category", "role by label", "role seen", *(f"risk, {tier}" for tier in tiers))
        note = (
            f"Chosen by a fixed rule: the three cases of the test split with the lowest risk of the tier `{tiers[0]}`, "
            f"and the two other texts with the highest. Reproduce: `{MEASURE_COMMAND}`."
        )
        tables.append(CardTable(f"Known failures: {lang}", (*header, "text"), rows, note, prose=True))
    return tuple(tables)


def _headline(name: str, tier: _Metrics, metrics: _Metrics) -> CardTable:
    parts = tier["slices"]
    rows = [
        (label, *(_estimate(part["headline"][key]) for part in parts), _estimate(metrics["keyword_rule"].get(key)))
        for key, label in metrics["figures"].items()
    ]
    counts = tuple(f"{part['risk_rows']:,} of {part['rows']:,}" for part in parts)
    header = ("figure", *(part["name"] for part in parts), f"keyword rule, {_ALL}")
    command = f"sextortion-signals evaluate data/synthetic/{metrics['file']['name']} --tier {name}"
    note = f"In brackets: 95 % bootstrap interval. Reproduce: `{command}`."
    return CardTable(
        f"Tier {name}: headline figures", header, (("cases of all texts", *counts, counts[0]), *rows), note
    )


def _conversations(part: _Metrics | None) -> Iterator[CardTable]:
    if part is None:
        return
    rows = []
    for name, points in part["tiers"].items():
        test = points["metrics"]["test"]
        levels = (test[level][kind] for level in points["thresholds"] for kind in ("recall", "false_alarms"))
        shares = (*levels, *(test[kind] for kind in ("offender_named", "wrongly_named", "late")))
        rows.append((name, _number(test["auc"]), *(f"{share:.0%}" for share in shares)))
    header = (
        *("tier", "area under the ROC curve", "found, elevated", "false alarms, elevated", "found, high"),
        *("false alarms, high", "offender named", "another named", "alert after certainty"),
    )
    note = (
        "Shares of the few held-out conversations: of the cases, of the harmless ones, and in the last three columns "
        "of the cases raised. "
        "Reproduce: `sextortion-signals train --only conversations --corpus data/synthetic --out MODEL`."
    )
    yield CardTable("Conversations", header, tuple(rows), note)


def _points(manifest: Manifest, tiers: _Metrics) -> CardTable:
    rows = tuple(row for name, tier in tiers.items() for row in _point_rows(name, tier, _set_points(manifest, name)))
    header = (
        *("tier, level", "risk from", "recall", "false alarms", "everyday false alarms"),
        *("budget of false alarms", "everyday budget"),
    )
    note = (
        "Shares on the test split; false alarms are shares of its risk-0 texts, most of them hard neighbours, everyday "
        "ones of the everyday talk among them. A point was set where both budgets held on texts that no fit had seen "
        f"(out of fold, or the dev split). Reproduce: `{MEASURE_COMMAND}`."
    )
    return CardTable("Operating points", header, rows, note)


def _set_points(manifest: Manifest, tier: str) -> _Metrics:
    points: _Metrics = (manifest.data if tier == "fast" else manifest.data["semantic"])["thresholds"]
    return points


def _point_rows(name: str, tier: _Metrics, points: _Metrics) -> Iterator[tuple[str, ...]]:
    whole = tier["slices"][0]["headline"]
    for level, point in points.items():
        yield (
            f"{name}, {level}",
            _number(point["risk"]),
            _estimate(whole[f"recall_{level}"]),
            _estimate(whole[f"false_alarms_{level}"]),
            _percent(tier["everyday_false_alarms"][level]),
            _percent(point["false_alarms"]),
            _percent(point["false_alarms_everyday"]),
        )


def _roles(name: str, tier: _Metrics) -> CardTable:
    names, confusion = tier["roles"]["names"], tier["roles"]["confusion"]
    rows = tuple((role, *map(str, counts)) for role, counts in zip(names, confusion, strict=True))
    called = _estimate(tier["slices"][0]["headline"]["victim_called_offender"])
    note = (
        f"Texts by role: labelled in rows, seen in columns. Victims and third persons called an offender: {called} of "
        f"them. Reproduce: `{MEASURE_COMMAND}`."
    )
    return CardTable(f"Tier {name}: roles", ("by label", *(f"seen as {role}" for role in names)), rows, note)


def _signals(tiers: _Metrics) -> CardTable:
    first = next(iter(tiers.values()))["signals"]
    measures = {"precision": "precision", "recall": "recall", "f1": "F1"}
    rows = tuple(
        (
            signal["signal"],
            str(signal["rows"]),
            *(_number(tier["signals"][place][key]) for tier in tiers.values() for key in measures),
        )
        for place, signal in enumerate(first)
    )
    header = ("signal", "texts", *(f"{label}, {tier}" for tier in tiers for label in measures.values()))
    return CardTable("Signals", header, rows, f"Reproduce: `{MEASURE_COMMAND}`.")


def _calibration(tiers: _Metrics) -> CardTable:
    names = tuple(next(iter(tiers.values()))["calibration"])
    kinds = {"ece_equal_mass": "equal mass", "ece_equal_width": "equal width"}
    rows = tuple(
        (f"{name}, bins of {label}", *(_number(tier["calibration"][part][key]) for part in names))
        for name, tier in tiers.items()
        for key, label in kinds.items()
    )
    note = (
        "Expected calibration error over ten bins, on a split in which about half of the texts are cases; in real "
        f"traffic, where far fewer are, risks are too high. Reproduce: `{MEASURE_COMMAND}`."
    )
    return CardTable("Calibration", ("tier", *names), rows, note)


def _categories(tiers: _Metrics) -> CardTable:
    first = next(iter(tiers.values()))["categories"]
    keys = {"recall_elevated": "recall", "false_alarms_elevated": "false alarms"}
    rows = tuple(
        (
            part["category"],
            str(part["rows"]),
            str(part["risk_rows"]),
            *(_number(tier["categories"][place][key]) for tier in tiers.values() for key in keys),
        )
        for place, part in enumerate(first)
    )
    header = ("category", "texts", "cases", *(f"{label}, {tier}" for tier in tiers for label in keys.values()))
    note = f"Both at `elevated`. Many categories hold few texts. Reproduce: `{MEASURE_COMMAND}`."
    return CardTable("Categories", header, rows, note)


def _kappa(item: _Metrics) -> _Metrics:
    return {"value": item["kappa"], "low": item["low"], "high": item["high"]}


def _ordered(langs: set[str]) -> tuple[str, ...]:
    return (*sorted(langs & {_ALL}), *sorted(langs - {_ALL}))


def _estimate(estimate: _Metrics | None) -> str:
    if estimate is None or estimate["value"] is None:
        return NOTHING
    shown = f"{estimate['value']:.3f}"
    return shown if estimate["low"] is None else f"{shown} ({estimate['low']:.3f}–{estimate['high']:.3f})"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2%}"
