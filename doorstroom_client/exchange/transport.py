"""Sends one request over mutual TLS: the only file that imports httpx and httpcore.

Whatever the network or the peer does becomes a `Fault` value here, so no exception of a library, and with it no frame that
holds a body or an address, ever reaches a caller. Redirects are not followed, the environment (proxies, netrc, extra roots,
key logs) is not read, and each attempt ends at its total deadline, however slowly a peer sends.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import AsyncIterable, Callable, Iterable
from contextvars import ContextVar
from typing import Any, cast

import httpcore
import httpx

from doorstroom_client.errors import Phase, StoreError
from doorstroom_client.exchange.http import Fault, FaultKind, Outcome, Request, Response
from doorstroom_client.exchange.names import Names
from doorstroom_client.exchange.pools import Pools
from doorstroom_client.exchange.tls_faults import tls_error, tls_kind
from doorstroom_client.exchange.x509 import only_oin

_USER_AGENT = "doorstroom_client"
_CONNECTIONS = 32
_GRACE = 0.2

_silent: ContextVar[bool] = ContextVar("doorstroom_client_exchange", default=False)


def _outside_our_calls(_: logging.LogRecord) -> bool:
    """The HTTP library logs addresses and headers at DEBUG; during our calls those hold OINs, keys and a rapportid."""
    return not _silent.get()


for _name in ("httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    logging.getLogger(_name).addFilter(_outside_our_calls)


class _OtherOinError(Exception):
    """The certificate carries another OIN than the configured one."""


class _TooLargeError(Exception):
    """The answer is larger than allowed, or compressed."""


class HttpxTransport:
    """Sends requests for `Client`; safe to share between threads.

    Args:
        context: gives the SSLContext for a new connection, such as `LiveContext.current`.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._deadline = _Deadline()
        self._pools: Pools[httpx.HTTPTransport] = Pools(lambda made: _PooledTransport(made, self._deadline))

    def send(self, request: Request) -> Outcome:
        """Send once. Returns a `Fault` for whatever the network or the peer does; raises nothing for it."""
        started = time.monotonic()
        token = _silent.set(True)
        self._deadline.at = started + request.deadline
        response: httpx.Response | None = None
        pool = self._pools.take(request.peer.oin, self._context())
        try:
            response = pool.transport.handle_request(_to_httpx(request, _check_oin(request)))
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
        self._pools: Pools[httpx.AsyncHTTPTransport] = Pools(_async_transport)

    async def send(self, request: Request) -> Outcome:
        """Send once. Returns a `Fault` for whatever the network or the peer does; raises nothing for it."""
        started = time.monotonic()
        token = _silent.set(True)
        pool = self._pools.take(request.peer.oin, self._context())
        try:
            # Head and body each end at the deadline; this one is for what closing a connection may take after that.
            async with asyncio.timeout(request.deadline + _GRACE):
                return await self._send(pool.transport, request, started)
        except asyncio.CancelledError:
            # A call that is cancelled half-way can leave its place in the pool of the library below taken for good.
            self._pools.retire(pool)
            raise
        except Exception as error:  # every failure of the call becomes a value; cancellation is no Exception
            return _fault(error, started, request.deadline)
        finally:
            for retired in self._pools.give_back(pool):
                await retired.aclose()
            _silent.reset(token)

    async def _send(self, transport: httpx.AsyncHTTPTransport, request: Request, started: float) -> Response:
        check = _check_oin(request)
        opened: list[Any] = []
        begun: list[str] = []

        async def trace(event: str, info: dict[str, Any]) -> None:
            if event == "http11.send_request_headers.started":
                begun.append(event)
            elif event == "connection.connect_tcp.complete":
                opened.append(info["return_value"])
            elif event == "connection.start_tls.failed":
                for stream in opened:  # the library below leaves it open when the handshake is cancelled
                    await stream.aclose()
            try:
                check(event, info)
            except _OtherOinError:
                await info["return_value"].aclose()
                raise

        try:
            async with asyncio.timeout(_left(request, started)):
                response = await transport.handle_async_request(_to_httpx(request, trace))
        except TimeoutError:
            if not begun:
                raise httpx.ConnectTimeout("") from None
            raise
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


def _async_transport(context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(max_connections=_CONNECTIONS)
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False, http2=False, retries=0, limits=limits)


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


def _to_httpx(request: Request, trace: Callable[[str, dict[str, Any]], Any]) -> httpx.Request:
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
    extensions = {"timeout": seconds, "trace": trace}
    return httpx.Request(request.method, request.url, headers=headers, content=request.body, extensions=extensions)


def _check_oin(request: Request) -> Callable[[str, dict[str, Any]], None]:
    """A trace function that looks at the certificate right after the handshake, before the first byte of a request."""

    def trace(event: str, info: dict[str, Any]) -> None:
        if event != "connection.start_tls.complete" or request.peer.oin is None:
            return
        stream = info["return_value"]
        certificate = stream.get_extra_info("ssl_object").getpeercert() or {}
        if peer_oin(certificate) != request.peer.oin:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
            raise _OtherOinError

    return trace


def peer_oin(certificate: Any) -> str | None:
    """The OIN in a certificate as `ssl.SSLSocket.getpeercert` gives it: the only serialNumber in the subject."""
    names = [pair for names in certificate.get("subject", ()) for pair in names]
    return only_oin(tuple(value for name, value in names if name == "serialNumber"))


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
    if isinstance(error, _OtherOinError):
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
    names = {httpx.ReadTimeout: "read", httpx.WriteTimeout: "write", httpx.RemoteProtocolError: "protocol"}
    return FaultKind.NO_ANSWER, Phase.UNKNOWN, names.get(type(error), "reset")  # type: ignore[arg-type]


class _Deadline(threading.local):
    """The moment at which the attempt in this thread must end."""

    at: float = float("inf")

    def cut(self, timeout: float | None, over: type[httpcore.TimeoutException] = httpcore.ReadTimeout) -> float:
        """The shorter of `timeout` and what is left.

        Raises:
            httpcore.TimeoutException: of class `over`, when nothing is left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise over
        return left if timeout is None else min(timeout, left)


class _PooledTransport(httpx.HTTPTransport):
    """httpx's transport over a pool whose sockets know the deadline: httpx's own timeouts start anew with every read."""

    def __init__(self, context: ssl.SSLContext, deadline: _Deadline) -> None:
        super().__init__(verify=context, trust_env=False, http2=False, retries=0)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=_DeadlineBackend(deadline),
        )


class _DeadlineBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline
        self._names = Names()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError()
        for place in self._places(host, port, timeout):  # the library below would give each address the whole time
            try:
                left = self._deadline.cut(timeout, httpcore.ConnectTimeout)
                stream = self._backend.connect_tcp(place, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failed

    def _places(self, host: str, port: int, timeout: float | None) -> list[str]:
        left = self._deadline.cut(timeout, httpcore.ConnectTimeout)
        try:
            return self._names.places(host, port, left)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except OSError:
            raise httpcore.ConnectError from None


class _DeadlineStream(httpcore.NetworkStream):
    """A stream on which no read, write or handshake outlives the deadline of the attempt."""

    _CHUNK = 16 * 1024

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), self._CHUNK):
            self._stream.write(buffer[at : at + self._CHUNK], self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.cut(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
