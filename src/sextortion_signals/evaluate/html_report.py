"""The report as one page that needs nothing beside itself. Everything that comes from a file is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from sextortion_signals.evaluate.plots import Plot, draw_plots
from sextortion_signals.evaluate.results import LabelledResult, RateResult
from sextortion_signals.evaluate.tables import Table, labelled_tables, rate_table

# Long tables that a reader opens when they look for the cause of a figure.
_FOLDED = ("Risk-0 rows with the highest risk", "Risk-1 rows with the lowest risk", "Calibration")


def page(summary: tuple[str, str], labelled: Sequence[LabelledResult], unlabelled: Sequence[RateResult]) -> str:
    """Return the whole page as HTML."""
    title, made = map(escape, summary)
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    names = [result.file for result in labelled] + [rates.file for rates in unlabelled]
    sections = [_labelled_section(result, index) for index, result in enumerate(labelled)]
    sections += [_rate_section(result, index) for index, result in enumerate(unlabelled, len(labelled))]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n<p>{made}</p>\n{_contents(names)}</header>\n"
        f"<main>\n{''.join(sections)}</main>\n</body>\n</html>\n"
    )


def _contents(names: Sequence[str]) -> str:
    links = "".join(f'<li><a href="#file-{index}">{escape(name)}</a></li>\n' for index, name in enumerate(names))
    return f'<nav aria-label="Files">\n<ul>\n{links}</ul>\n</nav>\n'


def _labelled_section(result: LabelledResult, index: int) -> str:
    headline, *others = labelled_tables(result)
    plots = "".join(
        _figure(plot, f"plot-{index}-{number}") for number, plot in enumerate(draw_plots(result, f"p{index}"))
    )
    tables = "".join(_table(table) for table in others if table.rows)
    return _section(index, result.file, result.rows, f'{_table(headline)}<div class="plots">\n{plots}</div>\n{tables}')


def _rate_section(result: RateResult, index: int) -> str:
    return _section(index, result.file, result.rows, _table(rate_table(result)))


def _section(index: int, file: str, rows: int, content: str) -> str:
    heading = f'<h2 id="file-{index}">{escape(file)}, {rows} rows</h2>'
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
    if table.title in _FOLDED:
        return f"<details>\n<summary>{escape(table.title)}</summary>\n{content}</details>\n"
    return f"<h3>{escape(table.title)}</h3>\n{content}"


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>\n'
