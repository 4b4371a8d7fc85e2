import pickle

import pytest

from sextortion_signals.batch import AssessOptions, Failure, FlawedRecord, assess_records
from sextortion_signals.errors import UnknownOptionError
from sextortion_signals.types import Level


def test_assess_every_record_comes_back_in_order(rule_detector):
    texts = ["払え", "", None, "こんにちは", "長" * 300, 5, "今すぐ払え"]
    records = [{"text": text, "n": n} for n, text in enumerate(texts)]
    assessed = list(assess_records(rule_detector, records, text_column="text", chunk_size=3))
    assert [item.record["n"] for item in assessed] == list(range(7))
    assert [item.failure.kind if item.failure else item.assessment.level for item in assessed] == [
        *(Level.HIGH, "EmptyTextError", "TextTypeError", Level.LOW, "TextTooLongError", "TextTypeError", Level.HIGH),
    ]


def test_assess_a_bad_text_costs_a_few_calls_not_one_a_row(rule_detector):
    records = [{"text": "払え"}] * 500 + [{"text": ""}] + [{"text": "払え"}] * 523
    assessed = list(assess_records(rule_detector, records, text_column="text"))
    assert sum(item.failure is not None for item in assessed) == 1
    assert rule_detector.calls <= 2 * 11 + 1


def test_assess_missing_column_and_flawed_record(rule_detector):
    flawed = FlawedRecord({"text": "払え"}, "line 3 is not JSON")
    assessed = list(assess_records(rule_detector, [{"other": 1}, flawed], text_column="text"))
    assert [item.failure.kind for item in assessed] == ["TextTypeError", "RecordError"]
    assert assessed[1].failure.message == "line 3 is not JSON"
    assert [item.failure.kind for item in assess_records(rule_detector, [flawed], text_column="text")] == [
        "RecordError"
    ]


def test_assess_is_lazy(rule_detector):
    def endless():
        while True:
            yield {"text": "払え"}

    assert next(assess_records(rule_detector, endless(), text_column="text", chunk_size=4)).assessment.risk == 0.95
    assert rule_detector.calls == 1


def test_assess_a_wrong_option_is_nobodys_row(detector):
    with pytest.raises(UnknownOptionError, match="lang"):
        list(assess_records(detector, [{"text": "a"}], text_column="text", options=AssessOptions(lang="xx")))


def test_assess_an_unforeseen_error_costs_one_row_and_is_told(rule_detector):
    class Fragile:
        """Fails on one text in a way nobody foresaw."""

        def assess(self, text, **options):
            if text == "脆い":
                raise KeyError(text)
            return rule_detector.assess(text, **options)

        def assess_many(self, texts, **options):
            return [self.assess(text, **options) for text in texts]

    records = [{"text": text} for text in ("払え", "脆い", "払え")]
    assessed = list(assess_records(Fragile(), records, text_column="text"))
    assert [item.assessment is not None for item in assessed] == [True, False, True]
    assert assessed[1].failure == Failure("InternalError", "internal error (KeyError); please report it")


def test_assess_want_of_memory_is_nobodys_row():
    class Exhausted:
        def assess(self, text, **options):
            raise MemoryError

    with pytest.raises(MemoryError):
        list(assess_records(Exhausted(), [{"text": "a"}], text_column="text"))


def test_assess_flawed_records_survive_the_way_to_a_worker():
    copy = pickle.loads(pickle.dumps(FlawedRecord({"a": 1}, "problem")))  # noqa: S301 - our own bytes
    assert (copy, copy.problem) == ({"a": 1}, "problem")
