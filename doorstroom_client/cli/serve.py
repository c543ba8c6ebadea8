"""``doorstroom serve``: receive results over mutual TLS."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import ModuleType
from typing import Annotated

import typer

from doorstroom_client import Client
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption
from doorstroom_client.cli._session import load
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import not_installed
from doorstroom_client.parties.certificate_check import Use
from doorstroom_client.receiving.judge import PATH
from doorstroom_client.receiving.peer import oin_from_scope
from doorstroom_client.receiving.server.renewal import ServerContext
from doorstroom_client.store.opening import open_store
from doorstroom_client.transport.live import LiveContext

_LOOPBACK = "127.0.0.1"


def serve(
    health_port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Answer GET /health/live and /health/ready on this port, without TLS."
        ),
    ] = None,
    health_host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=f"Address for --health-port (default {_LOOPBACK}); a probe from outside this machine or container needs "
            "another one.",
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Receive results that test suppliers push, until Ctrl-C or SIGTERM.

    Listens on serve.host and serve.port with mutual TLS: every sender must show a certificate under the trusted roots and
    must be mandated in the OSR. Results go into the store; see "doorstroom resultaten". The address that suppliers call
    stands in the OSR. Each request becomes a line of JSON on stdout, without anything of a pupil. At the start and once a
    day it removes what is no longer needed, as store purge does. SIGTERM finishes what is in hand, within 10 seconds.
    SIGHUP takes over new certificate files; no connection is cut. With serve.proxy_trusted TLS ends in a proxy in front,
    and this listens without TLS, on this machine only. Needs the extra serve.

    Example:
      doorstroom serve --config doorstroom.toml --health-port 8081
    """
    terminal.set_mode()
    if health_host is not None and health_port is None:
        raise typer.BadParameter("it takes --health-port too", param_hint="--health-host")
    health_host = health_host or _LOOPBACK
    settings = load(config)
    server = _server()
    receiving = settings.receiving
    proxy = receiving.proxy(settings.own_certificate)
    store = _check(settings)
    with ExitStack() as stack:
        stack.enter_context(_events_on_stdout())
        client = stack.enter_context(Client(**settings.arguments()))
        # The client looks at the files already, for its own connections, and warns when the certificate ends.
        resources, operations = client._runtime.resources, client._operations
        live = resources.context
        if receiving.certificate is not None:
            live = LiveContext(receiving.certificate, operations.on_event, now=operations.now, use=Use.SERVER).current
        context = None if proxy else ServerContext(settings.server_certificate, live, operations.on_event, operations.now)
        listening = stack.enter_context(server.listen(receiving.host, receiving.port, "serve.port"))
        asked = None if health_port is None else stack.enter_context(server.listen(health_host, health_port, "--health-port"))

        def is_valid() -> bool:  # both: senders see the one, and the OSR that is asked about their mandates the other
            return resources.certificate_is_valid() and (context is None or context.is_valid)

        def ready() -> None:
            if asked is not None:
                terminal.say(f"Health on {_url('http', health_host, asked)}/health/ready")
            url = _url("http" if proxy else "https", receiving.host, listening)
            terminal.say(f"Listening on {url} for POST {PATH}, {len(settings.scholen)} administrations. Ctrl-C stops.")

        sender = oin_from_scope if proxy is None else proxy.of_scope
        running = server.Running(
            context=context,
            rules=server.Rules.with_events(operations.teller, sender),
            purger=server.Purger(client.store, operations.now, terminal.complain),
            readiness=server.Readiness(store, partial(client.store.purges, 1), is_valid),
            health=asked,
            ready=ready,
            tell=terminal.complain,
        )
        server.run(client.terugweg.asgi(sender, server.LIMITS), listening, running)
    terminal.say("Stopped.")


def _server() -> ModuleType:
    try:
        from doorstroom_client.receiving.server import running  # brings uvicorn
    except ImportError:
        raise not_installed("serve", "receiving results") from None
    return running


def _check(settings: Settings) -> str:
    """Find what would make every message fail before anybody can connect; gives where the store is.

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
    return settings.store


def _url(scheme: str, host: str, listening: socket.socket) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


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
