"""The public surface, and what importing it does to a process."""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import doorstroom_client

PACKAGE = Path(doorstroom_client.__file__).parent
LATER = {"httpx", "httpcore", "h11", "anyio", "sqlite3", "psycopg", "psycopg_pool", "lxml", "typer", "rich", "cryptography"}
LATER |= {"uvicorn", "opentelemetry"}
"""Libraries that some call, command or extra needs, and that importing loads none of."""
BRINGS = {
    "transport.httpx_transport",  # httpx
    "store.sqlite.file",  # sqlite3
    "store.postgres.sessions",  # psycopg
    "parties",  # opened: cryptography
    "config.certificate_survey",  # cryptography
    "receiving.verify",  # cryptography
    "simulator.keten",  # cryptography
    "simulator.by_itself",  # cryptography
    "simulator.chain_servers",
    "simulator.control",  # the same
    "simulator.speeljaar",  # cryptography
    "simulator.regels",  # cryptography
    "simulator.place",  # cryptography: its package brings it
    "cli._app",  # typer, rich
    "receiving.server",  # running: uvicorn
}
"""Modules of our own that are imported by a function: each imports one of those libraries."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PROBE = """
import json, sys
events = []
def hook(event, arguments):
    if event.startswith("socket."):
        events.append(event)
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        events.append("open " + (arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()))
sys.addaudithook(hook)
import doorstroom_client
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"events": events, "loaded": loaded}))
"""


def test_each_public_name_is_imported_once_and_is_documented() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    imports = [alias for item in tree.body if isinstance(item, ast.ImportFrom) for alias in item.names]
    names = doorstroom_client.__all__
    assert sorted(alias.name for alias in imports) == names
    assert [alias.asname for alias in imports] == [alias.name for alias in imports]
    for name in names:
        assert getattr(doorstroom_client, name).__doc__


def test_a_star_gives_the_public_names_and_nothing_else() -> None:
    given: dict[str, object] = {}
    exec("from doorstroom_client import *", given)
    assert given.keys() - {"__builtins__"} == set(doorstroom_client.__all__)


def test_only_what_brings_a_library_is_imported_by_a_function() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        inside = [node for part in ast.walk(tree) if isinstance(part, FUNCTIONS) for node in ast.walk(part)]
        found |= {node.module or "" for node in inside if isinstance(node, ast.ImportFrom)}
    ours = {name.removeprefix("doorstroom_client.") for name in found if name.startswith("doorstroom_client.")}
    # The chain test brings the simulator, and all that its scenarios are made of: no other command waits for that.
    assert {name for name in ours if not f"{name}.".startswith("ketentest.")} == BRINGS


def test_every_error_is_public() -> None:
    from doorstroom_client import errors

    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.DoorstroomError)}
    assert kinds <= set(doorstroom_client.__all__)


def test_importing_is_light_and_touches_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / ".netrc").write_text("machine localhost login x password y\n")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert done.stderr == ""
    assert LATER.isdisjoint(found["loaded"])
    # asyncio asks once whether this machine has IPv6; nothing is bound or connected.
    assert {event for event in found["events"] if event.startswith("socket.") and event != "socket.__new__"} == set()
    assert [event for event in found["events"] if event.startswith("open ") and str(tmp_path) in event] == []


def _annotated(name: str, thing: object) -> Iterator[tuple[str, object]]:
    """A public name, and the methods and properties of its class that stand in this library."""
    yield name, thing
    for key, member in inspect.getmembers(thing) if isinstance(thing, type) else ():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        ours = inspect.isfunction(function) and function.__module__.startswith("doorstroom_client")
        if ours and (key == "__init__" or not key.startswith("_")):
            yield f"{name}.{key}", function


def test_the_types_of_what_is_public_can_be_told_at_run_time() -> None:
    named = [(name, kind) for name in doorstroom_client.__all__ if isinstance(kind := getattr(doorstroom_client, name), type)]
    annotated = [pair for name, thing in named for pair in _annotated(name, thing)]
    assert len(annotated) > 200
    untold = set()
    for name, thing in annotated:
        try:
            typing.get_type_hints(thing)
        except NameError:
            untold.add(name)
    assert untold == {"Retry", "Retry.__init__"}  # tenacity is loaded by the first call that is repeated
