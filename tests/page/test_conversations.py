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


def step(place, sender, risk, before):
    """Return what an answer says of one message: it moved the risk if it is the riskiest so far."""
    moved = risk > before
    reasons = ["strongest_message", "a_reason_of_tomorrow"] if moved and risk > 0.5 else []
    evidence = [{"start": 0, "end": 3, "quote": TURNS[place][1][:3]}] if reasons else []
    facts = {"rise": max(0.0, risk - before), "moved_by": place if moved else None, "reasons": reasons, "stages": []}
    return {
        "message": place,
        "sender": sender,
        "risk": max(risk, before),
        "level": "low",
        "evidence": evidence,
        **facts,
    }


def whole(detector: Detector):
    """Return an answer of the form that the contract gives a conversation, made of real assessments."""
    assessed = [detector.assess(text) for _, text in TURNS]
    risks = [assessment.risk for assessment in assessed]
    highest = [max(risks[: index + 1]) for index in range(len(risks))]
    threat = assessed[2]
    signals = [
        {"id": s.id.value, "score": s.score, "evidence": [{"message": 2, **e.to_dict()} for e in s.evidence]}
        for s in threat.signals
    ]
    return {
        "risk": max(risks),
        "level": threat.level.value,
        "first_alert": next(index for index, risk in enumerate(highest) if risk >= threat.thresholds["elevated"]),
        "offender": "Kit",
        "stages": {"demand": 2, "contact": 0, "a_stage_of_tomorrow": 4},
        "messages": [assessment.to_dict() for assessment in assessed],
        "signals": signals,
        "advice": [item.to_dict() for item in threat.advice],
        "timeline": [
            step(place, TURNS[place][0], risk, max(risks[:place], default=0.0)) for place, risk in enumerate(risks)
        ],
        "thresholds": dict(threat.thresholds),
        "model": threat.model,
        "state": "opaque",
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
    messages = [{"sender": sender, "text": text} for sender, text in TURNS]
    assert assessed_whole.sent == [{"messages": messages, "truncate": True}]


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
    assert shown == [round(100 * step["risk"], 1) for step in whole(detector)["timeline"]]
    assert page.inner_text(".stages") == (
        "Stages: contact (message 1); demand (message 3); a_stage_of_tomorrow (message 5)"
    )
    (moved,) = page.eval_on_selector_all(".moved", "nodes => nodes.map((node) => node.textContent)")
    assert moved.endswith("points: the riskiest message so far; a_reason_of_tomorrow pay")
    assert page.inner_text(".case-role").startswith("offender")
    (row,) = assessed_whole.rows()
    assert row["level"] == whole(detector)["level"]
    assert row["signals"] == [signal["id"] for signal in whole(detector)["signals"]]


def test_conversations_advice_for_another_reader_is_asked_for_the_whole(assessed_whole):
    assessed_whole.page.select_option(".advice-tools select", "school")
    assessed_whole.page.wait_for_function("() => document.querySelector('.advice-item') !== null")
    assert [(body.get("audience"), len(body["messages"])) for body in assessed_whole.sent] == [(None, 5), ("school", 5)]


def test_conversations_that_are_long_go_in_parts_with_the_state_of_the_last(visit, detector):
    sent, quiet = [], detector.assess("see you at gate 1")

    def answer(route):
        body = route.request.post_data_json
        sent.append((len(body["messages"]), body.get("state")))
        before = sum(count for count, _ in sent[:-1])
        steps = [{**step(0, "A", quiet.risk, 1.0), "message": before + place} for place in range(sent[-1][0])]
        signal = {
            "id": "pressure",
            "score": 0.1 * len(sent),
            "evidence": [{"message": before, "start": 0, "end": 3, "quote": "see"}],
        }
        answered = {**whole(detector), "timeline": steps, "messages": [quiet.to_dict()] * len(steps)}
        route.fulfill(json={**answered, "signals": [signal], "state": f"state {len(sent)}"})

    opened = visit(before=lambda page: page.route(PATH, answer))
    opened.paste("\n".join(f"{'AB'[number % 2]}: see you at gate {number}" for number in range(1100)))
    opened.wait_for(1)
    assert sent == [(500, None), (500, "state 1"), (100, "state 2")]
    assert opened.page.locator(".message").count() == 1100
    assert opened.page.inner_text(".whys .bar-value") == "30.0\u00a0%"
    assert opened.page.locator(".whys .quote").count() == 3


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
