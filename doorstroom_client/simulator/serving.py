"""Takes connections with mutual TLS, and reads one request after another from each; what they get is for a subclass.

Every connection has its own thread, which also does the handshake: a peer that connects and stays silent delays nobody.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from types import TracebackType
from typing import Self

from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.place import HERE, Place

_BACKLOG = 128
_STOP_GRACE = 0.15
_HANDSHAKE_SECONDS = 5.0


class Server(ABC):
    """One port, over HTTP/1.1 and TLS.

    A peer can see its last byte before this side has written down what happened: read `handshake_errors` and `errors`
    after `stop`.

    Attributes:
        name: used in thread names.
        connections: number of connections accepted.
        handshake_errors: short reasons of handshakes that failed, in order.
        errors: what an app or a fault raised that is not the peer's doing, in order. Never printed.
    """

    def __init__(self, context: ssl.SSLContext, *, port: int, name: str, place: Place = HERE) -> None:
        """Nothing listens before `start`.

        Args:
            context: for the server side of the handshake.
            port: 0 lets the system choose.
            name: for thread names.
            place: where it listens, and its name in the URL; only this machine can come to it when left out.
        """
        self.name = name
        self.connections: int = 0
        self.handshake_errors: list[str] = []
        self.errors: list[Exception] = []
        self._context = context
        self._port = port
        self._place = place
        self._running = False
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, Wire] = {}
        self._accepting: tuple[threading.Thread, socket.socket] | None = None

    @property
    def port(self) -> int:
        """The port, known from the first `start` on."""
        if not self._port:
            raise RuntimeError(f"The server {self.name} has no address before it is started.")
        return self._port

    @property
    def url(self) -> str:
        """``https://HOST:PORT``, known from the first `start` on."""
        return self._place.url(self.port)

    @property
    def near_url(self) -> str:
        """The URL that needs no name of a host to lead here, for this machine only."""
        return self._place.near_url(self.port)

    def start(self) -> None:
        """Listen, and return when connections are accepted.

        Raises:
            RuntimeError: it was started already.
        """
        if self._running:
            raise RuntimeError(f"The server {self.name} runs already.")
        self._stopped = threading.Event()
        self._listen()
        self._running = True

    def stop(self) -> None:
        """Stop listening and cut all connections; answers under way are lost. Doing it twice is harmless.

        A thread whose app still blocks is left behind; it ends, and closes its socket, when the app returns.
        """
        if not self._running:
            return
        self._running = False
        self._stopped.set()
        self._deafen()
        with self._lock:
            connections = dict(self._open)
            for wire in connections.values():
                wire.cut()
        deadline = time.monotonic() + _STOP_GRACE
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    @abstractmethod
    def _answer(self, wire: Wire) -> bool:
        """Answer the request whose head was read; whether the connection goes on.

        An `OSError` means that the peer broke off.
        """

    def _bind(self) -> socket.socket:
        """A socket that has the port; connecting to it is refused until it listens."""
        bound = self._place.bind(self._port)
        self._port = bound.getsockname()[1]
        return bound

    def _listen(self) -> None:
        listening = self._bind()
        listening.setblocking(False)
        listening.listen(_BACKLOG)
        reader, writer = socket.socketpair()
        thread = threading.Thread(target=self._accept, args=(listening, reader), name=f"{self.name}-accept", daemon=True)
        thread.start()
        self._accepting = (thread, writer)

    def _deafen(self) -> None:
        assert self._accepting is not None
        thread, wake = self._accepting
        wake.close()
        thread.join()

    def _accept(self, listening: socket.socket, reader: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, listening, reader:
            for one in (listening, reader):
                selector.register(one, selectors.EVENT_READ)
            while reader not in {key.fileobj for key, _ in selector.select()}:
                with suppress(OSError):
                    self._arrived(listening.accept()[0])

    def _arrived(self, plain: socket.socket) -> None:
        plain.setblocking(True)
        with suppress(OSError):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        wire = Wire(plain, self.connections, self._stopped, self.errors)
        thread = threading.Thread(target=self._run, args=(wire,), name=f"{self.name}-connection", daemon=True)
        with self._lock:
            self._open[thread] = wire
        thread.start()

    def _run(self, wire: Wire) -> None:
        try:
            # A peer that resets, stalls or vanishes is everyday life for a server; there is nobody to tell.
            with suppress(OSError):
                self._converse(wire)
        except Exception as error:
            # The stand-in of a peer must not take a test down with it; the test looks at `errors`.
            self.errors.append(error)
        finally:
            wire.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def _converse(self, wire: Wire) -> None:
        goes_on = self._secure(wire)
        while goes_on and wire.read_head() is not None:
            goes_on = self._answer(wire) and not wire.last and not wire.closed
            if goes_on:
                wire.read_body()
        wire.finish()

    def _secure(self, wire: Wire) -> bool:
        """Do the handshake; False when it fails."""
        try:
            with self._lock:
                # Only wraps. Under the lock, because `stop` must not meet the socket halfway.
                wire.socket = self._context.wrap_socket(wire.socket, server_side=True, do_handshake_on_connect=False)
            if self._stopped.is_set():
                return False
            wire.shake_hands(_HANDSHAKE_SECONDS)
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else None
            self.handshake_errors.append(reason or type(error).__name__)
            wire.linger()  # the alert must reach the peer; a goodbye would make no sense
            wire.close()
            return False
        return True
