"""Logging: one JSON object a line on standard error, and never anything a caller sent.

The formatter is the gate: it prints the type and place of an exception but not its message, which may quote a text.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from sextortion_signals_service.encoding import encode

LOGGER = "sextortion_signals_service"
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
_MOST_FRAMES = 20


class JsonFormatter(logging.Formatter):
    """One line a record: `time`, `level`, `message`, `fields`, the request's id, type and place of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage().strip(),
            **getattr(record, "fields", {}),
        }
        if (request := REQUEST_ID.get()) is not None:
            line["request"] = request
        if record.exc_info and record.exc_info[1]:
            line.update(describe_exception(record.exc_info[1]))
        return encode(line).decode("utf-8")


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Return the type of `error` and each `file:line function` it passed, outermost first; no message, no values."""
    frames = [
        f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return {"error": type(error).__name__, "at": frames[-_MOST_FRAMES:]}


def log_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handle an error outside any request. asyncio's own handler would print the `repr` of the exception."""
    logging.getLogger(LOGGER).error("error in the event loop", exc_info=context.get("exception"))


def log_config(level: str) -> dict[str, Any]:
    """Return the `logging.config` dictionary for `level`: everything through `JsonFormatter` to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
    }
