"""Sends one request over mutual TLS: the only file that imports httpx; `connections` and `streams` below it use its engine.

Whatever the network or the peer does becomes a `Fault` value here, so no exception of a library, and with it no frame that
holds a body or an address, ever reaches a caller. Redirects are not followed, the environment (proxies, netrc, extra roots,
key logs) is not read, and each attempt ends at its total deadline, however slowly a peer sends.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterable, Callable, Iterable
from contextvars import ContextVar
from typing import Any, cast

import httpcore
import httpx

from doorstroom_client.errors import Phase, StoreError
from doorstroom_client.exchange.connections import AsyncConnections, Connections
from doorstroom_client.exchange.http import Fault, FaultKind, Outcome, Request, Response
from doorstroom_client.exchange.pools import Pools
from doorstroom_client.exchange.streams import CheckingBackend, Deadline, DeadlineBackend, Opening, OtherOinError
from doorstroom_client.exchange.tls_faults import tls_error, tls_kind

_USER_AGENT = "doorstroom_client"
_CONNECTIONS = 32
_GRACE = 0.2

_opening: ContextVar[Opening] = ContextVar("doorstroom_client_opening")
_silent: ContextVar[bool] = ContextVar("doorstroom_client_exchange", default=False)


def _outside_our_calls(_: logging.LogRecord) -> bool:
    """The HTTP library logs addresses and headers at DEBUG; during our calls those hold OINs, keys and a rapportid."""
    return not _silent.get()


for _name in ("httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    logging.getLogger(_name).addFilter(_outside_our_calls)


class _TooLargeError(Exception):
    """The answer is larger than allowed, or compressed."""


class HttpxTransport:
    """Sends requests for `Client`; safe to share between threads.

    Args:
        context: gives the SSLContext for a new connection, such as `LiveContext.current`.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._deadline = Deadline()
        self._pools: Pools[httpx.HTTPTransport] = Pools(lambda made: _PooledTransport(made, self._deadline))

    def send(self, request: Request) -> Outcome:
        """Send once. Returns a `Fault` for whatever the network or the peer does; raises nothing for it."""
        started = time.monotonic()
        token = _silent.set(True)
        self._deadline.at, self._deadline.oin = started + request.deadline, request.peer.oin
        response: httpx.Response | None = None
        pool = self._pools.take(request.peer.oin, self._context())
        try:
            response = pool.transport.handle_request(_to_httpx(request))
            return self._read(response, request, started)
        except Exception as error:  # every failure of the call becomes a value
            return _fault(error, started, request.deadline)
        finally:
            if response is not None:
                response.close()
            for retired in self._pools.give_back(pool):
                retired.close()
            _silent.reset(token)

    def _read(self, response: httpx.Response, request: Request, started: float) -> Response:
        body = _Body(response, request)
        cut: Fault | None = None
        try:
            if response.status_code != 204:
                body.begin()
                for chunk in cast(Iterable[bytes], response.stream):
                    body.add(chunk)
        except Exception as error:  # the status is known: what it means is decided by the table
            cut = _fault(error, started, request.deadline)
        if cut is not None or _may_hold_more(response):
            response.extensions["network_stream"].close()
        return _response(response, body, cut, started)

    def close(self) -> None:
        """Close all connections."""
        for transport in self._pools.clear():
            transport.close()


