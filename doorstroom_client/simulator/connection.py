"""One connection as its server sees it: read a request, send a piece, break off."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import field
from typing import Any

from doorstroom_client.basics.frozen import frozen

_READ_SIZE = 65_536
_MAX_HEAD = 262_144
_MAX_DRAIN = 64 * 1024 * 1024
_IDLE_SECONDS = 30.0
_LINGER_SECONDS = 1.0
_HANDSHAKE = b"\x16"


def oin_of(tls: ssl.SSLSocket) -> str | None:
    """``subject.serialNumber`` of the verified certificate of the other side; None when there is not exactly one."""
    certificate: dict[str, Any] = dict(tls.getpeercert() or {})
    found = [value for rdn in certificate.get("subject", ()) for name, value in rdn if name == "serialNumber"]
    return found[0] if len(found) == 1 else None


@frozen
class WireRequest:
    """One request, as far as it was read.

    Attributes:
        method: as sent.
        target: path and query as sent; hidden in the repr, as it may hold OINs or a rapportid.
        protocol: as sent; empty when the first line has no three parts.
        headers: names as sent, and values.
        peer_oin: ``subject.serialNumber`` of the client certificate; None when there is not exactly one.
        connection: number of the connection it came on, from 1.
        tls: the version of TLS, as Python names it; empty without.
    """

    method: str
    target: str = field(repr=False)
    protocol: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    peer_oin: str | None = None
    connection: int = 0
    tls: str = ""
    _body: bytearray = field(default_factory=bytearray, repr=False, compare=False)

    @property
    def body(self) -> bytes:
        """What was read of the body until now."""
        return bytes(self._body)

    @property
    def path(self) -> str:
        """The target without its query, percent-encoding included."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any capitals; None when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def keep(self, piece: bytes) -> None:
        """Add what was read of the body."""
        self._body.extend(piece)


class Wire:
    """A connection in the hands of one thread.

    Attributes:
        socket: the bare socket; after the handshake the TLS socket.
        number: number of the connection, from 1.
        request: the request at hand; None before the first.
        last: set when the connection has to end after this answer.
        closed: set once the socket is closed.
        bytes_read: bytes of requests that were read, after decryption.
        peer_oin: the OIN in the certificate of the client, known after the handshake.
        tls: the version of TLS, known after the handshake.
        errors: of the server, for what went wrong here.
    """

    def __init__(self, plain: socket.socket, number: int, stopped: threading.Event, errors: list[Exception]) -> None:
        """Take over a socket."""
        self.socket = plain
        self.number = number
        self.request: WireRequest | None = None
        self.last: bool = False
        self.closed: bool = False
        self.bytes_read: int = 0
        self.peer_oin: str | None = None
        self.tls: str = ""
        self.errors = errors
        self._stopped = stopped
        self._buffer = bytearray()
        self._body_done = False

    def shake_hands(self, seconds: float) -> None:
        """Do the handshake on the TLS socket.

        Raises:
            OSError: it failed, or took longer than ``seconds``.
            ValueError: the socket was closed meanwhile.
        """
        assert isinstance(self.socket, ssl.SSLSocket)
        self.socket.settimeout(seconds)
        self.socket.do_handshake()
        self.peer_oin = oin_of(self.socket)
        self.tls = self.socket.version() or ""

    def begins_with_tls(self) -> bool:
        """Whether the first byte is that of a handshake; it is left where it is."""
        self.socket.settimeout(_IDLE_SECONDS)
        return self.socket.recv(1, socket.MSG_PEEK) == _HANDSHAKE

    def read_head(self) -> WireRequest | None:
        """Wait for the head of the next request; None when the peer is done."""
        self.request = None
        self._body_done = False
        self.socket.settimeout(_IDLE_SECONDS)
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAX_HEAD or not self._fetch():
                return None
        line, *fields = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, _, after = line.partition(" ")
        target, _, protocol = after.rpartition(" ")
        pairs = (text.partition(":") for text in fields)
        headers = tuple((name, value.strip()) for name, _, value in pairs)
        self.request = WireRequest(method, target, protocol, headers, self.peer_oin, self.number, self.tls)
        self.last = protocol == "HTTP/1.0" or "close" in (self.request.header("Connection") or "").lower()
        return self.request

    def read_body(self, limit: int | None = None) -> None:
        """Read the body of the request, or its first ``limit`` bytes, and keep it in `request`.

        Raises:
            ConnectionError: the peer broke off.
        """
        if self.request is None or self._body_done:
            return
        if "chunked" in (self.request.header("Transfer-Encoding") or "").lower():
            self._read_chunks(self.request)
            self._body_done = True
            return
        length = self.request.header("Content-Length") or "0"
        wanted = int(length) if length.isdigit() else 0
        if limit is not None:
            wanted = min(wanted, limit)
        self._read_into(self.request, wanted - len(self.request.body))

    def send(self, data: bytes) -> None:
        """Send everything; ends when the peer takes it or breaks off."""
        self.socket.sendall(data)

    def pause(self, seconds: float | None = None) -> bool:
        """Wait without touching the socket; True when the server is being stopped meanwhile."""
        return self._stopped.wait(seconds)

    def silence(self) -> None:
        """Say nothing until the peer breaks off or the server is stopped."""
        with suppress(OSError):
            self.socket.settimeout(None)
            # The method of the plain socket: what comes in is not looked at.
            while socket.socket.recv(self.socket, _READ_SIZE):
                pass

    def reset(self) -> None:
        """Close with a TCP reset."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def finish(self) -> None:
        """Say goodbye, let the peer read the last words and close.

        Closing over unread bytes would reset the connection and could destroy the answer.
        """
        if self.closed:
            return
        if isinstance(self.socket, ssl.SSLSocket):
            # Does not wait for the goodbye of the other side: after the answer nobody has to say anything.
            with suppress(OSError, ValueError):
                self.socket.setblocking(False)
                self.socket.unwrap()
        self.linger()
        self.close()

    def linger(self) -> None:
        """Send no more, and swallow what the peer still sends, below TLS."""
        with suppress(OSError):
            self.socket.settimeout(_LINGER_SECONDS)
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
            left = _MAX_DRAIN
            while left > 0 and not self._stopped.is_set() and (piece := socket.socket.recv(self.socket, _READ_SIZE)):
                left -= len(piece)

    def cut(self) -> None:
        """End it from another thread, whose owner then sees that the peer is gone."""
        with suppress(OSError):
            # The method of the plain socket: that of the TLS socket would break it under its thread.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket, without a TLS goodbye."""
        self.closed = True
        self.socket.close()

    def _fetch(self) -> bool:
        piece = self.socket.recv(_READ_SIZE)
        self.bytes_read += len(piece)
        self._buffer += piece
        return bool(piece)

    def _take(self, wanted: int) -> bytes:
        """Up to ``wanted`` bytes, at least one."""
        if not self._buffer and not self._fetch():
            raise ConnectionAbortedError
        piece = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        return piece

    def _read_into(self, request: WireRequest, wanted: int) -> None:
        while wanted > 0:
            piece = self._take(wanted)
            request.keep(piece)
            wanted -= len(piece)

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\r\n"):
            line += self._take(1)
        return line.strip()

    def _read_chunks(self, request: WireRequest) -> None:
        while size := int(self._line().partition(b";")[0] or b"0", 16):
            self._read_into(request, size)
            self._line()
        while self._line():
            pass
