"""A wire to PostgreSQL that breaks at a commit: before the server has it, or before its answer is back."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

_NAME = ".s.PGSQL.5432"


class Lossy:
    """Passes everything on, until a commit comes by while it is told to break.

    Attributes:
        folder: the folder of the socket to connect to.
        breaks: ``before`` or ``after`` the server has the commit; empty to pass it on. Happens once.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self._server = folder, server / _NAME
        self.breaks = ""
        self._open: list[socket.socket] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / _NAME))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for each in (self._listening, *self._open):
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                self._open += [client, server]
                for one, other, up in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=(one, other, up), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if up and b"COMMIT\0" in data and self.breaks:
                    self._break(one, other, data)
                    return
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def _break(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        """The client hears nothing any more; when the server has the commit, it is done before this returns."""
        after, self.breaks = self.breaks == "after", ""
        client.shutdown(socket.SHUT_RDWR)
        if after:
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)
