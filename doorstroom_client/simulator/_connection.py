"""Sockets of `https`: accepting, the handshake, reading one HTTP/1.1 request, writing one answer."""

from __future__ import annotations

import http.client
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field

from doorstroom_client.basics.frozen import frozen

MAX_BODY = 5 * 1024 * 1024
_MAX_LINE = 65_536
_MAX_DRAIN = 64 * 1024 * 1024
_READ_SIZE = 65_536
_HANDSHAKE_SECONDS = 5.0
_IDLE_SECONDS = 30.0
_LINGER_SECONDS = 1.0


@frozen
class Request:
    """The framing of one request.

    Attributes:
        method: as sent.
        target: path and query as sent.
        headers: names as sent, and values.
        body: empty when refused.
        close: whether the connection ends after the answer.
        refused: the status to answer with when the app is not to see the request; 0 when it is fine.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    close: bool = False
    refused: int = 0


class Connection:
    """One connection after its handshake."""

    def __init__(self, tls: ssl.SSLSocket) -> None:
        """Wrap a socket whose handshake is done."""
        self.socket = tls
        tls.settimeout(_IDLE_SECONDS)
        self._reader = tls.makefile("rb")

    def read_request(self) -> Request | None:
        """Wait for the next request; None when the peer is done."""
        line = self._reader.readline(_MAX_LINE)
        words = line.decode("latin-1").split()
        if not words:
            return None
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return Request("", "", close=True, refused=400)
        method, target, protocol = words
        try:
            message = http.client.parse_headers(self._reader)
        except http.client.HTTPException:
            return Request(method, target, close=True, refused=431)
        headers = tuple(message.items())
        close = protocol == "HTTP/1.0" or "close" in (message.get("Connection") or "").lower()
        if refused := _framing_problem(message):
            return Request(method, target, headers, close=True, refused=refused)
        if (message.get("Expect") or "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(message.get("Content-Length") or 0)
        body = self._reader.read(length)
        if len(body) < length:
            return None
        return Request(method, target, headers, body, close)

    def send(self, block: bytes) -> None:
        """Send everything in one call."""
        self.socket.sendall(block)

    def drain(self) -> None:
        """Swallow what the peer still sends: closing over unread bytes would destroy the answer."""
        _send_goodbye(self.socket)
        _linger(self.socket)

    def close(self) -> None:
        """Release the reader."""
        self._reader.close()


class Listener:
    """A listening socket with one thread per connection."""

    def __init__(
        self,
        port: int,
        context: ssl.SSLContext,
        serve: Callable[[Connection], None],
        failed: Callable[[OSError], None],
        name: str,
    ) -> None:
        """Bind and listen; connections queue up until `accept_forever` runs.

        Args:
            port: 0 lets the system choose.
            context: for the server side of the handshake.
            serve: called in the thread of each connection.
            failed: told about each handshake that failed.
            name: for thread names.
        """
        self._context = context
        self._serve = serve
        self._failed = failed
        self._name = name
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, ssl.SSLSocket] = {}
        self._socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self._socket.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self.port: int = self._socket.getsockname()[1]

    def accept_forever(self) -> None:
        """Accept until `close`; then release the listening socket."""
        with selectors.DefaultSelector() as selector, self._socket, self._wake_reader:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._wake_reader in ready:
                    return
                self._accept()

    def close(self) -> None:
        """Make `accept_forever` end."""
        self._wake_writer.close()

    def hang_up(self, *, deadline: float) -> None:
        """Cut all connections and wait for their threads, at most until ``deadline`` on the monotonic clock.

        A thread whose app still blocks is left behind; it ends, and closes its socket, when the app returns.
        """
        with self._lock:
            connections = dict(self._open)
        for tls in connections.values():
            with suppress(OSError):
                # The method of the plain socket: that of the TLS socket would break it under its thread.
                socket.socket.shutdown(tls, socket.SHUT_RDWR)
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self) -> None:
        try:
            plain, _ = self._socket.accept()
        except OSError:
            return
        try:
            plain.setblocking(True)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Only wraps: the handshake itself waits for the peer and belongs in the thread of the connection.
            tls = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        except OSError:
            plain.close()
            return
        thread = threading.Thread(target=self._run, args=(tls,), name=f"{self._name}-connection", daemon=True)
        with self._lock:
            self._open[thread] = tls
        thread.start()

    def _run(self, tls: ssl.SSLSocket) -> None:
        try:
            if self._shake_hands(tls):
                self._converse(tls)
        finally:
            tls.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def _shake_hands(self, tls: ssl.SSLSocket) -> bool:
        tls.settimeout(_HANDSHAKE_SECONDS)
        try:
            tls.do_handshake()
        except OSError as error:
            self._failed(error)
            _linger(tls)
            return False
        return True

    def _converse(self, tls: ssl.SSLSocket) -> None:
        # A peer that resets, stalls or vanishes is everyday life for a server; there is nobody to tell.
        with suppress(OSError):
            connection = Connection(tls)
            try:
                self._serve(connection)
                _send_goodbye(tls)
            finally:
                connection.close()


def _framing_problem(message: http.client.HTTPMessage) -> int:
    if message.get("Transfer-Encoding"):
        return 411
    length = message.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        return 400
    return 413 if int(length) > MAX_BODY else 0


def _send_goodbye(tls: ssl.SSLSocket) -> None:
    """Say that this side is done, without waiting for the other side to say the same."""
    timeout = tls.gettimeout()
    with suppress(OSError, ValueError):
        tls.setblocking(False)
        tls.unwrap()
    with suppress(OSError):
        tls.settimeout(timeout)


def _linger(tls: ssl.SSLSocket) -> None:
    """Let a peer read the last words, an alert or an answer: closing over unread bytes would reset instead.

    Works on the plain socket, below TLS, whose side of the connection is over.
    """
    with suppress(OSError):
        tls.settimeout(_LINGER_SECONDS)
        socket.socket.shutdown(tls, socket.SHUT_WR)
        left = _MAX_DRAIN
        while left > 0 and (chunk := socket.socket.recv(tls, _READ_SIZE)):
            left -= len(chunk)
