"""A few connections per peer that are used again: a small pool over the connections of httpcore, httpx's own engine.

httpcore's own pool looks at all waiting requests and all connections at the begin and the end of every call, and closes idle
connections by their total number. Here who has no place waits at a gate, the connection that was used last is used first, and
one that was idle for some seconds, or that the peer has closed, is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpcore

from doorstroom_client.transport.gate import AsyncGate, Gate

C = TypeVar("C", bound=httpcore.HTTPConnection | httpcore.AsyncHTTPConnection)
G = TypeVar("G", bound=Gate | AsyncGate)

IDLE_SECONDS = 5.0
"""After so long without a call a connection is closed."""


@dataclass(slots=True, eq=False)
class _Places(Generic[C, G]):
    """Connections to one origin. There are never more than places: one is made only by who has a place and finds none idle."""

    gate: G
    idle: list[tuple[float, C]] = field(default_factory=list[tuple[float, C]])
    used: set[C] = field(default_factory=set[C])

    def open(self) -> list[C]:
        """All that are open, or being opened."""
        return [*self.used, *(made for _, made in self.idle)]


class Use:
    """One request over a connection; an answer carries it as ``extensions["use"]``.

    Attributes:
        clean: whether the connection may be used again.
    """

    def __init__(self, made: Any) -> None:
        self._made = made
        self.clean = True

    def holds_more(self) -> bool:
        """Whether bytes are left behind the answer.

        They can be seen only inside the HTTP library; where its insides look different from what is expected, they may be.
        """
        try:
            left, _ = self._made._connection._h11_state.trailing_data
        except AttributeError:
            return True
        return bool(left)


def _answer(response: httpcore.Response, stream: Any, use: Use) -> httpcore.Response:
    extensions = {**response.extensions, "use": use}
    return httpcore.Response(response.status, headers=response.headers, content=stream, extensions=extensions)


class _Shelf(Generic[C, G]):
    """What both pools share: which connections there are. Closing is left to them."""

    def __init__(self, make: Callable[[httpcore.Origin], C], gate: Callable[[], G]) -> None:
        self._make = make
        self._gate = gate
        self._lock = threading.Lock()
        self._places: dict[tuple[bytes, bytes, int], _Places[C, G]] = {}

    @property
    def _requests(self) -> list[int]:
        """One item for each request that is under way or waits."""
        return [1 for places in self._all() for _ in range(places.gate.inside + places.gate.waiting)]

    @property
    def connections(self) -> list[C]:
        """All that are open, or being opened."""
        return [made for places in self._all() for made in places.open()]

    def _all(self) -> list[_Places[C, G]]:
        with self._lock:
            return list(self._places.values())

    def _at(self, origin: httpcore.Origin) -> _Places[C, G]:
        key = (origin.scheme, origin.host, origin.port)
        with self._lock:
            places = self._places.get(key)
            if places is None:
                places = self._places[key] = _Places(self._gate())
            return places

    def _take(self, places: _Places[C, G], origin: httpcore.Origin) -> tuple[C, bool, list[C]]:
        """A connection for who has a place, whether it was used before, and which ones are to be closed."""
        closing: list[C] = []
        with self._lock:
            now = time.monotonic()
            for others in self._places.values():
                while others.idle and others.idle[0][0] < now:
                    closing.append(others.idle.pop(0)[1])
            while places.idle:
                made = places.idle.pop()[1]
                if not made.has_expired():
                    places.used.add(made)
                    return made, True, closing
                closing.append(made)
            made = self._make(origin)
            places.used.add(made)
            return made, False, closing

    def _put(self, places: _Places[C, G], made: C, clean: bool) -> bool:
        """End the use; whether the connection is kept."""
        with self._lock:
            kept = clean and made in places.used and made.is_idle() and not made.is_closed()
            places.used.discard(made)
            if kept:
                places.idle.append((time.monotonic() + IDLE_SECONDS, made))
            return kept

    def _clear(self) -> list[C]:
        with self._lock:
            found = [made for places in self._places.values() for made in places.open()]
            for places in self._places.values():
                places.used.clear()
                places.idle.clear()
            return found


class Connections(_Shelf[httpcore.HTTPConnection, Gate]):
    """For threads; stands where httpx expects httpcore's pool.

    Args:
        make: a new connection to an origin.
        places: how many there may be to one origin.
    """

    def __init__(self, make: Callable[[httpcore.Origin], httpcore.HTTPConnection], places: int) -> None:
        super().__init__(make, lambda: Gate(places))

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send over a connection that is free, or a new one.

        Raises:
            httpcore.PoolTimeout: no place came free in time.
        """
        origin = request.url.origin
        places = self._at(origin)
        try:
            places.gate.enter(request.extensions["timeout"]["pool"])
        except TimeoutError:
            raise httpcore.PoolTimeout from None
        made: httpcore.HTTPConnection | None = None
        try:
            made, _, closing = self._take(places, origin)
            for old in closing:
                old.close()
            response = made.handle_request(request)
        except BaseException:
            self.ended(places, made)
            raise
        use = Use(made)
        stream = _Stream(response.stream, lambda: self.ended(places, made, use.clean))
        return _answer(response, stream, use)

    def ended(
        self, places: _Places[httpcore.HTTPConnection, Gate], made: httpcore.HTTPConnection | None, clean: bool = True
    ) -> None:
        """A request is over: its connection goes back or is closed, and its place comes free."""
        try:
            if made is not None and not self._put(places, made, clean):
                made.close()
        finally:
            places.gate.leave()

    def close(self) -> None:
        """Close all connections."""
        for made in self._clear():
            made.close()


