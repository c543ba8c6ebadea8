"""Certificates for the session, and clients of both kinds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from support.witness import Witness

from .stage import Watched, World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("matrix"))


@pytest.fixture
def witness(world: World, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Iterator[Witness]:
    """Sees the whole cell, the closing of its clients included, and judges it (P1 and P3) when all is over.

    A hit is an error after the test, so that it stands beside what the cell itself has to say.
    """
    made = world.witness()
    temp = world.empty_folder("temp")
    with made.watching(temp):
        yield made
    made.output("".join(capfd.readouterr()))
    count = made.check_events()
    made.check_silence()
    world.searched[request.node.nodeid] = count


@pytest.fixture
def speler(kind: str, witness: Witness) -> Iterator[Watched]:
    made = Watched(witness, awaited=kind == "async")
    yield made
    made.look_at_names()
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
