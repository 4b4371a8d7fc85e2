import json

import pytest

from sextortion_signals.cli import ExitCode
from sextortion_signals.corpus import (
    DuplicateReport,
    build_corpus,
    duplicate_report,
    read_report,
    sample,
    sample_to_tsv,
)

CARD = """@ en-b01-{card:03d} pairs casual
Vd | they recorded our call number {card}
N | we recorded a song number {card}
N | a {card}
"""


@pytest.fixture
def folder(tmp_path):
    """Forty cards, built."""
    (tmp_path / "src").mkdir()
    source = "".join(CARD.format(card=card) for card in range(1, 41))
    (tmp_path / "src" / "en-b01.txt").write_text(source, encoding="utf-8")
    build_corpus(tmp_path)
    return tmp_path


@pytest.fixture
def readings(folder):
    (folder / "readings").mkdir()
    path = folder / "readings" / "second.tsv"
    path.write_text(
        "id\tfirst\tsecond\nen-b01-001-01\tVd\tVd\nen-b01-001-02\tN\tVd\nen-b01-002-02\tN\tN\n", encoding="utf-8"
    )
    return path


def test_corpus_sample_goes_to_standard_output_or_into_a_file(run, folder, tmp_path):
    lines = sample_to_tsv(sample(folder, share=0.5))
    result = run("corpus", "sample", folder, "--share", "0.5")
    assert (result.exit_code, result.stdout) == (ExitCode.OK, lines)
    target = tmp_path / "sample.tsv"
    assert run("corpus", "sample", folder, "--share", "0.5", "--output", target).stdout == ""
    assert target.read_bytes() == lines.encode()
    assert run("corpus", "sample", folder, "-o", "-").stdout == sample_to_tsv(sample(folder))


def test_corpus_sample_errors(run, folder, tmp_path):
    for share in ("0", "1.5", "half"):
        assert run("corpus", "sample", folder, "--share", share).exit_code == ExitCode.USAGE
    result = run("corpus", "sample", folder, "-o", tmp_path / "none" / "sample.tsv")
    assert result.exit_code == ExitCode.USAGE
    assert "cannot write" in result.stderr


def test_corpus_agreement_as_text_and_json(run, folder, readings):
    result = run("corpus", "agreement", folder)
    assert result.exit_code == ExitCode.OK, result.stderr
    assert result.stdout.startswith("Agreement: en\n")
    risk = json.loads(run("corpus", "agreement", folder, "--json").stdout)["labels"][0]
    assert (risk["label"], risk["n"], risk["raw"]) == ("risk", 3, pytest.approx(2 / 3))


def test_corpus_agreement_names_what_is_wrong_in_one_line(run, folder, readings):
    readings.write_text("id\tfirst\tsecond\nen-b01-001-01\tN\tQ\n", encoding="utf-8")
    result = run("corpus", "agreement", folder)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert result.stderr.startswith("error: second.tsv:2: no label")
    assert result.stderr.count("\n") == 1


def test_corpus_duplicates_as_text_json_and_kept_report(run, folder):
    report = duplicate_report(folder)
    result = run("corpus", "duplicates", folder)
    assert (result.exit_code, result.stdout.strip()) == (ExitCode.OK, report.to_text().strip())
    assert not (folder / "reports").exists()
    shown = json.loads(run("corpus", "duplicates", folder, "--json", "--write").stdout)
    assert DuplicateReport.from_dict(shown) == report == DuplicateReport.from_dict(read_report(folder, "duplicates"))


def test_corpus_probes_as_text_json_and_kept_report(run, folder):
    result = run("corpus", "probes", folder)
    assert result.exit_code == ExitCode.OK, result.stderr
    assert result.stdout.startswith("AUC of risk by what a probe sees\n")
    assert not (folder / "reports").exists()
    shown = json.loads(run("corpus", "probes", folder, "--json", "--write").stdout)
    assert shown == read_report(folder, "probes")
    assert shown["words"][0]["risk_share"] in (0.0, 1.0)


@pytest.mark.parametrize("name", ["duplicates", "probes"])
def test_corpus_reports_are_kept_for_a_built_corpus_only(run, folder, name):
    with (folder / "src" / "en-b01.txt").open("a", encoding="utf-8") as stream:
        stream.write("N | one more\n")
    result = run("corpus", name, folder, "--write")
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "corpus build" in result.stderr


def test_corpus_probes_name_the_missing_extra(run, monkeypatch, folder):
    monkeypatch.setattr(
        "sextortion_signals.cli.options.find_spec", lambda name: None if name == "sklearn" else object()
    )
    result = run("corpus", "probes", folder)
    assert (result.exit_code, result.stdout) == (ExitCode.MISSING_EXTRA, "")
    assert "corpus probes needs an optional part: pip install 'sextortion-signals[train]'" in result.stderr


TALK = """@ en-c01-01 cb_daily casual
= 0
A | are you up
B | no
B | what is it
A | tea is ready
"""


def test_corpus_commands_take_conversations_along(run, folder):
    alone = run("corpus", "stats", folder)
    assert alone.exit_code == ExitCode.OK
    assert json.loads(run("corpus", "stats", folder, "--json").stdout)["conversations"] is None
    (folder / "conversations" / "src").mkdir(parents=True)
    (folder / "conversations" / "src" / "en-c01.txt").write_text(TALK, encoding="utf-8")
    both = run("corpus", "stats", folder)
    assert both.stdout.startswith(alone.stdout.rstrip())
    assert "Conversations by category" in both.stdout
    assert json.loads(run("corpus", "stats", folder, "--json").stdout)["conversations"]["counts"]["messages"] == {
        "en": 4
    }
    assert "1 conversations (0 in strict turns)" in run("corpus", "check", folder).stdout
    assert "conversations/train.jsonl" in run("corpus", "build", folder).stdout
