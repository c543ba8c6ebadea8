"""Who sent a request: the OIN in the client certificate that TLS verified. Never from a header.

A proxy that ends TLS is another matter, and an explicit choice: `doorstroom_client.receiving.proxy`.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.x509 import CertificateFacts, read_pem
from doorstroom_client.receiving.reasons import Reason

T = TypeVar("T")


@frozen
class Sender:
    """Who sent a request, or why that is not known.

    Attributes:
        oin: the OIN in the verified certificate; None when there is any doubt.
        reason: what the doubt is.
    """

    oin: str | None
    reason: Reason | None = None


@frozen
class Peer:
    """Tells who sent a request: a function from a scope or environ to an OIN, that can also say why there is none.

    Attributes:
        judge: the same with the reason.
    """

    judge: Callable[[Mapping[str, Any]], Sender]

    def __call__(self, given: Mapping[str, Any]) -> str | None:
        """The OIN of the sender; None when there is the least doubt."""
        return self.judge(given).oin


def sender_of(peer: Callable[[T], str | None], given: T) -> Sender:
    """Ask a peer function who sent something, and why it does not know when it does not; one of somebody else gives no reason.

    Args:
        peer: the function.
        given: the scope or environ.

    Raises:
        TypeError: it gave something else than an OIN or None.
    """
    if isinstance(peer, Peer):
        return peer.judge(given)  # type: ignore[arg-type]
    told: object = peer(given)
    if told is None or isinstance(told, str):
        return Sender(told, Reason.UNNAMED if told is None else None)
    if inspect.iscoroutine(told):
        told.close()  # so that Python does not warn of one that was never awaited
    raise TypeError("neither an OIN nor None")


def from_scope(scope: Mapping[str, Any]) -> Sender:
    """The sender by the certificate that an ASGI server passes on in its ``tls`` extension.

    The extension gives the chain of the client as PEM texts, the client's own certificate first, and an error text when
    it did not verify.

    Args:
        scope: the ASGI connection scope.
    """
    tls = (scope.get("extensions") or {}).get("tls")
    if not isinstance(tls, Mapping):
        return Sender(None, Reason.NO_CERTIFICATE)
    return Sender(None, Reason.NOT_VERIFIED) if tls.get("client_cert_error") else _sender_in(_first(tls))


def has_ended(tls: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether the certificate in a ``tls`` extension has ended since TLS looked at it, which is once in a connection."""
    shown = _first(tls)
    facts = _read_once(shown) if isinstance(shown, str) else None
    return facts is not None and now > facts.not_after


def _first(tls: Mapping[str, Any]) -> object:
    chain = tls.get("client_cert_chain") or ()
    return None if isinstance(chain, str | bytes) or not isinstance(chain, Iterable) else next(iter(chain), None)


def from_environ(environ: Mapping[str, Any]) -> Sender:
    """The sender by the certificate that a WSGI server passes on, in the variables that Apache's mod_ssl and others have.

    ``SSL_CLIENT_VERIFY`` must be ``SUCCESS``, and ``SSL_CLIENT_CERT`` the certificate in PEM. No header of a request can
    set these: what comes from a header has a name that starts with ``HTTP_``.

    Args:
        environ: of the WSGI request.
    """
    if environ.get("SSL_CLIENT_VERIFY", "NONE") == "NONE":
        return Sender(None, Reason.NO_CERTIFICATE)
    verified = environ["SSL_CLIENT_VERIFY"] == "SUCCESS"
    return _sender_in(environ.get("SSL_CLIENT_CERT")) if verified else Sender(None, Reason.NOT_VERIFIED)


oin_from_scope: Peer = Peer(from_scope)
"""Gives the OIN in the scope of an ASGI server; None without a verified certificate with an OIN that is still valid."""
oin_from_environ: Peer = Peer(from_environ)
"""Gives the OIN in the environ of a WSGI server; None without a verified certificate with an OIN that is still valid."""


def _sender_in(pem: object) -> Sender:
    if not pem or not isinstance(pem, str):
        return Sender(None, Reason.NO_CERTIFICATE)
    facts = _read_once(pem)
    if facts is None or facts.oin is None:
        return Sender(None, Reason.NO_OIN)
    ended = dt.datetime.now(dt.UTC) > facts.not_after
    return Sender(None, Reason.ENDED) if ended else Sender(facts.oin)


@lru_cache(maxsize=128)
def _read_once(pem: str) -> CertificateFacts | None:
    """What stands in a certificate does not change, and a sender shows the same one with every message."""
    try:
        return read_pem(pem.encode("ascii"))
    except ValueError:
        return None
