"""Runs uvicorn as a receiver: our SSLContext, no access log, and one line for whatever goes wrong."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable

import uvicorn

from doorstroom_client.terugweg.asgi import AsgiApp
from doorstroom_client.terugweg.uvicorn_tls import TlsH11Protocol

_CONNECTIONS = 200


class _OneLine(logging.Handler):
    """Gives what uvicorn has to say to `tell`, without stack traces: those may hold what was received."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        kind = record.exc_info[0] if record.exc_info else None
        self._tell(f"{record.getMessage().splitlines()[0]}{f' ({kind.__name__})' if kind else ''}")


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def run(
    app: AsgiApp, listening: socket.socket, context: ssl.SSLContext, *, ready: Callable[[], None], tell: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished.

    Args:
        app: the receiver.
        listening: the socket to serve on.
        context: asks every client for a certificate.
        ready: called once connections are taken.
        tell: gets one line for everything that goes wrong.
    """
    config = uvicorn.Config(
        app,
        http=TlsH11Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
    config.load()
    config.ssl = context  # a ready context; Config itself would only make one from file names
    logger = logging.getLogger("uvicorn.error")
    handler = _OneLine(tell)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        _Server(config, ready).run(sockets=[listening])
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
