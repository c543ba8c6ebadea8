"""Lets connections in: how many at a time, how long a handshake may take, and which certificate is shown to a new one.

asyncio can bound the handshake, but a server that starts TLS on its socket gets to see a connection only after it: silent
connections are in nobody's count. So TLS is started here, per connection.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, cast

from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.server.places import least_needed, next_in_line, slowest_of_the_busiest

_GOODBYE_SECONDS = 1.0
"""How long the other side may take to end TLS in good order; then the connection is simply closed."""
_YOUNG_SECONDS = 0.5
"""Who connected so short ago is given the time to shake hands, also when others push at the door."""


class Entrance:
    """Counts connections, gives requests a place, and makes room.

    There is a number of places for requests. Half as many connections more may be there to shake hands, to be silent or to
    wait, so that who comes when all places are taken can still show who it is.

    Args:
        make: makes the HTTP protocol of one connection.
        context: gives the SSLContext for a new connection; None when TLS ends elsewhere.
        limits: what holds.
        refused: is told why a handshake failed, in the words of OpenSSL; after a colon what is wrong with the certificate.
        now: a clock that does not jump.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        context: Callable[[], ssl.SSLContext] | None,
        limits: Limits,
        refused: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.make = make
        self.context = context
        self.limits = limits
        self.refused = refused
        self.now = now
        self._visitors: dict[Visitor, None] = {}
        self._seated: dict[Visitor, None] = {}
        self._waiting: dict[Visitor, asyncio.Future[bool]] = {}
        self._open = True

    def visitor(self) -> Visitor:
        """The protocol of a new connection."""
        return Visitor(self)

    def admit(self, visitor: Visitor) -> bool:
        """Take a connection in, at the cost of one that has no request in hand when there are too many of those."""
        if not self._open:
            return False
        if not self._has_free():
            least = self._least_needed()
            if least is None:
                return False
            least.abort()
            self.leave(least)
        self._visitors[visitor] = None
        return True

    def has_room(self) -> bool:
        """Whether a connection would be taken in."""
        return self._has_free() or self._least_needed() is not None

    def _has_free(self) -> bool:
        number, resting = len(self._visitors), len(self._visitors) - len(self._seated)
        return number < self.limits.connections or resting < self.limits.connections // 2

    def _least_needed(self) -> Visitor | None:
        resting = [item for item in self._visitors if item not in self._seated]
        return least_needed(resting, self._visitors, self.limits.connections // 2, self.now() - _YOUNG_SECONDS)

    def is_waiting(self, visitor: Visitor) -> bool:
        """Whether a request has come that has no place yet."""
        return visitor in self._waiting

    async def seat(self, visitor: Visitor) -> bool:
        """Give a request a place: a free one, that of a sender who has more, or one that comes free in time; False: none."""
        if len(self._seated) >= self.limits.connections:
            slow = slowest_of_the_busiest(visitor, self._seated, by_address=self.context is not None)
            if slow is None:
                return await self._wait(visitor)
            del self._seated[slow]
            slow.give_way()
        self._seated[visitor] = None
        return True

    async def _wait(self, visitor: Visitor) -> bool:
        turn = self._waiting[visitor] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.limits.header_seconds):
                return bool(await turn)
        except TimeoutError:
            return visitor in self._seated  # its turn came in the same moment
        finally:
            self._waiting.pop(visitor, None)

    def unseat(self, visitor: Visitor) -> None:
        """The place of a request comes free; doing so twice is harmless."""
        if visitor not in self._seated:
            return
        del self._seated[visitor]
        if self._waiting:
            following = next_in_line(self._waiting, self._seated)
            self._seated[following] = None
            turn = self._waiting.pop(following)
            if not turn.done():
                turn.set_result(True)

    def leave(self, visitor: Visitor) -> None:
        """Forget a connection; doing so twice is harmless."""
        self._visitors.pop(visitor, None)
        turn = self._waiting.pop(visitor, None)
        if turn is not None and not turn.done():
            turn.set_result(False)
        self.unseat(visitor)

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
        since: when it came, when its request got a place, or when that was answered.
        gave_way: whether its request had to make room for that of another sender.
    """

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self.address: str = ""
        self.since: float = entrance.now()
        self.gave_way: bool = False
        self._sender: str | None = None
        self._transport: asyncio.Transport | None = None
        self._inner: asyncio.Protocol | None = None
        self._early: list[bytes] = []
        self._task: asyncio.Task[None] | None = None
        self._request: asyncio.Task[Any] | None = None

    @property
    def shaking(self) -> bool:
        """Whether TLS does not stand yet."""
        return self._inner is None

    @property
    def waiting(self) -> bool:
        """Whether a request has come that has no place yet."""
        return self._entrance.is_waiting(self)

    @property
    def whole(self) -> bool:
        """Whether the request in hand has come to its end."""
        return bool(getattr(self._inner, "whole", True))

    @property
    def sender(self) -> str:
        """The OIN of the sender; else its address, which says nothing when TLS ends elsewhere. Found out when it matters."""
        if self._sender is None:
            where = "" if self._entrance.context is None else f"from {self.address}"
            if self._inner is None:
                return where
            who: Callable[[], str | None] | None = getattr(self._inner, "who", None)
            self._sender = (who and who()) or where
        return self._sender

    async def seat(self) -> bool:
        """Have a place for the request of the current task; False when none came free in time."""
        if self._entrance.context is None:
            self._sender = None  # a proxy sends requests of several over one connection
        self._request, self.gave_way = asyncio.current_task(), False
        self.since = self._entrance.now()
        return await self._entrance.seat(self)

    def unseat(self) -> None:
        """The request is done with."""
        self._request = None
        self.since = self._entrance.now()
        self._entrance.unseat(self)

    def give_way(self) -> None:
        """End the request in hand, so that its sender is told to come back."""
        self.gave_way = True
        if self._request is not None:
            self._request.cancel()

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
                self._entrance.refused(_words(error))
            return
        if secure is None or secure.is_closing():  # the other side left in the meantime
            transport.abort()
            self._entrance.leave(self)
        else:
            self._hand_over(secure)

    def _hand_over(self, transport: asyncio.Transport) -> None:
        self._inner = self._entrance.make()
        self._inner.place = self  # type: ignore[attr-defined]
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


def _words(error: ssl.SSLError) -> str:
    """Why a handshake failed, as OpenSSL says it; of a certificate also what is wrong with it."""
    reason = error.reason or "SSL"
    return f"{reason}: {error.verify_message}" if isinstance(error, ssl.SSLCertVerificationError) else reason
