"""``doorstroom serve``: receive results over mutual TLS."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli import how_to_install
from doorstroom_client.cli._files import os_reason
from doorstroom_client.cli._options import ConfigOption
from doorstroom_client.cli._session import load
from doorstroom_client.client import Client
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.tls import server_context
from doorstroom_client.terugweg.handler import PATH


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve",
        help=options.text(
            "Receive results that test suppliers push, until Ctrl-C or SIGTERM.",
            "doorstroom serve --config doorstroom.toml",
            "Listens on serve.host and serve.port with mutual TLS: every sender must show a certificate under the trusted "
            'roots and must be mandated in the OSR. Results go into the store; see "doorstroom resultaten". The address that '
            "suppliers call stands in the OSR. Do not put a proxy in front that ends TLS itself. Needs the extra serve.",
        ),
    )(serve)


def serve(config: ConfigOption = None) -> None:
    """Check everything first, then listen."""
    terminal.set_mode()
    settings = load(config)
    server = _uvicorn()
    _check(settings)
    context = server_context(settings.own_certificate)
    with Client(**settings.arguments()) as client, _listen(settings.serve_host, settings.serve_port) as listening:
        url = f"https://{_host(settings.serve_host)}:{listening.getsockname()[1]}"

        def ready() -> None:
            terminal.say(f"Listening on {url} for POST {PATH}, {len(settings.scholen)} administrations. Ctrl-C stops.")

        with _signals_end_quietly():
            server.run(client.terugweg.asgi(), listening, context, ready=ready, tell=terminal.complain)
    terminal.say("Stopped.")


def _uvicorn() -> ModuleType:
    try:
        from doorstroom_client.cli import _uvicorn_tls
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
    from doorstroom_client.store.sqlite import SqliteStore

    SqliteStore(settings.store).close()


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {os_reason(error)}",
            setting="serve.port",
            hint="Choose another serve.host or serve.port, or stop what listens there",
        ) from None
    with listening:
        yield listening


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """The server stops at a signal and then raises it once more; being asked to stop is not an error."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
