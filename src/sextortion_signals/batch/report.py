"""What a batch came to as one small page with plots, that needs nothing beside itself and holds no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from sextortion_signals.batch.summary import RISK_BINS, BatchSummary

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM = 540, 170, 80, 12, 22
_ROW_HEIGHT = 26
_NAME_WIDTH, _COUNT_WIDTH = 150, 90


def report_page(summary: BatchSummary, title: str) -> str:
    """Return the page as HTML."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    parts = (
        ("Risk", _histogram(summary)),
        ("Levels", _bars("Rows by level", summary.levels)),
        ("Author", _bars("Assessed rows by the role of their author", summary.roles)),
        ("Signals", _bars("Rows by signal; a row can have several", summary.signals)),
        ("Rows that could not be assessed", _bars("Rows by the reason", summary.failures)),
    )
    sections = "".join(
        f"<section>\n<h2>{escape(name)}</h2>\n{content}</section>\n" for name, content in parts if content
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{_facts(summary)}<main>\n{sections}</main>\n"
        "<p>A triage aid: it helps people decide what to look at first. Do not decide by this alone.</p>\n"
        "</body>\n</html>\n"
    )


def _facts(summary: BatchSummary) -> str:
    points = ", ".join(f"{name} {risk:.4g}" for name, risk in summary.thresholds.items())
    facts = {
        "Rows": f"{summary.rows:,}",
        "Files": f"{summary.files:,}",
        "Assessed": f"{summary.assessed:,}",
        "Not assessed": f"{summary.failed:,}",
        "Read in part": f"{summary.truncated:,}",
        "In a language never verified": f"{summary.unverified:,}",
        "Time": f"{summary.seconds:,.1f} s, {summary.rows_per_second:,.0f} rows a second",
        "Taken over from an interrupted run": f"{summary.resumed:,} rows",
        "Model": f"{summary.model}, tier {summary.tier} ({points})" if summary.model else "none",
    }
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in facts.items()
    )
    return f"<table>\n{rows}</table>\n"


def _histogram(summary: BatchSummary) -> str:
    """Draw the risks; the square root of the counts, for in a queue nearly all rows lie in the first bin."""
    highest = max(summary.risks)
    if not highest:
        return ""
    room, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM
    width = room / RISK_BINS
    shapes = [
        f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end">{count:,}</text>' for y, count in ((18, highest), (height, 0))
    ]
    for number, count in enumerate(summary.risks):
        tall = (count / highest) ** 0.5 * (height - 14)
        words = f"{number / RISK_BINS:.2f} to {(number + 1) / RISK_BINS:.2f}: {count:,} rows"
        shapes.append(
            f'<rect class="bar" x="{_LEFT + number * width + 1:.1f}" y="{height - tall:.1f}" width="{width - 2:.1f}" '
            f'height="{tall:.1f}"><title>{words}</title></rect>'
        )
    marks = {name: risk for name, risk in summary.thresholds.items() if 0.0 <= risk <= 1.0}
    for name, risk in marks.items():
        x = _LEFT + risk * room
        shapes.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        shapes.append(f'<text x="{x - 3:.1f}" y="10" text-anchor="end">{escape(name)}</text>')
    shapes += [
        f'<text x="{_LEFT + share * room:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">{share:g}</text>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    bins = "; ".join(f"{count:,}" for count in summary.risks)
    words = f"Rows in bins of {1 / RISK_BINS:g} from 0 to 1: {bins}."
    return _figure(_WIDTH, _HEIGHT, "Assessed rows by risk; heights are square roots of the counts", words, shapes)


def _bars(caption: str, counts: Mapping[str, int]) -> str:
    highest = max(counts.values(), default=0)
    if not highest:
        return ""
    room = _WIDTH - _NAME_WIDTH - _COUNT_WIDTH
    shapes = []
    for number, (name, count) in enumerate(counts.items()):
        y = number * _ROW_HEIGHT
        shapes += [
            f'<text x="{_NAME_WIDTH - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="bar" x="{_NAME_WIDTH}" y="{y + 4}" width="{count / highest * room:.1f}" height="18"/>',
            f'<text x="{_NAME_WIDTH + count / highest * room + 6:.1f}" y="{y + 17}">{count:,}</text>',
        ]
    words = "; ".join(f"{name}: {count:,}" for name, count in counts.items())
    return _figure(_WIDTH, len(counts) * _ROW_HEIGHT, caption, f"{words}.", shapes)


def _figure(width: int, height: int, caption: str, words: str, shapes: Sequence[str]) -> str:
    return (
        f'<figure>\n<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        f"<title>{escape(caption)}</title>\n<desc>{escape(words)}</desc>\n{''.join(shapes)}\n</svg>\n"
        f"<figcaption>{escape(caption)}</figcaption>\n</figure>\n"
    )
