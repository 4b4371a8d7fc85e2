"""Conversations, as the real service assesses them: from the paste to the queue, and what is shown of them."""

import json
from pathlib import Path

import pytest

from sextortion_signals import Message
from sextortion_signals.transcripts import read_transcripts

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
TURNS = [
    ("Kit", "hey, are you there"),
    ("Ash", "yes what is it"),
    ("Kit", "I recorded our call"),
    ("Kit", "pay me by tonight or your nudes go to all your followers"),
    ("Ash", "please don't"),
    ("Kit", "buy a gift card and send me the number"),
]
CHAT = "\n".join(f"{sender}: {text}" for sender, text in TURNS)
PATH = "**/v1/conversations/assess"
SHOWN = """nodes => nodes.map((node) => {
    const words = node.querySelector(".words").cloneNode(true);
    for (const heard of words.querySelectorAll(".sr")) heard.remove();
    const alone = (name) => [...node.querySelectorAll(name)].map((found) => found.textContent);
    return {
        text: words.textContent,
        sender: node.querySelector(".sender").textContent,
        risk: parseFloat(node.querySelector(".message-risk").textContent),
        stages: alone(".stage-tag"),
        moved: alone(".moved")[0] ?? null,
        alert: node.querySelector(".first-alert") !== null,
        offender: node.dataset.offender === "yes",
        marks: [...words.querySelectorAll("mark")].map((mark) => [mark.dataset.signal, Number(mark.dataset.start)]),
    };
})"""


def messages_of(turns=TURNS):
    return [Message(sender, text) for sender, text in turns]


def percent(risk):
    return round(100 * risk, 1)


def lines(opened):
    return opened.page.eval_on_selector_all(".message", SHOWN)


def check(opened, messages, expected):
    """Check what is shown against what the library says of the same messages."""
    shown = lines(opened)
    assert [(line["sender"], line["text"]) for line in shown] == [(m.sender, m.text) for m in messages]
    assert [line["risk"] for line in shown] == [percent(step.risk) for step in expected.timeline]
    assert [bool(line["moved"]) for line in shown] == [bool(step.reasons) for step in expected.timeline]
    assert [len(line["stages"]) for line in shown] == [len(step.stages) for step in expected.timeline]
    assert [place for place, line in enumerate(shown) if line["alert"]] == (
        [] if expected.first_alert is None else [expected.first_alert]
    )
    assert {line["sender"] for line in shown if line["offender"]} == {expected.offender} - {None}
    for place, (line, assessed) in enumerate(zip(shown, expected.messages, strict=True)):
        spans = {(signal.id.value, span.start) for signal in assessed.signals for span in signal.evidence}
        of_whole = {(s.id.value, e.start) for s in expected.signals for e in s.evidence if e.message == place}
        assert {tuple(mark) for mark in line["marks"]} >= spans | of_whole
        moved = {span.start for span in expected.timeline[place].evidence}
        assert bool(line["marks"]) == bool(spans | of_whole | moved)


@pytest.fixture
def talk(visit):
    """A page with the conversation above in it, and the bodies that were sent for it."""
    sent = []

    def note(route):
        sent.append(route.request.post_data_json)
        route.continue_()

    opened = visit(before=lambda page: page.route(PATH, note))
    opened.sent = sent
    opened.paste(CHAT)
    opened.wait_for(1)
    return opened


def test_conversations_are_shown_as_the_service_assesses_them(talk, detector):
    messages = messages_of()
    expected = detector.assess_conversation(messages)
    assert expected.first_alert is not None
    assert talk.sent == [{"messages": [{"sender": m.sender, "text": m.text} for m in messages], "truncate": True}]
    check(talk, messages, expected)
    (row,) = talk.rows()
    assert (row["level"], row["risk"]) == (expected.level.value, percent(expected.risk))
    assert row["signals"] == [signal.id.value for signal in expected.signals]
    page = talk.page
    label = f"Risk after each of 6 messages. First reached elevated at message {expected.first_alert + 1}."
    assert page.get_attribute(".chart", "aria-label") == label
    assert f"Offender: {expected.offender}" in page.inner_text(".panel:has(.chart)")
    assert page.inner_text(".case-role").startswith("offender")
    quotes = page.eval_on_selector_all(".quote", "nodes => nodes.map((node) => node.textContent)")
    assert quotes == [span.quote for signal in expected.signals for span in signal.evidence]
    moving = [step for step in expected.timeline if step.reasons]
    notes = [line["moved"] for line in lines(talk) if line["moved"]]
    assert [note.partition(" ")[0] for note in notes] == [f"+{100 * step.rise:.1f}" for step in moving]
    for note, step in zip(notes, moving, strict=True):
        assert all(span.quote in note for span in step.evidence)
        assert "_" not in note  # every reason has its words


