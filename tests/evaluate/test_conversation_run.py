"""Files of conversations from reading to the three forms of a report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sextortion_signals.errors import RecordError
from sextortion_signals.evaluate import (
    ConversationDetector,
    ConversationFile,
    ConversationLabel,
    EvaluationReport,
    evaluate,
    read_evaluation_file,
)
from sextortion_signals.evaluate.conversation_results import CONVERSATION_METRICS, CURVES
from sextortion_signals.text import DEFAULT_MAX_LENGTH
from sextortion_signals.types import Message

Make = Callable[..., Any]
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def paths(write: Callable[..., Path], make_talk: Make) -> list[Path]:
    """Four labelled conversations, two of each risk, and four without labels of two corpora."""
    marks = {"risk": 1, "first_evidence": 1, "unmistakable": 2}
    labelled = write(
        "labelled.jsonl",
        make_talk([0.1, 0.1, 0.5, 0.6], id="late", lang="ja", category=HOSTILE, offender="A", **marks),
        make_talk([0.1, 0.15, 0.1], id="missed", lang="en", category="cv_lure", offender=None, **marks),
        make_talk([0.1, 0.3], id="alarm", lang="ja", category="cb_daily", risk=0),
        make_talk([0.1, 0.1], lang="en", category="cb_daily", risk=0),
    )
    talks = [
        make_talk([0.1, risk], corpus=corpus) for risk, corpus in ((0.3, "a"), (0.1, "a"), (0.1, "b"), (0.95, "b"))
    ]
    return [labelled, write("talks.jsonl", *talks)]


@pytest.fixture
def report(conversation_detector: ConversationDetector, paths: list[Path]) -> EvaluationReport:
    return evaluate(conversation_detector, paths, resamples=20)


def test_labelled_conversation_is_read_with_its_labels(paths: list[Path]) -> None:
    file = read_evaluation_file(paths[0])

    assert isinstance(file, ConversationFile)
    assert (file.name, file.labelled, len(file.rows)) == ("labelled.jsonl", True, 4)
    assert file.rows[0].label == ConversationLabel(1, "A", 1, 2)
    assert file.rows[0].messages[1] == Message("B", "0.1")
    assert (file.rows[1].id, file.rows[1].lang, file.rows[1].group) == ("missed", "en", "cv_lure")
    assert file.rows[3].id == "line 4"


def test_corpus_as_built_is_read(write: Callable[..., Path], make_talk: Make) -> None:
    empty = {"offender": None, "first_evidence": None, "unmistakable": None}

    file = read_evaluation_file(
        write("a.jsonl", make_talk([0.1], id="ja-c01-01-01", risk=0, card="ja-c01-01", **empty))
    )

    assert file.rows[0].label == ConversationLabel(0)


def test_conversation_of_risk_0_has_no_marks_whatever_the_file_says(
    write: Callable[..., Path], make_talk: Make
) -> None:
    file = read_evaluation_file(write("a.jsonl", make_talk([0.1], risk=0, offender="A", first_evidence=7)))

    assert file.rows[0].label == ConversationLabel(0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"messages": []}, "a.jsonl:2: messages must be a list of at least one message"),
        ({"messages": "0.1"}, "a.jsonl:2: messages must be a list"),
        ({"messages": None, "text": "0.1"}, "a.jsonl:2: messages must be a list"),
        ({"messages": [{"sender": "A"}]}, "a.jsonl:2: message 0 must hold a sender and a text"),
        ({"messages": [{"sender": 1, "text": "0.1"}]}, "a.jsonl:2: message 0 must hold"),
        ({"messages": ["0.1"]}, "a.jsonl:2: message 0 must hold"),
        ({"messages": [{"sender": "A", "text": None}]}, "both strings"),
        ({"risk": 2}, "a.jsonl:2: risk must be 0 or 1"),
        ({"risk": None}, "a.jsonl: conversation line 2 differs from the first"),
        ({"offender": "C"}, "a.jsonl:2: offender must be a sender of the conversation, or null"),
        ({"first_evidence": 2}, "a.jsonl:2: first_evidence must be the index of a message, 0 to 1, or null"),
        ({"unmistakable": -1}, "a.jsonl:2: unmistakable must be the index"),
        ({"unmistakable": True}, "a.jsonl:2: unmistakable must be the index"),
        ({"unmistakable": "1"}, "a.jsonl:2: unmistakable must be the index"),
    ],
)
def test_flaw_is_named_with_file_and_line_never_with_the_text(
    write: Callable[..., Path], make_talk: Make, fields: dict[str, Any], message: str
) -> None:
    good = make_talk([0.123, 0.1], risk=1, offender="A", first_evidence=0, unmistakable=1)

    with pytest.raises(RecordError, match=message) as caught:
        read_evaluation_file(write("a.jsonl", good, {**good, **fields}))

    assert "0.123" not in str(caught.value)


def test_labelled_file_is_measured(report: EvaluationReport) -> None:
    (result,) = report.conversations

    assert (result.file, result.conversations, result.messages) == ("labelled.jsonl", 4, 11)
    assert [part.name for part in result.slices] == ["all", "en", "ja"]
    everything = result.slices[0]
    assert (everything.conversations, everything.risk_conversations) == (4, 2)
    values = {key: estimate.value for key, estimate in everything.headline.items()}
    assert (values["precision"], values["recall"], values["f1"], values["false_alarms"]) == (0.5, 0.5, 0.5, 0.5)
    assert (values["delay_median"], values["evidence_delay_median"], values["offender_right"]) == (0.0, 1.0, 1.0)
    assert values["f_latency"] == 0.5
    assert result.slices[1].headline["recall"].value == 0.0


def test_keyword_rule_stands_beside_the_model_and_names_nobody(
    write: Callable[..., Path], conversation_detector: ConversationDetector
) -> None:
    case = {"risk": 1, "first_evidence": 0, "unmistakable": 1, "offender": "A"}
    # Both lists of the rule hit in the third message alone, one in each of the others.
    texts = ["裸の写真", "ばらまく", "金を払わないと写真をばらまく"]
    rows = [{"messages": [{"sender": "A", "text": text} for text in texts], **case}]

    class Silent:
        model, thresholds = conversation_detector.model, conversation_detector.thresholds

        def assess_conversation(self, messages: list[Message]) -> Any:
            return conversation_detector.assess_conversation([Message("A", "0.1") for _ in messages])

    report = evaluate(Silent(), [write("a.jsonl", *rows)], resamples=0)

    (part,) = report.conversations[0].slices
    assert (part.headline["recall"].value, part.baseline["recall"].value) == (0.0, 1.0)
    assert (part.baseline["delay_median"].value, part.baseline["evidence_delay_median"].value) == (1.0, 2.0)
    assert "offender_right" not in part.baseline
    line = next(line for line in report.to_text().split("\n") if line.startswith("offender named rightly"))
    assert line.endswith("–")


def test_categories_and_worst_conversations_are_named_by_id(report: EvaluationReport) -> None:
    (result,) = report.conversations

    lure = next(item for item in result.categories if item.category == "cv_lure")
    assert (lure.conversations, lure.recall, lure.false_alarms, lure.delay_median) == (1, 0.0, None, None)
    assert [(item.id, item.risk, item.alert) for item in result.highest_risk_0] == [
        ("alarm", 0.3, 1),
        ("line 4", 0.1, None),
    ]
    assert [(item.id, item.unmistakable) for item in result.lowest_risk_1] == [("missed", 2), ("late", 2)]


def test_curves_over_the_threshold_meet_the_headline_at_elevated(report: EvaluationReport) -> None:
    (result,) = report.conversations

    curves = result.curves
    assert set(curves.figures) == set(CURVES)
    assert (curves.thresholds[0], curves.thresholds[-1]) == (0.01, 0.99)
    at = curves.thresholds.index(0.2)
    for key in CURVES:
        assert curves.figures[key][at] == result.slices[0].headline[key].value, key
    assert curves.figures["recall"][0] == 1.0
    assert curves.figures["precision"][-1] is None


def test_unlabelled_file_gives_alarms_per_thousand(report: EvaluationReport) -> None:
    (rates,) = report.unlabelled_conversations

    assert [(item.corpus, item.conversations, item.messages, item.alarms) for item in rates.corpora] == [
        ("a", 2, 4, 1),
        ("b", 2, 4, 1),
        ("all", 4, 8, 2),
    ]
    everything = rates.corpora[-1]
    assert everything.per_1000_conversations.value == 500.0
    assert everything.per_1000_messages.value == 250.0
    assert everything.per_1000_conversations.low < 500.0 < everything.per_1000_conversations.high
    assert everything.keyword_rule_per_1000.value == 0.0
    at = rates.curves.thresholds.index(0.5)
    assert rates.curves.figures["per_1000_conversations"][at] == 250.0
    assert rates.curves.figures["per_1000_messages"][at] == 125.0


def test_all_forms_hold_every_figure_and_are_escaped(report: EvaluationReport) -> None:
    text, html, data = report.to_text(), report.to_html(), json.loads(json.dumps(report.to_dict(), allow_nan=False))

    for key, label in CONVERSATION_METRICS.items():
        assert label in text
        assert label in html
        assert key in data["conversations"][0]["slices"][0]["headline"]
    assert "labelled.jsonl, 4 conversations, 11 messages" in text
    assert "talks.jsonl, 4 conversations, 8 messages" in html
    assert "<script" not in html
    assert html.count("<figure>") == 4
    assert "Delay over the threshold" in html
    assert "At 0.1: precision 0.500, recall 1.000" in html
    identifiers = re.findall(r'\bid="([^"]*)"', html)
    assert len(identifiers) == len(set(identifiers))


def test_texts_and_conversations_are_measured_in_one_report(
    conversation_detector: Any,
    paths: list[Path],
    write: Callable[..., Path],
    make_assessment: Make,
    make_detector: Make,
) -> None:
    scripted = make_detector({"t": make_assessment(0.5)})
    conversation_detector.assess_many = scripted.assess_many

    report = evaluate(conversation_detector, [paths[0], write("texts.jsonl", {"text": "t"})], resamples=0)

    assert (report.unlabelled[0].rows, report.conversations[0].conversations) == (1, 4)
    assert [
        section for section in ("texts.jsonl, 1 rows", "labelled.jsonl, 4") if section not in report.to_text()
    ] == []


def test_detector_that_cannot_assess_a_file_is_told_so(
    conversation_detector: ConversationDetector, paths: list[Path], write: Callable[..., Path], make_detector: Make
) -> None:
    with pytest.raises(
        RecordError, match=r"labelled\.jsonl holds conversations, and scripted has no assess_conversation"
    ):
        evaluate(make_detector({}), paths)
    with pytest.raises(RecordError, match=r"texts\.jsonl holds texts, and scripted has no assess_many"):
        evaluate(conversation_detector, [write("texts.jsonl", {"text": "t"})])


def test_curves_are_marked_at_the_point_that_the_outcome_names(
    report: EvaluationReport, conversation_detector: ConversationDetector, paths: list[Path]
) -> None:
    @dataclass
    class Outcome:
        first_alert: int | None
        offender: str | None
        timeline: Any
        thresholds: Any

    class Other:
        model, thresholds = conversation_detector.model, conversation_detector.thresholds

        def assess_conversation(self, messages: list[Message]) -> Any:
            outcome = conversation_detector.assess_conversation(messages)
            return Outcome(outcome.first_alert, outcome.offender, outcome.timeline, {"elevated": 0.35})

    own = evaluate(Other(), paths, resamples=0)

    assert report.conversations[0].curves.elevated == 0.2
    assert own.conversations[0].curves.elevated == own.unlabelled_conversations[0].curves.elevated == 0.35
    assert own.to_text().count("Elevated is a risk of 0.35.") == 2


def test_picture_without_a_text_keeps_its_place(write: Callable[..., Path]) -> None:
    messages = [{"sender": "A", "text": ""}, {"sender": "B", "text": "0.1"}]

    file = read_evaluation_file(write("a.jsonl", {"messages": messages}))

    assert file.rows[0].messages == (Message("A", ""), Message("B", "0.1"))


def test_case_that_nobody_marked_and_detector_without_points_are_measured_as_far_as_they_go(
    write: Callable[..., Path], make_talk: Make, conversation_detector: ConversationDetector
) -> None:
    class Pointless:
        model, thresholds = "pointless", {}
        assess_conversation = staticmethod(conversation_detector.assess_conversation)

    report = evaluate(Pointless(), [write("a.jsonl", make_talk([0.1, 0.5], risk=1, offender=None))], resamples=0)

    (result,) = report.conversations
    assert (result.slices[0].headline["recall"].value, result.slices[0].headline["delay_median"].value) == (1.0, None)
    assert result.curves.elevated is None
    assert "Elevated is a risk" not in report.to_html()
    assert report.to_html().count("<figure>") == 3


def test_long_message_is_read_up_to_the_limit(
    write: Callable[..., Path], conversation_detector: ConversationDetector
) -> None:
    long = {"messages": [{"sender": "A", "text": "0." + "1" * DEFAULT_MAX_LENGTH}], "risk": 0}
    seen = []

    class Listening:
        model, thresholds = conversation_detector.model, conversation_detector.thresholds

        def assess_conversation(self, messages: list[Message]) -> Any:
            seen.extend(messages)
            return conversation_detector.assess_conversation(messages)

    evaluate(Listening(), [write("a.jsonl", long)], resamples=0)

    assert [len(message.text) for message in seen] == [DEFAULT_MAX_LENGTH]
