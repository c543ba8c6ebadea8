"""What stands in plain view of a TLS handshake: the version, the certificates of a server under TLS 1.2, who asked for ours.

Nothing is decided by it: OpenSSL verifies, with all of its checks on. This only says more precisely what it refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen

_CIPHERS_CHANGE, _ALERT, _HANDSHAKE, _APPLICATION = 20, 21, 22, 23
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST = 2, 11, 13
_SUPPORTED_VERSIONS = 43
_ASKS_ANOTHER_HELLO = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""In the place of a random number: what looks like a choice of the server asks for another beginning (RFC 8446, 4.1.3)."""
_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
_FINISHED_ALONE = 80
"""Bytes of an encrypted flight of ours in which nothing but the end of the handshake fits."""
_WITHOUT_CERTIFICATE = 250
"""With the message that we show none it is still less than this; with a certificate it is always more."""


@frozen
class Traffic:
    """One direction of a handshake.

    Attributes:
        version: that the server chose; empty before it did.
        certificates: as they were shown, in DER; empty under TLS 1.3, where they are encrypted.
        asks: whether the server asked for ours, where that can be seen.
        encrypted: bytes that cannot be read.
        begins_as_tls: whether the first byte is one of TLS.
    """

    version: str = ""
    certificates: tuple[bytes, ...] = ()
    asks: bool = False
    encrypted: int = 0
    begins_as_tls: bool = False


def read_traffic(stream: bytes) -> Traffic:
    """Read one direction. What is cut short or makes no sense ends the reading, and raises nothing."""
    plain, encrypted = bytearray(), 0
    hidden = False
    for kind, content in _records(stream):
        hidden = hidden or kind == _CIPHERS_CHANGE
        if kind == _APPLICATION:
            encrypted += len(content)
        elif kind == _HANDSHAKE and not hidden:
            plain += content
    found: dict[int, bytes] = {}
    for kind, content in _messages(bytes(plain)):
        if kind == _SERVER_HELLO and content[2:34] == _ASKS_ANOTHER_HELLO:
            continue
        found[kind] = content
    return Traffic(
        _version_in(found.get(_SERVER_HELLO, b"")),
        tuple(_certificates_in(found.get(_CERTIFICATE, b""))),
        _CERTIFICATE_REQUEST in found,
        encrypted,
        stream[:1] in (bytes([_HANDSHAKE]), bytes([_ALERT])),
    )


def own_certificate_in(came: Traffic, went: Traffic) -> str:
    """What became of our certificate in a whole handshake: ``shown``, ``none_shown`` or ``not_asked``.

    Under TLS 1.3 it travels encrypted, but the size of our flight tells: only a certificate makes it large.
    """
    if came.version == "TLS 1.3":
        if went.encrypted <= _FINISHED_ALONE:
            return "not_asked"
        return "none_shown" if went.encrypted < _WITHOUT_CERTIFICATE else "shown"
    if not came.asks:
        return "not_asked"
    return "shown" if went.certificates else "none_shown"


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 5 <= len(stream):
        length = int.from_bytes(stream[at + 3 : at + 5], "big")
        if not _CIPHERS_CHANGE <= stream[at] <= _APPLICATION or at + 5 + length > len(stream):
            return
        yield stream[at], stream[at + 5 : at + 5 + length]
        at += 5 + length


def _messages(plain: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(plain):
        length = int.from_bytes(plain[at + 1 : at + 4], "big")
        if at + 4 + length > len(plain):
            return
        yield plain[at], plain[at + 4 : at + 4 + length]
        at += 4 + length


def _version_in(hello: bytes) -> str:
    """The legacy field, or what the extension says that took its place."""
    chosen = int.from_bytes(hello[:2], "big")
    at = 2 + 32
    at += 1 + (hello[at] if at < len(hello) else 0) + 2 + 1  # session, suite, compression
    at += 2
    while at + 4 <= len(hello):
        kind, length = (int.from_bytes(hello[at + more : at + more + 2], "big") for more in (0, 2))
        if kind == _SUPPORTED_VERSIONS:
            chosen = int.from_bytes(hello[at + 4 : at + 4 + length], "big")
        at += 4 + length
    return _VERSIONS.get(chosen, "")


def _certificates_in(message: bytes) -> Iterator[bytes]:
    at = 3
    while at + 3 <= len(message):
        length = int.from_bytes(message[at : at + 3], "big")
        if at + 3 + length > len(message):
            return
        yield message[at + 3 : at + 3 + length]
        at += 3 + length