class AsyncConnections(_Shelf[httpcore.AsyncHTTPConnection, AsyncGate]):
    """For the tasks of one event loop; the counterpart of `Connections`."""

    def __init__(self, make: Callable[[httpcore.Origin], httpcore.AsyncHTTPConnection], places: int) -> None:
        super().__init__(make, lambda: AsyncGate(places))

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send over a connection that is free, or a new one; ``extensions["begun"]`` is called when bytes may leave.

        Raises:
            httpcore.PoolTimeout: no place came free in time.
        """
        origin = request.url.origin
        places = self._at(origin)
        try:
            await places.gate.enter(request.extensions["timeout"]["pool"])
        except TimeoutError:
            raise httpcore.PoolTimeout from None
        made: httpcore.AsyncHTTPConnection | None = None
        try:
            made, used_before, closing = self._take(places, origin)
            for old in closing:
                await old.aclose()
            if used_before:
                request.extensions["begun"]()
            response = await made.handle_async_request(request)
        except BaseException:
            await self.ended(places, made)
            raise
        use = Use(made)
        stream = _AsyncStream(response.stream, lambda: self.ended(places, made, use.clean))
        return _answer(response, stream, use)

    async def ended(
        self,
        places: _Places[httpcore.AsyncHTTPConnection, AsyncGate],
        made: httpcore.AsyncHTTPConnection | None,
        clean: bool = True,
    ) -> None:
        """A request is over: its connection goes back or is closed, and its place comes free."""
        try:
            if made is not None and not self._put(places, made, clean):
                await made.aclose()
        finally:
            places.gate.leave()

    async def aclose(self) -> None:
        """Close all connections."""
        for made in self._clear():
            await made.aclose()


class _Stream:
    """The body of an answer; the connection comes free when it is closed."""

    def __init__(self, stream: Any, ended: Callable[[], None]) -> None:
        self._stream = stream
        self._ended: Callable[[], None] | None = ended

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            try:
                self._stream.close()
            finally:
                ended()


class _AsyncStream:
    def __init__(self, stream: Any, ended: Callable[[], Any]) -> None:
        self._stream = stream
        self._ended: Callable[[], Any] | None = ended

    def __aiter__(self) -> AsyncIterator[bytes]:
        iterator: AsyncIterator[bytes] = self._stream.__aiter__()
        return iterator

    async def aclose(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            try:
                await self._stream.aclose()
            finally:
                await ended()
