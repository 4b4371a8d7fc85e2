"""Writes docs/help.md: the real `--help` of every command. A test fails when the file has fallen behind.

Run `python -m sextortion_signals.cli.document_help` from the checkout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click

from sextortion_signals.cli.app import PROGRAM, app

HELP_FILE = Path("docs/help.md")
WIDTH = 100

_HEAD = f"""# Command line

The `--help` of every command of `{PROGRAM}`, written by `python -m sextortion_signals.cli.document_help`.
"""


def help_document() -> str:
    """Return the Markdown document."""
    sections = (f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in _helps(app, None, PROGRAM))
    return _HEAD + "".join(sections)


def _helps(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    settings: dict[str, Any] = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context.command_path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            yield from _helps(cast(click.Command, command.get_command(context, child_name)), context, child_name)


@click.command()
@click.argument("target", type=click.Path(path_type=Path), default=HELP_FILE)
def write_help(target: Path) -> None:
    """Write the help of every command to TARGET."""
    target.write_text(help_document(), encoding="utf-8")
    click.echo(f"{target}")


if __name__ == "__main__":
    write_help()
