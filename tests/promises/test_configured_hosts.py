"""P4, O10, T4: no connection but to the configured hosts, whatever a message, the OSR or the environment says.

Every scenario runs in a process of its own, because an audit hook can never be taken away again.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support import resultaat

from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Pki

ROOT = Path(__file__).resolve().parents[2]
PRELUDE = """
import json, os, sys
seen = {"connect": [], "resolve": [], "open": [], "other": []}
def watch(event, args):
    if event == "socket.connect":
        seen["connect"].append(repr(args[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        seen["resolve"].append(repr(args[:2]))
    elif event == "open" and isinstance(args[0], (str, bytes)):
        seen["open"].append(os.fsdecode(args[0]))
    elif event in ("socket.__new__", "socket.bind", "socket.sendto", "subprocess.Popen", "os.system", "urllib.Request"):
        seen["other"].append(event)
sys.addaudithook(watch)
def tell(**more):
    print(json.dumps({**seen, **more}))
"""
CALLS = """
from doorstroom_client import Adviezenlijst, AsyncClient, Client, Deelnemerslijst, InboundRequest, DoorstroomError
import asyncio, inspect
from collections.abc import AsyncIterator, Iterator
config, bodies, awaited = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3] == "async"
runner = asyncio.Runner() if awaited else None
client = (AsyncClient if awaited else Client).from_config(config)
def do(value):
    async def wait():
        if isinstance(value, AsyncIterator):
            return [item async for item in value]
        return await value
    if awaited:
        return runner.run(wait())
    return list(value) if isinstance(value, Iterator) else value
ended = []
def attempt(make):
    try:
        ended.append(type(do(make())).__name__)
    except DoorstroomError as error:
        ended.append(type(error).__name__)
"""
RECEIVE = """
school, ice = client.scholen[0], client.leveranciers[0]
statuses = []
for body in bodies:
    query = f"edu-to={school.routeringskenmerk}&edu-from={school.oin}"
    request = InboundRequest("POST", "/leerlingresultaat", query, ice.oin, body.encode())
    statuses.append(do(client.terugweg.handle(request)).status)
results = do(client.resultaten())
for result in results:
    attempt(lambda: client.fetch_leerlingrapport(result))
"""
EXCHANGE = """
from doorstroom_client.simulator.keten import adviezen_of, deelnemers_of
from doorstroom_client.simulator.invented import bedenk_leerlingen
pupils = bedenk_leerlingen(3, schooljaar="2025-2026")
attempt(lambda: client.osr.check_mandaat(school, "ICE"))
attempt(lambda: client.osr.find_leveranciers(school))
attempt(lambda: client.send(Deelnemerslijst(school, *deelnemers_of(pupils, school))))
attempt(lambda: client.send(Adviezenlijst(school, adviezen_of(pupils))))
"""
CLOSE = """
do(client.close())
tell(ended=ended, statuses=statuses, ids=[str(result.rapportid) for result in results])
"""
HOSTILE = (
    "https://evil.example/leerlingrapport/r-1",
    "https://evil.example:8443/leerlingrapport/r-1",
    "//evil.example/leerlingrapport/r-1",
    "https://localhost@evil.example/leerlingrapport/r-1",
    "https://localhost\\@evil.example/leerlingrapport/r-1",
    "https://localhost.evil.example/leerlingrapport/r-1",
    "http://169.254.169.254/latest/meta-data",
    "https://[::ffff:169.254.169.254]/leerlingrapport/r-1",
    "https://2852039166/leerlingrapport/r-1",
    "https://0x7f000001/leerlingrapport/r-1",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://localhost/leerlingrapport/r-1\r\nHost: evil.example",
    "https://local\thost/leerlingrapport/r-1",
    "https://localhost/leerlingrapport/..",
    "https://localhost/leerlingrapport/../../registreren",
    "https://localhost/leerlingrapport/%2e%2e%2f%2e%2e%2fregistreren",
    "https://localhost/leerlingrapport/%252e%252e%252fregistreren",
    "https://localhost/leerlingrapport/a%2f..%2fb",
    "https://localhost/leerlingrapport/a%00b",
    "https://l\u043ecalhost/leerlingrapport/r-1",
    "https://evil\u3002example/leerlingrapport/r-1",
    "https://localhost/leerlingrapport/{rapportid}",
    "${jndi:ldap://evil.example/a}",
    "gopher://evil.example:70/_r-1",
    "unix:/var/run/docker.sock",
    "..",
    "",
)


def document(where: str, value: str, number: int) -> dict[str, Any]:
    made = resultaat(eck=None, las=f"sleutel-{number}")
    if where == "aanvullendeinfo":
        made["resultatenscores"]["resultaten"]["aanvullendeinfo"] = value
    else:
        made["toets"]["url"] = value
        made["_links"] = {"self": {"href": value}}
    return made


@pytest.fixture
def config(keten: Keten, tmp_path: Path) -> Path:
    path = keten.write_config(tmp_path / "doorstroom.toml")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("store")]
    path.write_text("\n".join(['store = "inbox.db"', *lines, "[retry]", "attempts = 1", ""]))
    return path


def python(code: str, *arguments: object, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRELUDE + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def exchange(config: Path, bodies: list[str], kind: str, code: str = RECEIVE + CLOSE, **environment: str) -> dict[str, Any]:
    return python(CALLS + code, config, json.dumps(bodies), kind, **environment)


def configured(keten: Keten) -> set[int]:
    ports = {keten.osr_settings.base_url, *(item.base_url for item in keten.leveranciers)}
    return {int(url.removeprefix("https://localhost:").split("/")[0]) for url in ports}


def assert_only_configured(seen: dict[str, Any], keten: Keten) -> None:
    ports = configured(keten)
    for text in seen["connect"]:
        host, port, *_ = eval(text, {"__builtins__": {}})
        assert host in ("127.0.0.1", "::1"), text
        assert port in ports, text
    for text in seen["resolve"]:
        host, port = eval(text, {"__builtins__": {}})
        assert host in ("localhost", b"localhost", "127.0.0.1", "::1"), text
        assert port in ports or host in ("127.0.0.1", "::1"), text
    assert not {"subprocess.Popen", "os.system", "urllib.Request", "socket.sendto", "socket.bind"} & set(seen["other"])


kinds = pytest.mark.parametrize("kind", ["sync", "async"])

# --- import

EVERYTHING = """
import importlib, pkgutil
import doorstroom_client
for found in pkgutil.walk_packages(doorstroom_client.__path__, "doorstroom_client."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
import httpx, httpcore
tell()
"""


@pytest.mark.parametrize("code", ["import doorstroom_client\ntell()", EVERYTHING], ids=["package", "every module"])
def test_import_opens_no_socket_and_no_file_at_home(code: str, tmp_path: Path) -> None:
    home = tmp_path / "thuis"
    for name in (".netrc", "_netrc", ".config/x", ".doorstroom", ".pythonrc.py"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("machine evil.example login a password b")
    seen = python(code, HOME=str(home))
    assert (seen["connect"], seen["resolve"], seen["other"]) == ([], [], [])
    assert [path for path in seen["open"] if path.startswith(str(home))] == []


# --- a whole exchange


@kinds
def test_a_whole_exchange_connects_to_the_osr_and_the_supplier_only(kind: str, keten: Keten, config: Path) -> None:
    keten.toetssystemen["ICE"].voeg_rapport_toe("rapport-1", keten.school.oin, "x")
    seen = exchange(config, [json.dumps(resultaat())], kind, RECEIVE + EXCHANGE + CLOSE)
    assert seen["statuses"] == [202]
    assert seen["ended"] == ["Leerlingrapport", "Mandaat", "list", "Ontvangst", "Ontvangst"]
    assert_only_configured(seen, keten)
    assert len(seen["connect"]) >= 2


@kinds
@pytest.mark.parametrize("where", ["aanvullendeinfo", "toets.url"])
def test_no_address_in_a_result_is_ever_called(kind: str, where: str, keten: Keten, config: Path) -> None:
    bodies = [json.dumps(document(where, value, number)) for number, value in enumerate(HOSTILE)]
    keten.toetssystemen["ICE"].verkeer.reset()
    seen = exchange(config, bodies, kind)
    assert set(seen["statuses"]) == {202}
    assert len(seen["ended"]) == len(HOSTILE)
    assert_only_configured(seen, keten)
    assert {operation for operation, _ in keten.toetssystemen["ICE"].verkeer.beantwoord} <= {"leerlingrapport"}
    assert not [path for path in seen["open"] if path.startswith("/etc/passwd")]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_address_gives_a_plain_id_or_none(value: str) -> None:
    found = Leerlingresultaat.parse(document("aanvullendeinfo", value, 1)).rapportid
    assert found is None or (set(found) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-"))
    assert found not in (".", "..", "")


@kinds
def test_no_link_of_the_osr_is_ever_followed(kind: str, eigen_keten: Keten, tmp_path: Path) -> None:
    keten = eigen_keten
    plain = keten.osr._routes._mandate_body
    links = {f"link-{number}": {"href": value} for number, value in enumerate(HOSTILE)}
    keten.osr._routes._mandate_body = lambda asked, mandate: {  # type: ignore[method-assign]
        **plain(asked, mandate),
        "url": HOSTILE[0],
        "_links": {"self": {"href": HOSTILE[1]}, "next": {"href": HOSTILE[2]}, **links, "school": links["link-0"]},
        "created": HOSTILE[7],
    }
    path = keten.write_config(tmp_path / "doorstroom.toml")
    code = """
school = client.scholen[0]
attempt(lambda: client.osr.check_mandaat(school, "ICE"))
attempt(lambda: client.osr.find_leveranciers(school))
attempt(lambda: client.osr.find_eigen_mandaten())
attempt(lambda: client.osr.plan_endpoint(school, "https://las.example.nl"))
do(client.close())
tell(ended=ended)
"""
    seen = exchange(path, [], kind, code)
    assert seen["ended"] == ["Mandaat", "list", "tuple", "Adreswijziging"]
    assert_only_configured(seen, keten)


def test_another_host_in_a_result_is_told_without_the_value(keten: Keten, config: Path) -> None:
    """O10: the mismatch is worth an event, for it may be an attack."""
    code = """
from doorstroom_client import Event
import dataclasses
told = []
client = Client.from_config(config, on_event=lambda event: told.append(repr(event)))
""" + RECEIVE + "client.close()\ntell(told=told)\n"  # fmt: skip
    body = json.dumps(document("aanvullendeinfo", "https://evil.example/leerlingrapport/r-1", 1))
    told = exchange(config, [body], "sync", code)["told"]
    assert any("host" in event for event in told)
    assert not any("evil" in event for event in told)


# --- the environment


class Trap:
    """Listens, and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.visitors = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._socket.accept()
                self.visitors += 1
                visitor.close()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@kinds
def test_the_environment_has_no_effect(kind: str, trap: Trap, keten: Keten, config: Path, tmp_path: Path) -> None:
    proxy = f"http://127.0.0.1:{trap.port}"
    home = tmp_path / "thuis"
    folder = tmp_path / "roots"
    home.mkdir()
    folder.mkdir()
    netrc = home / ".netrc"
    netrc.write_text("machine localhost login aap password noot")
    netrc.chmod(0o600)
    keys = tmp_path / "keys.log"
    wrong = tmp_path / "geen-wortels.pem"
    wrong.write_text("dit is geen PEM")
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
    environment = dict.fromkeys(names, proxy) | {
        "SSL_CERT_FILE": str(wrong),
        "SSL_CERT_DIR": str(folder),
        "REQUESTS_CA_BUNDLE": str(wrong),
        "NETRC": str(netrc),
        "SSLKEYLOGFILE": str(keys),
        "HOME": str(home),
    }
    keten.toetssystemen["ICE"].voeg_rapport_toe("rapport-1", keten.school.oin, "x")
    seen = exchange(config, [json.dumps(resultaat())], kind, RECEIVE + EXCHANGE + CLOSE, **environment)
    assert seen["ended"] == ["Leerlingrapport", "Mandaat", "list", "Ontvangst", "Ontvangst"]
    assert_only_configured(seen, keten)
    assert trap.visitors == 0
    assert not keys.exists()
    assert not {str(netrc), str(wrong), str(keys)} & set(seen["open"])


@kinds
def test_roots_in_the_environment_are_not_trusted(kind: str, keten: Keten, config: Path, tmp_path: Path) -> None:
    """The chain is genuine and its roots stand in SSL_CERT_FILE, but we were told to trust others."""
    other = Pki(tmp_path / "andere")
    text = config.read_text()
    line = next(line for line in text.splitlines() if line.startswith("trust"))
    config.write_text(text.replace(line, f'trust = "{other.trust}"'))
    genuine = str(keten.certificate.trust)
    code = 'attempt(lambda: client.osr.check_mandaat(client.scholen[0], "ICE"))\ndo(client.close())\ntell(ended=ended)\n'
    seen = exchange(config, [], kind, code, SSL_CERT_FILE=genuine, SSL_CERT_DIR=str(Path(genuine).parent))
    assert seen["ended"] == ["TlsError"]


# --- the hook itself


def test_the_hook_sees_a_connection_and_a_file(trap: Trap, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    code = f"import socket\nsocket.create_connection(('127.0.0.1', {trap.port})).close()\nopen(sys.argv[1]).close()\ntell()"
    seen = python(f"import warnings\n{code}", tmp_path / "x")
    assert seen["connect"] == [repr(("127.0.0.1", trap.port))]
    assert str(tmp_path / "x") in seen["open"]
    assert seen["resolve"]
