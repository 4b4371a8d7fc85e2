"""What is too much for a key or for the process, and how that is said."""

import asyncio
import collections
import json
import threading
import time
from contextlib import ExitStack
from hashlib import sha256

import httpx2
import openai
import pytest

from sextortion_signals.conversation import Tracker
from sextortion_signals_service.app import create_app
from sextortion_signals_service.limits import Admission, RateLimit
from sextortion_signals_service.problems import ProblemError
from sextortion_signals_service.scoring import Scorer
from sextortion_signals_service.settings import Settings

KEYS = {"forum": "forum-key", "queue": "queue-key"}
HASHED = ",".join(f"{name}:{sha256(key.encode()).hexdigest()}" for name, key in KEYS.items())


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_limits_rate_is_a_bucket_that_fills():
    clock = Clock()
    limit = RateLimit(60, clock)
    assert [limit.take("a") for _ in range(10)] == [0.0] * 10
    assert limit.take("a") == pytest.approx(1.0)
    assert limit.take("b") == 0.0
    clock.now += 0.5
    assert limit.take("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert limit.take("a") == 0.0
    clock.now += 3600
    assert [limit.take("a") for _ in range(11)].count(0.0) == 10


def test_limits_a_slow_rate_still_lets_one_in():
    limit = RateLimit(1, Clock())
    assert limit.take("a") == 0.0
    assert limit.take("a") == pytest.approx(60.0)


def refused(admission, key):
    with pytest.raises(ProblemError) as caught, admission.enter(key):
        pass
    return caught.value.kind.slug, caught.value.headers["Retry-After"]


def test_limits_admission_counts_and_forgets():
    admission = Admission(3, most_of_a_key=2)
    with ExitStack() as inside:
        inside.enter_context(admission.enter("a"))
        inside.enter_context(admission.enter("a"))
        assert refused(admission, "a") == ("too-many-at-once", "1")
        inside.enter_context(admission.enter("b"))
        assert refused(admission, "c") == ("overloaded", "1")
        assert admission.under_way == 3
    assert admission.under_way == 0
    with pytest.raises(KeyError), admission.enter("a"):
        raise KeyError
    assert admission.under_way == 0


def test_limits_what_is_refused_costs_no_part_of_the_rate():
    admission = Admission(1, rate=RateLimit(6, Clock()))
    with admission.enter("a"):
        assert refused(admission, "b") == ("overloaded", "1")
    with admission.enter("b"):
        pass
    assert refused(admission, "b") == ("rate-limited", "10")


def test_limits_rate_of_each_key_over_http(open_client, is_problem):
    with open_client(api_keys=HASHED, rate_limit=12) as client:

        def ask(name, path="/v1/assess", **body):
            return client.post(path, json=body or {"text": "短い"}, headers={"Authorization": f"Bearer {KEYS[name]}"})

        assert [ask("forum").status_code for _ in range(2)] == [200, 200]
        response = ask("forum")
        is_problem(response, 429, "rate-limited")
        assert 1 <= int(response.headers["retry-after"]) <= 5
        error = ask("forum", "/v1/moderations", input="短い")
        assert (error.status_code, error.json()["error"]["type"]) == (429, "rate_limit_error")
        error = ask("forum", "/v1alpha1/comments:analyze", comment={})
        assert (error.status_code, error.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
        assert ask("queue").status_code == 200
        assert client.get("/healthz").status_code == 200


def test_limits_metrics_can_always_be_read(open_client):
    with open_client(rate_limit=6) as client:
        assert client.post("/v1/assess", json={"text": "短い"}).status_code == 200
        assert client.post("/v1/assess", json={"text": "短い"}).status_code == 429
        text = client.get("/metrics").text
    assert 'sextortion_signals_refused_total{reason="rate-limited"} 1.0' in text


@pytest.fixture
def held(monkeypatch):
    """Keep every assessment waiting until the list is not empty, as a long queue would."""
    release = []
    score = Scorer.assess_piece

    async def wait(self, texts, options):
        while not release:
            await asyncio.sleep(0.01)
        return await score(self, texts, options)

    monkeypatch.setattr(Scorer, "assess_piece", wait)
    return release


@pytest.fixture
def together(detector):
    """Run a scenario with a client that can ask several things at the same time."""

    def run(scenario, **settings):
        async def main():
            transport = httpx2.ASGITransport(app=create_app(detector, Settings(**settings)))
            async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await scenario(client)

        return asyncio.run(main())

    return run


MESSAGE = {"sender": "A", "text": "短い"}
BODIES = {
    "/v1/assess": {"text": "短い"},
    "/v1/assess/batch": {"texts": ["短い"]},
    "/v1/conversations/assess": {"messages": [MESSAGE]},
    "/v1/reports/assess": {"reason": "短い", "thread": [MESSAGE]},
    "/v1/moderations": {"input": "短い"},
}
OWN = list(BODIES)[:4]


def ask(client, path="/v1/assess", headers=None, **body):
    return client.post(path, json=body or BODIES[path], headers=headers or {})


async def start(client, count, headers=None, path="/v1/assess"):
    """Start requests and wait until all of them are under way."""
    tasks = [asyncio.create_task(ask(client, path, headers)) for _ in range(count)]
    line = f"sextortion_signals_requests_under_way {count + 1}.0"
    async with asyncio.timeout(20):
        while line not in (await client.get("/metrics", headers=headers or {})).text:
            await asyncio.sleep(0.01)
    return tasks


async def finish(tasks, held):
    held.append(True)
    assert [response.status_code for response in await asyncio.gather(*tasks)] == [200] * len(tasks)
    held.clear()


@pytest.mark.parametrize("path", OWN)
def test_limits_a_full_queue_is_said_at_once_and_health_is_answered(together, is_problem, held, path):
    async def scenario(client):
        tasks = await start(client, 3, path=path)
        response = await ask(client, path)
        is_problem(response, 503, "overloaded")
        assert response.headers["retry-after"] == "1"
        assert (await ask(client, "/v1/moderations")).json()["error"]["type"] == "server_error"
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        await finish(tasks, held)
        held.append(True)
        assert (await ask(client, path)).status_code == 200

    together(scenario, queue_size=3)


@pytest.mark.parametrize("path", OWN)
def test_limits_requests_of_a_key_at_the_same_time(together, is_problem, held, path):
    forum, queue = ({"X-API-Key": key} for key in KEYS.values())

    async def scenario(client):
        tasks = await start(client, 2, forum, path)
        is_problem(await ask(client, path, forum), 429, "too-many-at-once")
        assert (await ask(client, headers=queue, txt="")).status_code == 422
        await finish(tasks, held)

    together(scenario, api_keys=HASHED, concurrency_limit=2)


@pytest.mark.parametrize("path", OWN)
def test_limits_an_answer_that_takes_too_long(together, is_problem, held, path):
    async def scenario(client):
        response = await ask(client, path)
        is_problem(response, 503, "timed-out")
        assert response.headers["retry-after"] == "1"
        held.append(True)
        assert (await ask(client, path)).status_code == 200

    together(scenario, request_seconds=0.2)


LONG_TALK = [{"sender": "AB"[place % 2], "text": "明日は雨だって。" * 10} for place in range(40)]


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/conversations/assess", {"messages": LONG_TALK}), ("/v1/reports/assess", {"thread": LONG_TALK})],
)
def test_limits_following_a_long_conversation_keeps_nobody_waiting(together, is_problem, monkeypatch, path, body):
    begun, release, follow = threading.Event(), threading.Event(), Tracker.assess

    def wait(self, *arguments):
        begun.set()
        assert release.wait(20)
        return follow(self, *arguments)

    monkeypatch.setattr(Tracker, "assess", wait)

    async def scenario(client):
        task = asyncio.create_task(ask(client, path, **body))
        async with asyncio.timeout(20):
            while not begun.is_set():
                await asyncio.sleep(0.01)
        assert (await client.get("/healthz")).status_code == 200
        assert (await ask(client)).status_code == 200
        is_problem(await task, 503, "timed-out")
        release.set()
        assert (await ask(client, path, **body)).status_code == 200

    together(scenario, request_seconds=2)


def test_limits_the_openai_client_waits_and_asks_again(running, started):
    """Its default is to ask twice more after a 429, when Retry-After says."""
    with running(rate_limit=60, api_keys=HASHED) as process:
        server = started(process)
        url = f"http://127.0.0.1:{server.port}/v1"
        with openai.OpenAI(base_url=url, api_key=KEYS["forum"]) as client:
            began = time.monotonic()
            answers = [client.moderations.create(input="短い") for _ in range(11)]
            assert len(answers) == 11
            assert time.monotonic() - began > 0.5
            impatient = client.with_options(max_retries=0)
            with pytest.raises(openai.RateLimitError) as caught:
                collections.deque((impatient.moderations.create(input="短い") for _ in range(11)), maxlen=0)
            assert caught.value.code == "rate-limited"
        with (
            openai.OpenAI(base_url=url, api_key="wrong") as client,
            pytest.raises(openai.AuthenticationError) as caught,
        ):
            client.moderations.create(input="短い")
        assert caught.value.code == "unauthorized"
        assert json.loads(server.request("GET", "/healthz")[1]) == {"status": "ok"}
