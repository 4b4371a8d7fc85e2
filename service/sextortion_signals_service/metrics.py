"""What `/metrics` counts, in the format of Prometheus: numbers about requests and answers, no text and no key.

One registry an application. With several workers each writes its numbers to a folder of its own supervisor's
(`PROMETHEUS_MULTIPROC_DIR`), and whichever is asked answers for all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from sextortion_signals import __version__
from sextortion_signals.detector import Detector
from sextortion_signals.errors import InputError
from sextortion_signals.types import Assessment
from sextortion_signals_service.scoring import Outcome

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "sextortion_signals"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LIVE = re.compile(r"gauge_live\w+_(\d+)\.db")


class Metrics:
    """The numbers of one application. Every label has few values, and all of them are words of ours."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            f"{_PREFIX}_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            f"{_PREFIX}_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._texts = Counter(f"{_PREFIX}_texts", "Texts assessed.", ["level", "role", "language"], registry=registry)
        self._failures = Counter(
            f"{_PREFIX}_texts_not_assessed", "Texts that could not be assessed.", ["reason"], registry=registry
        )
        self._refused = Counter(
            f"{_PREFIX}_refused", "Requests turned away at the gate.", ["reason"], registry=registry
        )
        self._under_way = Gauge(
            f"{_PREFIX}_requests_under_way",
            "Requests being read, waiting or being answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._model = Gauge(
            f"{_PREFIX}_model_info",
            "The model that is loaded: always 1.",
            ["model", "tier", "version"],
            registry=registry,
            multiprocess_mode="livemax",
        )

    def observe_start(self) -> None:
        self._under_way.inc()

    def observe_request(self, route: str, method: str, status: int, seconds: float) -> None:
        self._under_way.dec()
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    def observe_refusal(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def observe_texts(self, outcomes: Sequence[Outcome]) -> None:
        """Count assessments by level, role and language, and the texts that have none."""
        for outcome in outcomes:
            if isinstance(outcome, Assessment):
                language = outcome.language.code if outcome.language.verified else "other"
                self._texts.labels(outcome.level.value, outcome.role.value, language).inc()
            else:
                self._failures.labels("input" if isinstance(outcome, InputError) else "fault").inc()

    def observe_model(self, detector: Detector) -> None:
        _forget_dead_workers()
        self._model.labels(detector.model, detector.tier.value, __version__).set(1)

    def exposition(self) -> bytes:
        """Return everything counted so far, of all workers, as Prometheus reads it."""
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _forget_dead_workers() -> None:
    # A worker that was killed leaves its share of what is under way behind; the one that replaces it clears up.
    if (folder := os.environ.get(FOLDER_VARIABLE)) is None:
        return
    for path in Path(folder).glob("gauge_live*.db"):
        if (found := _LIVE.fullmatch(path.name)) and not _is_alive(int(found[1])):
            mark_process_dead(int(found[1]), folder)  # type: ignore[no-untyped-call]


def _is_alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


@contextmanager
def shared_folder() -> Iterator[None]:
    """Give the workers that are started meanwhile a folder for their numbers, unless the environment names one."""
    if FOLDER_VARIABLE in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="sextortion-signals-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]
