"""Put a card together: the words of `card.toml`, the figures of the manifest and of `metrics.json`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from sextortion_signals.card import tables
from sextortion_signals.card.content import CardSection, CardTable, ModelCard
from sextortion_signals.card.figures import MEASURE_COMMAND, METRICS_NAME, read_metrics
from sextortion_signals.errors import ArtefactCorruptError
from sextortion_signals.model import Manifest, read_manifest

CARD_NAME = "MODEL_CARD.md"
CARD_JSON_NAME = "MODEL_CARD.json"
_NAME = "sextortion-signals"

_Tables = tuple[CardTable, ...]
_TABLES: Mapping[str, Callable[[Manifest, Mapping[str, Any]], _Tables]] = {
    "annotationMethodology": tables.agreement_tables,
    "performanceBenchmarks": tables.performance_tables,
    "biasAndLimitations": tables.failure_tables,
}


def model_card(folder: Path) -> ModelCard:
    """Return the card of a model folder; figures that nobody has measured yet are named as missing.

    Raises an `ArtefactError` where the manifest or `metrics.json` cannot be used.
    """
    manifest = read_manifest(folder)
    metrics = read_metrics(manifest)
    words = tomllib.loads(files(__package__).joinpath("card.toml").read_text(encoding="utf-8"))
    try:
        facts = {**_facts(manifest), **_measured_facts(metrics)}
        sections = tuple(_section(part, facts, manifest, metrics) for part in words["sections"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtefactCorruptError(
            f"{folder} has no card: a figure is missing in its manifest or {METRICS_NAME} "
            f"({type(error).__name__}: {error}); run `{MEASURE_COMMAND} {folder}`"
        ) from None
    return ModelCard(_NAME, manifest.model, str(manifest.data["created"]), sections)


def card_files(folder: Path) -> dict[str, str]:
    """Return the content of both forms of the card by their file names; errors as in `model_card`."""
    card = model_card(folder)
    return {
        CARD_NAME: card.to_markdown(),
        CARD_JSON_NAME: json.dumps(card.to_dict(), ensure_ascii=False, indent=1) + "\n",
    }


def write_card(folder: Path) -> list[Path]:
    """Write both forms of the card into the model folder; return their paths."""
    written = []
    for name, content in card_files(folder).items():
        (folder / name).write_text(content, encoding="utf-8")
        written.append(folder / name)
    return written


def _section(
    part: Mapping[str, Any], facts: Mapping[str, Any], manifest: Manifest, metrics: Mapping[str, Any] | None
) -> CardSection:
    fields = tuple(
        (field["label"], field["value"].format_map(facts))
        for field in part["fields"]
        if "needs" not in field or field["needs"] in manifest.data
    )
    make = _TABLES.get(part["id"])
    made = make(manifest, metrics) if make is not None and metrics is not None else ()
    return CardSection(part["id"], part["title"], fields, made)


def _facts(manifest: Manifest) -> dict[str, Any]:
    corpus = manifest.data["corpus"]
    facts = {
        "rows_fitted": corpus["rows_fitted"],
        "rows_held_out": corpus["rows_held_out"],
        "corpus": f"{corpus['sha256']:.16}…",
        "command": MEASURE_COMMAND,
    }
    part = manifest.data.get("semantic")
    if part is not None:
        facts |= {
            "base_package": part["base"]["package"],
            "base_version": part["base"]["version"],
            "semantic_rows_fitted": part["corpus"]["rows_fitted"],
            "semantic_rows_judged": part["corpus"]["rows_judged"],
        }
    talks = manifest.data.get("conversation")
    if talks is not None:
        facts |= {name: talks["corpus"][name] for name in ("conversations_fitted", "conversations_held_out")}
    return facts


def _measured_facts(metrics: Mapping[str, Any] | None) -> dict[str, str]:
    if metrics is None:
        missing = f"Not measured yet: `{MEASURE_COMMAND}` does it."
        return {"measured_on": missing, "second_reading": missing}
    file = metrics["file"]
    measured = (
        f"`data/synthetic/{file['name']}` (SHA-256 `{file['sha256']:.16}…`): {file['rows']:,} texts, "
        f"{file['cases']:,} of them cases. Intervals: 95 %, {metrics['resamples']:,} bootstrap resamples, "
        f"seed {metrics['seed']}."
    )
    return {"measured_on": measured, "second_reading": tables.second_reading(metrics["agreement"])}