@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
@pytest.mark.parametrize("name", ["coerced", "told", "harmless"])
def test_conversations_from_dropped_logs(visit, detector, name, locale):
    content = (EXAMPLES / f"{name}.txt").read_bytes()
    (read,) = read_transcripts(content.decode())
    expected = detector.assess_conversation(read.messages)
    opened = visit(locale=locale)
    opened.upload(f"{name}.txt", content)
    opened.wait_for(1)
    check(opened, read.messages, expected)
    assert opened.rows()[0]["level"] == expected.level.value
    assert len(opened.page.query_selector_all(".jump")) == len(expected.stages) + (expected.first_alert is not None)
    notes = [line["moved"] for line in lines(opened) if line["moved"]]
    assert all(("ポイント" in note) is (locale == "ja-JP") for note in notes)


def test_conversations_as_json_lines_are_items_of_one_queue(visit, detector):
    talks = [TURNS, [("A", "see you at six"), ("B", ""), ("A", "bring a coat")], TURNS[:2]]
    rows = [
        {"id": place, "messages": [{"sender": s, "text": t} for s, t in turns]} for place, turns in enumerate(talks)
    ]
    opened = visit()
    opened.upload("talks.jsonl", "\n".join(json.dumps(row) for row in [*rows, {"id": 3, "messages": []}]))
    opened.wait_for(4)
    expected = sorted((percent(detector.assess_conversation(messages_of(t)).risk) for t in talks), reverse=True)
    assert [row["risk"] for row in opened.rows() if row["level"] != "failed"] == expected
    assert [row["level"] for row in opened.rows()].count("failed") == 1
    opened.page.fill(".search", "bring a coat")
    opened.page.wait_for_function("() => document.querySelectorAll('.row').length === 1")
    opened.page.click(".row")
    check(opened, messages_of(talks[1]), detector.assess_conversation(messages_of(talks[1])))


def test_conversations_as_messages_in_json_lines_where_that_is_said(visit, detector):
    rows = [{"sender": sender, "text": text, "time": 1} for sender, text in TURNS]
    opened = visit()
    opened.paste("\n".join(map(json.dumps, rows)))
    opened.wait_for(len(TURNS))  # a queue of texts that have senders looks the same
    opened.paste("\n".join(map(json.dumps, rows)), "chat")
    opened.wait_for(len(TURNS) + 1)
    opened.page.click(f'.row:has-text("Conversation, {len(TURNS)} messages")')
    check(opened, messages_of(), detector.assess_conversation(messages_of()))


def focused(page):
    return page.evaluate("() => Number(document.activeElement.closest('.message')?.dataset.index ?? -1)")


