"""The log: one JSON line a request, with facts of ours only."""

import json
import logging
import logging.config
import sys

import pytest

from sextortion_signals_service.logs import JsonFormatter, describe_exception, log_config


def requests_in(log):
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in lines if line["message"] == "request"]


def test_logs_one_line_a_request_with_the_route_template(client, log):
    client.post("/v1/assess?token=abc", json={"text": "hello"}, headers={"X-Note": "b"})
    client.get("/nowhere/at/all")
    client.request("BREW", "/healthz")
    facts = [(line["method"], line["route"], line["status"], line["level"]) for line in requests_in(log)]
    assert facts == [
        ("POST", "/v1/assess", 200, "info"),
        ("GET", "unmatched", 404, "info"),
        ("other", "/healthz", 405, "info"),
    ]
    assert all(
        set(line) == {"time", "level", "message", "method", "route", "status", "ms", "request"}
        for line in requests_in(log)
    )
    assert all(line["ms"] >= 0 for line in requests_in(log))


def test_logs_failures_are_logged_with_the_status_that_was_sent(open_client, broken, log):
    with open_client(detector=broken(ValueError())) as client:
        client.post("/v1/assess", json={"text": "hello"})
    assert [line["status"] for line in requests_in(log)] == [500]


def test_logs_access_log_can_be_switched_off(open_client, log):
    with open_client(access_log=False) as client:
        client.get("/healthz")
    assert requests_in(log) == []


def record_of(error):
    try:
        raise error
    except Exception:
        return logging.LogRecord("x", logging.ERROR, __file__, 1, "it broke", (), sys.exc_info())


def test_logs_an_exception_is_its_type_and_place_only():
    line = json.loads(JsonFormatter().format(record_of(ValueError("text of a caller"))))
    assert line["error"] == "ValueError"
    assert line["at"][-1].startswith("service/test_logs.py:")
    assert line["at"][-1].endswith(" record_of")
    assert "caller" not in json.dumps(line)


def test_logs_long_tracebacks_are_cut_to_their_end():
    def dive(depth):
        if depth == 0:
            raise KeyError
        dive(depth - 1)

    with pytest.raises(KeyError) as caught:
        dive(50)
    assert len(describe_exception(caught.value)["at"]) == 20


def test_logs_a_line_stays_one_line():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "two\nlines %s", ("\ud83d",), None)
    text = JsonFormatter().format(record)
    assert len(text.splitlines()) == 1
    assert json.loads(text)["message"] == "two\nlines \ud83d"


@pytest.mark.usefixtures("restored_logging")
def test_logs_configuration_sends_every_logger_through_the_one_formatter(capsys):
    logging.config.dictConfig(log_config("warning"))
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("anything").info("too quiet")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [json.loads(line)["message"] for line in captured.err.splitlines()] == ["Invalid HTTP request received."]
