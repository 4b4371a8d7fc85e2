"""Conversations: as a whole where the service assesses them, else message by message, and said so."""

import pytest

from sextortion_signals import Detector

TURNS = [
    ("Kit", "hey, are you there"),
    ("Ash", "yes what is it"),
    ("Kit", "pay me by tonight or your nudes go to all your followers"),
    ("Ash", "please don't"),
    ("Kit", "buy a gift card and send me the number"),
]
CHAT = "\n".join(f"{sender}: {text}" for sender, text in TURNS)
PATH = "**/v1/conversations/assess"


def whole(detector: Detector):
    """Return an answer of the form that the contract gives a conversation, made of real assessments."""
    assessed = [detector.assess(text) for _, text in TURNS]
    risks = [assessment.risk for assessment in assessed]
    timeline = [max(risks[: index + 1]) for index in range(len(risks))]
    threat = assessed[2]
    return {
        "risk": max(risks),
        "level": threat.level.value,
        "first_alert": next(index for index, risk in enumerate(timeline) if risk >= threat.thresholds["elevated"]),
        "offender": "Kit",
        "messages": [assessment.to_dict() for assessment in assessed],
        "signals": [signal.to_dict() for signal in threat.signals],
        "advice": [item.to_dict() for item in threat.advice],
        "timeline": timeline,
        "thresholds": dict(threat.thresholds),
        "model": threat.model,
    }


@pytest.fixture
def assessed_whole(visit, detector):
    sent = []

    def answer(route):
        sent.append(route.request.post_data_json)
        route.fulfill(json=whole(detector))

    opened = visit(before=lambda page: page.route(PATH, answer))
    opened.sent = sent
    opened.paste(CHAT)
    opened.wait_for(1)
    return opened


def test_conversations_are_sent_whole(assessed_whole):
    assert assessed_whole.sent == [{"messages": [{"sender": sender, "text": text} for sender, text in TURNS]}]


def test_conversations_show_the_timeline_the_alert_and_the_offender(assessed_whole, detector):
    page = assessed_whole.page
    assert page.get_attribute(".chart", "aria-label") == (
        "Risk after each of 5 messages. First reached elevated at message 3."
    )
    assert "Offender: Kit" in page.inner_text(".panel:has(.chart)")
    assert page.eval_on_selector_all(".message", "nodes => nodes.map((node) => node.dataset.first)") == [
        *("no", "no", "yes", "no", "no"),
    ]
    offenders = page.eval_on_selector_all(".message", "nodes => nodes.map((node) => node.dataset.offender)")
    assert offenders == ["yes", "no", "yes", "no", "yes"]
    shown = page.eval_on_selector_all(".message-risk", "nodes => nodes.map((node) => parseFloat(node.textContent))")
    assert shown == [round(100 * risk, 1) for risk in whole(detector)["timeline"]]
    (row,) = assessed_whole.rows()
    assert row["level"] == whole(detector)["level"]
    assert row["signals"] == [signal["id"] for signal in whole(detector)["signals"]]


def test_conversations_are_read_message_by_message_where_the_service_has_no_endpoint(visit, detector):
    refused = []

    def missing(route):
        refused.append(route.request.url)
        route.fulfill(status=404, json={"type": "urn:sextortion-signals:problem:not-found"})

    opened = visit(before=lambda page: page.route(PATH, missing))
    opened.paste(CHAT)
    opened.wait_for(1)
    page = opened.page
    assert page.locator(".chart").count() == 0
    assert "assessed one by one" in page.inner_text(".panel .note")
    expected = [detector.assess(text).risk for _, text in TURNS]
    shown = page.eval_on_selector_all(".message-risk", "nodes => nodes.map((node) => parseFloat(node.textContent))")
    assert shown == [round(100 * risk, 1) for risk in expected]
    assert opened.rows()[0]["risk"] == round(100 * max(expected), 1)
    opened.paste(CHAT)
    opened.wait_for(2)
    assert len(refused) == 1  # it is asked for once


def test_conversations_marks_stand_in_the_messages(assessed_whole, detector):
    page = assessed_whole.page
    page.keyboard.press("Enter")
    words = page.eval_on_selector_all(
        ".message .words",
        "nodes => nodes.map((node) => { const copy = node.cloneNode(true);"
        "for (const heard of copy.querySelectorAll('.sr')) heard.remove(); return copy.textContent; })",
    )
    assert words == [text for _, text in TURNS]
    marked = page.eval_on_selector_all(
        ".message:nth-child(3) mark", "nodes => nodes.map((node) => node.dataset.signal)"
    )
    assert set(marked) == {signal.id.value for signal in detector.assess(TURNS[2][1]).signals if signal.evidence}


def test_conversations_decisions_are_no_labels_of_a_text(assessed_whole):
    page = assessed_whole.page
    page.keyboard.press("c")
    page.click("#export")
    with page.expect_download() as download:
        page.click('#dialog button[data-all="false"]')
    raw = download.value.path().read_text(encoding="utf-8-sig")
    header, first, *_ = raw.splitlines()
    assert header.startswith("text,risk,decision,kind,")
    assert first == '"Kit: hey, are you there'
    assert ',,confirm,conversation,"' in raw or ",,confirm,conversation,Pasted" in raw
