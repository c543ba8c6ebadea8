"""What faults are made of: the bytes they send, and the usual ways to send them."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence
from http import HTTPStatus

from doorstroom_client.simulator._fault_wire import Wire
from doorstroom_client.simulator.https import HangUpError

RECEIPT = b'{"melding": "Ontvangen."}'
"""A body as a supplier sends with 202."""
PORTAL = b"<!doctype html><html><head><title>Inloggen</title></head><body><p>Log in om verder te gaan.</p></body></html>"
"""What a login page or a proxy sends instead of an answer."""
JSON = "application/json"
HTML = "text/html; charset=utf-8"
_ZEROES = bytes(1024 * 1024)

Headers = Sequence[tuple[str, str]]


def head(status: int, headers: Headers, *, content_type: str | None = None, close: bool = False) -> bytes:
    """The head of an answer; header values may hold any character and go out as UTF-8."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def length(number: int) -> tuple[str, str]:
    """A Content-Length header."""
    return ("Content-Length", str(number))


def chunk(piece: bytes) -> bytes:
    """One chunk of a chunked body; an empty one ends the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


@functools.lru_cache(maxsize=4)
def zipped_zeroes(size: int) -> bytes:
    """A gzip stream that unpacks to ``size`` zero bytes, about a thousand times as many."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    whole, rest = divmod(size, len(_ZEROES))
    packed = b"".join(packer.compress(_ZEROES) for _ in range(whole))
    return packed + packer.compress(bytes(rest)) + packer.flush()


def reset(wire: Wire) -> bool:
    """Play: a TCP reset."""
    wire.reset()
    return False


def sending(message: Callable[[Wire], bytes], *, keep: bool = True, goodbye: bool = True) -> Callable[[Wire], bool]:
    """Read the whole request and send one message."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        try:
            wire.send(message(wire))
        except HangUpError:
            return False
        if not goodbye:
            wire.linger()
            wire.close()
        return keep

    return play


def cut(message: bytes) -> Callable[[Wire], bool]:
    """Read the whole request, send one message and close."""
    return sending(lambda _: message, keep=False)


def dripping(at_once: bytes, slowly: bytes, seconds: float) -> Callable[[Wire], bool]:
    """Read the whole request, send one part at once and the other byte by byte."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.send(at_once)
        for at in range(len(slowly)):
            wire.send(slowly[at : at + 1])
            if wire.pause(seconds):
                return False
        return True

    return play
