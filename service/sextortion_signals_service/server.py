"""The server process: uvicorn with uvloop and httptools."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
from contextlib import ExitStack
from functools import partial
from typing import Any, cast

import uvicorn
from pydantic import SecretStr
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from sextortion_signals_service.app import create_app
from sextortion_signals_service.logs import log_config
from sextortion_signals_service.metrics import shared_folder
from sextortion_signals_service.protocol import Config
from sextortion_signals_service.settings import Settings

# libuv takes one connection from a listening socket in one turn of the loop. Under load a turn takes as long as all the
# requests in it, and health checks, which come on connections of their own, waited for seconds behind the others.
ACCEPTS = 16


def serve(settings: Settings | None = None) -> int:
    """Serve until SIGTERM or SIGINT and let requests under way finish. Return the exit code: 0, or 3 without a start.

    Takes over the handling of both signals in this process. `settings` are by default read from the environment.
    """
    config = uvicorn_config(with_state_key(settings or Settings()))
    return _serve_with_workers(config) if config.workers > 1 else _serve_here(config)


def with_state_key(settings: Settings) -> Settings:
    """Return settings with a key for states, so that all worker processes have the same one."""
    if settings.state_key is not None:
        return settings
    return settings.model_copy(update={"state_key": SecretStr(secrets.token_hex(32))})


def uvicorn_config(settings: Settings) -> Config:
    """Return uvicorn's configuration for `settings`."""
    return Config(
        # A partial, not an import string: it can be sent to worker processes together with settings given in code.
        partial(create_app, None, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        root_path=settings.root_path,
        loop="auto",  # uvloop, except on Windows, where there is none
        head_seconds=settings.request_seconds,
        ws="none",
        lifespan="on",
        log_config=log_config(settings.log_level),
        # Ours has the same facts without query strings. Nothing here wants callers' addresses, so no proxy headers.
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        # A worker answers its supervisor only once it has imported everything. On a very busy machine that takes longer
        # than uvicorn's 5 s, and each worker would be killed while it starts, and the next, for ever. A longer time
        # would be waited for in vain when a worker ends instead of starting.
        timeout_worker_healthcheck=20,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, listening `ACCEPTS` times on the same socket."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        protocol = partial(
            cast(Any, self.config.http_protocol_class),
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        loop = asyncio.get_running_loop()
        for listening in [listener for server in getattr(self, "servers", ()) for listener in server.sockets]:
            for more in _again(listening):
                self.servers.append(await loop.create_server(protocol, sock=more, backlog=self.config.backlog))


def _again(listener: Any) -> list[socket.socket]:
    return [socket.socket(fileno=os.dup(listener.fileno())) for _ in range(ACCEPTS - 1)]


def _serve_here(config: uvicorn.Config) -> int:
    server = _Server(config)
    # uvicorn raises the signal once more when it is done, for the handler from before; the default one would end the
    # process with "killed by SIGTERM". Its own handler, installed early, turns that into a plain return.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    try:
        server.run()
    except SystemExit:  # uvicorn's way to say that start-up failed; it has logged why
        return STARTUP_FAILURE
    return 0


def _serve_with_workers(config: uvicorn.Config) -> int:
    try:
        listener = config.bind_socket()
    except SystemExit:  # the port is taken
        return STARTUP_FAILURE
    with ExitStack() as stack:
        listeners = [stack.enter_context(each) for each in (listener, *_again(listener))]
        stack.enter_context(shared_folder())
        supervisor = Multiprocess(config, sockets=listeners)
        supervisor.run()
    return STARTUP_FAILURE if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes) else 0
