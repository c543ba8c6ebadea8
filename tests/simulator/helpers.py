"""A plain client for the tests of the simulator."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass

from doorstroom_client.simulator.pki import Issued, Pki

LAS_OIN = "00000099000000010000"
TOETS_OIN = "00000099000000020000"
SERVER_OIN = "00000099000000090000"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def client_context(pki: Pki, cert: Issued | None) -> ssl.SSLContext:
    """Settings as strict as the library's own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(pki.trust)
    if cert is not None:
        context.load_cert_chain(cert.cert, cert.key)
    return context


def call(
    connection: http.client.HTTPSConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """One request and its whole answer."""
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
