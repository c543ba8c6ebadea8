"""The two clients are one definition: same names, parameters, defaults and texts; only `await` differs."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client import client

PAIRS = [
    (getattr(importlib.import_module(one), name), getattr(importlib.import_module(one.replace(*swap)), f"Async{name}"))
    for one, name, swap in (
        ("doorstroom_client.client", "Client", (".client", ".async_client")),
        ("doorstroom_client.faces.osr", "ClientOsr", ("faces", "async_faces")),
        ("doorstroom_client.faces.terugweg", "ClientTerugweg", ("faces", "async_faces")),
        ("doorstroom_client.faces.ontvangen_resultaat", "OntvangenResultaat", ("faces", "async_faces")),
        ("doorstroom_client.faces.outbox", "ClientOutbox", ("faces", "async_faces")),
        ("doorstroom_client.faces.store", "ClientStore", ("faces", "async_faces")),
    )
]
SPECIAL = {"__enter__": "__aenter__", "__exit__": "__aexit__"}
ROOT = Path(client.__file__).parent.parent
MAKE_ASYNC = ROOT / "tools" / "make_async.py"


def public(kind: type) -> dict[str, Any]:
    """The public names of a class, and the special ones that it defines itself."""
    special = {"__init__", "__repr__", *SPECIAL, *SPECIAL.values()} & set(vars(kind))
    return {name: inspect.getattr_static(kind, name) for name in dir(kind) if not name.startswith("_") or name in special}


def function(member: Any) -> Any:
    """What can be called in a member of a class."""
    if isinstance(member, property):
        return member.fget
    return member.__func__ if isinstance(member, classmethod | staticmethod) else member


def plain(annotation: object) -> str:
    """An annotation without the difference between the two worlds."""
    return re.sub(r"\bAsync", "", str(annotation)).replace("SyncRuntime", "Runtime")


MEMBERS = [
    pytest.param(member, public(other).get(SPECIAL.get(name, name)), id=f"{kind.__name__}.{name}")
    for kind, other in PAIRS
    for name, member in public(kind).items()
    if callable(function(member))
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_names_and_texts_of_the_classes(one: type, other: type) -> None:
    assert {SPECIAL.get(name, name) for name in public(one)} == set(public(other))
    assert one.__doc__ == other.__doc__
    assert other.__name__ == f"Async{one.__name__}"


@pytest.mark.parametrize(("one", "other"), MEMBERS)
def test_members(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    ours, theirs = function(one), function(other)
    assert ours.__doc__ == theirs.__doc__
    mine, yours = inspect.signature(ours), inspect.signature(theirs)
    assert [(item.name, item.kind, item.default) for item in mine.parameters.values()] == [
        (item.name, item.kind, item.default) for item in yours.parameters.values()
    ]
    for name, item in mine.parameters.items():
        assert plain(item.annotation) == plain(yours.parameters[name].annotation)
    assert plain(mine.return_annotation) == plain(yours.return_annotation)


def test_only_waiting_differs() -> None:
    kinds = {}
    for kind, other in PAIRS:
        for name, member in public(other).items():
            target = inspect.unwrap(function(member))
            if inspect.isasyncgenfunction(target) or inspect.iscoroutinefunction(target):
                kinds[f"{kind.__name__}.{name}"] = inspect.isasyncgenfunction(target)
    assert kinds == {
        "Client.__aenter__": False,
        "Client.__aexit__": False,
        "Client.check_verbinding": False,
        "Client.check_verbindingen": True,
        "Client.close": False,
        "Client.compare": False,
        "Client.fetch_leerlingrapport": False,
        "Client.fetch_leerlingrapporten": True,
        "Client.on_resultaat": False,
        "Client.resultaten": True,
        "Client.send": False,
        "Client.send_many": True,
        "Client.watch": True,
        "OntvangenResultaat.done": False,
        "OntvangenResultaat.history": False,
        "OntvangenResultaat.later": False,
        "ClientStore.backup": False,
        "ClientStore.counts": False,
        "ClientStore.oldest_pending": False,
        "ClientStore.purge": False,
        "ClientStore.purges": False,
        "ClientStore.removable": False,
        "ClientStore.seizoen": True,
        "ClientStore.sent": False,
        "ClientStore.vorige_toets": False,
        "ClientOutbox.add": False,
        "ClientOutbox.add_many": True,
        "ClientOutbox.counts": False,
        "ClientOutbox.deliver": False,
        "ClientOutbox.drop": False,
        "ClientOutbox.messages": True,
        "ClientOutbox.next_at": False,
        "ClientOutbox.park": False,
        "ClientOutbox.retry": False,
        "ClientOsr.carry_out": False,
        "ClientOsr.check_mandaat": False,
        "ClientOsr.check_mandaten": True,
        "ClientOsr.check_namespace": False,
        "ClientOsr.check_namespaces": False,
        "ClientOsr.check_verbinding": False,
        "ClientOsr.find_eigen_mandaten": False,
        "ClientOsr.find_endpoints": False,
        "ClientOsr.find_free_routing_id": False,
        "ClientOsr.find_leveranciers": False,
        "ClientOsr.find_namespace": False,
        "ClientOsr.plan_endpoint": False,
        "ClientOsr.plan_endpoints": True,
        "ClientOsr.register_endpoint": False,
        "ClientOsr.register_endpoints": True,
        "ClientTerugweg.handle": False,
    }


@pytest.mark.skipif(not MAKE_ASYNC.is_file(), reason="the tools are not part of an installed library")
def test_the_made_file_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(MAKE_ASYNC), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
