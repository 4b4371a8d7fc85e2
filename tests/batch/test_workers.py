import multiprocessing
import time
from functools import partial

import pytest

from sextortion_signals import Detector
from sextortion_signals.batch import AssessOptions, FlawedRecord, assess_records, run_batch
from sextortion_signals.batch.workers import assess_in_workers
from sextortion_signals.errors import ArtefactError, SextortionSignalsError

TEXTS = ["ギフトカードで払え", "", "こんにちは", "hello there", None, "写真をばらまくぞ"]


def test_workers_give_what_one_process_gives_in_the_same_order(detector):
    records = [{"text": text, "n": n} for n, text in enumerate(TEXTS * 6)]
    records.insert(5, FlawedRecord({"n": -1}, "line 6 is not JSON"))
    expected = list(assess_records(detector, records, text_column="text"))
    options = AssessOptions()
    parallel = assess_in_workers(Detector.load, records, text_column="text", options=options, workers=2, chunk_size=4)
    assert list(parallel) == expected


def test_workers_pass_on_why_a_model_cannot_be_loaded(write, tmp_path):
    path = write("in.csv", "text\na\n")
    with pytest.raises(ArtefactError, match="no-such-model"):
        run_batch(partial(Detector.load, tmp_path / "no-such-model"), path, tmp_path / "out.csv", workers=2)
    assert [item.name for item in tmp_path.iterdir()] == ["in.csv"]


def test_workers_that_die_are_reported():
    # A load function that ends its process, as the system does to one that takes too much memory.
    from os import _exit

    records = [{"text": "a"}]
    with pytest.raises(SextortionSignalsError, match="use fewer --workers"):
        list(assess_in_workers(partial(_exit, 9), records, text_column="text", options=AssessOptions(), workers=1))


def test_workers_of_a_run_that_is_given_up_are_gone():
    records = ({"text": text} for text in TEXTS * 1_000)
    run = assess_in_workers(
        Detector.load, records, text_column="text", options=AssessOptions(), workers=2, chunk_size=4
    )
    next(run)
    workers = multiprocessing.active_children()
    assert len(workers) == 2
    run.close()
    deadline = time.monotonic() + 30
    while any(worker.is_alive() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)
