"""Progress of a batch on standard error: a bar on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from sextortion_signals.cli.streams import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SECONDS_BETWEEN_LINES = 5.0


class Pace:
    """How fast a run is. Rows that an interrupted run has done count as done, not as speed."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self._first: tuple[int, float | None] | None = None

    def note(self, rows: int, fraction: float | None) -> bool:
        """Take in a step; return whether it is the first and continues an interrupted run."""
        if self._first is not None:
            return False
        self._first = (rows, fraction)
        return rows > 0

    def rate(self, rows: int) -> float:
        """Return rows a second."""
        return (rows - (self._first or (0, 0.0))[0]) / max(time.monotonic() - self.started, 1e-9)

    def seconds_left(self, fraction: float | None) -> float | None:
        """Return how long the rest of the input will take, None where that cannot be known yet."""
        before = (self._first or (0, 0.0))[1]
        if fraction is None or before is None or fraction <= before:
            return None
        return (time.monotonic() - self.started) * (1 - fraction) / (fraction - before)


class LineProgress(AbstractContextManager["LineProgress"]):
    """Writes a line every five seconds, for logs."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._last = self._pace.started

    def __call__(self, rows: int, fraction: float | None) -> None:
        if self._pace.note(rows, fraction):
            click.echo(continuing(rows), err=True)
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        part = "" if fraction is None else f", {fraction:.0%}"
        left = self._pace.seconds_left(fraction)
        rest = "" if left is None else f", {clock(left)} left"
        click.echo(f"{rows:,} rows{part}, {self._pace.rate(rows):,.0f} rows/s{rest}", err=True)

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""


class BarProgress(AbstractContextManager["BarProgress"]):
    """A bar with rows, rate and time left; it disappears at the end."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._pace = Pace()
        self._progress: Progress = Progress(
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[rate]:,.0f} rows/s"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console(stderr=True),
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("rows", total=None, rows=0, rate=0.0, left="")

    def __call__(self, rows: int, fraction: float | None) -> None:
        if self._pace.note(rows, fraction):
            self._progress.console.print(continuing(rows))
        left = self._pace.seconds_left(fraction)
        shown: dict[str, Any] = {
            "rows": rows,
            "rate": self._pace.rate(rows),
            "left": "" if left is None else f"{clock(left)} left",
        }
        if fraction is None:
            self._progress.update(self._task, **shown)
        else:
            self._progress.update(self._task, completed=fraction, total=1.0, **shown)

    def __enter__(self) -> BarProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def batch_progress() -> LineProgress | BarProgress:
    """Return a bar if standard error is a terminal, else lines."""
    return BarProgress() if console(stderr=True).is_terminal else LineProgress()


def continuing(rows: int) -> str:
    """Return the line that says where an interrupted run is continued."""
    return f"continuing an interrupted run behind row {rows:,}"


def clock(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
