"""The report as one page that needs nothing beside itself. Everything that comes from a file is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from sextortion_signals.evaluate.plots import Plot
from sextortion_signals.evaluate.sections import Section
from sextortion_signals.evaluate.tables import Table

# Long tables that a reader opens when they look for the cause of a figure.
_FOLDED = ("Risk-0 ", "Risk-1 ", "Calibration")


def page(summary: tuple[str, str], sections: Sequence[Section]) -> str:
    """Return the whole page as HTML."""
    title, made = map(escape, summary)
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    drawn = "".join(_section(section, index) for index, section in enumerate(sections))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n<p>{made}</p>\n{_contents([section.file for section in sections])}</header>\n"
        f"<main>\n{drawn}</main>\n</body>\n</html>\n"
    )


def _contents(names: Sequence[str]) -> str:
    links = "".join(f'<li><a href="#file-{index}">{escape(name)}</a></li>\n' for index, name in enumerate(names))
    return f'<nav aria-label="Files">\n<ul>\n{links}</ul>\n</nav>\n'


def _section(section: Section, index: int) -> str:
    headline, *others = section.tables
    plots = enumerate(section.draw(f"p{index}"))
    figures = "".join(_figure(plot, f"plot-{index}-{number}") for number, plot in plots)
    drawn = f'<div class="plots">\n{figures}</div>\n' if figures else ""
    heading = f'<h2 id="file-{index}">{escape(section.heading)}</h2>'
    content = f"{_table(headline)}{drawn}{''.join(map(_table, others))}"
    return f'<section aria-labelledby="file-{index}">\n{heading}\n{content}</section>\n'


def _figure(plot: Plot, name: str) -> str:
    svg = plot.svg.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title {name}-text" ', 1)
    start = svg.index(">") + 1
    words = f'<title id="{name}-title">{escape(plot.caption)}</title>'
    words += f'<desc id="{name}-text">{escape(plot.description)}</desc>'
    return f"<figure>\n{svg[:start]}{words}{svg[start:]}\n<figcaption>{escape(plot.caption)}</figcaption>\n</figure>\n"


def _table(table: Table) -> str:
    header = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "".join(_row(row) for row in table.rows)
    note = f"<p>{escape(table.note)}</p>\n" if table.note else ""
    content = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">\n<table>\n'
        f"<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n{note}"
    )
    if table.title.startswith(_FOLDED):
        return f"<details>\n<summary>{escape(table.title)}</summary>\n{content}</details>\n"
    return f"<h3>{escape(table.title)}</h3>\n{content}"


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>\n'
