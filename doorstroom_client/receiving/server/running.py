"""Runs uvicorn as a receiver: every limit, no access log, signals, and one line for whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.receiving.asgi import AsgiApp
from doorstroom_client.receiving.limits import SHIPPED, Limits
from doorstroom_client.receiving.server.daily import Purger
from doorstroom_client.receiving.server.probe import Readiness, serve_health
from doorstroom_client.receiving.server.renewal import ServerContext
from doorstroom_client.receiving.server.rules import Rules
from doorstroom_client.receiving.server.uvicorn_tls import Server, make_server

LIMITS: Limits = SHIPPED
"""What a sender may ask of ``doorstroom serve``."""
_LAST_SECOND = 1.0
_M_MMAP_THRESHOLD, _LARGE = -3, 128 * 1024
"""What the C library calls it (malloc.h), and the bytes with which it begins by itself."""


@frozen(kw_only=True)
class Running:
    """What a server needs to know, and what it tells.

    Attributes:
        context: gives the SSLContext, and a new one at SIGHUP; None behind a proxy that ends TLS.
        rules: what it goes by, and whom it tells of what the receiver does not get to see.
        purger: removes what is no longer needed, for as long as it runs.
        readiness: whether results can be taken in.
        health: the socket for questions about that; None without.
        ready: called once connections are taken.
        tell: gets one line for everything that goes wrong.
    """

    context: ServerContext | None
    rules: Rules
    purger: Purger
    readiness: Readiness
    health: socket.socket | None
    ready: Callable[[], None]
    tell: Callable[[str], None] = field(repr=False)


@contextmanager
def listen(host: str, port: int, setting: str) -> Iterator[socket.socket]:
    """A socket to serve on.

    Args:
        host: address to listen on.
        port: any that is free when 0.
        setting: what named the port.

    Raises:
        ConfigurationError: that cannot be listened on.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {os_reason(error)}",
            setting=setting,
            hint="Choose another address or port, or stop what listens there",
        ) from None
    with listening:
        yield listening


class _OneLine(logging.Handler):
    """Gives what uvicorn has to say to `tell`, without stack traces: those may hold what was received."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        kind = record.exc_info[0] if record.exc_info else None
        self._tell(f"{record.getMessage().splitlines()[0]}{f' ({kind.__name__})' if kind else ''}")


class _Server(Server):
    """Says when it is ready, answers about its health, renews its certificate, and stops in bounded time."""

    running: Running

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        if self.running.context is not None and hasattr(signal, "SIGHUP"):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.running.context.renew)
        if self.running.health is not None:
            await serve_health(self.running.health, self.running.readiness.checks)
        self.running.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is in hand. A question to the OSR may be on its way in a thread, which nothing can end but the exit."""
        self.running.readiness.stop()
        late = threading.Timer(LIMITS.shutdown_seconds + _LAST_SECOND, os._exit, (0,))
        late.daemon = True
        late.start()
        await super().shutdown(sockets=sockets)


def run(app: AsgiApp, listening: socket.socket, running: Running) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished.

    Args:
        app: the receiver.
        listening: the socket to serve on.
        running: what else there is to know.
    """
    context = None if running.context is None else running.context.current
    server = make_server(app, context, limits=LIMITS, rules=running.rules, lifespan="off", kind=_Server)
    assert isinstance(server, _Server)
    server.running = running
    _give_memory_back()
    with _signals_end_quietly(), running.purger.running(), _told_in_one_line(running.tell):
        server.run(sockets=[listening])


def _give_memory_back() -> None:
    """Have every large block come from the system, and go back to it, also after others of its size.

    The C library of Linux keeps what was freed for next time, per thread, once blocks of such a size come and go; a few
    messages of the largest size would make the process larger for good. Elsewhere there is nothing to set.
    """
    import ctypes  # only here

    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


@contextmanager
def _told_in_one_line(tell: Callable[[str], None]) -> Iterator[None]:
    handler = _OneLine(tell)
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """The server stops at a signal and then raises it once more; being asked to stop is not an error."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
