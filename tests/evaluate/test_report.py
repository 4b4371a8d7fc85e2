"""The three forms of a report say the same, and the page is whole, escaped and readable without eyes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.evaluate import EvaluationReport, evaluate
from sextortion_signals.evaluate.results import METRICS, Estimate, as_json
from sextortion_signals.evaluate.tables import interval, number
from sextortion_signals.types import Role

HOSTILE = '</title><script>alert("払わないと")</script><img src=x onerror=y>'
VOID = {"meta", "img", "br", "link"}


@pytest.fixture
def report(write: Callable[..., Path], make_assessment: Callable[..., Any], make_detector: Any) -> EvaluationReport:
    rows = [
        {"id": HOSTILE, "text": f"{HOSTILE}\n{kind}", "lang": lang, "risk": risk, "role": "victim", "category": HOSTILE}
        for kind, risk, lang in (("a", 1, "ja"), ("b", 0, "en"), ("c", 1, "en"), ("d", 0, "ja"))
    ]
    answers = {row["text"]: make_assessment(0.1 + index / 4, Role.VICTIM) for index, row in enumerate(rows)}
    answers["t"] = make_assessment(0.5)
    paths = [write(f"{name}.jsonl", *rows) for name in ("first", "second")]
    texts = write("texts.jsonl", {"text": "t", "corpus": HOSTILE}, {"text": "t", "corpus": "寄合"})
    return evaluate(make_detector(answers), [*paths, texts], show_texts=True, resamples=20)


class _Page(HTMLParser):
    """Collects tags, ids and open elements; raises on a closing tag that closes nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_well_formed_and_its_ids_are_unique(report: EvaluationReport) -> None:
    page = _Page(report.to_html())

    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    targets = [value for _, attributes in page.tags for name, value in attributes.items() if name == "aria-labelledby"]
    assert {part for target in targets for part in (target or "").split()} <= set(page.ids)


def test_page_is_self_contained(report: EvaluationReport) -> None:
    html = report.to_html()

    page = _Page(html)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    links = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("href", "xlink:href", "src")
    ]
    assert links
    assert all((value or "").startswith("#") for value in links)
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html


def test_page_escapes_everything_that_comes_from_files(report: EvaluationReport) -> None:
    html = report.to_html()

    assert "<script" not in html
    assert "onerror=y>" not in html
    assert "&lt;script&gt;" in html
    assert "寄合" in html


def test_plots_carry_words_and_follow_the_colours_of_the_page(report: EvaluationReport) -> None:
    html = report.to_html()

    page = _Page(html)
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(drawings) == 10
    assert all(attributes.get("role") == "img" and attributes.get("aria-labelledby") for attributes in drawings)
    assert html.count("<figcaption>") == 10
    assert "prefers-color-scheme: dark" in html
    assert "currentColor" in html
    assert "#010203" not in html
    assert "At elevated, recall is 0.500 with 1.000 of the risk-0 rows alarmed." in html


def test_page_repeats_byte_for_byte(report: EvaluationReport) -> None:
    assert report.to_html() == report.to_html()


def test_all_forms_hold_every_headline_figure(report: EvaluationReport) -> None:
    text, html, data = report.to_text(), report.to_html(), json.loads(json.dumps(report.to_dict()))

    for key, label in METRICS.items():
        assert label in text
        assert label in html
        assert key in data["labelled"][0]["slices"][0]["headline"]


def test_text_is_aligned_and_not_cut(report: EvaluationReport) -> None:
    lines = report.to_text().split("\n")

    start = next(index for index, line in enumerate(lines) if line.startswith("figure"))
    model = lines[start].index("all: model") + len("all: model")
    rows = [line for line in lines[start:] if line.startswith(("average precision", "Brier"))][:2]
    assert all(row[:model].endswith(")") for row in rows)
    assert not [line for line in lines if "…" in line or line != line.rstrip()]
    assert lines[0] == "Evaluation of scripted"
    assert "Operating points: elevated 0.2, high 0.9. Intervals: 20 bootstrap resamples, seed 2026." in lines


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (None, "–"),
        (Estimate(None), "–"),
        (Estimate(0.5), "0.500"),
        (Estimate(0.93124, 0.9, 0.95555), "0.931 (0.900–0.956)"),
        (Estimate(-1.5, -2.0, -0.0001), "-1.500 (-2.000 to 0.000)"),
    ],
)
def test_interval_shows_what_is_known(estimate: Estimate | None, shown: str) -> None:
    assert interval(estimate) == shown
    assert number(None) == "–"


def test_json_has_no_figure_that_is_not_a_number() -> None:
    assert as_json({"a": (float("nan"), float("inf"), 1.5, None, "x", Role.VICTIM)}) == {
        "a": [None, None, 1.5, None, "x", "victim"]
    }


def test_letters_of_plots_are_text_without_formulas(report: EvaluationReport) -> None:
    html = report.to_html()

    assert ">10,000</text>" in html
    assert "mathdefault" not in html
