"""How the server hangs up: the last answer still arrives, and the connection does not outlive it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_SECONDS = 2.0
"""How long is listened, without keeping anything, after an answer that came before the request was whole.

To close at once would reset the connection, and the answer would be lost with what the other side was still sending.
"""
LINGER_BYTES = 4 * 1024 * 1024
"""How much is listened to then."""


class Wire(asyncio.Transport):
    """A connection that writes in whole answers, and closes when its last one can have arrived.

    What is written in one go of the event loop leaves in one record and one packet: the head and the body of an answer.

    Args:
        transport: the connection.
        loop: writes at the end of this go.
        unread: whether the other side may still be sending something that nobody will read.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, unread: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held = bytearray()
        self._unread = unread
        self._thrown_away = 0
        self._end: asyncio.TimerHandle | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write with what else is written now."""
        if not self._held and data:
            self._loop.call_soon(self._flush)
        self._held += data

    def _flush(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        if held and not self._transport.is_closing():
            self._transport.write(held)

    def throws_away(self, data: bytes) -> bool:
        """Whether nothing is done with what came, because the last answer has been given."""
        if self._end is None:
            return False
        self._thrown_away += len(data)
        if self._thrown_away > LINGER_BYTES:
            self._transport.pause_reading()
        return True

    def close(self) -> None:
        """Write what is held and close; when something is still coming in, or going out, after a while."""
        self._flush()
        if self._end is None and self._unread() and not self._transport.is_closing():
            self._transport.resume_reading()
        else:
            self._transport.close()
        if self._end is None:
            self._end = self._loop.call_later(LINGER_SECONDS, self._transport.abort)

    def abort(self) -> None:
        """Hang up at once."""
        self._held.clear()
        self._transport.abort()

    def lost(self) -> None:
        """There is no connection any more."""
        if self._end is not None:
            self._end.cancel()

    def is_closing(self) -> bool:
        """Whether nothing more is answered."""
        return self._end is not None or self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take nothing in."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take in again."""
        self._transport.resume_reading()
