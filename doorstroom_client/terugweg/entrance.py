"""Lets connections in: how many at a time, how long a handshake may take, and which certificate is shown to a new one.

asyncio can bound the handshake, but a server that starts TLS on its socket gets to see a connection only after it: silent
connections are in nobody's count. So TLS is started here, per connection.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import cast

from doorstroom_client.terugweg.limits import Limits

_GOODBYE_SECONDS = 1.0
"""How long the other side may take to end TLS in good order; then the connection is simply closed."""


class Entrance:
    """Counts connections and makes room.

    Args:
        make: makes the HTTP protocol of one connection. Its attribute ``idle`` says whether no request is in hand.
        context: gives the SSLContext for a new connection; None when TLS ends elsewhere.
        limits: what holds.
        refused: is told why a handshake failed, in the words of OpenSSL.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        context: Callable[[], ssl.SSLContext] | None,
        limits: Limits,
        refused: Callable[[str], None],
    ) -> None:
        self.make = make
        self.context = context
        self.limits = limits
        self.refused = refused
        self._visitors: dict[Visitor, None] = {}  # in order of arrival
        self._open = True

    def visitor(self) -> Visitor:
        """The protocol of a new connection."""
        return Visitor(self)

    def admit(self, visitor: Visitor) -> bool:
        """Take a connection in, at the cost of one that does nothing when all places are taken."""
        if len(self._visitors) >= self.limits.connections:
            least = self._least_needed()
            if least is not None:
                least.abort()
                self.leave(least)
        if not self._open or len(self._visitors) >= self.limits.connections:
            return False
        self._visitors[visitor] = None
        return True

    def _least_needed(self) -> Visitor | None:
        """One that does nothing, of the address with most connections, and of those the oldest.

        So an address that takes many places loses them first. Half of the places is for who is still to show a certificate
        and half for who did, so that neither keeps the others out.
        """
        shaking = [item for item in self._visitors if item.shaking]
        idle = [item for item in self._visitors if item.idle and not item.shaking]
        first, second = (shaking, idle) if len(shaking) >= self.limits.connections // 2 else (idle, shaking)
        number = Counter(item.address for item in self._visitors)
        return max(first or second, key=lambda item: number[item.address], default=None)

    def leave(self, visitor: Visitor) -> None:
        """Forget a connection; doing so twice is harmless."""
        self._visitors.pop(visitor, None)

    def close(self) -> None:
        """Let nobody in any more, and hang up on who is still shaking hands."""
        self._open = False
        for visitor in [item for item in self._visitors if item.shaking]:
            visitor.abort()


def _answer_at_once(transport: asyncio.Transport) -> None:
    """Let the parts of an answer go without waiting for each other; some 40 ms each otherwise.

    asyncio does so only for a socket that says which protocol it speaks, and one that was opened beforehand does not.
    """
    channel = transport.get_extra_info("socket")
    if channel is not None and channel.family in (socket.AF_INET, socket.AF_INET6):
        channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Visitor(asyncio.Protocol):
    """One connection: does the handshake, then hands everything on to the HTTP protocol.

    Attributes:
        address: where it comes from.
    """

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self.address = ""
        self._transport: asyncio.Transport | None = None
        self._inner: asyncio.Protocol | None = None
        self._early: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def shaking(self) -> bool:
        """Whether TLS does not stand yet."""
        return self._inner is None

    @property
    def idle(self) -> bool:
        """Whether no request is in hand."""
        return self._inner is None or bool(getattr(self._inner, "idle", False))

    def abort(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection."""
        self._transport = cast(asyncio.Transport, transport)
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        _answer_at_once(self._transport)
        if not self._entrance.admit(self):
            self._transport.abort()
        elif self._entrance.context is None:
            self._hand_over(self._transport)
        else:
            self._transport.pause_reading()  # what comes now is for TLS, which does not read yet
            self._task = asyncio.get_running_loop().create_task(self._shake(self._transport, self._entrance.context()))

    async def _shake(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        if transport.is_closing():  # had to make room already: TLS takes a quarter of a MiB, so it is not begun
            self._entrance.leave(self)
            return
        seconds = self._entrance.limits.handshake_seconds
        try:
            secure = await asyncio.get_running_loop().start_tls(
                transport,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=seconds,
                ssl_shutdown_timeout=_GOODBYE_SECONDS,
            )
        except OSError as error:
            transport.abort()
            self._entrance.leave(self)
            if isinstance(error, ssl.SSLError):
                self._entrance.refused(error.reason or "SSL")
            return
        if secure is None or secure.is_closing():  # the other side left in the meantime
            transport.abort()
            self._entrance.leave(self)
        else:
            self._hand_over(secure)

    def _hand_over(self, transport: asyncio.Transport) -> None:
        self._inner = self._entrance.make()
        self._inner.connection_made(transport)
        early, self._early = self._early, []
        for data in early:
            self._inner.data_received(data)

    def data_received(self, data: bytes) -> None:
        """Hand on; TLS may have decrypted something before the protocol stood."""
        if self._inner is None:
            self._early.append(data)
        else:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        return None if self._inner is None else self._inner.eof_received()

    def pause_writing(self) -> None:
        """Hand on."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._entrance.leave(self)
        if self._inner is not None:
            self._inner.connection_lost(exc)
