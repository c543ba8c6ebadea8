"""The receiver as an ASGI application, for any ASGI server or framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from doorstroom_client.messages.codec import BODY_LIMIT
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse
from doorstroom_client.terugweg.peer import oin_from_scope

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi_app(
    handle: Callable[[InboundRequest], Awaitable[InboundResponse]],
    peer: Callable[[Scope], str | None] = oin_from_scope,
) -> AsgiApp:
    """Wrap a handler.

    Args:
        handle: decides and keeps.
        peer: gives the OIN of the verified sender from the scope; the default reads the ASGI ``tls`` extension.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await _answer(send, await _respond(scope, receive))

    async def _respond(scope: Scope, receive: Receive) -> InboundResponse:
        body = await _body(receive)
        if isinstance(body, InboundResponse):
            return body
        headers: dict[bytes, bytes] = dict(scope.get("headers") or ())
        request = InboundRequest(
            method=scope["method"],
            path=scope["path"],
            query=scope.get("query_string", b"").decode("latin-1"),
            peer_oin=peer(scope),
            body=body,
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
        )
        return await handle(request)

    return app


async def _body(receive: Receive) -> bytes | InboundResponse:
    """The whole body; a refusal when it is larger than a result may be, or the sender went away half-way."""
    chunks: list[bytes] = []
    left = BODY_LIMIT
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return InboundResponse.of(400)
        chunk = event.get("body", b"")
        left -= len(chunk)
        if left < 0:
            return InboundResponse.of(413)
        chunks.append(chunk)
        more = bool(event.get("more_body"))
    return b"".join(chunks)


async def _answer(send: Send, response: InboundResponse) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
