import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from sextortion_signals.batch import run_batch
from sextortion_signals.batch.report import report_page
from sextortion_signals.batch.summary import Tally


class Balanced(HTMLParser):
    """Fails on a tag that is not closed or not open."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_report_has_every_count_and_no_text(write, tmp_path, rule_detector):
    text = "=払え & <今日>"
    path = write("in.csv", f"id,本文\n1,{text}\n2,\n3,こんにちは\n4,가\n")
    page = report_page(run_batch(lambda: rule_detector, path, tmp_path / "out.csv"), "Assessment of <in>.csv")
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert parser.seen.count("svg") == 5
    assert "<h1>Assessment of &lt;in&gt;.csv</h1>" in page
    assert "rule, tier fast (elevated 0.2, high 0.9)" in page
    assert "http" not in page
    assert "払" not in page
    for words in ("EmptyTextError: 1.", "low: 2; elevated: 0; high: 1.", "0.95 to 1.00: 1 rows", "payment_demand: 1;"):
        assert words in page
    for drawing in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + drawing.split("</svg>")[0] + "</svg>")  # noqa: S314 - our own


def test_report_of_nothing():
    summary = Tally().summary(resumed=0, protected=0, seconds=0.0, text_column="text", encoding=None)
    page = report_page(summary, "nothing")
    assert "<svg" not in page
    assert "<td>none</td>" in page
