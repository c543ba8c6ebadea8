"""The public names are loaded at first use: the table that says from where agrees with what type checkers are told."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import doorstroom_client
from tests.support import FakeTransport


def _told_to_type_checkers() -> dict[str, str]:
    tree = ast.parse(Path(doorstroom_client.__file__).read_text("utf-8"))
    (block,) = [item for item in tree.body if isinstance(item, ast.If)]
    imports = [item for item in block.body if isinstance(item, ast.ImportFrom)]
    assert len(imports) == len(block.body)
    return {alias.name: f"{item.module}" for item in imports for alias in item.names}


def test_each_name_comes_from_where_type_checkers_are_told():
    told = _told_to_type_checkers()
    assert sorted(told) == doorstroom_client.__all__
    assert {name: f"doorstroom_client.{module}" for name, module in doorstroom_client._MODULES.items()} == told


def test_every_name_can_be_used_and_is_listed():
    for name in doorstroom_client.__all__:
        assert getattr(doorstroom_client, name).__name__ if isinstance(getattr(doorstroom_client, name), type) else True
    assert set(doorstroom_client.__all__) <= set(dir(doorstroom_client))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Clientt'"):
        doorstroom_client.Clientt  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Clientt'"):
        from doorstroom_client import Clientt  # noqa: F401


HEAVY = {"httpx", "httpcore", "pydantic", "pydantic_core", "tenacity", "lxml", "sqlite3", "asyncio", "psycopg", "email"}


LATER = {"concurrent.futures", "hashlib", "random", "shutil", "tempfile", "uuid", "zoneinfo", *HEAVY}
"""Not by importing a client either: some call needs it, and loads it."""
MODULES, DATACLASSES = 60, 54
"""What importing a client may load and make: a little more than it does. Each dataclass costs as much as a small module."""
LOADED = """
import sys
before = set(sys.modules)
{source}
for name in sorted(set(sys.modules) - before):
    print(name, *(key for key, value in sorted(vars(sys.modules[name]).items())
                  if isinstance(value, type) and value.__module__ == name and "__dataclass_fields__" in vars(value)))
"""


def _loaded_by(source: str) -> dict[str, list[str]]:
    """The modules that a statement loads in a new interpreter, each with its dataclasses."""
    code = LOADED.format(source=source)
    lines = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: made for name, *made in map(str.split, lines)}


def test_importing_the_package_loads_nothing_else():
    loaded = _loaded_by("import doorstroom_client")
    assert not loaded.keys() & LATER
    assert {name for name in loaded if name.startswith("doorstroom_client")} == {"doorstroom_client"}


@pytest.mark.parametrize("name", ["Client", "AsyncClient"])
def test_importing_a_client_loads_what_its_construction_needs(name):
    loaded = _loaded_by(f"from doorstroom_client import {name}")
    ours = {module: made for module, made in loaded.items() if module.startswith("doorstroom_client")}
    assert not loaded.keys() & LATER
    assert len(ours) <= MODULES, sorted(ours)
    assert len(ours) > MODULES / 2, "this counts nothing any more"
    assert sum(map(len, ours.values())) <= DATACLASSES, ours
    assert "Chain" in ours["doorstroom_client.chain"]


UNRESOLVED = {
    *(f"{client}.{name}" for client in ("Client", "AsyncClient") for name in ("osr", "outbox", "store", "terugweg")),
    "OntvangenResultaat",
    "AsyncOntvangenResultaat",
    "Retry",
    "Retry.__init__",
}
"""Names something that is loaded at first use, so that `typing.get_type_hints` alone cannot tell what it is."""


def _unresolved(name: str, thing: object) -> str | None:
    try:
        typing.get_type_hints(thing)
    except NameError:
        return name
    return None


def _annotated(name: str, thing: object) -> Iterator[tuple[str, object]]:
    """A public name, and the methods and properties of its class that stand in this library."""
    yield name, thing
    for key, member in inspect.getmembers(thing) if isinstance(thing, type) else ():
        function = getattr(member.fget if isinstance(member, property) else member, "__func__", None)
        function = function or (member.fget if isinstance(member, property) else member)
        ours = inspect.isfunction(function) and function.__module__.startswith("doorstroom_client")
        if ours and (key == "__init__" or not key.startswith("_")):
            yield f"{name}.{key}", function


def test_the_types_of_what_is_public_can_be_told_at_run_time():
    named = [(name, getattr(doorstroom_client, name)) for name in doorstroom_client.__all__]
    annotated = [pair for name, thing in named for pair in _annotated(name, thing)]
    assert len(annotated) > 200
    assert {_unresolved(*pair) for pair in annotated} - {None} == UNRESOLVED


@pytest.mark.parametrize("face", ["osr", "outbox", "store", "terugweg"])
def test_what_a_client_hands_out_is_of_the_type_it_says(face):
    for kind in (doorstroom_client.Client, doorstroom_client.AsyncClient):
        made = getattr(kind(auteur="LAS 1.0", transport=FakeTransport([])), face)
        assert type(made).__name__ == inspect.get_annotations(getattr(kind, face).fget)["return"]


FIRST_CALLS = """
import datetime, sys, threading
from doorstroom_client import Advies, Client, Leerling, Leverancier, Retry, School
from doorstroom_client.exchange.http import Response

class Accepts:
    def send(self, request):
        return Response(202)
    def close(self):
        pass

school = School(
    instellingscode="11BB", vestigingscode="00", onderwijsaanbiedercode="123A123", onderwijslocatiecode="123X123",
    administratienr="01", routeringskenmerk="0000000700011BB00530",
)
supplier = Leverancier("ICE", "00000003990000110000", "https://toets.example.nl/dst", "Toetsbureau")
now = datetime.datetime(2026, 3, 10, tzinfo=datetime.UTC)
client = Client(auteur="T", transport=Accepts(), leveranciers=[supplier], retry=Retry.never(), now=lambda: now)
advies = [Advies(Leerling(las_key="k-1"), "HAVO")]
calls = [
    lambda: client.send_schooladviezen(school, advies, leverancier="ICE").aantal == 1,
    lambda: client.compare_schooladviezen(school, advies, leverancier="ICE"),
    lambda: client.outbox.add(school, adviezen=advies, leverancier="ICE"),
    lambda: list(client.fetch_leerlingrapporten(".")) == [],
    lambda: client.fetch_leerlingrapport("r-1", school=school, leverancier="ICE"),
    lambda: client.osr.find_leveranciers(school),
    lambda: list(client.resultaten()) == [],
    lambda: bool(client.terugweg.openapi()),
]
assert "doorstroom_client.delivery.sending" not in sys.modules
sys.setswitchinterval(1e-6)
together, said = threading.Barrier(2 * len(calls)), []

def first(call):
    together.wait()
    try:
        said.append(call())
    except Exception as error:
        said.append(type(error).__name__)

threads = [threading.Thread(target=first, args=(call,), daemon=True) for call in calls * 2]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(20)
print(*sorted(map(str, said)))
"""


def test_the_first_calls_of_many_threads_at_once_find_all_they_need():
    command = [sys.executable, "-W", "error", "-c", FIRST_CALLS]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    expected = {"True": 4, "ConfigurationError": 10, "UnexpectedResponse": 2}
    assert Counter(done.stdout.split()) == expected
