"""Tells the application which client certificate TLS verified, when uvicorn is the server (extra ``serve``).

The receiver may believe one thing only about who is sending: the certificate that the TLS layer verified. ASGI has an
extension for that (``tls``), but uvicorn does not fill it. This subclass of its h11 protocol does, from the connection
itself, so that no header and no proxy setting can get in between. It also bounds how long a sender may take, which uvicorn
does not do.

    config = uvicorn.Config(client.terugweg.asgi(), http=TlsH11Protocol, proxy_headers=False)
    config.load()
    config.ssl = server_context(certificate)
    uvicorn.Server(config).run()
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from doorstroom_client.terugweg.asgi import AsgiApp, Receive, Scope, Send

_SECONDS_FOR_A_REQUEST = 30.0


class TlsH11Protocol(H11Protocol):
    """HTTP/1.1 with the ASGI ``tls`` extension and a time limit on every request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once; it holds for the whole connection."""
        super().connection_made(transport)
        self.app = _with_peer(self.app, _peer_pem(transport))
        self._silent = self.loop.call_later(_SECONDS_FOR_A_REQUEST, self._hang_up_when_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit."""
        self._silent.cancel()
        super().connection_lost(exc)

    def _hang_up_when_silent(self) -> None:
        if self.cycle is None:  # pyright: ignore[reportUnnecessaryComparison] - uvicorn starts with None
            self.transport.abort()


def _peer_pem(transport: asyncio.Transport) -> list[str]:
    """The certificate of the other side, which the SSLContext has verified; empty when there is none."""
    connection = transport.get_extra_info("ssl_object")
    der = connection.getpeercert(binary_form=True) if connection is not None else None
    return [ssl.DER_cert_to_PEM_cert(der)] if der else []


def _with_peer(app: Any, chain: list[str]) -> AsgiApp:
    async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})["tls"] = {"client_cert_chain": chain, "client_cert_error": None}
        deadline = asyncio.get_running_loop().time() + _SECONDS_FOR_A_REQUEST

        async def receive_in_time() -> Any:
            try:
                async with asyncio.timeout_at(deadline):
                    return await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}

        await app(scope, receive_in_time, send)

    return with_peer
