"""Certificates for the session, and clients of both kinds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from wire.spel import Speler

from .stage import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("matrix"))


@pytest.fixture
def speler(kind: str) -> Iterator[Speler]:
    made = Speler(awaited=kind == "async")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host under .invalid does not exist, and nobody on the network is asked about it."""
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **named: Any) -> Any:
        if (host.decode() if isinstance(host, bytes) else str(host)).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
