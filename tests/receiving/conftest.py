"""A chain that leaves receiving to us, ``doorstroom serve`` as a process, and a supplier that writes its own bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.headers import HERE, Ask, environ, scope
from support.serving import Serve, Served, Supplier, serving

from doorstroom_client import Deelnemerslijst
from doorstroom_client.simulator import Keten, deelnemers_of


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keten]:
    """A chain with its configuration, in which ICE knows the pupils of the first school."""
    folder = tmp_path_factory.mktemp("keten")
    with Keten(folder, receive=False) as keten:
        keten.write_config(folder / "doorstroom.toml")
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))
        yield keten


@pytest.fixture
def serve(chain: Keten, tmp_path: Path) -> Iterator[Serve]:
    """Start ``doorstroom serve``; it ends with the test."""
    with ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(serving(chain.directory, tmp_path / "log.jsonl", *args, **more))


@pytest.fixture(scope="module")
def served(chain: Keten, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that the tests of a file share."""
    with serving(chain.directory, tmp_path_factory.mktemp("log") / "log.jsonl") as running:
        yield running


@pytest.fixture(scope="module")
def supplier(chain: Keten) -> Supplier:
    """The one that the school has mandated."""
    return Supplier(chain)


@pytest.fixture(params=["asgi", "wsgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Put a request to a proxy, in either way."""
    if request.param == "asgi":
        return lambda proxy, headers, address=HERE: proxy.of_scope(scope(headers, address))
    return lambda proxy, headers, address=HERE: proxy.of_environ(environ(headers, address))
