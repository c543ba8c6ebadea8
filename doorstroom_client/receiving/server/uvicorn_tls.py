"""Gives a uvicorn server that is safe to put on the internet (extra ``serve``).

uvicorn does not tell an application which client certificate TLS verified, and has no bounds on what a sender may take: a half
header, a half body and a silent connection stay open for ever. `make_server` gives a server that has them all. The protocol
alone, under a server of your own, bounds headers, body, memory and time, but not handshakes and connections.

    context = server_context(certificate)
    make_server(client.terugweg.asgi(), lambda: context, host="0.0.0.0", port=8443).run()
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, cast

import uvicorn

from doorstroom_client.receiving.limits import SHIPPED, Limits
from doorstroom_client.receiving.server.door import Door
from doorstroom_client.receiving.server.entrance import Entrance
from doorstroom_client.receiving.server.http1 import TlsH11Protocol
from doorstroom_client.receiving.server.rules import Rules

__all__ = ["Server", "TlsH11Protocol", "make_server"]

_DEFAULTS = Rules()
_BACKLOG = 1024
"""Connections that may wait to be accepted; of a longer burst, the rest would be tried again by TCP only after a second."""


class Server(uvicorn.Server):
    """uvicorn with an `Entrance`; made by `make_server`.

    Args:
        config: of uvicorn.
        entrance: makes an entrance for the protocols that this server makes.
        scarce: is told now and then that connections wait because there are too many open files.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        entrance: Callable[[Callable[[], asyncio.Protocol]], Entrance],
        scarce: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._make_entrance = entrance
        self._scarce = scarce
        self._entrance: Entrance | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; the sockets are plain, because the entrance starts TLS itself."""
        await super().startup(sockets=[])
        self.started: bool = False
        loop = asyncio.get_running_loop()
        config = self.config

        def make() -> asyncio.Protocol:
            kind: Any = config.http_protocol_class
            protocol: asyncio.Protocol = kind(
                config=config, server_state=self.server_state, app_state=self.lifespan.state, _loop=loop
            )
            return protocol

        self._entrance = entrance = self._make_entrance(make)
        own: list[socket.socket] = []
        if sockets is None:
            own = [
                socket.create_server(address[:2], family=family)
                for family, _, _, _, address in await loop.getaddrinfo(
                    config.host or None, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
                )
            ]
        self.servers.extend(cast(Any, Door(listening, _BACKLOG, entrance, self._scarce)) for listening in sockets or own)
        for listening in own:
            listening.close()  # the door has its own
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
    rules: Rules = _DEFAULTS,
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
        rules: what it goes by beside limits, and whom it tells.
        lifespan: as in uvicorn.
        kind: class of the server.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=type("Bounded", (TlsH11Protocol,), {"limits": limits, "rules": rules}),
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
    return kind(config, lambda make: Entrance(make, context, limits, rules.refused), rules.scarce)
