"""Sends one request over mutual TLS: the only file that imports httpx; `connections` and `sockets` below it use its engine.

Whatever the network or the peer does becomes a `Fault` value here, so no exception of a library, and with it no frame that
holds a body or an address, ever reaches a caller. Redirects are not followed, the environment (proxies, netrc, extra roots,
key logs) is not read, and each attempt ends at its total deadline, however slowly a peer sends.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextvars import ContextVar
from typing import Any, cast
from weakref import WeakKeyDictionary

import httpcore
import httpx

from doorstroom_client.basics import forks
from doorstroom_client.basics.answer_head import is_packed
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Phase, StoreError
from doorstroom_client.transport.connections import AsyncConnections, Connections, Use
from doorstroom_client.transport.pools import Pools
from doorstroom_client.transport.request import Fault, FaultKind, Outcome, Request, Response
from doorstroom_client.transport.sockets import CheckingBackend, Deadline, DeadlineBackend, Opening, OtherOinError
from doorstroom_client.transport.tls_faults import tls_error, tls_kind

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
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        deadline = self._deadline = Deadline()
        self._pools: Pools[httpx.HTTPTransport] = Pools(lambda made: _PooledTransport(made, deadline))

    def after_fork(self) -> None:
        """The connections of the parent stay the parent's: an answer to one of both would reach the other."""
        forks.leave(self._pools)
        self._begin()

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
                body.end()
        except Exception as error:  # the status is known: what it means is decided by the table
            cut = _fault(error, started, request.deadline)
        return _response(response, body, cut, started)

    def close(self) -> None:
        """Close all connections."""
        for transport in self._pools.clear():
            transport.close()


class AsyncHttpxTransport:
    """Sends requests for `AsyncClient`; each event loop has connections of its own, which end with it.

    Args:
        context: gives the SSLContext for a new connection, such as `LiveContext.current`.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _OfLoop] = WeakKeyDictionary()
        forks.watch(self)

    def after_fork(self) -> None:
        """The connections of the parent stay the parent's, and so do its event loops."""
        forks.leave(dict(self._loops))
        self._loops = WeakKeyDictionary()

    async def send(self, request: Request) -> Outcome:
        """Send once. Returns a `Fault` for whatever the network or the peer does; raises nothing for it."""
        started = time.monotonic()
        token = _silent.set(True)
        pools = await self._pools_here()
        pool = pools.take(request.peer.oin, self._context())
        try:
            # Head and body each end at the deadline; this one is for what closing a connection may take after that.
            async with asyncio.timeout(request.deadline + _GRACE):
                return await self._send(pool.transport, request, started)
        except Exception as error:  # every failure of the call becomes a value; cancellation is no Exception
            return _fault(error, started, request.deadline)
        finally:
            for retired in pools.give_back(pool):
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
                body.end()
        except Exception as error:  # the status is known: what it means is decided by the table
            cut = _fault(error, started, request.deadline)
        return _response(response, body, cut, started)

    async def _pools_here(self) -> Pools[httpx.AsyncHTTPTransport]:
        """The connections of the loop that runs."""
        loop = asyncio.get_running_loop()
        found = self._loops.get(loop)
        if found is None:
            pools: Pools[httpx.AsyncHTTPTransport] = Pools(_AsyncPooledTransport)
            found = self._loops[loop] = _OfLoop(pools, _closed_at_the_end(pools))
            await anext(found.end)
        return found.pools

    async def close(self) -> None:
        """Close all connections: at once in the loop that runs, soon in others that still go on."""
        here = asyncio.get_running_loop()
        loops, self._loops = dict(self._loops), WeakKeyDictionary()
        for loop, found in loops.items():
            if loop is here:
                await found.end.aclose()
            elif not loop.is_closed():
                asyncio.run_coroutine_threadsafe(found.end.aclose(), loop)


@frozen
class _OfLoop:
    """The connections of one event loop, and what closes them."""

    pools: Pools[httpx.AsyncHTTPTransport]
    end: AsyncGenerator[None]


async def _closed_at_the_end(pools: Pools[httpx.AsyncHTTPTransport]) -> AsyncGenerator[None]:
    """Close connections when this generator is closed, which asyncio does with all that are open before a loop ends."""
    try:
        yield
    finally:
        for transport in pools.clear():
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
        self._packed = is_packed(response.headers.get("content-encoding", ""))
        self.chunks: list[bytes] = []

    def begin(self) -> None:
        if self._packed and self._sink is not None:
            raise _TooLargeError
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

    def end(self) -> None:
        """All of it came in. Of a compressed answer the real size is unknown; only whose it is, is looked at."""
        if self._packed:
            raise _TooLargeError


def _may_hold_more(response: httpx.Response, use: Use) -> bool:
    """Whether something may be left in the connection that could be taken for the next answer.

    A 204 may have a body all the same (quirk Q3), an answer may be longer than it says, and one with two framings may be
    understood in two ways.
    """
    headers = response.headers
    return response.status_code == 204 or {"content-length", "transfer-encoding"} <= headers.keys() or use.holds_more()


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
    # Our pool marks every answer that came over a connection. One without a mark was given in its place by a test's double of
    # httpx: then there is no connection, and nothing to close. Who the peer is was looked at when a connection was made.
    use: Use | None = response.extensions.get("use")
    if use is not None and (cut is not None or _may_hold_more(response, use)):
        use.clean = False
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, b"".join(body.chunks), time.monotonic() - started, cut)


def _fault(error: BaseException, started: float, deadline: float) -> Fault:
    """Turn an exception into a value. Its text is dropped: it may quote the body of the peer.

    Raises:
        AssertionError: of a class of its own: no network says that, but a test's double of it does, such as respx about a
            request that is not mocked. The plain one stays a fault, as the HTTP library may say it of an odd answer.
    """
    if isinstance(error, AssertionError) and type(error) is not AssertionError:
        raise error
    seconds = time.monotonic() - started
    kind, phase, code = _kind(error)
    if kind in (FaultKind.NO_ANSWER, FaultKind.CONNECT) and seconds >= deadline - 0.001:
        kind, code = FaultKind.DEADLINE, code
    return Fault(kind, phase, code, seconds)


_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def _no_connection(error: BaseException) -> str:
    """Why no connection was made, as the system said it: below the exceptions of the libraries."""
    causes, found = [error], "connect"
    while causes:
        at = causes.pop()
        if isinstance(at, socket.gaierror | UnicodeError):
            return "name"
        if isinstance(at, ConnectionRefusedError):
            return "refused"
        if isinstance(at, OSError) and at.errno in _NO_WAY:
            found = "unreachable"  # of several addresses one that was reached says more
        causes += [below for below in (at.__cause__, at.__context__) if below is not None]
        causes += at.exceptions if isinstance(at, BaseExceptionGroup) else ()
    return found


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
        return (
            FaultKind.CONNECT,
            Phase.NOT_SENT,
            "timeout" if isinstance(error, httpx.TimeoutException) else _no_connection(error),
        )
    if isinstance(error, TimeoutError):
        return FaultKind.DEADLINE, Phase.UNKNOWN, "deadline"
    # A reset looks like an orderly end on some versions of Python, so what is no HTTP and what broke off share a name.
    waited = {httpx.ReadTimeout: "read", httpx.WriteTimeout: "write"}
    return FaultKind.NO_ANSWER, Phase.UNKNOWN, waited.get(type(error), "protocol")  # type: ignore[arg-type]
