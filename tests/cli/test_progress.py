import io

from rich.console import Console

from sextortion_signals.cli import progress


def test_progress_bar_takes_known_and_unknown_lengths(monkeypatch):
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=100, highlight=False)
    monkeypatch.setattr(progress, "console", lambda **_: terminal)
    with progress.batch_progress() as bar:
        assert isinstance(bar, progress.BarProgress)
        bar(1_024, None)
        bar(2_048, 0.5)
    assert "2,048 rows" in out.getvalue()
    assert "continuing an interrupted run behind row 1,024" in out.getvalue()


def test_progress_clock():
    assert [progress.clock(seconds) for seconds in (0.4, 59.6, 3_661)] == ["0:00:00", "0:01:00", "1:01:01"]


def test_progress_bar_shows_the_time_left(monkeypatch):
    out, now = io.StringIO(), [0.0]
    monkeypatch.setattr(progress, "console", lambda **_: Console(file=out, force_terminal=True, width=120))
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = progress.BarProgress()
    bar(0, 0.0)
    now[0] = 10.0
    bar(5_000, 0.25)
    with bar:
        pass
    assert "0:00:30 left" in out.getvalue()
