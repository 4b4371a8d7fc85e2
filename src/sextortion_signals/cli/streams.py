"""Standard input and output: UTF-8 out whatever the locale says, any Japanese encoding in, colour only for people."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from sextortion_signals.batch.encodings import decode
from sextortion_signals.errors import RecordError

if TYPE_CHECKING:
    from rich.console import Console

STANDARD = "-"


def force_utf8() -> None:
    """Write UTF-8 on both output streams; a lone surrogate comes out as its escape, which JSON reads back."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def read_bytes(source: str) -> bytes:
    """Return the content of a file, or of standard input for `-`; raise RecordError if it cannot be read."""
    if source == STANDARD:
        return standard_input().read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise RecordError(f"cannot read {source}: {error.strerror}") from None


def read_text(source: str) -> str:
    """Return the text of a file, or of standard input for `-`, in whichever encoding it is."""
    return decode(read_bytes(source))


def read_lines(source: str) -> Iterator[str]:
    """Yield the lines without their ends; standard input is read as it comes, so it may be a growing log."""
    if source == STANDARD:
        for line in standard_input():
            yield decode(line).rstrip("\r\n")
    else:
        yield from read_text(source).split("\n")


def standard_input() -> BinaryIO:
    """Return standard input as bytes."""
    return sys.stdin.buffer


def standard_output() -> BinaryIO:
    """Return standard output as bytes."""
    return sys.stdout.buffer


def write_json(value: Any, *, indent: int | None = 2, err: bool = False) -> None:
    """Write a value as JSON on standard output (or error); `indent=None` gives one line."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent), err=err)


def console(*, stderr: bool = False) -> Console:
    """Return a rich console that takes texts as they are: no markup, no emoji codes, no highlighting of its own."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=True)


def has_colour(target: Console) -> bool:
    """Say whether colours will be seen: a terminal that has them, and no NO_COLOR."""
    return target.color_system is not None and not target.no_color
