"""The receiver as a WSGI application, for servers and frameworks that are not asynchronous.

WSGI gives an application no clock and no connection: how long a sender may take is for the server to bound.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.receiving.judge import Failed, InboundRequest, InboundResponse, guarded, nobody
from doorstroom_client.receiving.limits import SHIPPED, Limits, oversized, refusal
from doorstroom_client.receiving.peer import oin_from_environ, sender_of

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
_PIECE = 64 * 1024


def wsgi_app(
    handle: Callable[[InboundRequest], InboundResponse | Awaitable[InboundResponse]],
    peer: Callable[[Environ], str | None] = oin_from_environ,
    limits: Limits = SHIPPED,
    refuse: Callable[[int], InboundResponse] = InboundResponse.of,
    failed: Failed = nobody,
) -> WsgiApp:
    """Wrap a handler.

    Args:
        handle: decides and keeps, in the thread of the request.
        peer: gives the OIN of the verified sender from the environ.
        limits: what a sender may ask; times are for the server.
        refuse: makes the answer to a request that is refused before it was read to its end.
        failed: is told when ``peer`` raises; the sender is to come back.

    Raises:
        ConfigurationError: the handler has to be awaited, which WSGI cannot.
    """
    if inspect.iscoroutinefunction(handle):
        raise ConfigurationError(
            "an AsyncClient cannot be a WSGI application", hint="Use Client, or terugweg.asgi() under an ASGI server"
        )

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        given: Environ = environ
        body = _body(given, limits)
        request = body if isinstance(body, int) else guarded(_request, failed, given, body, peer)
        response = refuse(request) if isinstance(request, int) else handle(request)
        assert isinstance(response, InboundResponse)
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", list(response.headers))
        return [response.body]

    return app


def _request(environ: Environ, body: bytes, peer: Callable[[Environ], str | None]) -> InboundRequest:
    sender = sender_of(peer, environ)
    return InboundRequest(
        method=str(environ["REQUEST_METHOD"]),
        path=f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}",
        query=str(environ.get("QUERY_STRING", "")),
        peer_oin=sender.oin,
        body=body,
        content_type=str(environ.get("CONTENT_TYPE") or ""),
        reason=sender.reason,
    )


def _fields(environ: Environ) -> list[tuple[bytes, bytes]]:
    """The header fields, as far as WSGI tells them."""
    names = {"CONTENT_LENGTH": "content-length", "CONTENT_TYPE": "content-type"}
    names |= {key: key[5:].replace("_", "-").lower() for key in environ if key.startswith("HTTP_")}
    return [(name.encode("latin-1"), str(environ.get(key) or "").encode("latin-1")) for key, name in names.items()]


def _body(environ: Environ, limits: Limits) -> bytes | int:
    """The whole body, or the status to refuse it with."""
    fields = [(name, value) for name, value in _fields(environ) if name != b"content-length" or value]
    line = sum(len(str(environ.get(key, ""))) for key in ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"))
    refused = 431 if oversized(line, fields, limits) else refusal(fields, limits)
    if refused:
        return refused
    length = dict(fields).get(b"content-length")
    if length is None and not environ.get("wsgi.input_terminated"):
        return b""  # without a length, reading might never end
    wanted = limits.body + 1 if length is None else int(length)
    body = bytearray()
    while len(body) < wanted:
        piece = environ["wsgi.input"].read(min(_PIECE, wanted - len(body)))
        if not piece:
            break
        body += piece
    if len(body) > limits.body:
        return 413
    return 400 if length is not None and len(body) < wanted else bytes(body)
