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
        breaks: ``before`` the server has the commit, or ``after`` it has done it; empty to pass it on. Happens once. The client
            hears nothing of it until then, so that who is told of the break finds what the server made of the commit.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self._server = folder, server / _NAME
        self.breaks = ""
        self._open: list[socket.socket] = []
        self._unheard: set[socket.socket] = set()
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
                    breaks, self.breaks = self.breaks, ""
                    if breaks == "before":
                        one.shutdown(socket.SHUT_RDWR)
                        break
                    self._unheard.add(other)
                elif one in self._unheard:  # the server's answer to that commit: by now it is done
                    other.shutdown(socket.SHUT_RDWR)
                    break
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)
