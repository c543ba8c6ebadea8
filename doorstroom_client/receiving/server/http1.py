"""HTTP/1.1 of uvicorn with bounds: on headers, body, memory and time; and with the certificate that TLS verified.

The receiver may believe one thing only about who is sending: the certificate that the TLS layer verified. ASGI has an extension
for that (``tls``), but uvicorn does not fill it. Here it is filled from the connection itself, so that no header and no proxy
setting can get in between, and it is looked at again with each request whether that certificate has ended since.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from doorstroom_client.receiving.asgi import WHOLE, Receive, Scope, Send, too_long
from doorstroom_client.receiving.judge import InboundResponse
from doorstroom_client.receiving.limits import SHIPPED, Limits
from doorstroom_client.receiving.peer import has_ended
from doorstroom_client.receiving.reasons import Reason
from doorstroom_client.receiving.server.hanging_up import Wire
from doorstroom_client.receiving.server.rules import Rules

_GRACE_SECONDS = 0.5
"""The application gets the chance to answer a late body itself."""
_LOGGER = logging.getLogger("uvicorn.error.doorstroom")
_LOGGER.setLevel(logging.ERROR)  # what a sender does wrong is told in our own way


class Place(Protocol):
    """Where requests of a connection get a place."""

    gave_way: bool

    async def seat(self) -> bool:
        """Have a place for the request of the current task; False when none came free in time."""
        ...

    def unseat(self) -> None:
        """The request is done with."""
        ...


class _Alone:
    """A place for everybody: under a server that does not count."""

    gave_way = False

    async def seat(self) -> bool:
        return True

    def unseat(self) -> None: ...


class _Connection(h11.Connection):
    """The parser, which takes no body in crumbs: each of them costs as much time as a small message."""

    def __init__(self, header_bytes: int, chunks: int) -> None:
        super().__init__(h11.SERVER, header_bytes)
        self._most = chunks
        self._chunks = 0

    def next_event(self) -> Any:
        """As in h11, but for a body in too many parts."""
        event = super().next_event()
        if isinstance(event, h11.Data):
            self._chunks += event.chunk_start
            if self._chunks > self._most:
                raise h11.RemoteProtocolError("too many chunks")
        elif isinstance(event, h11.Request):
            self._chunks = 0
        return event


class _Flow(FlowControl):
    """Takes in no more than the request in hand: uvicorn itself reads on each time the application asks for the body.

    Args:
        transport: the connection.
        wanted: whether the request in hand is not whole, or there is none.
    """

    def __init__(self, transport: asyncio.Transport, wanted: Callable[[], bool]) -> None:
        super().__init__(transport)
        self._wanted = wanted

    def resume_reading(self) -> None:
        if self._wanted():
            super().resume_reading()


class TlsH11Protocol(H11Protocol):
    """HTTP/1.1 with the ASGI ``tls`` extension, and bounds on headers, body, memory and time.

    Attributes:
        limits: what holds; another set in a subclass.
        rules: what it goes by, likewise.
        place: where requests get their place.
    """

    limits: ClassVar[Limits] = SHIPPED
    rules: ClassVar[Rules] = Rules()
    transport: Wire  # pyright: ignore[reportIncompatibleVariableOverride] - ours, around the one of asyncio

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.conn: h11.Connection = _Connection(self.limits.header_bytes, self.limits.chunks)
        self.timeout_keep_alive: float = self.limits.keep_alive_seconds  # type: ignore[assignment]  # uvicorn says int
        self.logger = _LOGGER
        self.place: Place = _Alone()
        self.tls: dict[str, Any] = {}
        self._late: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is in hand: nothing came, headers are under way, or all is answered."""
        return self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    @property
    def whole(self) -> bool:
        """Whether the request in hand has come to its end."""
        return self.cycle is not None and not self.cycle.more_body  # pyright: ignore[reportUnnecessaryComparison]

    def who(self) -> str | None:
        """The OIN of who is sending, as far as is known."""
        return self.rules.sender({**(self.scope or {}), "extensions": {"tls": self.tls}})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once; it holds for the whole connection."""
        wire = Wire(transport, self.loop, self._unread)
        super().connection_made(wire)
        self.flow: FlowControl = _Flow(wire, lambda: self.idle or not self.whole)
        self.tls = {"client_cert_chain": _peer_pem(transport), "client_cert_error": None}
        self.app: Any = _Bounded(self.app, self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limits."""
        for timer in (self._late, self._stuck):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        self.transport.lost()

    def data_received(self, data: bytes) -> None:
        """Take data in; the headers of one request, however slow they come, have one time limit."""
        if self.transport.throws_away(data):
            return
        super().data_received(data)
        if self.idle:
            self._watch()
        elif self._late is not None:
            self._late.cancel()
            self._late = None

    def pause_writing(self) -> None:
        """The other side does not read its answers: for so long, and no longer."""
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.limits.header_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the text of uvicorn
        """Refuse what is no HTTP, in our own words."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()  # an answer is under way already
            return
        too_large = getattr(sys.exception(), "error_status_hint", 400) == 431
        response = InboundResponse.of(431 if too_large else 400)
        if self.idle:  # else the application tells that its request did not come to an end
            self.rules.turned_away(response.status, "headers too large" if too_large else "no HTTP", self.who())
        headers = [*response.headers, ("connection", "close")]
        for event in (
            h11.Response(status_code=response.status, headers=headers),
            h11.Data(data=response.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _unread(self) -> bool:
        return self.conn.their_state is h11.ERROR or (self.cycle is not None and not self.whole)

    def _should_upgrade(self) -> bool:
        return False  # nothing else is spoken here, and to say so is not worth a line for each request

    def _watch(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.limits.header_seconds, self._hang_up)

    def _hang_up(self) -> None:
        self._late = None
        if self.idle:
            if self.conn.trailing_data[0]:
                self.rules.turned_away(408, "headers too slow", self.who())
            self.transport.abort()


def _peer_pem(transport: asyncio.Transport) -> list[str]:
    """The certificate of the other side, which the SSLContext has verified; empty when there is none."""
    connection = transport.get_extra_info("ssl_object")
    der = connection.getpeercert(binary_form=True) if connection is not None else None
    return [ssl.DER_cert_to_PEM_cert(der)] if der else []


class _Bounded:
    """The application, for requests that get a place, and with the ``tls`` extension.

    Args:
        app: the application.
        protocol: the connection that it is for.
    """

    def __init__(self, app: Any, protocol: TlsH11Protocol) -> None:
        self._app = app
        self._protocol = protocol
        self._seconds = protocol.limits.body_seconds + _GRACE_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        protocol = self._protocol
        extensions = scope.setdefault("extensions", {})
        extensions["tls"] = protocol.tls
        if protocol.whole:
            extensions[WHOLE] = {}
        if too_long(scope, protocol.limits):
            await self._refuse(send, 431, "headers too large")
        elif has_ended(protocol.tls, protocol.rules.now()):
            await self._refuse(send, 401, Reason.ENDED)
        else:
            await self._in_a_place(scope, receive, send)

    async def _in_a_place(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = self._protocol.place
        try:
            if await place.seat():
                await self._app(scope, _in_time(receive, self._seconds), send)
            else:
                await self._refuse(send, 503, "no place")
        except asyncio.CancelledError:
            if not place.gave_way:
                raise
            if not self._protocol.cycle.response_started:
                await self._refuse(send, 503, "made room for another sender")
        finally:
            place.unseat()

    async def _refuse(self, send: Send, status: int, reason: str) -> None:
        self._protocol.rules.turned_away(status, reason, self._protocol.who())
        response = InboundResponse.of(status)
        pairs = [(name.encode(), value.encode()) for name, value in (*response.headers, ("connection", "close"))]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": response.body})


def _in_time(receive: Receive, seconds: float) -> Receive:
    """The body, as far as it comes in time; a late one ends as if the sender had gone away."""
    deadline, whole = asyncio.get_running_loop().time() + seconds, False

    async def receive_in_time() -> Any:
        nonlocal whole
        try:
            async with asyncio.timeout_at(None if whole else deadline):
                event = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        whole = whole or not event.get("more_body")
        return event

    return receive_in_time
