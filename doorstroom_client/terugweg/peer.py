"""Who sent a request: the OIN in the client certificate that TLS verified. Never from a header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    if not isinstance(first, str):
        return None
    try:
        return read_pem(first.encode("ascii")).oin
    except ValueError:
        return None
