"""The server process: uvicorn with uvloop and httptools."""

from __future__ import annotations

import signal
from functools import partial

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from sextortion_signals_service.app import create_app
from sextortion_signals_service.logs import log_config
from sextortion_signals_service.metrics import shared_folder
from sextortion_signals_service.protocol import Config
from sextortion_signals_service.settings import Settings


def serve(settings: Settings | None = None) -> int:
    """Serve until SIGTERM or SIGINT and let requests under way finish. Return the exit code: 0, or 3 without a start.

    Takes over the handling of both signals in this process. `settings` are by default read from the environment.
    """
    config = uvicorn_config(settings or Settings())
    return _serve_with_workers(config) if config.workers > 1 else _serve_here(config)


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
    )


def _serve_here(config: uvicorn.Config) -> int:
    server = uvicorn.Server(config)
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
    with listener, shared_folder():
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
    return STARTUP_FAILURE if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes) else 0
