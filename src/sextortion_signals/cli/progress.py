"""Progress of a batch on standard error: a bar on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

import click

from sextortion_signals.cli.streams import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SECONDS_BETWEEN_LINES = 5.0


class LineProgress(AbstractContextManager["LineProgress"]):
    """Writes a line every five seconds, for logs."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def __call__(self, rows: int, fraction: float | None) -> None:
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        part = "" if fraction is None else f", {fraction:.0%}"
        click.echo(f"{rows:,} rows{part}, {rows / (now - self._started):,.0f} rows/s", err=True)

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""


class BarProgress(AbstractContextManager["BarProgress"]):
    """A bar with rows, rate and time left; it disappears at the end."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._started = time.monotonic()
        self._progress: Progress = Progress(
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[rows]:,} rows  {task.fields[rate]:,.0f} rows/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console(stderr=True),
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("rows", total=None, rows=0, rate=0.0)

    def __call__(self, rows: int, fraction: float | None) -> None:
        rate = rows / max(time.monotonic() - self._started, 1e-9)
        if fraction is None:
            self._progress.update(self._task, rows=rows, rate=rate)
        else:
            self._progress.update(self._task, completed=fraction, total=1.0, rows=rows, rate=rate)

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
