"""Who sent a request: the OIN in the client certificate that TLS verified. Never from a header.

A proxy that ends TLS is another matter, and an explicit choice: `doorstroom_client.terugweg.proxy`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from doorstroom_client.exchange.x509 import CertificateFacts, read_pem


def oin_from_scope(scope: Mapping[str, Any]) -> str | None:
    """The OIN that an ASGI server passes on in its ``tls`` extension.

    The extension gives the chain of the client as PEM texts, the client's own certificate first, and an error text when
    it did not verify.

    Args:
        scope: the ASGI connection scope.

    Returns:
        None without a verified certificate, or when that certificate carries no OIN or has ended since.
    """
    tls = (scope.get("extensions") or {}).get("tls")
    return None if not isinstance(tls, Mapping) or tls.get("client_cert_error") else _oin_in(_first(tls))


def has_ended(tls: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether the certificate in a ``tls`` extension has ended since TLS looked at it, which is once in a connection."""
    shown = _first(tls)
    facts = _read_once(shown) if isinstance(shown, str) else None
    return facts is not None and now > facts.not_after


def _first(tls: Mapping[str, Any]) -> object:
    chain = tls.get("client_cert_chain") or ()
    return None if isinstance(chain, str | bytes) or not isinstance(chain, Iterable) else next(iter(chain), None)


def oin_from_environ(environ: Mapping[str, Any]) -> str | None:
    """The OIN that a WSGI server passes on, in the variables that Apache's mod_ssl and others have for it.

    ``SSL_CLIENT_VERIFY`` must be ``SUCCESS``, and ``SSL_CLIENT_CERT`` the certificate in PEM. No header of a request can
    set these: what comes from a header has a name that starts with ``HTTP_``.

    Args:
        environ: of the WSGI request.

    Returns:
        None without a verified certificate, or when that certificate carries no OIN or has ended since.
    """
    return _oin_in(environ.get("SSL_CLIENT_CERT")) if environ.get("SSL_CLIENT_VERIFY") == "SUCCESS" else None


def _oin_in(pem: object) -> str | None:
    facts = _read_once(pem) if isinstance(pem, str) else None
    return None if facts is None or dt.datetime.now(dt.UTC) > facts.not_after else facts.oin


@lru_cache(maxsize=128)
def _read_once(pem: str) -> CertificateFacts | None:
    """What stands in a certificate does not change, and a sender shows the same one with every message."""
    try:
        return read_pem(pem.encode("ascii"))
    except ValueError:
        return None
