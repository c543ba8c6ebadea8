"""How proxies write a client certificate in a header: one table, for the settings, the code, the docs and the tests.

A value is in the form that was chosen, exactly, or it is refused: what is nearly right may be put there by somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from doorstroom_client.basics.frozen import frozen

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_ITEM = re.compile(r":([^:]+):")
_BLOCK = r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/= \t\r\n]+)-----END CERTIFICATE-----"
_BLOCKS = re.compile(rf"(?:[ \t\r\n]*{_BLOCK})+[ \t\r\n]*")
_PAIR = re.compile(r'(by|hash|cert|chain|subject|uri|dns)=(?:"((?:[^"\\]|\\.)*)"|([^",;= ]*))', re.IGNORECASE)
_ESCAPED = re.compile(r"[!-~]+")


@frozen
class Form:
    """One way to write a certificate in a header.

    Attributes:
        name: value of ``proxy_format``.
        header: its usual name, the default of ``proxy_header``.
        written: what stands in it.
        by: which proxies write that.
        read: gives the certificates in a value in DER, that of the sender first; ValueError when it is of another form.
        chain: name of the header with the intermediates, in small letters; empty when there is none.
    """

    name: str
    header: str
    written: str
    by: str
    read: Callable[[str], list[bytes]]
    chain: str = ""


def _der(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise ValueError("not base64")
    return base64.b64decode(text, validate=True)


def _bare(text: str) -> list[bytes]:
    return [_der(text)]


def _items(text: str) -> list[bytes]:
    found = [_ITEM.fullmatch(item.strip(" \t")) for item in text.split(",")]
    return [_der(item[1] if item else "") for item in found]


def _pems(text: str) -> list[bytes]:
    if not _BLOCKS.fullmatch(text):
        raise ValueError("not PEM")
    return [_der(re.sub(r"[ \t\r\n]", "", block)) for block in re.findall(_BLOCK, text)]


def _unescaped(text: str) -> str:
    if not _ESCAPED.fullmatch(text):
        raise ValueError("not escaped")
    return unquote_to_bytes(text).decode("ascii")


def _escaped_pems(text: str) -> list[bytes]:
    return _pems(_unescaped(text))


def _one(read: Callable[[str], list[bytes]]) -> Callable[[str], list[bytes]]:
    """The same, for a form in which no chain can stand."""

    def read_one(text: str) -> list[bytes]:
        (only,) = read(text)
        return [only]

    return read_one


def _comma_separated(text: str) -> list[bytes]:
    return [_der(part) for part in _unescaped(text).split(",")]


def _element(text: str) -> list[bytes]:
    """The certificates in the only element of a value of Envoy: with more, another proxy has let something stand."""
    found: dict[str, list[str]] = {}
    at = -1
    while at < len(text):
        if at >= 0 and text[at] != ";":
            raise ValueError("not one element")
        pair = _PAIR.match(text, at + 1)
        if not pair:
            raise ValueError("not a pair")
        found.setdefault(pair[1].lower(), []).append(pair[3] if pair[2] is None else pair[2])
        at = pair.end()
    shown = [_escaped_pems(value) for value in found.get("cert", [])]
    chains = [_escaped_pems(value) for value in found.get("chain", [])]
    first = {certificates[0] for certificates in (*shown, *chains)}
    if len(shown) > 1 or len(chains) > 1 or len(first) != 1 or any(len(certificates) > 1 for certificates in shown):
        raise ValueError("not one certificate")
    (own,) = first
    if any(value.lower() != hashlib.sha256(own).hexdigest() for value in found.get("hash", [])):
        raise ValueError("of another certificate")
    return [own, *(chains[0][1:] if chains else [])]


_TABLE = (
    Form(
        "rfc9440",
        "Client-Cert",
        "`:base64 of DER:` (RFC 9440); intermediates, if any, in `Client-Cert-Chain`",
        "HAProxy, Caddy; Cloudflare, Google Cloud",
        _one(_items),
        "client-cert-chain",
    ),
    Form("der", "X-SSL-Client-Cert", "base64 of DER, and nothing around it", "HAProxy; Azure App Service", _bare),
    Form("pem", "X-SSL-Client-Cert", "a PEM text with spaces for its line ends", "Apache", _one(_pems)),
    Form(
        "escaped-pem",
        "X-SSL-Client-Cert",
        "a percent-encoded PEM text of one certificate",
        "nginx; AWS ALB (verify); Azure Application Gateway",
        _one(_escaped_pems),
    ),
    Form(
        "escaped-pem-chain",
        "X-Amzn-Mtls-Clientcert",
        "the same of one certificate or more, that of the sender first",
        "AWS ALB (passthrough)",
        _escaped_pems,
    ),
    Form(
        "traefik",
        "X-Forwarded-Tls-Client-Cert",
        "base64 of DER, with commas between certificates, that of the sender first; percent-encoded or not",
        "Traefik",
        _comma_separated,
    ),
    Form(
        "xfcc",
        "X-Forwarded-Client-Cert",
        "one element of `key=value` pairs with `Cert`, `Chain` or both, percent-encoded PEM texts; more elements are refused",
        "Envoy",
        _element,
    ),
)
FORMS = {form.name: form for form in _TABLE}
"""Value of ``proxy_format`` -> how the header is written."""


def read_chain(text: str) -> list[bytes]:
    """The certificates in the header with intermediates of RFC 9440.

    Raises:
        ValueError: it is of another form.
    """
    return _items(text) if text.strip(" \t") else []
