import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from sextortion_signals.cli.document_help import help_document, write_help

ROOT = Path(__file__).resolve().parents[2]


def test_document_help_is_up_to_date():
    written = (ROOT / "docs" / "help.md").read_text(encoding="utf-8")
    assert written == help_document(), "run python -m sextortion_signals.cli.document_help"


def test_document_help_runs_as_a_module(tmp_path):
    command = [sys.executable, "-m", "sextortion_signals.cli.document_help", "help.md"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "help.md").read_text(encoding="utf-8") == help_document()


def test_document_help_holds_every_command_and_writes_where_told(tmp_path):
    target = tmp_path / "help.md"
    result = CliRunner().invoke(write_help, [str(target)])
    assert result.output.strip() == str(target)
    content = target.read_text(encoding="utf-8")
    for name in ("assess", "batch", "corpus check", "model verify", "serve"):
        assert f"\n## sextortion-signals {name}\n" in content
