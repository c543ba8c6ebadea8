"""Each example does what it says, against a chain on this machine."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docs_blocks import ROOT
from support.processes import free_port

from doorstroom_client import Client, Deelnemerslijst, Leerling
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of

EXAMPLES = ROOT / "examples"
ICE = "00000003990000110000"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Load an example as a module."""
    monkeypatch.syspath_prepend(str(EXAMPLES))

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load


def register(keten: Keten) -> None:
    """Tell the supplier about the pupils."""
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))


def test_every_example_says_how_to_run_it() -> None:
    for file in EXAMPLES.glob("*.py"):
        text = file.read_text("utf-8")
        assert "python examples/" in text or file.name == "serving.py", file.name
        assert f"test_{file.stem}" in globals(), file.name


# --- sending ---


def test_send_adviezen(example: Callable[[str], ModuleType], keten: Keten, capsys: pytest.CaptureFixture[str]) -> None:
    register(keten)
    main = example("send_adviezen").main
    assert main(["adviezen.csv", "--school", "99AA"]) == 0
    assert "27 adviezen sent to ICE" in capsys.readouterr().out
    assert len(keten.toetssystemen["ICE"].adviezen(keten.school.oin)) == 27


def test_send_adviezen_that_are_refused(
    example: Callable[[str], ModuleType], keten: Keten, capsys: pytest.CaptureFixture[str]
) -> None:
    main = example("send_adviezen").main
    assert main(["adviezen.csv", "--school", "99DD"]) == 1  # no mandate
    keten.toetssystemen["ICE"].antwoord_met("registreren-schooladviezen", 405)
    assert main(["adviezen.csv", "--school", "99AA"]) == 75  # not known yet: later
    lines = capsys.readouterr().err.splitlines()
    assert "mandated none" in lines[0]
    assert "405" in lines[1]


# --- receiving over a real server ---


@contextmanager
def serving(server: Any) -> Iterator[None]:
    """Run a uvicorn server in a thread."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < until, "the server did not start"
            threading.Event().wait(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def test_serving(
    example: Callable[[str], ModuleType], silent_keten: Keten, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("uvicorn")
    port = free_port()
    with (folder / "doorstroom.toml").open("a") as file:  # which ends with what is under [serve]
        file.write(f"port = {port}\n")
    show = example("receive_results").show
    from doorstroom_client.config.reader import load_settings

    with Client.from_config() as client:
        server = example("serving").make_server(client.terugweg.asgi(), load_settings())
        with serving(server):
            silent_keten.osr.register_endpoint(silent_keten.school.routeringskenmerk, f"https://localhost:{port}")
            register(silent_keten)
            sent = silent_keten.stuur_resultaten()
        assert {item.status for item in sent} == {202}, sent
        assert show(client) == 27
        assert show(client) == 0
    assert "De Bedachte Regenboog (99AA) ICE" in capsys.readouterr().out


def test_receive_results(example: Callable[[str], ModuleType], keten: Keten) -> None:
    """What `show` does to the store; its server is `serving`, tested above."""
    register(keten)
    keten.stuur_resultaten()
    with Client.from_config() as client:
        assert example("receive_results").show(client) == 27
        assert list(client.resultaten()) == []


# --- receiving as an ASGI application, driven by hand ---


def pem_of(keten: Keten, name: str) -> str:
    """The certificate of a party of the chain."""
    return (keten.directory / "pki" / f"{name}.cert.pem").read_text()


def scope_for(path: str, query: str = "", *, method: str = "POST", certificate: str | None = None) -> dict[str, Any]:
    tls: dict[str, Any] = {"client_cert_chain": [certificate] if certificate else [], "client_cert_error": None}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 443),
        "extensions": {"tls": tls},
    }


async def ask(app: Any, scope: dict[str, Any], body: bytes = b"") -> tuple[int, bytes]:
    """Put one request to an ASGI application."""
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await asyncio.sleep(3600)  # nobody hangs up before the answer is there
        raise AssertionError

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(event.get("body", b"") for event in sent[1:])


async def live(app: Any) -> None:
    """Start and stop an ASGI application, as a server does."""
    events = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        return events.pop()

    async def send(event: dict[str, Any]) -> None:
        sent.append(event["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def a_result(keten: Keten) -> tuple[str, bytes]:
    """Query and body of a result as the supplier would push it."""
    import json

    register(keten)
    bericht = keten.toetssystemen["ICE"].neem_af()[0]
    return f"edu-to={keten.school.routeringskenmerk}&edu-from={keten.school.oin}", json.dumps(bericht).encode()


def check_mount(app: Any, keten: Keten) -> None:
    """The receiver works below the mount, its neighbours work, and only a mandated sender gets in."""
    query, body = a_result(keten)
    path = "/doorstroom/leerlingresultaat"

    async def all_of_it() -> None:
        assert (await ask(app, scope_for("/leeft", method="GET")))[0] == 200
        assert (await ask(app, scope_for(path, query), body))[0] == 401
        assert (await ask(app, scope_for(path, query, certificate=pem_of(keten, "dia")), body))[0] == 401
        status, answer = await ask(app, scope_for(path, query, certificate=pem_of(keten, "ice")), body)
        assert (status, b"melding" in answer) == (202, True)
        assert (await ask(app, scope_for("/doorstroom/iets", certificate=pem_of(keten, "ice"))))[0] == 404
        await live(app)

    asyncio.run(all_of_it())
    with Client.from_config() as client:
        (result,) = client.resultaten()
        assert result.sender_oin == ICE
        assert isinstance(result.leerling, Leerling)


def test_fastapi_app(example: Callable[[str], ModuleType], silent_keten: Keten) -> None:
    pytest.importorskip("fastapi")
    check_mount(example("fastapi_app").make_app(), silent_keten)


def test_django_asgi(example: Callable[[str], ModuleType], silent_keten: Keten) -> None:
    pytest.importorskip("django")
    check_mount(example("django_asgi").make_application(), silent_keten)


def test_the_advice_of_the_examples_is_invented(keten: Keten) -> None:
    assert all("ketenid.nl/pilot" in (item.leerling.eck_id or "ketenid.nl/pilot") for item in adviezen_of(keten.leerlingen()))
