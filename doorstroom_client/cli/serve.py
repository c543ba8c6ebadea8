"""``doorstroom serve``: receive results over mutual TLS."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from types import ModuleType
from typing import Annotated

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli import how_to_install
from doorstroom_client.cli._folders import os_reason
from doorstroom_client.cli._options import ConfigOption
from doorstroom_client.cli._purging import Purger
from doorstroom_client.cli._session import load
from doorstroom_client.client import Client
from doorstroom_client.config.reader import Settings
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.parties.certificate_check import Use
from doorstroom_client.receiving.audit import no_descriptors, no_handshake, turned_away
from doorstroom_client.receiving.judge import PATH
from doorstroom_client.receiving.peer import oin_from_scope
from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.receiving.server.renewal import ServerContext
from doorstroom_client.store.opening import open_store
from doorstroom_client.transport.live import LiveContext

_LOOPBACK = "127.0.0.1"
_SECONDS_A_CHECK_HOLDS = 5.0


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve",
        help=options.text(
            "Receive results that test suppliers push, until Ctrl-C or SIGTERM.",
            "doorstroom serve --config doorstroom.toml --health-port 8081",
            "Listens on serve.host and serve.port with mutual TLS: every sender must show a certificate under the trusted "
            'roots and must be mandated in the OSR. Results go into the store; see "doorstroom resultaten". The address that '
            "suppliers call stands in the OSR. Each request becomes a line of JSON on stdout, without anything of a pupil. "
            "At the start and once a day it removes what is no longer needed, as store purge does. "
            "SIGTERM finishes what is in hand, within 10 seconds. SIGHUP takes over new certificate files; no connection is "
            "cut. With serve.proxy_trusted TLS ends in a proxy in front, and this listens without TLS, on this machine only. "
            "Needs the extra serve.",
        ),
    )(serve)


def serve(
    health_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Answer GET /health/live and /health/ready on this port, without TLS."),
    ] = None,
    health_host: Annotated[
        str | None,
        typer.Option(
            help=f"Address for --health-port (default {_LOOPBACK}); a probe from outside this machine or container needs "
            "another one."
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Check everything first, then listen."""
    terminal.set_mode()
    if health_host is not None and health_port is None:
        raise typer.BadParameter("it takes --health-port too", param_hint="--health-host")
    health_host = health_host or _LOOPBACK
    settings = load(config)
    server = _uvicorn()
    proxy = settings.proxy()
    _check(settings)
    with ExitStack() as stack:
        stack.enter_context(_events_on_stdout())
        client = stack.enter_context(Client(**settings.arguments()))
        # The client looks at the files already, for its own connections, and warns when the certificate ends.
        resources, chain = client._runtime.resources, client._chain
        live = resources.context
        if settings.serve_certificate is not None:
            live = LiveContext(settings.serve_certificate, chain.on_event, now=chain.now, use=Use.SERVER).current
        context = None if proxy else ServerContext(settings.server_certificate, live, chain.on_event, chain.now)
        listening = stack.enter_context(_listen(settings.serve_host, settings.serve_port, "serve.port"))
        asked = None if health_port is None else stack.enter_context(_listen(health_host, health_port, "--health-port"))

        def is_valid() -> bool:  # both: senders see the one, and the OSR that is asked about their mandates the other
            return resources.certificate_is_valid() and (context is None or context.is_valid)

        health = _Health(settings, is_valid, lambda: client.store.purges(1))
        url = f"{'http' if proxy else 'https'}://{_host(settings.serve_host)}:{listening.getsockname()[1]}"

        def ready() -> None:
            if asked is not None:
                terminal.say(f"Health on http://{_host(health_host)}:{asked.getsockname()[1]}/health/ready")
            terminal.say(f"Listening on {url} for POST {PATH}, {len(settings.scholen)} administrations. Ctrl-C stops.")

        peer = _peer(proxy)
        running = server.Running(
            context=context,
            health=None if asked is None else (asked, health.checks),
            ready=ready,
            stopping=health.stop,
            refused=partial(no_handshake, teller=chain.teller),
            turned_away=partial(turned_away, teller=chain.teller),
            sender=peer,
            scarce=partial(no_descriptors, teller=chain.teller),
            tell=terminal.complain,
        )
        with _signals_end_quietly(), Purger(client, chain.now, terminal.complain).running():
            server.run(client.terugweg.asgi(peer, server.LIMITS), listening, running)
    terminal.say("Stopped.")


def _peer(proxy: Proxy | None) -> Callable[[Mapping[str, object]], str | None]:
    return oin_from_scope if proxy is None else proxy.of_scope


class _Health:
    """Whether results can be taken in now."""

    def __init__(self, settings: Settings, is_valid: Callable[[], bool], read: Callable[[], object]) -> None:
        self._store = settings.store
        self._read = read
        self._is_valid = is_valid
        self._stopping = False
        self._at, self._writable = float("-inf"), False
        self._one = asyncio.Lock()

    def stop(self) -> None:
        """From now on not ready."""
        self._stopping = True

    async def checks(self) -> dict[str, bool]:
        """What is needed, and whether it is in order. The store is looked at once in a few seconds."""
        async with self._one:
            if time.monotonic() - self._at > _SECONDS_A_CHECK_HOLDS:
                self._writable, self._at = await asyncio.to_thread(self._look), time.monotonic()
        return {"store": self._writable, "certificate": self._is_valid(), "serving": not self._stopping}

    def _look(self) -> bool:
        if self._store is None:
            return False
        try:
            self._read()  # the receiver itself may use the file at the path
            open_store(self._store, make=False).close()  # opening it writes to it; a new one would hide that the disk is gone
        except StoreError:
            return False
        return True


def _uvicorn() -> ModuleType:
    try:
        from doorstroom_client.receiving.server import running as _uvicorn_tls  # brings uvicorn
    except ImportError:
        raise ConfigurationError("uvicorn is not installed", hint=how_to_install("serve"), setting="serve") from None
    return _uvicorn_tls


def _check(settings: Settings) -> None:
    """Find what would make every message fail before anybody can connect.

    Raises:
        ConfigurationError: a setting that receiving needs is missing.
        StoreError: the store cannot be opened.
    """
    if settings.store is None:
        raise ConfigurationError("store is missing, and received results must be kept", setting="store")
    if settings.osr is None:
        raise ConfigurationError("osr is missing, and the mandate of a sender must be looked up", setting="osr")
    if not settings.scholen:
        raise ConfigurationError("scholen is empty, so every result would be refused", setting="scholen")
    open_store(settings.store).close()


@contextmanager
def _listen(host: str, port: int, setting: str) -> Iterator[socket.socket]:
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


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _events_on_stdout() -> Iterator[None]:
    """Every event as one line of JSON on stdout."""
    logger = logging.getLogger("doorstroom_client")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """The server stops at a signal and then raises it once more; being asked to stop is not an error."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
