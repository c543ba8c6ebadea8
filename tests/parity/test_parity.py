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
        ("doorstroom_client.faces.osr", "Register", ("faces", "async_faces")),
        ("doorstroom_client.faces.terugweg", "Terugweg", ("faces", "async_faces")),
        ("doorstroom_client.faces.ontvangen_resultaat", "OntvangenResultaat", ("faces", "async_faces")),
        ("doorstroom_client.faces.outbox", "Postvak", ("faces", "async_faces")),
        ("doorstroom_client.faces.store", "Opslag", ("faces", "async_faces")),
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
        "Client.close": False,
        "Client.compare_deelnemers": False,
        "Client.compare_schooladviezen": False,
        "Client.fetch_leerlingrapport": False,
        "Client.fetch_leerlingrapporten": True,
        "Client.on_resultaat": False,
        "Client.resultaten": True,
        "Client.send_deelnemers": False,
        "Client.send_many": True,
        "Client.send_schooladviezen": False,
        "Client.watch": True,
        "OntvangenResultaat.done": False,
        "OntvangenResultaat.history": False,
        "OntvangenResultaat.later": False,
        "Opslag.backup": False,
        "Opslag.counts": False,
        "Opslag.oldest_pending": False,
        "Opslag.purge": False,
        "Opslag.purges": False,
        "Opslag.removable": False,
        "Postvak.add": False,
        "Postvak.counts": False,
        "Postvak.deliver": False,
        "Postvak.drop": False,
        "Postvak.messages": True,
        "Postvak.next_at": False,
        "Postvak.park": False,
        "Postvak.retry": False,
        "Register.carry_out": False,
        "Register.check_mandaat": False,
        "Register.check_mandaten": True,
        "Register.check_namespace": False,
        "Register.find_diensten": False,
        "Register.find_dienstversies": False,
        "Register.find_eigen_mandaat": False,
        "Register.find_eigen_mandaten": False,
        "Register.find_endpoints": False,
        "Register.find_free_routing_id": False,
        "Register.find_leveranciers": False,
        "Register.find_namespace": False,
        "Register.find_scholen": False,
        "Register.get_bestuur": False,
        "Register.get_dienst": False,
        "Register.get_dienstversie": False,
        "Register.get_eigen_mandaat": False,
        "Register.get_endpoint": False,
        "Register.get_school": False,
        "Register.plan_endpoint": False,
        "Register.register_endpoint": False,
        "Register.withdraw_endpoint": False,
        "Terugweg.handle": False,
    }


@pytest.mark.skipif(not MAKE_ASYNC.is_file(), reason="the tools are not part of an installed library")
def test_the_made_file_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(MAKE_ASYNC), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
