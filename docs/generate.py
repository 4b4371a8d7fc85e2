"""Write every generated file of the checkout, or with `--check` say which have fallen behind (exit 1).

Run through `./dev docs` and `./dev check`. Tests compare the same files, so a forgotten run cannot land.
"""

from __future__ import annotations

import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from sextortion_signals.advice.catalog import to_markdown as advice_page
from sextortion_signals.card import card_files
from sextortion_signals.cli.app import PROGRAM, app
from sextortion_signals.cli.document_help import help_document
from sextortion_signals.corpus import (
    DATASET_CARD,
    SECOND_READER,
    DuplicateReport,
    conversation_stats,
    corpus_stats,
    measure_agreement,
    read_report,
    replace_section,
)
from sextortion_signals.errors import ArtefactError, CorpusError
from sextortion_signals.evaluate import ProbeReport, read_word_notes
from sextortion_signals.model import resolve_model
from sextortion_signals.signals.catalog import to_markdown as signals_page
from sextortion_signals.tables import generated_tables
from sextortion_signals_service.reference import documents as service_documents

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "src/sextortion_signals"
CORPUS = ROOT / "data" / "synthetic"
TUNING = ROOT / "docs" / "tuning.md"
TUNING_FILE = "data/synthetic/test.jsonl"
TUNING_EXAMPLE = (
    f"tune {TUNING_FILE} -o night.json --messages-per-day 5000 --base-rate 2% --reviews-per-day 300 "
    "--high-precision 60%"
)
NO_CONVERSATIONS = "No conversations are published yet; their rules and situation cards are.\n"
CONVERSATIONS = ROOT / "docs" / "conversations.md"
# The default where all extras are installed, whatever this environment says.
TIER = {"SEXTORTION_SIGNALS_TIER": "cascade"}
EXAMPLES = ("coerced", "told", "harmless")
NO_SECOND_READER = (
    "No second reading is published for this corpus yet, and so no figure of agreement. Expect wrong labels, above\n"
    "all in veiled threats and in single signals.\n"
)


def tables() -> dict[str, str]:
    """Return path below the checkout -> content, for the tables that the pages of `generated` are made from."""
    return {f"{PACKAGE}/{name}": text for name, text in generated_tables().items()}


def generated() -> dict[str, str]:
    """Return path below the checkout -> content, for every other generated file."""
    return {
        "docs/help.md": help_document(),
        "docs/signals.md": signals_page(),
        "docs/help-catalogue.md": advice_page(),
        f"data/synthetic/{DATASET_CARD}": dataset_card(CORPUS),
        "docs/tuning.md": tuning_page(TUNING.read_text(encoding="utf-8")),
        "docs/conversations.md": conversations_page(CONVERSATIONS.read_text(encoding="utf-8")),
        **model_cards(),
        **service_documents(),
    }


def dataset_card(folder: Path) -> str:
    """Return the dataset card of a corpus folder with fresh sections; what is written by hand stays.

    Counts and agreement are computed here. Near-duplicates and probes take longer and are read from the reports that
    `sextortion-signals corpus duplicates --write` and `... probes --write` keep; raises `CorpusError` where one is
    missing or was computed on another corpus.
    """
    read = (folder / SECOND_READER).is_file()
    talks = conversation_stats(folder)
    sections = {
        "stats": corpus_stats(folder).to_markdown(),
        "conversations": NO_CONVERSATIONS if talks is None else talks.to_markdown(),
        "duplicates": DuplicateReport.from_dict(read_report(folder, "duplicates")).to_markdown(),
        "probes": ProbeReport.from_dict(read_report(folder, "probes")).to_markdown(read_word_notes(folder)),
        "agreement": measure_agreement(folder).to_markdown() if read else NO_SECOND_READER,
    }
    card = (folder / DATASET_CARD).read_text(encoding="utf-8")
    for name, markdown in sections.items():
        card = replace_section(card, name, markdown)
    return card


def model_cards() -> dict[str, str]:
    """Return both forms of the released model's card; what was measured is read from its `metrics.json`.

    Raises an `ArtefactError` where that was measured on another training: `sextortion-signals model measure` again.
    """
    folder = resolve_model()
    return {f"models/{folder.name}/{name}": content for name, content in card_files(folder).items()}


def tuning_page(page: str) -> str:
    """Return the page on tuning with the real output of its example; what is written by hand stays."""
    arguments = [str(ROOT / TUNING_FILE) if word == TUNING_FILE else word for word in TUNING_EXAMPLE.split()]
    with TemporaryDirectory() as folder, chdir(folder):
        result = CliRunner(env=TIER).invoke(app, arguments, prog_name=PROGRAM)
    if result.exit_code:
        raise CorpusError(f"the example of docs/tuning.md fails: {result.stderr.strip()}")
    shown = f"$ {PROGRAM} {TUNING_EXAMPLE}\n{result.stdout.rstrip()}"
    return replace_section(page, "example", f"```console\n{shown}\n```\n")


def conversations_page(page: str) -> str:
    """Return the page on conversations with the real timelines of its examples; what is written by hand stays."""
    shown = []
    for name in EXAMPLES:
        command = f"conversation docs/examples/{name}.txt --lang en --no-advice"
        with chdir(ROOT):
            result = CliRunner(env={"COLUMNS": "110", "NO_COLOR": "1", **TIER}).invoke(
                app, [*command.split()], prog_name=PROGRAM
            )
        if result.exit_code:
            raise CorpusError(f"an example of docs/conversations.md fails: {result.stderr.strip()}")
        shown.append(f"```console\n$ {PROGRAM} {command}\n{result.stdout.rstrip()}\n```\n")
    return replace_section(page, "examples", "\n".join(shown))


def main(arguments: list[str]) -> int:
    """Write the files, or compare them when the arguments are `--check`."""
    check = arguments == ["--check"]
    files = tables()
    if not check:
        _write(files)
    try:
        files |= generated()
    except (ArtefactError, CorpusError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if check:
        stale = [name for name, text in files.items() if _read(ROOT / name) != text]
        for name in stale:
            sys.stderr.write(f"{name} has fallen behind: run ./dev docs\n")
        return 1 if stale else 0
    _write(files)
    return 0


def _write(files: dict[str, str]) -> None:
    for name, text in files.items():
        (ROOT / name).write_text(text, encoding="utf-8")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
