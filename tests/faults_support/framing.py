"""Faults in an answer: it takes too long, or its body does not fit its head."""

from __future__ import annotations

import functools
import zlib

from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.faults import JSON, RECEIPT, cut, dripping, length, sending
from doorstroom_client.simulator.https import head

_ZEROES = bytes(1024 * 1024)


def drip_headers(seconds: float = 0.1, *, status: int = 202) -> Fault:
    """The head of the answer byte by byte.

    Args:
        seconds: pause after each byte.
        status: what is answered.
    """
    return Fault("drip_headers", dripping(b"", head(status, [length(0), ("X-Filler", "x" * 1000)]), seconds))


def continue_spam(status: int = 103, *, every: float = 0.01) -> Fault:
    """Interim answers without end.

    Args:
        status: 100, 102 or 103.
        every: seconds between two of them.
    """

    def play(wire: Wire) -> bool:
        wire.read_body()
        while not wire.pause(every):
            wire.send(head(status, []))
        return False

    return Fault(f"continue_spam {status}", play)


def content_length_too_long(status: int = 202, body: bytes = RECEIPT, *, excess: int = 100, content_type: str = JSON) -> Fault:
    """More is promised than there is: the whole body, and then the end of the connection.

    Args:
        status: what is answered.
        body: sent whole.
        excess: bytes promised on top of it.
        content_type: of the body.
    """
    promised = head(status, [length(len(body) + excess)], content_type=content_type)
    return Fault("content_length_too_long", cut(promised + body))


def content_length_too_short(status: int = 202, body: bytes = RECEIPT, *, missing: int = 5, content_type: str = JSON) -> Fault:
    """Less is promised than is sent; the connection stays, with the rest of the body in it.

    Args:
        status: what is answered.
        body: sent whole.
        missing: bytes that the promise falls short.
        content_type: of the body.
    """
    promised = head(status, [length(max(0, len(body) - missing))], content_type=content_type)
    return Fault("content_length_too_short", sending(lambda _: promised + body))


def two_content_lengths(status: int = 202, body: bytes = RECEIPT, *, other: int = 2) -> Fault:
    """Two lengths that contradict each other.

    Args:
        status: what is answered.
        body: what is sent; its real length comes first.
        other: the second length.
    """
    message = head(status, [length(len(body)), length(other)], content_type=JSON) + body
    return Fault("two_content_lengths", sending(lambda _: message))


def bad_status_line(line: bytes = b"HTTP/1.1 twee-nul-twee\r\n\r\n") -> Fault:
    """Something that is no HTTP.

    Args:
        line: what is sent before the connection ends.
    """
    return Fault("bad_status_line", cut(line))


def header_flood(count: int = 40_000, *, status: int = 202) -> Fault:
    """More headers than anyone should accept.

    Args:
        count: number of headers.
        status: what is answered.
    """
    return Fault("header_flood", cut(head(status, [length(0), *[("X-Flood", "1")] * count])))


def length_and_chunked(status: int = 202, body: bytes = RECEIPT, *, declared: int = 3, content_type: str = JSON) -> Fault:
    """A chunked body under a head that also promises another length; the connection stays.

    Args:
        status: what is answered.
        body: sent in one chunk.
        declared: the length that is not true.
        content_type: of the body.
    """
    top = head(status, [length(declared), ("Transfer-Encoding", "chunked")], content_type=content_type)
    return Fault("length_and_chunked", sending(lambda _: top + _chunk(body) + _chunk(b"")))


def truncated_chunk(status: int = 202, body: bytes = RECEIPT, *, promised: int = 4096, content_type: str = JSON) -> Fault:
    """The connection ends in the middle of a chunk.

    Args:
        status: what is answered.
        body: what is sent of the chunk.
        promised: size of the chunk.
        content_type: of the body.
    """
    top = head(status, [("Transfer-Encoding", "chunked")], content_type=content_type)
    return Fault("truncated_chunk", cut(top + b"%x\r\n" % promised + body))


def close_delimited(
    status: int = 202, body: bytes = RECEIPT, content_type: str = JSON, *, sent: int | None = None, goodbye: bool = True
) -> Fault:
    """A body without a length, that ends with the connection: nobody can see whether it is whole.

    Args:
        status: what is answered.
        body: the whole body.
        content_type: of the body.
        sent: bytes of it that are sent; everything by default.
        goodbye: whether TLS says that it ends.
    """
    message = head(status, [], content_type=content_type, close=True) + body[:sent]
    return Fault("close_delimited", sending(lambda _: message, keep=False, goodbye=goodbye))


def gzip_bomb(size: int = 64 * 1024 * 1024, *, status: int = 200, content_type: str = "application/pdf") -> Fault:
    """A small compressed body that unpacks to a large one.

    Args:
        size: bytes after unpacking.
        status: what is answered.
        content_type: of the body.
    """
    packed = _zipped_zeroes(size)
    top = head(status, [length(len(packed)), ("Content-Encoding", "gzip")], content_type=content_type)
    return Fault("gzip_bomb", sending(lambda _: top + packed))


def _chunk(piece: bytes) -> bytes:
    """One chunk of a chunked body; an empty one ends the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


@functools.lru_cache(maxsize=4)
def _zipped_zeroes(size: int) -> bytes:
    """A gzip stream that unpacks to ``size`` zero bytes, about a thousand times as many."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    whole, rest = divmod(size, len(_ZEROES))
    packed = b"".join(packer.compress(_ZEROES) for _ in range(whole))
    return packed + packer.compress(bytes(rest)) + packer.flush()
