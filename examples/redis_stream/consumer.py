"""Assesses messages from a Redis stream; each message id gets one result, however often it is delivered.

    redis-server &                                   # Debian: apt-get install redis-server
    pip install . redis        # in a checkout
    python consumer.py redis://localhost:6379 --name worker-1      # as many as there are cores, each with its own name

In:  entries of the stream `messages` with the fields `id` (the platform's message id) and `text`.
Out: entries of the stream `assessments` with `id` and `assessment` (JSON; offsets, no quotes, so no text is kept).

**Once.** Redis delivers at least once: a worker may die after it has worked and before it has said so, and a producer
that heard no answer sends again. A result is therefore written by a script that Redis runs as a whole: it takes the
message id, writes the result only where that id had none, and acknowledges and deletes the entry. Ids are remembered
for a day, which has to be longer than anything is sent again.

**Back-pressure.** A worker holds one portion of messages and asks for the next one when it is done. It does not ask
while whoever reads the results is behind by `--most-waiting`. Messages then wait in Redis, where a producer sees how
many there are (XLEN) and can slow down.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections.abc import Sequence
from typing import Any

import redis

from sextortion_signals import Assessment, Detector
from sextortion_signals.batch import AssessOptions, Failure
from sextortion_signals.batch.assess import assess_texts

MESSAGES, RESULTS, GROUP = "messages", "assessments", "sextortion-signals"
REMEMBERED_S = 24 * 60 * 60
PAUSE_S = 0.05
WAIT_MS = 500

# KEYS: in, out, mark of the id. ARGV: group, entry, seconds, id, assessment.
WRITE_ONCE = """
local first = redis.call('SET', KEYS[3], '1', 'NX', 'EX', ARGV[3])
if first then redis.call('XADD', KEYS[2], '*', 'id', ARGV[4], 'assessment', ARGV[5]) end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
return first and 1 or 0
"""


class Consumer:
    """One worker of the group."""

    def __init__(self, client: redis.Redis, detector: Detector, chosen: argparse.Namespace) -> None:
        self._client, self._detector, self._chosen = client, detector, chosen
        self._write = client.register_script(WRITE_ONCE)
        try:
            client.xgroup_create(MESSAGES, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):  # another worker was first
                raise

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a portion that has been begun is finished."""
        while not stop.is_set():
            if self._client.xlen(RESULTS) >= self._chosen.most_waiting:
                stop.wait(PAUSE_S)
                continue
            if entries := self._abandoned() or self._next():
                self._assess(entries)

    def _abandoned(self) -> list[tuple[Any, dict[str, Any]]]:
        """Take over what another worker (or this one, before it died) has held for too long."""
        idle_ms = int(self._chosen.abandoned_after * 1000)
        found = self._client.xautoclaim(
            MESSAGES, GROUP, self._chosen.name, min_idle_time=idle_ms, count=self._chosen.portion
        )
        return [entry for entry in found[1] if entry[1]]

    def _next(self) -> list[tuple[Any, dict[str, Any]]]:
        streams = self._client.xreadgroup(
            GROUP, self._chosen.name, {MESSAGES: ">"}, count=self._chosen.portion, block=WAIT_MS
        )
        return [entry for _, entries in streams or [] for entry in entries]

    def _assess(self, entries: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        options = AssessOptions(truncate=True)
        outcomes = assess_texts(self._detector, [fields.get("text") for _, fields in entries], options)
        with self._client.pipeline(transaction=False) as pipeline:
            for (entry, fields), outcome in zip(entries, outcomes, strict=True):
                # An entry without an id can only be told apart by its place in the stream.
                message = fields.get("id", f"entry {entry}")
                arguments = (GROUP, entry, REMEMBERED_S, message, json.dumps(_without_text(outcome)))
                self._write(keys=[MESSAGES, RESULTS, f"seen:{message}"], args=arguments, client=pipeline)
            pipeline.execute()


def _without_text(outcome: Assessment | Failure) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"error": outcome.message}
    return {
        "risk": outcome.risk,
        "level": outcome.level.value,
        "role": outcome.role.value,
        "signals": [
            {"id": s.id.value, "score": s.score, "evidence": [[span.start, span.end] for span in s.evidence]}
            for s in outcome.signals
        ],
        "advice": [item.id for item in outcome.advice],
        "model": outcome.model,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and work until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="redis://host:port or unix:///path/to/socket")
    parser.add_argument("--name", required=True, help="of this worker; two at once must not share one")
    parser.add_argument("--tier", default="fast", choices=("fast", "cascade", "full"))
    parser.add_argument("--portion", type=int, default=256, help="messages held at once (default: %(default)s)")
    parser.add_argument("--most-waiting", type=int, default=10_000, help="unread results at which work pauses")
    parser.add_argument("--abandoned-after", type=float, default=60.0, help="seconds until another worker takes over")
    chosen = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    client = redis.Redis.from_url(chosen.url, decode_responses=True, protocol=2)
    Consumer(client, Detector.load(tier=chosen.tier), chosen).run(stop)


if __name__ == "__main__":
    main()
