import io

from rich.console import Console

from sextortion_signals.cli import progress


def test_progress_bar_takes_known_and_unknown_lengths(monkeypatch):
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=100)
    monkeypatch.setattr(progress, "console", lambda **_: terminal)
    with progress.batch_progress() as bar:
        assert isinstance(bar, progress.BarProgress)
        bar(1_024, None)
        bar(2_048, 0.5)
    assert "2,048 rows" in out.getvalue()
