"""The listening socket of a `FaultServer`: open, closed with its port kept, or full."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

DoorState = Literal["open", "closed", "full"]
_BACKLOG = 128
_FILLERS = 4


class Door:
    """One port on 127.0.0.1.

    Attributes:
        port: the port, kept in every state.
    """

    def __init__(self, port: int, arrived: Callable[[socket.socket], None], *, name: str, receive_buffer: int) -> None:
        """Take a port; nobody can connect yet.

        Args:
            port: 0 lets the system choose.
            arrived: told about each accepted connection, in the accepting thread; must not block.
            name: for the thread name.
            receive_buffer: bytes of the receive buffer of accepted connections; 0 leaves it to the system.
        """
        self._arrived = arrived
        self._name = name
        self._receive_buffer = receive_buffer
        self._state: DoorState = "closed"
        self._fillers: list[socket.socket] = []
        self._acceptor: threading.Thread | None = None
        self._wake: socket.socket | None = None
        self.port = port
        self._socket = self._bind()

    def set(self, state: DoorState) -> None:
        """Change the state; it holds when this returns."""
        if state == self._state:
            return
        if self._state == "open":
            self._end_accepting()
            self._socket = self._bind()
        elif self._state == "full":
            self._empty()
        self._state = state
        if state == "open":
            self._begin_accepting()
        elif state == "full":
            self._fill()

    def close(self) -> None:
        """Give the port back."""
        self.set("closed")
        self._socket.close()

    def _bind(self) -> socket.socket:
        """A bound socket that does not listen keeps the port, and connecting to it is refused."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._receive_buffer:
                # Only before the connection is made does this keep the advertised window small.
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            bound.bind(("127.0.0.1", self.port))
        except OSError:
            bound.close()
            raise
        self.port = bound.getsockname()[1]
        return bound

    def _begin_accepting(self) -> None:
        self._socket.setblocking(False)
        self._socket.listen(_BACKLOG)
        reader, self._wake = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, args=(reader,), name=f"{self._name}-accept", daemon=True)
        self._acceptor.start()

    def _end_accepting(self) -> None:
        assert self._wake is not None
        assert self._acceptor is not None
        self._wake.close()
        self._acceptor.join()
        self._wake = self._acceptor = None
        self._socket.close()

    def _accept(self, reader: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, reader:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(reader, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if reader in ready:
                    return
                with suppress(OSError):
                    plain, _ = self._socket.accept()
                    self._arrived(plain)

    def _fill(self) -> None:
        """Take the places in the queue ourselves, so that the system ignores whoever connects next."""
        self._socket.listen(0)
        for _ in range(_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)

    def _empty(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        self._socket.close()
        self._socket = self._bind()