def is_in_sight(page):
    """Return whether the element with the focus is seen whole: on the screen, and not under the decisions."""
    return page.evaluate(
        """() => {
            const box = document.activeElement.getBoundingClientRect();
            const below = document.querySelector(".decisions").getBoundingClientRect().top;
            return box.top >= 0 && box.bottom <= below;
        }"""
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_conversations_by_keyboard_from_one_turn_to_the_next(visit, width):
    moving = [0, 9, 16]

    def turn(route):
        answer = route.fetch().json()
        for step in answer["timeline"]:
            step["reasons"] = ["whole_talk"] * (step["message"] in moving)
        route.fulfill(json=answer)

    opened = visit(
        before=lambda page: page.route(PATH, turn), viewport={"width": width, "height": 700}, reduced_motion="reduce"
    )
    opened.paste("\n".join(f"{'AB'[number % 2]}: see you at gate {number}" for number in range(20)))
    opened.wait_for(1)
    page = opened.page
    for place in (*moving, moving[-1]):
        page.keyboard.press("n")
        assert focused(page) == place
        assert page.get_attribute(".case", "data-revealed") == "yes"
        assert is_in_sight(page)
    page.keyboard.press("p")
    assert focused(page) == moving[-2]
    page.keyboard.press("Escape")
    assert focused(page) == -1
    opened.paste("one text and no conversation", "text")
    opened.wait_for(2)
    page.click(".row >> nth=1")
    page.keyboard.press("n")
    assert focused(page) == -1


def test_conversations_buttons_lead_to_the_alert_the_stages_and_the_quotations(talk, detector):
    expected = detector.assess_conversation(messages_of())
    page = talk.page
    stages = sorted(expected.stages.items(), key=lambda item: item[1])
    places = [expected.first_alert, *(place for _, place in stages)]
    assert len(places) >= 2
    for nth, place in enumerate(places):
        page.focus(f".jump >> nth={nth}")
        page.keyboard.press("Enter")
        assert focused(page) == place
        assert f"{place + 1}" in page.inner_text(f".jump >> nth={nth}")
    spans = [span for signal in expected.signals for span in signal.evidence]
    for nth, span in enumerate(spans):
        page.focus(f".quote >> nth={nth}")
        page.keyboard.press("Enter")
        assert focused(page) == span.message
        assert page.evaluate("() => Number(document.activeElement.dataset.start)") == span.start


def test_conversations_long_ones_go_in_parts_and_come_out_whole(visit, detector):
    turns = [("AB"[place % 2], f"see you at gate {place}") for place in range(520)]
    turns[100:100], turns[400:400] = TURNS, TURNS
    sent = []

    def note(route):
        sent.append((len(route.request.post_data_json["messages"]), "state" in route.request.post_data_json))
        route.continue_()

    opened = visit(before=lambda page: page.route(PATH, note))
    opened.paste("\n".join(f"{sender}: {text}" for sender, text in turns))
    opened.wait_for(1)
    assert sent == [(256, False), (256, True), (20, True)]
    expected = detector.assess_conversation(messages_of(turns))
    shown = lines(opened)
    assert [line["risk"] for line in shown] == [percent(step.risk) for step in expected.timeline]
    assert [place for place, line in enumerate(shown) if line["alert"]] == [expected.first_alert]
    assert opened.rows()[0]["signals"] == [signal.id.value for signal in expected.signals]


def test_conversations_go_in_smaller_parts_to_a_service_with_smaller_limits(visit, detector):
    sent = []

    def limit(route):
        sent.append(len(route.request.post_data_json["messages"]))
        if sent[-1] > 2:
            return route.fulfill(status=422, json={"type": "urn:sextortion-signals:problem:too-many-messages"})
        return route.continue_()

    opened = visit(before=lambda page: page.route(PATH, limit))
    opened.paste(CHAT)
    opened.wait_for(1)
    assert sent == [6, 3, 2, 2, 2]
    expected = detector.assess_conversation(messages_of())
    assert [line["risk"] for line in lines(opened)] == [percent(step.risk) for step in expected.timeline]
    assert opened.rows()[0]["level"] == expected.level.value


def test_conversations_what_a_newer_service_may_say_is_shown_by_its_name(visit):
    def newer(route):
        answer = route.fetch().json()
        answer["stages"]["a_stage_of_tomorrow"] = 1
        answer["timeline"][1].update(stages=["a_stage_of_tomorrow"], reasons=["a_reason_of_tomorrow"])
        route.fulfill(json=answer)

    opened = visit(before=lambda page: page.route(PATH, newer))
    opened.paste(CHAT)
    opened.wait_for(1)
    second = lines(opened)[1]
    assert second["stages"] == ["a_stage_of_tomorrow"]
    assert second["moved"].endswith("points: a_reason_of_tomorrow")
    assert "a_stage_of_tomorrow (message 2)" in opened.page.inner_text(".jumps")


def test_conversations_advice_for_another_reader_is_asked_for_the_whole(talk):
    talk.page.select_option(".advice-tools select", "school")
    talk.page.wait_for_function("() => document.querySelector('.advice-item') !== null")
    assert [(body.get("audience"), len(body["messages"])) for body in talk.sent] == [(None, 6), ("school", 6)]


HOSTILE = [
    "<img src=x onerror=window.hit=1>",
    "\u202edrawkcab\u202c \u2066isolated",
    "z\u0351\u0352\u0353" * 30,
    "𠮟られる前に裸の写真を送れ。送らないとばらまくぞ𩸽",
    "a half \ud83d and \u0000 NUL",
    "__proto__",
    "x" * 400,
]


def test_conversations_hostile_names_and_texts_are_shown_as_they_are(visit):
    turns = [(name, f"{text} pay me by tonight or your nudes go out") for name in HOSTILE[:3] for text in HOSTILE]
    turns = [*turns, (HOSTILE[6], HOSTILE[0]), ("", ""), ("__proto__", "constructor")]
    shown = shown_of(visit(), turns)
    # The service reads no more of a name than its first 128 characters.
    assert [line["sender"] for line in shown] == [sender[:128] for sender, _ in turns]
    assert [line["text"].encode("utf-16", "surrogatepass") for line in shown] == [
        text.encode("utf-16", "surrogatepass") for _, text in turns
    ]


def test_conversations_a_hostile_name_is_marked_as_the_offenders(visit, detector):
    turns = [(HOSTILE[0], "pay me by tonight or your nudes go out to everyone"), ("b", "please no")] * 2
    shown = shown_of(visit(), turns)
    assert detector.assess_conversation([Message(*turn) for turn in turns]).offender == HOSTILE[0]
    assert {line["sender"] for line in shown if line["offender"]} == {HOSTILE[0]}


def shown_of(opened, turns):
    """Return the lines of the page for a dropped conversation, none of whose texts or names was run."""
    row = {"messages": [{"sender": sender, "text": text} for sender, text in turns], HOSTILE[0]: HOSTILE[5]}
    opened.upload("talk.jsonl", json.dumps(row))
    opened.wait_for(1)
    assert opened.page.evaluate("() => window.hit") is None
    return lines(opened)


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
    assert [line["risk"] for line in lines(opened)] == [percent(risk) for risk in expected]
    assert opened.rows()[0]["risk"] == percent(max(expected))
    opened.paste(CHAT)
    opened.wait_for(2)
    assert len(refused) == 1  # it is asked for once


def test_conversations_decisions_are_no_labels_of_a_text(talk):
    page = talk.page
    page.keyboard.press("c")
    page.click("#export")
    with page.expect_download() as download:
        page.click('#dialog button[data-all="false"]')
    raw = download.value.path().read_text(encoding="utf-8-sig")
    header, first, *_ = raw.splitlines()
    assert header.startswith("text,risk,decision,kind,")
    assert first == '"Kit: hey, are you there'
    assert ",,confirm,conversation,Pasted" in raw
