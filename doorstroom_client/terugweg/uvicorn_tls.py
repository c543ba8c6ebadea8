"""Tells the application which client certificate TLS verified, when uvicorn is the server (extra ``serve``).

The receiver may believe one thing only about who is sending: the certificate that the TLS layer verified. ASGI has an
extension for that (``tls``), but uvicorn does not fill it. `TlsH11Protocol` does, from the connection itself, so that no
header and no proxy setting can get in between. uvicorn also has no bounds on what a sender may take: a half header, a half
body and a silent connection stay open for ever. `make_server` gives a server that has them all; the protocol alone, under a
server of your own, bounds headers, body and time, but not handshakes and connections.

    context = server_context(certificate)
    make_server(client.terugweg.asgi(), lambda: context, host="0.0.0.0", port=8443).run()
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any, ClassVar, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from doorstroom_client.terugweg.asgi import AsgiApp, Receive, Scope, Send, too_long
from doorstroom_client.terugweg.entrance import Entrance
from doorstroom_client.terugweg.handler import InboundResponse
from doorstroom_client.terugweg.limits import SHIPPED, Limits

_GRACE_SECONDS = 0.5
"""The application gets the chance to answer a late body itself."""
_BACKLOG = 128
"""Connections that may wait to be accepted; of a longer burst, the rest would be tried again by TCP only after a second."""


class _Together(asyncio.Transport):
    """What is written in one go of the event loop leaves in one record and one packet: the head and the body of an answer.

    Args:
        transport: the connection.
        loop: writes at the end of this go.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held = bytearray()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write with what else is written now."""
        if not self._held and data:
            self._loop.call_soon(self._flush)
        self._held += data

    def _flush(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        if held and not self._transport.is_closing():
            self._transport.write(held)

    def close(self) -> None:
        """Write what is held, and close."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Hang up at once."""
        self._held.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Of the connection, as all below."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What is known of it."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take nothing in."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take in again."""
        self._transport.resume_reading()


class TlsH11Protocol(H11Protocol):
    """HTTP/1.1 with the ASGI ``tls`` extension, and bounds on headers, body and time.

    Attributes:
        limits: what holds; another set in a subclass.
    """

    limits: ClassVar[Limits] = SHIPPED

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.conn = h11.Connection(h11.SERVER, self.limits.header_bytes)
        self.timeout_keep_alive = self.limits.keep_alive_seconds  # type: ignore[assignment]  # uvicorn says int
        self._late: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is in hand: nothing came, headers are under way, or all is answered."""
        return self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once; it holds for the whole connection."""
        super().connection_made(_Together(transport, self.loop))
        self.app = _with_peer(self.app, _peer_pem(transport), self.limits)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take data in; the headers of one request, however slow they come, have one time limit."""
        super().data_received(data)
        if self.idle:
            self._watch()
        elif self._late is not None:
            self._late.cancel()
            self._late = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the text of uvicorn
        """Refuse what is no HTTP, in our own words."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()  # an answer is under way already
            return
        too_large = getattr(sys.exception(), "error_status_hint", 400) == 431
        response = InboundResponse.of(431 if too_large else 400)
        headers = [*response.headers, ("connection", "close")]
        for event in (
            h11.Response(status_code=response.status, headers=headers),
            h11.Data(data=response.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def _watch(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.limits.header_seconds, self._hang_up)

    def _hang_up(self) -> None:
        self._late = None
        if self.idle:
            self.transport.abort()


class Server(uvicorn.Server):
    """uvicorn with an `Entrance`; made by `make_server`.

    Args:
        config: of uvicorn.
        entrance: makes an entrance for the protocols that this server makes.
    """

    def __init__(self, config: uvicorn.Config, entrance: Callable[[Callable[[], asyncio.Protocol]], Entrance]) -> None:
        super().__init__(config)
        self._make_entrance = entrance
        self._entrance: Entrance | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; the sockets are plain, because the entrance starts TLS itself."""
        await super().startup(sockets=[])
        self.started = False
        loop = asyncio.get_running_loop()
        config = self.config

        def make() -> asyncio.Protocol:
            kind: Any = config.http_protocol_class
            protocol: asyncio.Protocol = kind(
                config=config, server_state=self.server_state, app_state=self.lifespan.state, _loop=loop
            )
            return protocol

        self._entrance = entrance = self._make_entrance(make)
        if sockets is None:
            self.servers.append(await loop.create_server(entrance.visitor, config.host, config.port, backlog=_BACKLOG))
        for listening in sockets or ():
            self.servers.append(await loop.create_server(entrance.visitor, sock=listening, backlog=_BACKLOG))
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, and finish what is in hand."""
        if self._entrance is not None:
            self._entrance.close()
        await super().shutdown(sockets=sockets)


def make_server(
    app: Any,
    context: Callable[[], ssl.SSLContext] | None,
    *,
    host: str = "127.0.0.1",
    port: int = 8443,
    limits: Limits = SHIPPED,
    refused: Callable[[str], None] = lambda _: None,
    lifespan: str = "auto",
    kind: type[Server] = Server,
) -> Server:
    """A uvicorn server with mutual TLS and every limit.

    Args:
        app: the ASGI application: the receiver itself, or one in which it is mounted.
        context: gives the SSLContext for a new connection, which must demand a client certificate (`server_context`). None
            only behind a proxy that ends TLS.
        host: address to listen on, unless `Server.run` is given sockets.
        port: as for host.
        limits: what a sender may ask.
        refused: is told why a handshake failed.
        lifespan: as in uvicorn.
        kind: class of the server.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=type("Bounded", (TlsH11Protocol,), {"limits": limits}),
        loop="asyncio",
        ws="none",
        lifespan=cast(Any, lifespan),
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,  # its lines would hold the address, and with it the codes of the school
        proxy_headers=False,  # the address of the sender is that of the connection, whatever a header says
        server_header=False,
        timeout_graceful_shutdown=cast(Any, limits.shutdown_seconds),
        backlog=_BACKLOG,
    )
    return kind(config, lambda make: Entrance(make, context, limits, refused))


def _peer_pem(transport: asyncio.Transport) -> list[str]:
    """The certificate of the other side, which the SSLContext has verified; empty when there is none."""
    connection = transport.get_extra_info("ssl_object")
    der = connection.getpeercert(binary_form=True) if connection is not None else None
    return [ssl.DER_cert_to_PEM_cert(der)] if der else []


def _with_peer(app: Any, chain: list[str], limits: Limits) -> AsgiApp:
    """The application, with the ``tls`` extension; a late body ends as if the sender had gone away."""

    async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})["tls"] = {"client_cert_chain": chain, "client_cert_error": None}
        deadline = asyncio.get_running_loop().time() + limits.body_seconds + _GRACE_SECONDS
        whole = False

        async def receive_in_time() -> Any:
            nonlocal whole
            try:
                async with asyncio.timeout_at(None if whole else deadline):
                    event = await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}
            whole = whole or not event.get("more_body")
            return event

        if too_long(scope, limits):
            response = InboundResponse.of(431)
            pairs = [(name.encode(), value.encode()) for name, value in (*response.headers, ("connection", "close"))]
            await send({"type": "http.response.start", "status": 431, "headers": pairs})
            await send({"type": "http.response.body", "body": response.body})
        else:
            await app(scope, receive_in_time, send)

    return with_peer
