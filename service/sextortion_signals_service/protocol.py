"""HTTP as uvicorn reads it, with bounds on the head of a request, which uvicorn's fast parser has not.

A head that never ends would be kept in memory without limit, and a connection that never sends one would stay for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

MOST_HEAD_BYTES = 32_768
_TOO_LARGE = "The head of the request is too large."
_TOO_SLOW = "The head of the request took too long."


class Config(uvicorn.Config):
    """uvicorn's configuration, and the seconds in which the head of a request has to arrive."""

    def __init__(self, app: Any, *, head_seconds: float, **options: Any) -> None:
        super().__init__(app, http=BoundedHttp, **options)
        self.head_seconds = head_seconds


class BoundedHttp(HttpToolsProtocol):
    """Answers 431 to a head of more than `MOST_HEAD_BYTES`, 408 to one that takes too long, and closes."""

    _running: RequestResponseCycle | None = None
    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._running is not None:
            # uvicorn tells only the request it read last. Others, sent without waiting for answers, would be answered
            # into a closed connection, and every such answer would be an error in the log.
            self._running.disconnected = True
            self._running.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(431, _TOO_LARGE)

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._start_timer()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD_BYTES:
            self._refuse(431, _TOO_LARGE)
            # Ends the parsing; what the parser then makes of it is not sent, as the answer is out.
            raise ValueError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self._refused:
            super().send_400_response(msg)

    def _start_timer(self) -> None:
        if self._timer is None:
            seconds = getattr(self.config, "head_seconds", None)
            self._timer = None if seconds is None else self.loop.call_later(seconds, self._refuse, 408, _TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int, message: str) -> None:
        self._refused = True
        self.logger.warning(message)
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % len(message) + message.encode("ascii"))
        self.transport.close()
