"""The receiver as an ASGI application, for any ASGI server or framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from doorstroom_client.receiving.judge import Failed, InboundRequest, InboundResponse, guarded, nobody
from doorstroom_client.receiving.limits import SHIPPED, Limits, oversized, refusal
from doorstroom_client.receiving.peer import oin_from_scope, sender_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[int], InboundResponse]
Handle = Callable[[InboundRequest, bool], Awaitable[InboundResponse]]
Admit = Callable[[InboundRequest], Awaitable[InboundResponse | None]]
WHOLE = "doorstroom.whole"
"""The extension by which our own server says that the body is there already, so that there is nothing to be spared."""


def asgi_app(
    handle: Handle,
    peer: Callable[[Scope], str | None] = oin_from_scope,
    limits: Limits = SHIPPED,
    refuse: Refuse = InboundResponse.of,
    failed: Failed = nobody,
    admit: Admit | None = None,
) -> AsgiApp:
    """Wrap a handler.

    Args:
        handle: decides and keeps; is told whether ``admit`` let the request in.
        peer: gives the OIN of the verified sender from the scope; the default reads the ASGI ``tls`` extension.
        limits: what a sender may ask; holds under any server.
        refuse: makes the answer to a request that is refused before it was read to its end.
        failed: is told when ``peer`` raises; the sender is to come back.
        admit: is asked about a request without its body, when that is still to come: the answer to one that is refused for
            who sends it, or where to.
    """

    async def respond(scope: Scope, receive: Receive) -> tuple[InboundResponse, bool]:
        """The answer, and whether it is the last one on its connection: what was not read would pass for the next request."""
        request = _refused(scope, limits) or guarded(_request, failed, scope, b"", peer)
        if isinstance(request, int):
            return refuse(request), True
        early = admit is not None and WHOLE not in (scope.get("extensions") or ())
        refused = await admit(request) if admit is not None and early else None
        if refused is not None:
            return refused, True
        body = await _body(receive, limits)
        if isinstance(body, int):
            return refuse(body), True
        return await handle(replace(request, body=body), early), False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        import asyncio  # here, as in the other files: a client that blocks does without

        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                response, last = await respond(scope, receive)
            except asyncio.CancelledError:
                # The server stops and has waited long enough; the sender is told to come back.
                await _answer(scope, send, refuse(503), last=True)
                raise
            await _answer(scope, send, response, last=last)

    return app


def _request(scope: Scope, body: bytes, peer: Callable[[Scope], str | None]) -> InboundRequest:
    headers: dict[bytes, bytes] = dict(scope.get("headers") or ())
    sender = sender_of(peer, scope)
    return InboundRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        peer_oin=sender.oin,
        body=body,
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
        reason=sender.reason,
    )


def too_long(scope: Scope, limits: Limits) -> bool:
    """Whether the headers of a request are larger, or more, than they may be."""
    line = len(scope["method"]) + len(scope.get("raw_path") or scope["path"].encode()) + len(scope.get("query_string", b""))
    return oversized(line, scope.get("headers") or (), limits)


def _refused(scope: Scope, limits: Limits) -> int:
    return 431 if too_long(scope, limits) else refusal(scope.get("headers") or (), limits)


async def _body(receive: Receive, limits: Limits) -> bytes | int:
    """The whole body, or the status to refuse it with as soon as that is certain."""
    import asyncio

    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    return 400
                body += event.get("body", b"")
                if len(body) > limits.body:
                    return 413
                if not event.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return 408


async def _answer(scope: Scope, send: Send, response: InboundResponse, *, last: bool) -> None:
    headers = [*_encoded(response.headers)]
    if last and str(scope.get("http_version", "1.1")).startswith("1"):  # later versions do not know this field
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


@lru_cache(maxsize=64)
def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """The answers are few, and always the same."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
