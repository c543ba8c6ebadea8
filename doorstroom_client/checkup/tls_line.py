"""A TLS connection of which the records pass through our hands: OpenSSL speaks and verifies, and what it read can be looked at.

Nothing waits longer than until the deadline, whatever the other side does.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from doorstroom_client.checkup.tls_records import Traffic, read_traffic

T = TypeVar("T")
_PIECE = 16 * 1024
_MOST = 256 * 1024
"""Bytes of a handshake that are kept; a chain of certificates is far smaller."""


class TlsLine:
    """One connection, over a socket that somebody else closes.

    Args:
        over: the socket, connected.
        context: as real calls have it.
        host: whom the certificate must be for.
        until: the deadline, on the monotonic clock.
    """

    def __init__(self, over: socket.socket, context: ssl.SSLContext, host: str, until: float) -> None:
        self._over = over
        self._until = until
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._came, self._went = bytearray(), bytearray()
        self.bytes_sent: int = 0

    @property
    def came(self) -> Traffic:
        """What the server sent in its handshake."""
        return read_traffic(bytes(self._came))

    @property
    def went(self) -> Traffic:
        """What we sent in ours."""
        return read_traffic(bytes(self._went))

    @property
    def first_bytes(self) -> bytes:
        """What the server began with."""
        return bytes(self._came[:8])

    @property
    def version(self) -> str:
        """The version that was agreed on, as OpenSSL names it."""
        return self._tls.version() or ""

    @property
    def suite(self) -> str:
        """The cipher suite."""
        return (self._tls.cipher() or ("", "", 0))[0]

    @property
    def certificate(self) -> bytes:
        """The certificate of the server, verified, in DER."""
        return self._tls.getpeercert(binary_form=True) or b""

    @property
    def subject(self) -> object:
        """What the certificate of the server says, as `ssl.SSLSocket.getpeercert` gives it."""
        return self._tls.getpeercert() or {}

    def last_until(self, until: float) -> None:
        """Give what follows another deadline."""
        self._until = until

    def shake_hands(self) -> None:
        """Make the handshake.

        Raises:
            ssl.SSLError: it failed, on either side.
            TimeoutError: it was not done in time.
            OSError: the connection broke off.
        """
        self._go_on(self._tls.do_handshake)

    def send(self, data: bytes) -> None:
        """Send; a server that has refused us already is heard by the next `receive`.

        Raises:
            ssl.SSLError: TLS refuses.
            TimeoutError: it was not taken in time.
        """
        self._go_on(lambda: self._tls.write(data))

    def receive(self) -> bytes:
        """What came; empty at the end.

        Raises:
            ssl.SSLError: the server refused, which under TLS 1.3 is seen here first.
            TimeoutError: nothing came in time.
            OSError: the connection broke off.
        """
        try:
            return self._go_on(lambda: self._tls.read(_PIECE))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def _go_on(self, step: Callable[[], T]) -> T:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()  # the other side is told why, as in a real call
                raise
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        data = self._outgoing.read()
        if not data:
            return
        self.bytes_sent += len(data)
        self._went += data[: _MOST - len(self._went)]
        self._limit()
        with contextlib.suppress(ConnectionError):  # why it hung up may stand in what can still be read
            self._over.sendall(data)

    def _fill(self) -> None:
        self._limit()
        data = self._over.recv(_PIECE)
        if not data:
            self._incoming.write_eof()
            return
        self._came += data[: _MOST - len(self._came)]
        self._incoming.write(data)

    def _limit(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._over.settimeout(left)
