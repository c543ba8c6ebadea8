"""Tells what came in, accepted or refused: one event per request, without anything of the message."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

from doorstroom_client.basics.theirs import kind_of
from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.messages.identifiers import Oin
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.receiving.judge import InboundRequest

ACTION = "leerlingresultaat"
RESULTS = {
    202: "kept",
    400: "not valid",
    401: "not let in",
    404: "no such place",
    405: "unknown school",
    408: "too slow",
    413: "too large",
    415: "wrong kind",
    422: "not usable",
    431: "headers too large",
    503: "not now",
}
"""Status -> the words of an event."""
NO_TLS = "no TLS"
NO_DESCRIPTORS = "connections wait: too many open files"
PUT_OFF = "put off"
CONTESTED = "another sender has a current result of this pupil too"
FAILED = "failed"
UNREADABLE = "not readable"


class About(Protocol):
    """What an event needs to know of the receiver."""

    @property
    def leveranciers(self) -> Sequence[Leverancier]:
        """For the name of the sender."""
        ...

    @property
    def las_oin(self) -> Callable[[], str | None]:
        """Our own OIN."""
        ...

    @property
    def now(self) -> Callable[[], dt.datetime]:
        """The wall clock (UTC)."""
        ...

    @property
    def on_event(self) -> OnEvent | None:
        """Is told."""
        ...


def received(status: int, about: About, request: InboundRequest | None = None, seconds: float = 0.0, reason: str = "") -> None:
    """Tell of one request. A 503 is serious: something here does not work, and suppliers have to come back.

    Args:
        status: of the answer.
        about: the receiver.
        request: what came in; None when it was refused before it was read to its end.
        seconds: how long it took.
        reason: what was wrong, in fixed words.
    """
    body = request.body if request else b""
    _tell(status, about, reason, request.peer_oin if request else None, body, seconds)


def turned_away(status: int, reason: str, sender: str | None, about: About) -> None:
    """Tell of a request that the server refused before the receiver saw it.

    Args:
        status: of the answer; 408 also when it hung up without one.
        reason: what was wrong, in fixed words.
        sender: OIN in the certificate; None when there was none.
        about: the receiver.
    """
    _tell(status, about, reason, sender)


def _tell(status: int, about: About, reason: str, peer_oin: str | None, body: bytes = b"", seconds: float = 0.0) -> None:
    sender = peer_oin if Oin.fits(peer_oin) else None
    event = Event(
        action=ACTION,
        object=f"- {hashlib.sha256(body).hexdigest()[:16] if body else '-'}",
        result=RESULTS[status],
        origin=about.las_oin() or "-",
        actor=sender or "-",
        peer=name_of(sender, about),
        at=about.now(),
        outcomes=(str(status),),
        seconds=seconds,
        serious=status == 503,
        reason=reason,
    )
    tell(event, about.on_event)


def put_off(number: int, reason: str, about: About) -> None:
    """Tell of a received result that could not be processed now.

    Args:
        number: of the result in the store.
        reason: the kind of error.
        about: the receiver.
    """
    event = Event("resultaat", f"{number} -", PUT_OFF, about.las_oin() or "-", "-", "-", about.now(), (reason,), serious=True)
    tell(event, about.on_event)


def contested(number: int, sender: str, about: About) -> None:
    """Tell of a result that was kept while another sender has a current result of the same pupil in the same school year.

    Args:
        number: of the result in the store.
        sender: OIN in the certificate of who brought it.
        about: the receiver.
    """
    name = name_of(sender, about)
    event = Event("resultaat", f"{number} -", CONTESTED, about.las_oin() or "-", sender, name, about.now(), serious=True)
    tell(event, about.on_event)


def failed(what: str, error: Exception, about: About) -> None:
    """Tell of what failed that is not ours, so that a sender has to come back.

    Args:
        what: where it was; ``scholen`` is the function that finds schools.
        error: told by its kind only.
        about: the receiver.
    """
    event = Event(what, "-", FAILED, about.las_oin() or "-", "-", "-", about.now(), (kind_of(error),), serious=True)
    tell(event, about.on_event)


def name_of(sender: str | None, about: About) -> str:
    """The name of a sender, as configured; a dash when it is not."""
    return next((item.naam for item in about.leveranciers if item.oin == sender), "-")


def unreadable(number: int, about: About) -> None:
    """Tell of a kept result that this version cannot read, so that it is not handed out; it stays where it is.

    Args:
        number: of the result in the store.
        about: the receiver.
    """
    event = Event("resultaat", f"{number} -", UNREADABLE, about.las_oin() or "-", "-", "-", about.now(), serious=True)
    tell(event, about.on_event)


def no_handshake(reason: str, about: About) -> None:
    """Tell of a sender whose certificate, or whose TLS, was refused.

    Args:
        reason: in the words of OpenSSL; after a colon what is wrong with the certificate.
        about: the receiver.
    """
    code, _, why = reason.partition(": ")
    event = Event(ACTION, "-", NO_TLS, about.las_oin() or "-", "-", "-", about.now(), outcomes=(code,), reason=why)
    tell(event, about.on_event)


def no_descriptors(about: About) -> None:
    """Tell that connections wait because this process may have no more files open.

    Args:
        about: the receiver.
    """
    event = Event(ACTION, "-", NO_DESCRIPTORS, about.las_oin() or "-", "-", "-", about.now(), serious=True)
    tell(event, about.on_event)
