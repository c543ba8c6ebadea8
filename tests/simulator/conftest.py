"""Certificates and a plain client for the tests of the simulator."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.pki import Issued, Pki

from .helpers import LAS_OIN, SERVER_OIN, TOETS_OIN, client_context
from .wereld import Wereld


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """One PKI for all tests."""
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def server_cert(pki: Pki) -> Issued:
    """The certificate of every server."""
    return pki.issue("server", oin=SERVER_OIN, client=False)


@pytest.fixture(scope="session")
def las_cert(pki: Pki) -> Issued:
    """The certificate of the LAS."""
    return pki.issue("las", oin=LAS_OIN)


@pytest.fixture(scope="session")
def toets_cert(pki: Pki) -> Issued:
    """The certificate of a test supplier."""
    return pki.issue("toets", oin=TOETS_OIN)


@pytest.fixture
def serve(pki: Pki, server_cert: Issued) -> Iterator[Callable[..., HttpsServer]]:
    """Start servers that stop with the test."""
    with ExitStack() as stack:

        def start(app: Callable[[Received], Answer], **options: object) -> HttpsServer:
            server = HttpsServer(
                app,
                cert=server_cert.cert,
                key=server_cert.key,
                trust=pki.trust,
                name="test",
                **options,  # type: ignore[arg-type]
            )
            return stack.enter_context(server)

        yield start


@pytest.fixture
def connect(pki: Pki) -> Iterator[Callable[..., http.client.HTTPSConnection]]:
    """Open connections that close with the test."""
    with ExitStack() as stack:

        def open_to(url: str, cert: Issued | None) -> http.client.HTTPSConnection:
            port = urlsplit(url).port
            return stack.enter_context(
                closing(http.client.HTTPSConnection("localhost", port, timeout=5, context=client_context(pki, cert)))
            )

        yield open_to


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """An empty directory."""
    return tmp_path / "files"


@pytest.fixture
def wereld(serve: Callable[..., HttpsServer], connect: Callable[..., http.client.HTTPSConnection], las_cert: Issued) -> Wereld:
    """A supplier that knows one school, and a LAS that calls it."""
    return Wereld(serve, lambda url: connect(url, las_cert))
