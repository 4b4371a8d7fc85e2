"""What strangers send to a real server: it answers or hangs up, stays alive, and repeats nothing of it."""

import http.client
import json
import socket
import struct
import time
from contextlib import contextmanager, suppress

import pytest

MARKER = "MARKERzq7"
# These answer with quotations of the text.
OWN = ("/v1/assess", "/v1/assess/batch", "/v1/conversations/assess", "/v1/reports/assess")
PATHS = (*OWN, "/v1/moderations", "/v1alpha1/comments:analyze")
SECONDS = 2


@pytest.fixture(scope="module")
def hard_server(running, started):
    """A server with short limits, for all that is sent here; nobody's text may be in its log at the end."""
    with running(request_seconds=SECONDS, max_body_bytes=1_048_576) as process:
        server = started(process)
        yield server
        assert server.request("GET", "/readyz")[0] == 200
        assert server.stop() == 0
        log = "".join(server.lines)
        assert MARKER not in log
        faults = [line for line in server.lines if json.loads(line)["level"] in {"error", "critical"}]
        assert "".join(faults) == ""


@contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        yield connection


def head(path, length, *more):
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer_of(connection):
    """Return the status and body of what comes, or None if the server just hangs up."""
    try:
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.read()
    except (http.client.HTTPException, ConnectionError):
        return None


def is_well(server):
    status, body = server.request("POST", "/v1/assess", json.dumps({"text": "また明日"}))
    assert status == 200
    assert json.loads(body)["level"] == "low"


def quoted(value):
    talk = b'[{"sender": "A", "text": %s}]' % value
    return b'{"text": %s, "input": %s, "texts": [%s], "reason": %s, "messages": %s, "thread": %s, "state": %s}' % (
        *[value] * 4,
        *[talk] * 2,
        value,
    )


def talks(value):
    """Return a body that fits conversations, with `value` as sender and as text."""
    return b'{"messages": [%s]}' % b", ".join([b'{"sender": %s, "text": %s}' % (value, value)] * 3)


