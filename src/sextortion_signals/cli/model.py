"""`sextortion-signals model`: released models, what they are, and whether their files are intact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode


@click.group("model")
def command() -> None:
    """List, show, verify and measure models, and print their cards."""


@command.command("list")
@options.json_option
def list_models(as_json: bool) -> ExitCode:
    """List the released models; * marks the one that is used by default."""
    from sextortion_signals.model import MANIFEST_NAME, model_root, resolve_model

    root, latest = model_root(), resolve_model(None).name
    names = sorted(path.parent.name for path in root.glob(f"*/{MANIFEST_NAME}"))
    if as_json:
        streams.write_json({"folder": str(root), "latest": latest, "models": names})
    else:
        for name in names:
            click.echo(f"{'*' if name == latest else ' '} {name}")
    return ExitCode.OK


@command.command("show")
@click.argument("path", required=False)
@options.profile_option
@options.tier_option
@options.json_option
def show_model(path: str | None, profile: str | None, tier: str | None, as_json: bool) -> ExitCode:
    """Show what a model is and the operating points of the tier in use; figures are in `model card`.

    PATH is a folder or the name of a release; by default the bundled model is shown.
    """
    description = options.load_detector(path, profile=profile, tier=tier).describe()
    if as_json:
        streams.write_json(description)
    else:
        click.echo("\n".join(outline(description)))
    return ExitCode.OK


@command.command("verify")
@click.argument("path", required=False)
@options.json_option
def verify_model(path: str | None, as_json: bool) -> ExitCode:
    """Check every file of a model against its manifest.

    PATH is a folder or the name of a release; by default the bundled model is checked. Exits with 0, or with 3 and
    one line that names the faulty file.
    """
    from sextortion_signals.conversation import verify_trackers
    from sextortion_signals.model import load_artefact, resolve_model, verify_artefact

    manifest = verify_artefact(resolve_model(path))
    verify_trackers(load_artefact(manifest.folder))
    files = {**manifest.data["files"], **manifest.semantic_files, **manifest.conversation_files}
    if as_json:
        streams.write_json({"model": manifest.model, "folder": str(manifest.folder), "files": files, "verified": True})
    else:
        click.echo(f"{manifest.model} is intact: {len(files)} files in {manifest.folder} match their SHA-256")
    return ExitCode.OK


@command.command("card")
@click.argument("path", required=False)
@options.json_option
def show_card(path: str | None, as_json: bool) -> ExitCode:
    """Print the model card.

    Markdown, or with --json what ROOST Coop loads: seven sections of labelled values. PATH is a folder or the name of
    a release; by default the bundled model is described.
    """
    from sextortion_signals.card import model_card
    from sextortion_signals.model import resolve_model

    card = model_card(resolve_model(path))
    if as_json:
        streams.write_json(card.to_dict())
    else:
        click.echo(card.to_markdown().rstrip())
    return ExitCode.OK


@command.command("measure")
@click.argument("path", required=False)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    default=Path("data/synthetic"),
    show_default=True,
    metavar="DIR",
    help="Corpus folder, built.",
)
@options.json_option
def measure(path: str | None, corpus: Path, as_json: bool) -> ExitCode:
    """Measure every tier of a model on the test split and write its card.

    Writes metrics.json and both forms of the card into the model folder. PATH is a folder or the name of a release; by
    default the bundled model is measured.
    """
    options.require_extra("model measure", "train", ("sklearn", "scipy"))
    from sextortion_signals.card import write_card, write_metrics
    from sextortion_signals.evaluate import measure_model
    from sextortion_signals.model import resolve_model

    folder = resolve_model(path)
    written = [str(write_metrics(folder, measure_model(folder, corpus))), *map(str, write_card(folder))]
    if as_json:
        streams.write_json({"written": written})
    else:
        click.echo("\n".join(written))
    return ExitCode.OK


def outline(value: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield nested values as indented lines `name: value`."""
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield f"{indent}{name}:"
            yield from outline(item, indent + "  ")
        else:
            yield f"{indent}{name}: {_one_line(item)}"


def _one_line(item: object) -> str:
    if isinstance(item, list | tuple):
        return ", ".join(map(_one_line, item))
    return f"{item:.4g}" if isinstance(item, float) else str(item)
