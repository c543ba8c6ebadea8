"""Sockets for the HTTP library: no read or write outlives the deadline, and the OIN is looked at before the first byte."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from doorstroom_client.parties.x509 import peer_oin
from doorstroom_client.transport.host_names import Names


class OtherOinError(Exception):
    """The certificate carries another OIN than the configured one."""


def carries(stream: Any, oin: str | None) -> bool:
    """Whether the certificate that was just shown on a stream carries this OIN; always when it is None."""
    return oin is None or peer_oin(stream.get_extra_info("ssl_object").getpeercert() or {}) == oin


@dataclass(slots=True)
class Opening:
    """An attempt in a task.

    Attributes:
        oin: what the certificate of the peer must carry; None when that is not known.
        begun: whether bytes of the request may have left.
    """

    oin: str | None
    begun: bool = False

    def begin(self) -> None:
        """From now on they may have."""
        self.begun = True


class Deadline(threading.local):
    """The attempt in this thread.

    Attributes:
        at: the moment at which it must end, in monotonic seconds.
        oin: what the certificate of the peer must carry; None when that is not known.
    """

    at: float = float("inf")
    oin: str | None = None

    def cut(self, timeout: float | None, over: type[httpcore.TimeoutException] = httpcore.ReadTimeout) -> float:
        """The shorter of `timeout` and what is left.

        Raises:
            httpcore.TimeoutException: of class `over`, when nothing is left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise over
        return left if timeout is None else min(timeout, left)


class DeadlineBackend(httpcore.NetworkBackend):
    """Connects within the deadline, to one address of the host after the other."""

    def __init__(self, deadline: Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline
        self._names = Names()

    def connect_tcp(  # noqa: D102 - as httpcore says
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
        except OSError as error:
            raise httpcore.ConnectError from error


class _DeadlineStream(httpcore.NetworkStream):
    """A stream on which no read, write or handshake outlives the deadline of the attempt."""

    _CHUNK = 16 * 1024  # of one TLS record
    _AT_ONCE = 64 * 1024  # more costs more: memory that is new each time

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._held = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._flush(timeout)  # for an HTTP library that does not tell the end of a request
        first = self._stream.read(max_bytes, self._deadline.cut(timeout))
        return first if len(first) < self._CHUNK else self._with_what_has_come(first)

    def _with_what_has_come(self, first: bytes) -> bytes:
        """Behind a full record the next ones often are there already: a long body passes the layers above in a few pieces.

        It waits for nothing, and what goes wrong here is told by the read after this one.
        """
        socket, pieces = self._stream.get_extra_info("socket"), [first]
        socket.settimeout(0)  # each read and write sets its own
        with contextlib.suppress(OSError):
            while len(pieces[-1]) >= self._CHUNK and len(pieces) < self._AT_ONCE // self._CHUNK:
                pieces.append(socket.recv(self._CHUNK))
        return b"".join(pieces)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer and len(self._held) < self._CHUNK:  # a head and a small body leave in one piece
            self._held += buffer
            return
        self._flush(timeout)
        self._write(buffer, timeout)

    def _flush(self, timeout: float | None) -> None:
        held, self._held = self._held, b""
        self._write(held, timeout)

    def _write(self, buffer: bytes, timeout: float | None) -> None:
        for at in range(0, len(buffer), self._CHUNK):
            self._stream.write(buffer[at : at + self._CHUNK], self._deadline.cut(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.cut(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        if not carries(stream, self._deadline.oin):
            stream.close()
            raise OtherOinError
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CheckingBackend(httpcore.AsyncNetworkBackend):
    """Connects within an event loop.

    Args:
        opening: the attempt that runs in this task.
    """

    def __init__(self, opening: ContextVar[Opening]) -> None:
        self._backend: Any = httpcore.AnyIOBackend()  # for a type checker it may be what stands there without anyio
        self._opening = opening

    async def connect_tcp(  # noqa: D102 - as httpcore says
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        opening = self._opening.get()
        return _CheckingStream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options), opening)


class _CheckingStream(httpcore.AsyncNetworkStream):
    """A stream before its handshake; what comes after it is httpcore's own."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, opening: Opening) -> None:
        self._stream = stream
        self._opening = opening

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._stream.aclose()  # the library below leaves it open when the handshake is cancelled
            raise
        if not carries(stream, self._opening.oin):
            await stream.aclose()
            raise OtherOinError
        self._opening.begun = True
        return stream
