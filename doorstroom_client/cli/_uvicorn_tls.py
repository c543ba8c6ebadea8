"""Tells the application which client certificate TLS verified, when uvicorn is the server.

The receiver may believe one thing only about who is sending: the certificate that the TLS layer verified. ASGI has an
extension for that (``tls``), but uvicorn does not fill it. This subclass of its h11 protocol does, from the connection
itself, so that no header and no proxy setting can get in between. It also bounds how long a sender may take, which uvicorn
does not do.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from doorstroom_client.terugweg.asgi import AsgiApp, Receive, Scope, Send

_SECONDS_FOR_A_REQUEST = 30.0
_CONNECTIONS = 200


class TlsH11Protocol(H11Protocol):
    """HTTP/1.1 with the ASGI ``tls`` extension and a time limit on every request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once; it holds for the whole connection."""
        super().connection_made(transport)
        self.app = _with_peer(self.app, _peer_pem(transport))
        self._silent = self.loop.call_later(_SECONDS_FOR_A_REQUEST, self._hang_up_when_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit."""
        self._silent.cancel()
        super().connection_lost(exc)

    def _hang_up_when_silent(self) -> None:
        if self.cycle is None:  # pyright: ignore[reportUnnecessaryComparison] - uvicorn starts with None
            self.transport.abort()


def _peer_pem(transport: asyncio.Transport) -> list[str]:
    """The certificate of the other side, which the SSLContext has verified; empty when there is none."""
    connection = transport.get_extra_info("ssl_object")
    der = connection.getpeercert(binary_form=True) if connection is not None else None
    return [ssl.DER_cert_to_PEM_cert(der)] if der else []


def _with_peer(app: Any, chain: list[str]) -> AsgiApp:
    async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})["tls"] = {"client_cert_chain": chain, "client_cert_error": None}
        deadline = asyncio.get_running_loop().time() + _SECONDS_FOR_A_REQUEST

        async def receive_in_time() -> Any:
            try:
                async with asyncio.timeout_at(deadline):
                    return await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}

        await app(scope, receive_in_time, send)

    return with_peer


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
