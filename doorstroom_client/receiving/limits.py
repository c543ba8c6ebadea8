"""How much a sender may ask of the receiver. Our own, because servers have no settings for most of it, or none by default."""

from __future__ import annotations

from collections.abc import Iterable

from doorstroom_client.basics.answer_head import is_packed
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.codec import BODY_LIMIT

_PER_FIELD = 4  # the colon, the space and the end of the line


@frozen(kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds.

    Attributes:
        body: of a message; also `BODY_LIMIT`, above which no message is read.
        header_bytes: of the first line and all header fields together.
        header_fields: number of header fields.
        chunks: number of parts of a body in chunked encoding.
        handshake_seconds: for the TLS handshake.
        header_seconds: from the end of the handshake, or the first byte of a next request, to the end of the headers.
        body_seconds: from the end of the headers to the end of the body.
        keep_alive_seconds: of silence after an answer.
        connections: requests in hand at a time. Half as many connections more may shake hands, be silent or wait.
        shutdown_seconds: to finish what is in hand when the server is asked to stop.
    """

    body: int = BODY_LIMIT
    header_bytes: int = 16 * 1024
    header_fields: int = 100
    chunks: int = 4096
    handshake_seconds: float = 10.0
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    keep_alive_seconds: float = 5.0
    connections: int = 64
    shutdown_seconds: float = 10.0


SHIPPED = Limits()
"""What holds when nothing else is said."""


def oversized(first_line: int, fields: Iterable[tuple[bytes, bytes]], limits: Limits) -> bool:
    """Whether the headers are larger, or more, than they may be.

    Args:
        first_line: size of method, path and query.
        fields: names and values.
        limits: what holds.
    """
    number, size = 0, first_line
    for name, value in fields:
        number, size = number + 1, size + len(name) + len(value) + _PER_FIELD
    return number > limits.header_fields or size > limits.header_bytes


def refusal(fields: Iterable[tuple[bytes, bytes]], limits: Limits) -> int:
    """The status to refuse a request with before any of its body is read; 0 when it may be read.

    Args:
        fields: names in small letters, and values.
        limits: what holds.
    """
    found: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value.strip())
    lengths = found.get(b"content-length", [])
    if len(set(lengths)) > 1 or (lengths and b"transfer-encoding" in found):
        return 400  # two sizes: a proxy in front may have believed the other one
    if lengths and not (lengths[0].isdigit() and len(lengths[0]) <= 20):
        return 400
    if lengths and int(lengths[0]) > limits.body:
        return 413
    return 415 if any(is_packed(value.decode("latin-1")) for value in found.get(b"content-encoding", [])) else 0