BODIES = {
    "nothing": b"",
    "one byte": b"{",
    "deep lists": b"[" * 500_000,
    "deep objects": b'{"text":' * 100_000,
    "deep and closed": b'{"text": "ab", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep input": b'{"input": ' + b"[" * 900 + b'"ab"' + b"]" * 900 + b"}",
    "a huge integer": quoted(b"1" * 100_000),
    "a huge exponent": quoted(b"1e999999"),
    "a tiny exponent": quoted(b"1e-999999"),
    "minus zero": quoted(b"-0"),
    "NaN": quoted(b"NaN"),
    "infinity": quoted(b"-Infinity"),
    "lone surrogates": quoted(b'"\\ud83d\\ud83d\\ude00\\udfff ' + MARKER.encode() + b'"'),
    "NUL": quoted(b'"ab\\u0000' + MARKER.encode() + b'"'),
    "a raw NUL": quoted(b'"ab\x00"'),
    "every control character": quoted(json.dumps("".join(map(chr, range(32))) + MARKER).encode()),
    "overlong UTF-8": quoted(b'"\xc0\xaf\xe0\x80\xaf"'),
    "surrogates in UTF-8": quoted(b'"\xed\xa0\xbd"'),
    "broken UTF-8": quoted(b'"\xff\xfe' + MARKER.encode() + b'"'),
    "Shift_JIS": quoted('"ばらまく"'.encode("cp932")),
    "EUC-JP": quoted('"ばらまく"'.encode("euc-jp")),
    "UTF-16": '{"text": "ばらまく", "input": "ab"}'.encode("utf-16"),
    "UTF-32": '{"text": "ばらまく", "input": "ab"}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "ab", "input": "ab"}',
    "gzip": b"\x1f\x8b\x08\x00" + MARKER.encode(),
    "one key many times": b"{" + b'"text": "a", ' * 50_000 + b'"text": "ab"}',
    "many keys": b"{" + b", ".join(b'"k%d": 1' % number for number in range(60_000)) + b"}",
    "many texts": b'{"texts": [' + b", ".join([b'"ab"'] * 100_000) + b"]}",
    "many messages": b'{"messages": [' + b", ".join([b'{"sender": "A", "text": "ab"}'] * 30_000) + b"]}",
    "a talk of surrogates": talks(b'"\\ud83d' + MARKER.encode() + b'"'),
    "a talk of NUL": talks(b'"ab\\u0000' + MARKER.encode() + b'"'),
    "a talk of nothing": talks(b'""'),
    "a talk of marks": talks(json.dumps("\u202e" + "a" + "\u0301" * 100).encode()),
    "a talk with a state": b'{"messages": [{"sender": "A", "text": "ab"}], "state": "v1.W10.%s"}' % MARKER.encode(),
    "a talk with a long state": b'{"messages": [{"sender": "A", "text": "ab"}], "state": "v1.' + b"A" * 900_000 + b'"}',
    "many parts": b'{"input": [' + b", ".join([b'{"type": "text", "text": "ab"}'] * 25_000) + b"]}",
    "many attributes": b'{"comment": {"text": "ab"}, "requestedAttributes": {'
    + b", ".join(b'"a%d": {}' % number for number in range(60_000))
    + b"}}",
    "a long text": quoted(b'"' + "裸".encode() * 110_000 + b'"'),
    "combining marks": quoted(json.dumps("a" + "\u0301" * 19_000).encode()),
    "right to left": quoted(json.dumps("\u202e\u2066" * 9_000 + "ab").encode()),
    "one letter": quoted(json.dumps("w" * 20_000).encode()),
    "spaces": quoted(json.dumps("ab" + " \u3000" * 9_000).encode()),
    "emoji": quoted(json.dumps("👩‍👩‍👧‍👦" * 2_500, ensure_ascii=False).encode()),
    "a prototype": b'{"__proto__": {"text": "ab"}, "constructor": 1, "__class__": "x"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hardness_bodies_are_answered_without_a_fault(hard_server, body):
    for path in PATHS:
        status, answer = hard_server.request("POST", path, body)
        assert status in {200, 400, 413, 422}, (path, answer[:300])
        assert MARKER not in answer.decode("utf-8") or (status == 200 and path in OWN)
        json.loads(answer)
    is_well(hard_server)


def test_hardness_a_body_of_20_mb_is_refused_early(hard_server):
    with connected(hard_server) as connection:
        connection.sendall(head("/v1/assess", 20_000_000))
        sent = 0
        with suppress(ConnectionError):
            connection.settimeout(10)
            while sent < 20_000_000:
                sent += connection.send(b'{"text": "' + b"a" * 65_536)
        answer = answer_of(connection)
    assert answer is None or answer[0] == 413
    status, _ = hard_server.request("POST", "/v1/moderations", b'{"input": "' + b"a" * 20_000_000 + b'"}')
    assert status == 413
    is_well(hard_server)


def test_hardness_a_chunked_body_without_end(hard_server):
    with connected(hard_server) as connection:
        lines = ["POST /v1/assess HTTP/1.1", "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked"]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with suppress(ConnectionError):
            for _ in range(40):
                connection.sendall(b"8000\r\n" + b"a" * 0x8000 + b"\r\n")
        answer = answer_of(connection)
    assert answer is None or answer[0] == 413
    is_well(hard_server)


@pytest.mark.parametrize("path", PATHS)
def test_hardness_a_slow_body_is_not_waited_for(hard_server, path):
    body = json.dumps({"text": MARKER * 10}).encode()
    began = time.monotonic()
    with connected(hard_server) as connection:
        connection.sendall(head(path, len(body)))
        for byte in body[:5]:
            connection.sendall(bytes([byte]))
            time.sleep(0.01)
        status, answer = answer_of(connection)
    assert status == 408
    assert SECONDS - 0.5 < time.monotonic() - began < SECONDS + 8
    assert "took too long" in json.dumps(json.loads(answer))
    is_well(hard_server)


def test_hardness_a_slow_head_is_not_waited_for(hard_server):
    for first in (b"", b"POST /v1/ass", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b"):
        with connected(hard_server) as connection:
            connection.sendall(first)
            assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
            assert connection.recv(1000) == b""
    is_well(hard_server)


def test_hardness_slow_clients_do_not_keep_others_waiting(hard_server):
    waiting = [socket.create_connection(("127.0.0.1", hard_server.port), timeout=20) for _ in range(60)]
    for connection in waiting:
        connection.sendall(head("/v1/assess", 1000) + b"{")
    began = time.monotonic()
    is_well(hard_server)
    assert hard_server.request("GET", "/healthz")[0] == 200
    assert time.monotonic() - began < SECONDS
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize(
    "flood",
    [
        b"".join(b"X-%d: %s\r\n" % (number, MARKER.encode()) for number in range(5_000)),
        b"X-A: " + b"a" * 1_000_000,
        b"a" * 1_000_000,
    ],
    ids=["many", "one long value", "one long name"],
)
def test_hardness_floods_of_headers_are_cut_off(hard_server, flood):
    with connected(hard_server) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(b"POST /v1/assess HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n\r\n")
            answer = connection.recv(1000)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    is_well(hard_server)


def test_hardness_a_long_address_is_cut_off(hard_server):
    with connected(hard_server) as connection:
        answer = b""
        with suppress(ConnectionError):
            connection.sendall(b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = connection.recv(1000)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    with connected(hard_server) as connection:
        connection.sendall(b"GET /" + b"a" * 30_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer_of(connection)[0] == 404
    is_well(hard_server)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        f"{MARKER} {MARKER} {MARKER}\r\n\r\n".encode(),
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/assess HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/assess HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://elsewhere.example/v1/assess HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
        b'GET /$discovery/rest HTTP/1.1\r\nHost: "><script>\r\n\r\n',
        b"GET /v1/advice?lang=%ff%fe&audience=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_hardness_what_is_hardly_http(hard_server, raw):
    with connected(hard_server) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            answer = connection.recv(65_536)
            assert MARKER.encode() not in answer
            assert b"<script>" not in answer
            assert not answer or int(answer.split()[1]) < 500
    is_well(hard_server)


def test_hardness_connections_that_are_given_up_half_way(hard_server):
    body = json.dumps({"text": "また明日" * 4000}, ensure_ascii=False).encode()
    request = head("/v1/assess", len(body)) + body
    for number in range(60):
        with connected(hard_server) as connection:
            connection.sendall(request[: len(request) * number // 59])
            if number % 3 == 1:
                connection.shutdown(socket.SHUT_WR)
            elif number % 3 == 2:
                # Closing now sends a reset in place of an orderly end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    is_well(hard_server)
    with connected(hard_server) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        text = answer_of(connection)[1].decode()
    under_way = next(line for line in text.splitlines() if line.startswith("sextortion_signals_requests_under_way "))
    assert float(under_way.split()[1]) <= 62


def test_hardness_many_requests_at_once_on_one_connection(hard_server):
    body = json.dumps({"text": "また明日"}).encode()
    with connected(hard_server) as connection:
        connection.sendall((head("/v1/assess", len(body)) + body) * 50)
        received = b""
        while received.count(b"HTTP/1.1 200 ") < 50:
            data = connection.recv(65_536)
            assert data
            received += data
    is_well(hard_server)


def test_hardness_a_reader_who_never_reads_is_not_waited_for(hard_server):
    body = json.dumps({"texts": ["裸の写真をばらまかれたくなければ払え"] * 256}, ensure_ascii=False).encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", hard_server.port))
        connection.sendall((head("/v1/assess/batch", len(body)) + body) * 3)
        began = time.monotonic()
        while time.monotonic() - began < 1:
            is_well(hard_server)
    is_well(hard_server)
