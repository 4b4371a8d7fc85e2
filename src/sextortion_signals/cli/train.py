"""`sextortion-signals train`: from the corpus to a model folder."""

from __future__ import annotations

from pathlib import Path

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode


@click.command("train")
@click.option("--corpus", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Corpus folder.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Model folder to write.")
@click.option(
    "--only",
    type=click.Choice(["conversations"]),
    help="Fit this part alone and put it into the model folder OUT, which must be there.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Seed of everything random.")
@options.json_option
def command(corpus: Path, out: Path, only: str | None, seed: int, as_json: bool) -> ExitCode:
    """Train a model on a corpus.

    Writes a model folder, or fails; the same corpus, seed and library versions give the same model. The part for
    conversations is fitted too if the corpus has built ones; fit it again with --only conversations after adding a
    semantic tier.
    """
    options.require_extra("train", "train", ("sklearn", "scipy", "joblib"))
    from sextortion_signals.train import add_conversations, train

    folder = out
    if only:
        add_conversations(out, corpus)
    else:
        folder = train(corpus, out, seed=seed)
    if as_json:
        streams.write_json({"model": str(folder)})
    else:
        click.echo(f"{folder}")
    return ExitCode.OK
