import os

from sextortion_signals.batch import AssessOptions
from sextortion_signals.batch.crew import AsNeeded, hired, usable_cores
from sextortion_signals.batch.results import Work, renderer


def chunks(number):
    return [[{"text": str(n)}] for n in range(number)]


def items(chunk):
    return [record["text"] for record in chunk]


def test_crew_a_short_input_needs_nobody_else(rule_detector, monkeypatch):
    monkeypatch.setattr("sextortion_signals.batch.crew.usable_cores", lambda: 4)
    work = Work(lambda: rule_detector, AssessOptions(), renderer(table=True, prefix=""))
    with hired(work, None) as crew:
        assert isinstance(crew, AsNeeded)
        assert crew.identity()["model"] == "RuleDetector"
        assert [chunk for chunk, _ in crew.assess(chunks(4), items)] == chunks(4)
        assert list(crew.assess([], items)) == []


def test_crew_a_long_input_is_handed_over_whole(rule_detector):
    work = Work(lambda: rule_detector, AssessOptions(), renderer(table=True, prefix=""))

    class Others:
        def __init__(self):
            self.seen = []

        def assess(self, chunks, items):
            for chunk in chunks:
                self.seen.append(items(chunk))
                yield chunk, None

    others = Others()
    crew = AsNeeded(work, lambda: others)
    assert [chunk for chunk, _ in crew.assess(chunks(7), items)] == chunks(7)
    assert others.seen == [[str(n)] for n in range(7)]
    assert rule_detector.calls == 0
    # Once they are there, they do short inputs as well.
    assert len(list(crew.assess(chunks(1), items))) == 1
    assert len(others.seen) == 8


def test_crew_one_core_is_this_process(rule_detector, monkeypatch):
    monkeypatch.setattr("sextortion_signals.batch.crew.usable_cores", lambda: 1)
    with hired(Work(lambda: rule_detector, AssessOptions(), renderer(table=True, prefix="")), None) as crew:
        assert [result.tally.rows for _, result in crew.assess(chunks(9), items)] == [1] * 9


def test_crew_cores(monkeypatch):
    assert 1 <= usable_cores() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert usable_cores() == os.cpu_count()
