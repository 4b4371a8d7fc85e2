"""How much one key may ask for, and how much the process takes on at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import monotonic

from sextortion_signals_service.problems import OVERLOADED, RATE_LIMITED, TOO_MANY_AT_ONCE, Kind, ProblemError

# What a key may use at once after a pause, as a part of what it may use in a minute.
_BURST_SECONDS = 10.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """A token bucket for each key: `per_minute` requests on average, ten seconds' worth of them at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, self._rate * _BURST_SECONDS)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> float:
        """Take one request for `key`; return 0, or the seconds to wait if there is none left."""
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(self._most, now))
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._rate
        bucket.tokens -= 1.0
        return 0.0


class Admission:
    """Counts the requests under way, of each key and in all, and refuses what is too much.

    There is no other queue in the process: whatever waits, for its body or for its turn, is counted here.
    """

    def __init__(self, most: int, *, most_of_a_key: int | None = None, rate: RateLimit | None = None) -> None:
        self._most, self._most_of_a_key, self._rate = most, most_of_a_key, rate
        self._of_key: Counter[str] = Counter()
        self.under_way = 0

    @contextmanager
    def enter(self, key: str) -> Iterator[None]:
        """Count a request of `key` while the context lasts. Raises a 429 or 503 problem with Retry-After instead."""
        if self.under_way >= self._most:
            raise _refusal(OVERLOADED)
        if self._most_of_a_key is not None and self._of_key[key] >= self._most_of_a_key:
            raise _refusal(TOO_MANY_AT_ONCE)
        if self._rate is not None and (seconds := self._rate.take(key)) > 0:
            raise _refusal(RATE_LIMITED, seconds)
        self.under_way += 1
        self._of_key[key] += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self._of_key[key] -= 1


def _refusal(kind: Kind, seconds: float = 1.0) -> ProblemError:
    return ProblemError(kind, headers={"Retry-After": str(max(1, ceil(seconds)))})
