"""Who sent a request: the OIN in the client certificate that TLS verified. Never from a header.

A proxy that ends TLS is another matter, and an explicit choice: `doorstroom_client.terugweg.proxy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from doorstroom_client.exchange.x509 import read_pem


def oin_from_scope(scope: Mapping[str, Any]) -> str | None:
    """The OIN that an ASGI server passes on in its ``tls`` extension.

    The extension gives the chain of the client as PEM texts, the client's own certificate first, and an error text when
    it did not verify.

    Args:
        scope: the ASGI connection scope.

    Returns:
        None without a verified certificate, or when that certificate carries no OIN.
    """
    tls = (scope.get("extensions") or {}).get("tls")
    if not isinstance(tls, Mapping) or tls.get("client_cert_error"):
        return None
    chain = tls.get("client_cert_chain") or ()
    if isinstance(chain, str | bytes) or not isinstance(chain, Iterable):
        return None
    first = next(iter(chain), None)
    return _oin_in(first)


def oin_from_environ(environ: Mapping[str, Any]) -> str | None:
    """The OIN that a WSGI server passes on, in the variables that Apache's mod_ssl and others have for it.

    ``SSL_CLIENT_VERIFY`` must be ``SUCCESS``, and ``SSL_CLIENT_CERT`` the certificate in PEM. No header of a request can
    set these: what comes from a header has a name that starts with ``HTTP_``.

    Args:
        environ: of the WSGI request.

    Returns:
        None without a verified certificate, or when that certificate carries no OIN.
    """
    return _oin_in(environ.get("SSL_CLIENT_CERT")) if environ.get("SSL_CLIENT_VERIFY") == "SUCCESS" else None


def _oin_in(pem: object) -> str | None:
    return _read_once(pem) if isinstance(pem, str) else None


@lru_cache(maxsize=128)
def _read_once(pem: str) -> str | None:
    """What stands in a certificate does not change, and a sender shows the same one with every message."""
    try:
        return read_pem(pem.encode("ascii")).oin
    except ValueError:
        return None
