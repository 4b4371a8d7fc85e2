"""`sextortion-signals corpus`: check, count, build and examine the synthetic corpus."""

from __future__ import annotations

from pathlib import Path

import click

from sextortion_signals.cli import options, streams
from sextortion_signals.cli.exit_codes import ExitCode
from sextortion_signals.errors import RecordError

_folder = click.argument("folder", type=click.Path(path_type=Path), default=Path("data/synthetic"), metavar="[FOLDER]")
_write = click.option("--write", is_flag=True, help="Keep the report in FOLDER/reports, for the dataset card.")


@click.group("corpus")
def command() -> None:
    """Check, count, build and examine the synthetic corpus.

    FOLDER is data/synthetic by default.
    """


@command.command("check")
@_folder
@options.json_option
def check(folder: Path, as_json: bool) -> ExitCode:
    """Check the sources against the rules of the writing guide.

    Exit code 6 if a rule is broken.
    """
    from sextortion_signals.corpus import check_corpus

    report = check_corpus(folder)
    if as_json:
        streams.write_json(report.to_dict())
    else:
        click.echo(report.to_text().rstrip())
    return ExitCode.OK if report.ok else ExitCode.CHECK_FAILED


@command.command("stats")
@_folder
@options.json_option
def stats(folder: Path, as_json: bool) -> ExitCode:
    """Count the rows by language, role, signal and split.

    Counts the conversations, too, and compares their labels with those of a second reader, where there are any.
    """
    from sextortion_signals.corpus import conversation_stats, corpus_stats

    counted, talks = corpus_stats(folder), conversation_stats(folder)
    if as_json:
        streams.write_json({**counted.to_dict(), "conversations": None if talks is None else talks.to_dict()})
    else:
        click.echo("\n".join(part.to_text() for part in (counted, talks) if part is not None).rstrip())
    return ExitCode.OK


@command.command("build")
@_folder
@options.json_option
def build(folder: Path, as_json: bool) -> ExitCode:
    """Split the corpus and write it as JSON lines.

    The same sources give the same bytes.
    """
    from sextortion_signals.corpus import build_corpus

    paths = [str(path) for path in build_corpus(folder)]
    if as_json:
        streams.write_json({"written": paths})
    else:
        click.echo("\n".join(paths))
    return ExitCode.OK


@command.command("sample")
@_folder
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.15,
    show_default=True,
    help="Share of the rows.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write. Default: standard output.")
def sample(folder: Path, share: float, output: Path | None) -> ExitCode:
    """Draw a sample for a second reader.

    Writes id, language and text, tab separated, line breaks escaped, in an order that says nothing. The same corpus
    gives the same sample, and a larger share holds every row of a smaller one.
    """
    from sextortion_signals.corpus import sample as draw
    from sextortion_signals.corpus import sample_to_tsv

    lines = sample_to_tsv(draw(folder, share=share))
    if output is None or str(output) == streams.STANDARD:
        click.echo(lines, nl=False)
    else:
        try:
            output.write_text(lines, encoding="utf-8", newline="\n")
        except OSError as error:
            raise RecordError(f"cannot write {output}: {error.strerror}") from None
    return ExitCode.OK


@command.command("agreement")
@_folder
@options.json_option
def agreement(folder: Path, as_json: bool) -> ExitCode:
    """Compare the labels with those of a second reader.

    Reads FOLDER/readings/second.tsv: the header id and label, then a row id and a label of the guide on each line, tab
    separated. Shows Cohen's kappa and raw agreement for risk, role, each role and each signal.
    """
    from sextortion_signals.corpus import measure_agreement

    report = measure_agreement(folder)
    if as_json:
        streams.write_json(report.to_dict())
    else:
        click.echo(report.to_text().rstrip())
    return ExitCode.OK


@command.command("duplicates")
@_folder
@_write
@options.json_option
def duplicates(folder: Path, write: bool, as_json: bool) -> ExitCode:
    """Show how near the texts come to each other.

    Similarity is that of Jaccard over character 3-grams of cleaned and folded texts. The halves of one minimal pair are
    near each other on purpose and are not compared with each other, only with all other rows.
    """
    from sextortion_signals.corpus import corpus_hash, duplicate_report, write_report

    if write:
        corpus_hash(folder)  # Refuses a corpus that is not built before the work, not after it.
    report = duplicate_report(folder)
    if write:
        write_report(folder, "duplicates", report.to_dict())
    if as_json:
        streams.write_json(report.to_dict())
    else:
        click.echo(report.to_text().rstrip())
    return ExitCode.OK


@command.command("probes")
@_folder
@_write
@options.json_option
def probes(folder: Path, write: bool, as_json: bool) -> ExitCode:
    """Show what gives the labels away.

    Fits models that see only the surface of a text (length, punctuation, first and last characters) on the train split
    and scores the test split, and lists the words that say most about the risk.
    """
    options.require_extra("corpus probes", "train", ("sklearn", "scipy"))
    from sextortion_signals.corpus import corpus_hash, write_report
    from sextortion_signals.evaluate import probe_corpus

    if write:
        corpus_hash(folder)
    report = probe_corpus(folder)
    if write:
        write_report(folder, "probes", report.to_dict())
    if as_json:
        streams.write_json(report.to_dict())
    else:
        click.echo(report.to_text().rstrip())
    return ExitCode.OK
