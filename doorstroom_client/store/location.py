"""Where a store is: a file, or the address of a database."""

from __future__ import annotations

import os
import re
from typing import TypeVar

T = TypeVar("T")
_SCHEMES = ("postgresql://", "postgres://")
_PLAIN = re.compile(r"[\w.,:\[\]-]*(/[\w.-]*)?", re.ASCII)
_SHOWN = ("host", "hostaddr", "port", "dbname", "sslmode")
_HIDDEN = "postgresql://…"


class Address(str):
    """The address of a database, which may hold a password: its repr shows none, in a traceback with values neither."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(shown(self))


def veiled(store: T) -> T | Address:
    """An address as an `Address`; anything else as it is."""
    return Address(store) if is_address(store) else store


def is_address(store: object) -> bool:
    """Whether this is the address of a database, and not a path."""
    return isinstance(store, str) and store.startswith(_SCHEMES)


def shown(store: str | os.PathLike[str]) -> str:
    """A path or an address as it may be shown: without user, password and whatever else could be a secret."""
    text = os.fspath(store)
    if not is_address(text):
        return text
    # A password with an @ or a ? in it that was not escaped must not be seen either.
    place, _, query = text.partition("://")[2].rpartition("@")[2].partition("?")
    if not _PLAIN.fullmatch(place) or re.search(r":[^/,]*[^\d/,\]][^/,]*(/|,|$)", place.rpartition("]")[2]):
        return _HIDDEN
    kept = [part for part in query.split("&") if part.partition("=")[0] in _SHOWN and "@" not in part]
    return f"postgresql://{place}" + (f"?{'&'.join(kept)}" if kept else "")
