"""What a proxy tells of the certificate of a client, as ASGI and WSGI hand it on."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from typing import Any

from doorstroom_client.simulator.pki import Issued

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"


def ders(issued: Issued) -> list[bytes]:
    """The certificates in a file, the client's own first."""
    texts = issued.cert.read_text().split("-----END CERTIFICATE-----\n")
    return [ssl.PEM_cert_to_DER_cert(f"{text}-----END CERTIFICATE-----\n") for text in texts if text.strip()]


def item(der: bytes) -> str:
    """As RFC 9440 writes it."""
    return f":{base64.b64encode(der).decode()}:"


def fields(issued: Issued) -> list[tuple[str, str]]:
    """What a proxy adds."""
    own, *between = ders(issued)
    return [("Client-Cert", item(own)), *([("Client-Cert-Chain", ", ".join(map(item, between)))] if between else [])]


def scope(headers: list[tuple[str, str]], address: str | None = HERE, **more: Any) -> dict[str, Any]:
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    client = None if address is None else (address, 40_000)
    return {"type": "http", "client": client, "server": ("127.0.0.1", 80), "headers": pairs, **more}


def environ(headers: list[tuple[str, str]], address: str = HERE, **more: str) -> dict[str, str]:
    """As a WSGI server makes it: names that differ in case or by a dash cannot be told apart, and are joined."""
    found: dict[str, str] = {"REMOTE_ADDR": address, **more}
    for name, value in headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


Ask = Callable[..., str | None]
