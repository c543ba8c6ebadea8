"""Tells what came in, accepted or refused: one event per request, without anything of the message."""

from __future__ import annotations

import hashlib

from doorstroom_client.basics.theirs import kind_of
from doorstroom_client.events import Teller
from doorstroom_client.messages.identifiers import Oin
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


def received(
    status: int, teller: Teller, request: InboundRequest | None = None, seconds: float = 0.0, reason: str = ""
) -> None:
    """Tell of one request. A 503 is serious: something here does not work, and suppliers have to come back.

    Args:
        status: of the answer.
        teller: of the receiver.
        request: what came in; None when it was refused before it was read to its end.
        seconds: how long it took.
        reason: what was wrong, in fixed words.
    """
    body = request.body if request else b""
    _tell(status, teller, reason, request.peer_oin if request else None, body, seconds)


def turned_away(status: int, reason: str, sender: str | None, teller: Teller) -> None:
    """Tell of a request that the server refused before the receiver saw it.

    Args:
        status: of the answer; 408 also when it hung up without one.
        reason: what was wrong, in fixed words.
        sender: OIN in the certificate; None when there was none.
        teller: of the receiver.
    """
    _tell(status, teller, reason, sender)


def _tell(status: int, teller: Teller, reason: str, peer_oin: str | None, body: bytes = b"", seconds: float = 0.0) -> None:
    teller(
        ACTION,
        RESULTS[status],
        f"- {hashlib.sha256(body).hexdigest()[:16] if body else '-'}",
        peer_oin if Oin.fits(peer_oin) else None,
        outcomes=(str(status),),
        seconds=seconds,
        serious=status == 503,
        reason=reason,
    )


def put_off(number: int, reason: str, teller: Teller) -> None:
    """Tell of a received result that could not be processed now.

    Args:
        number: of the result in the store.
        reason: the kind of error.
        teller: of the receiver.
    """
    teller("resultaat", PUT_OFF, f"{number} -", outcomes=(reason,), serious=True)


def contested(number: int, sender: str, teller: Teller) -> None:
    """Tell of a result that was kept while another sender has a current result of the same pupil in the same school year.

    Args:
        number: of the result in the store.
        sender: OIN in the certificate of who brought it.
        teller: of the receiver.
    """
    teller("resultaat", CONTESTED, f"{number} -", sender, serious=True)


def failed(what: str, error: Exception, teller: Teller) -> None:
    """Tell of what failed that is not ours, so that a sender has to come back.

    Args:
        what: where it was; ``scholen`` is the function that finds schools.
        error: told by its kind only.
        teller: of the receiver.
    """
    teller(what, FAILED, outcomes=(kind_of(error),), serious=True)


def unreadable(number: int, teller: Teller) -> None:
    """Tell of a kept result that this version cannot read, so that it is not handed out; it stays where it is.

    Args:
        number: of the result in the store.
        teller: of the receiver.
    """
    teller("resultaat", UNREADABLE, f"{number} -", serious=True)


def no_handshake(reason: str, teller: Teller) -> None:
    """Tell of a sender whose certificate, or whose TLS, was refused.

    Args:
        reason: in the words of OpenSSL; after a colon what is wrong with the certificate.
        teller: of the receiver.
    """
    code, _, why = reason.partition(": ")
    teller(ACTION, NO_TLS, outcomes=(code,), reason=why)


def no_descriptors(teller: Teller) -> None:
    """Tell that connections wait because this process may have no more files open.

    Args:
        teller: of the receiver.
    """
    teller(ACTION, NO_DESCRIPTORS, serious=True)
