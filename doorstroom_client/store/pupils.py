"""Who is who among marks: a pupil has two identities, and a list may name one of them, the other or both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol, TypeVar

from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.vocabulary import Identiteitsoort

ECK_ID, LAS_KEY = Identiteitsoort.ECK_ID.value, Identiteitsoort.LAS_KEY.value
_MARK_BYTES = 16


class Marked(Protocol):
    """Carries the marks of a pupil."""

    @property
    def eck(self) -> str:
        """Of the ECK-iD; empty when it is not named."""
        ...

    @property
    def las(self) -> str:
        """Of the LAS-key; empty when it is not named."""
        ...


M = TypeVar("M", bound=Marked)


class Pupils:
    """Tells which marks are about one pupil.

    The ECK-iD leads. A LAS-key alone is about the pupil that it was last named with; where it never was, it stands for itself.

    Args:
        sources: everything that names pupils, the oldest first.
    """

    def __init__(self, *sources: Iterable[Marked]) -> None:
        self._eck_of = {item.las: item.eck for source in sources for item in source if item.eck and item.las}

    def of(self, item: Marked) -> str:
        """The leading mark of a pupil: the same for all that is about this pupil."""
        return item.eck or self._eck_of.get(item.las, item.las)

    def by_pupil(self, items: Iterable[M]) -> dict[str, list[M]]:
        """Items together per pupil, in their order."""
        found: dict[str, list[M]] = {}
        for item in items:
            found.setdefault(self.of(item), []).append(item)
        return found


def same_pupil(one: Marked, other: Marked) -> bool:
    """Whether two are about one pupil: the ECK-iD leads, the LAS-key decides when one of the two has none."""
    if one.eck and other.eck:
        return one.eck == other.eck
    return bool(one.las) and one.las == other.las


def marker(secret: bytes, text: bytes = b"") -> hashlib.blake2b:
    """Makes a mark of all that goes in: the same for the same, and without the key it tells nothing about it."""
    return hashlib.blake2b(text, key=secret, digest_size=_MARK_BYTES)


def mark(secret: bytes, soort: str, identity: str | None) -> str:
    """The mark of an identity; empty when it is absent."""
    return marker(secret, f"{soort}:{identity}".encode("utf-8", "surrogatepass")).hexdigest() if identity else ""


def marks_of(leerling: Leerling, secret: bytes) -> tuple[str, str]:
    """The marks of both identities of a pupil; empty for one that is absent."""
    return (
        mark(secret, ECK_ID, leerling.eck_id),
        mark(secret, LAS_KEY, leerling.las_key),
    )
