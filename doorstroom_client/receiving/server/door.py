"""Accepts connections as fast as the entrance can take them; the others wait in the kernel, in order, and are not cut off.

A server of asyncio accepts whatever there is, a hundred at a time. Then a sender that connects again and again pushes others
out before their handshake is over, and when there are too many open files each attempt becomes a line in the log.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from doorstroom_client.receiving.server.entrance import Entrance

_MOMENT = 0.01
_SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_AGAIN = 0.5
"""Seconds until accepting is tried again after that."""
TOLD_EVERY = 10.0
"""Seconds between two lines about it."""


class Door:
    """A listening socket, and who comes in there; stands among the servers of uvicorn.

    Args:
        listening: the socket; it stays the caller's.
        backlog: how many may wait.
        entrance: takes connections.
        scarce: is told now and then that connections wait because there are too many open files.
    """

    def __init__(self, listening: socket.socket, backlog: int, entrance: Entrance, scarce: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening.dup()
        self._listening.setblocking(False)
        self._listening.listen(backlog)
        self._entrance = entrance
        self._scarce = scarce
        self._silent_until = float("-inf")
        self._task = self._loop.create_task(self._let_in())

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The one that is listened on."""
        return (self._listening,)

    def close(self) -> None:
        """Accept nobody any more."""
        self._task.cancel()
        self._loop.call_soon(self._listening.close)  # after asyncio has let go of it

    async def wait_closed(self) -> None:
        """Wait until it is."""
        with suppress(asyncio.CancelledError):
            await self._task

    async def _let_in(self) -> None:
        while True:
            while not self._entrance.has_room():
                await asyncio.sleep(_MOMENT)
            try:
                connection, _ = await self._loop.sock_accept(self._listening)
                await self._loop.connect_accepted_socket(self._entrance.visitor, connection)
            except OSError as error:
                if error.errno in _SCARCE:
                    self._tell()
                    await asyncio.sleep(_AGAIN)
                # else the other side left while it waited

    def _tell(self) -> None:
        if self._loop.time() >= self._silent_until:
            self._silent_until = self._loop.time() + TOLD_EVERY
            self._scarce()
