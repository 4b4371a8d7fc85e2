"""The example consumer against a real Redis server, on a socket of its own, with workers that are killed."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = ROOT / "examples" / "redis_stream" / "consumer.py"
PATIENCE = 60  # seconds
TEXTS = [
    "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ",
    "see you at the station at five",
    "pay me by tonight or your nudes go to all your followers",
    "",
    "今日は雨だね",
]


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.01)
    return found


@pytest.fixture
def socket(tmp_path):
    """The path of the socket of a Redis server without a port and without files."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: apt-get install redis-server"
    path = tmp_path / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    wait_for(path.exists)
    yield path
    server.terminate()
    server.wait()


@pytest.fixture
def client(socket):
    with redis.Redis(unix_socket_path=str(socket), decode_responses=True, protocol=2) as client:
        yield client


@pytest.fixture
def work(socket, uncovered_environment):
    """`work("name", "--portion", "8")`: a started worker."""
    started = []

    def start(name, *options):
        command = [sys.executable, str(CONSUMER), f"unix://{socket}", "--name", name, *options]
        started.append(subprocess.Popen(command, env=uncovered_environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def send(client, ids):
    with client.pipeline(transaction=False) as pipeline:
        for number in ids:
            pipeline.xadd("messages", {"id": f"m{number}", "text": TEXTS[number % len(TEXTS)]})
        pipeline.execute()


def test_consumer_gives_each_message_one_result_whoever_dies(client, work, detector):
    ids = range(1_200)
    send(client, ids)
    first = work("first", "--portion", "16")
    wait_for(lambda: client.xlen("assessments") > 50)
    first.kill()
    first.wait()
    assert client.xlen("messages") > 0
    send(client, [*ids[::3], 1_200])  # a producer that heard no answer sends again
    client.xadd("messages", {"text": TEXTS[1]})  # and one that forgot the id
    second, third = (work(name, "--abandoned-after", "0.2") for name in ("second", "third"))
    wait_for(lambda: client.xlen("messages") == 0)
    for worker in (second, third):
        worker.terminate()
        assert worker.wait(PATIENCE) == 0  # an orderly end

    results = [fields for _, fields in client.xrange("assessments")]
    named = {fields["id"]: json.loads(fields["assessment"]) for fields in results}
    assert len(results) == len(named) == len(ids) + 2
    assert client.xpending("messages", "sextortion-signals")["pending"] == 0
    for number in [*ids, 1_200]:
        text, result = TEXTS[number % len(TEXTS)], named[f"m{number}"]
        if text:
            known = detector.assess(text)
            assert (result["risk"], result["level"]) == (known.risk, known.level.value)
            assert text not in json.dumps(result, ensure_ascii=False)
        else:
            assert "no readable character" in result["error"]


def test_consumer_waits_for_whoever_reads_its_results(client, work):
    send(client, range(200))
    work("only", "--portion", "8", "--most-waiting", "40")
    wait_for(lambda: client.xlen("assessments") >= 40)
    time.sleep(0.5)
    assert client.xlen("assessments") < 40 + 8
    assert client.xlen("messages") > 200 - 40 - 8
    assert client.xpending("messages", "sextortion-signals")["pending"] == 0  # nothing is held back by the worker
    client.xtrim("assessments", 0)
    wait_for(lambda: client.xlen("assessments") >= 40)
