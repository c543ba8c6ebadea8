"""All that an object of the simulator holds, as plain values: whatever attribute it has or gets, nothing is left out."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from doorstroom_client import Client, ClientCertificate
from doorstroom_client.simulator.chain_servers import ChainServers

LOCKS = (type(threading.Lock()), type(threading.RLock()))
FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, type)


def state_of(found: Any) -> Any:
    """The same for the same state; an object of an unknown kind is an error, so that none is overlooked."""
    if found is None or (isinstance(found, bool | int | float | str) and not isinstance(found, Enum)):
        return found
    if isinstance(found, Enum):
        return found.value
    if isinstance(found, Mapping):
        return sorted(([state_of(key), state_of(value)] for key, value in found.items()), key=repr)
    if isinstance(found, set | frozenset):
        return sorted((state_of(item) for item in found), key=repr)
    if isinstance(found, list | tuple | deque | range):
        return [state_of(item) for item in found]
    return _plain(found)


def _plain(found: Any) -> Any:
    if isinstance(found, bytes | Path):
        return str(found)
    if isinstance(found, dt.date):
        return found.isoformat()
    if isinstance(found, LOCKS):
        return "a lock"
    if isinstance(found, FUNCTIONS):
        return getattr(found, "__qualname__", "")
    if isinstance(found, Client):
        return "an open client"
    if isinstance(found, ClientCertificate):
        return [Path(found.cert).read_text(), str(found.trust)]
    if isinstance(found, ChainServers):
        servers = {"osr": found.osr, "las": found.las, **found.suppliers}
        mishaps = {name: [server.errors, server.handshake_errors] for name, server in servers.items()}
        shown = {name: found.shown(name) for name in ("osr", "terugweg", *found.suppliers)}
        apps = {name: server.app.__qualname__ for name, server in servers.items()}
        return [
            shown,
            apps,
            {name: server.port for name, server in servers.items()},
            state_of(mishaps),
            state_of(found.certificate),
        ]
    if type(found).__module__.startswith("doorstroom_client"):
        return {"kind": type(found).__qualname__, **{name: state_of(value) for name, value in _attributes(found).items()}}
    raise AssertionError(f"{type(found)} is no kind of state")


def _attributes(found: Any) -> dict[str, Any]:
    slots = [name for base in type(found).__mro__ for name in getattr(base, "__slots__", ())]
    given = {name: getattr(found, name) for name in slots if hasattr(found, name)}
    return given | getattr(found, "__dict__", {})
