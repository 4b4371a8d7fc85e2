import multiprocessing
import time
from functools import partial

import pytest

from sextortion_signals import Detector
from sextortion_signals.batch import AssessOptions, FlawedRecord, run_batch
from sextortion_signals.batch.assess import chunk_items
from sextortion_signals.batch.crew import hired
from sextortion_signals.batch.results import Work, renderer
from sextortion_signals.batch.settings import identity
from sextortion_signals.errors import ArtefactError, SextortionSignalsError

TEXTS = ["ギフトカードで払え", "", "こんにちは", "hello there", None, "写真をばらまくぞ"]
TABLE = renderer(table=True, prefix="ss_")


def assessed(load, chunks, *, workers):
    with hired(Work(load, AssessOptions(), TABLE), workers) as crew:
        yield from crew.assess(chunks, partial(chunk_items, text_column="text"))


def test_workers_give_what_one_process_gives_in_the_same_order():
    records = [{"text": text, "n": n} for n, text in enumerate(TEXTS * 6)]
    records.insert(5, FlawedRecord({"n": -1}, "line 6 is not JSON"))
    chunks = [records[first : first + 4] for first in range(0, len(records), 4)]
    alone = list(assessed(Detector.load, chunks, workers=1))
    assert [len(result.rendered) for _, result in alone] == [4] * 9 + [1]
    assert alone[1][1].rendered[1][-1] == "line 6 is not JSON"
    for workers in (2, 20):
        assert list(assessed(Detector.load, chunks, workers=workers)) == alone


def test_workers_say_which_model_they_have(detector):
    with hired(Work(partial(Detector.load, tier="fast"), AssessOptions(), TABLE), 2) as crew:
        assert crew.identity() == identity(detector)
        ((_, result),) = crew.assess([[{"text": TEXTS[0]}]], partial(chunk_items, text_column="text"))
    assert result.tally.rows == 1


def test_workers_pass_on_why_a_model_cannot_be_loaded(write, tmp_path):
    path = write("in.csv", "text\na\n")
    for workers in (1, 2):
        with pytest.raises(ArtefactError, match="no-such-model"):
            run_batch(partial(Detector.load, tmp_path / "no-such-model"), path, tmp_path / "out.csv", workers=workers)
        assert [item.name for item in tmp_path.iterdir()] == ["in.csv"]


def test_workers_that_die_are_reported():
    # A load function that ends its process, as the system does to one that takes too much memory.
    from os import _exit

    with pytest.raises(SextortionSignalsError, match="use fewer --workers"):
        list(assessed(partial(_exit, 9), [[{"text": "a"}]], workers=2))


def test_workers_of_a_run_that_is_given_up_are_gone():
    run = assessed(Detector.load, ([{"text": text}] for text in TEXTS * 1_000), workers=2)
    next(run)
    workers = multiprocessing.active_children()
    assert len(workers) == 2
    run.close()
    deadline = time.monotonic() + 30
    while any(worker.is_alive() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)