class AsyncHttpxTransport:
    """Sends requests for `AsyncClient`, in one asyncio event loop.

    Args:
        context: gives the SSLContext for a new connection, such as `LiveContext.current`.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._pools: Pools[httpx.AsyncHTTPTransport] = Pools(_AsyncPooledTransport)

    async def send(self, request: Request) -> Outcome:
        """Send once. Returns a `Fault` for whatever the network or the peer does; raises nothing for it."""
        started = time.monotonic()
        token = _silent.set(True)
        pool = self._pools.take(request.peer.oin, self._context())
        try:
            # Head and body each end at the deadline; this one is for what closing a connection may take after that.
            async with asyncio.timeout(request.deadline + _GRACE):
                return await self._send(pool.transport, request, started)
        except Exception as error:  # every failure of the call becomes a value; cancellation is no Exception
            return _fault(error, started, request.deadline)
        finally:
            for retired in self._pools.give_back(pool):
                await retired.aclose()
            _silent.reset(token)

    async def _send(self, transport: httpx.AsyncHTTPTransport, request: Request, started: float) -> Response:
        opening = Opening(request.peer.oin)
        token = _opening.set(opening)
        try:
            async with asyncio.timeout(_left(request, started)):
                response = await transport.handle_async_request(_to_httpx(request, opening.begin))
        except TimeoutError:
            if not opening.begun:
                raise httpx.ConnectTimeout("") from None
            raise
        finally:
            _opening.reset(token)
        try:
            return await self._read(response, request, started)
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, request: Request, started: float) -> Response:
        body = _Body(response, request)
        cut: Fault | None = None
        try:
            if response.status_code != 204:
                body.begin()
                async with asyncio.timeout(_left(request, started)):
                    async for chunk in cast(AsyncIterable[bytes], response.stream):
                        body.add(chunk)
        except Exception as error:  # the status is known: what it means is decided by the table
            cut = _fault(error, started, request.deadline)
        if cut is not None or _may_hold_more(response):
            await response.extensions["network_stream"].aclose()
        return _response(response, body, cut, started)

    async def close(self) -> None:
        """Close all connections."""
        for transport in self._pools.clear():
            await transport.aclose()


def _left(request: Request, started: float) -> float:
    return max(0.0, started + request.deadline - time.monotonic())


class _PooledTransport(httpx.HTTPTransport):
    """httpx's transport over our pool, with sockets that know the deadline: httpx's own timeouts start anew with every read."""

    _pool: Any

    def __init__(self, context: ssl.SSLContext, deadline: Deadline) -> None:
        super().__init__(verify=context, trust_env=False, http2=False, retries=0)
        backend = DeadlineBackend(deadline)

        def make(origin: httpcore.Origin) -> httpcore.HTTPConnection:
            return httpcore.HTTPConnection(origin, ssl_context=context, network_backend=backend)

        self._pool = Connections(make, _CONNECTIONS)


class _AsyncPooledTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over our pool, with a look at the certificate before the first byte."""

    _pool: Any

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False, http2=False, retries=0)
        backend = CheckingBackend(_opening)

        def make(origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
            return httpcore.AsyncHTTPConnection(origin, ssl_context=context, network_backend=backend)

        self._pool = AsyncConnections(make, _CONNECTIONS)


class _Body:
    """Takes in an answer: in memory, or a 200 into the sink of the request. Its size is counted while it comes in."""

    def __init__(self, response: httpx.Response, request: Request) -> None:
        self._headers = response.headers
        self._sink = request.sink if response.status_code == 200 else None
        self._left = request.limit
        self.chunks: list[bytes] = []

    def begin(self) -> None:
        if self._headers.get("content-encoding", "identity").lower() != "identity":
            raise _TooLargeError  # the real size of a compressed answer is unknown
        if self._sink is not None:
            length = self._headers.get("content-length", "")
            self._sink.begin(int(length) if length.isascii() and length.isdigit() else None)

    def add(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise _TooLargeError
        if self._sink is not None:
            self._sink.write(chunk)
        else:
            self.chunks.append(chunk)


def _may_hold_more(response: httpx.Response) -> bool:
    """Whether something may be left in the connection that could be taken for the next answer.

    A 204 may have a body all the same (quirk Q3), an answer may be longer than it says, and one with two framings may be
    understood in two ways. The bytes that are left can be seen only inside the HTTP library; where its insides look
    different from what is expected here, the connection is not used again.
    """
    headers = response.headers
    if response.status_code == 204 or ("content-length" in headers and "transfer-encoding" in headers):
        return True
    try:
        connection = response.stream._httpcore_stream._stream._connection  # type: ignore[union-attr]
        left, _ = connection._h11_state.trailing_data
    except AttributeError:
        return True
    return bool(left)


def _to_httpx(request: Request, begun: Callable[[], None] | None = None) -> httpx.Request:
    headers = {
        "Accept": request.accept,
        "Accept-Encoding": "identity",
        "User-Agent": _USER_AGENT,
        **({"Content-Type": "application/json"} if request.body is not None else {}),
        **request.headers,
    }
    seconds = {
        "connect": request.connect,
        "pool": request.connect,
        "read": request.deadline,
        "write": request.deadline,
    }
    extensions = {"timeout": seconds, "begun": begun}
    return httpx.Request(request.method, request.url, headers=headers, content=request.body, extensions=extensions)


def _response(response: httpx.Response, body: _Body, cut: Fault | None, started: float) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, b"".join(body.chunks), time.monotonic() - started, cut)


def _fault(error: BaseException, started: float, deadline: float) -> Fault:
    """Turn an exception into a value. Its text is dropped: it may quote the body of the peer."""
    seconds = time.monotonic() - started
    kind, phase, code = _kind(error)
    if kind in (FaultKind.NO_ANSWER, FaultKind.CONNECT) and seconds >= deadline - 0.001:
        kind, code = FaultKind.DEADLINE, code
    return Fault(kind, phase, code, seconds)


def _kind(error: BaseException) -> tuple[FaultKind, Phase, str]:
    if isinstance(error, OtherOinError):
        return FaultKind.WRONG_PEER, Phase.NOT_SENT, "oin"
    if isinstance(error, _TooLargeError):
        return FaultKind.TOO_LARGE, Phase.UNKNOWN, "size"
    if isinstance(error, StoreError):
        return FaultKind.NOT_KEPT, Phase.UNKNOWN, "disk"
    before = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    tls = tls_error(error)
    if tls is not None:
        return tls_kind(tls, before)
    if before:
        return FaultKind.CONNECT, Phase.NOT_SENT, "timeout" if isinstance(error, httpx.TimeoutException) else "connect"
    if isinstance(error, TimeoutError):
        return FaultKind.DEADLINE, Phase.UNKNOWN, "deadline"
    # A reset looks like an orderly end on some versions of Python, so what is no HTTP and what broke off share a name.
    waited = {httpx.ReadTimeout: "read", httpx.WriteTimeout: "write"}
    return FaultKind.NO_ANSWER, Phase.UNKNOWN, waited.get(type(error), "protocol")  # type: ignore[arg-type]
