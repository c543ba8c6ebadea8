"""What a client holds open, and how it runs flows: in this thread, or in the event loop."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.events import OnEvent
from doorstroom_client.exchange.flow import Flow, arun, run
from doorstroom_client.exchange.http import AsyncTransport, Transport
from doorstroom_client.exchange.live import LiveContext
from doorstroom_client.exchange.tls import ClientCertificate
from doorstroom_client.store.base import Inbox

T = TypeVar("T")
A = TypeVar("A")


class Resources:
    """The SSLContext, made at once so that a bad certificate is found at the start, and the store, opened at first use.

    Args:
        certificate: ours; may be None when the caller brings a transport of their own.
        store: a path, an `Inbox`, or None.
        on_event: is told of what happens with the certificate.
        now: the wall clock (UTC).
    """

    def __init__(
        self,
        certificate: ClientCertificate | None,
        store: object,
        on_event: OnEvent | None,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._live = None if certificate is None else LiveContext(certificate, on_event, now=now)
        self._store = store
        self._inbox: Inbox | None = None
        self._lock = threading.Lock()
        self.closed = False

    def context(self) -> ssl.SSLContext:
        """The SSLContext for a connection that is made now.

        Raises:
            ConfigurationError: no certificate was given.
        """
        if self._live is None:
            raise ConfigurationError(
                "certificate is missing, and the chain works over mutual TLS only",
                setting="certificate",
                hint="Give certificate=ClientCertificate(...)",
            )
        return self._live.current()

    def las_oin(self) -> str | None:
        """Our OIN, as it stands in the certificate that is in use."""
        return None if self._live is None else self._live.oin

    def check_open(self) -> None:
        """Refuse to work after `close`."""
        if self.closed:
            raise ConfigurationError("this client is closed", hint="Make a new one, or do the work inside its with block")

    def check_store(self) -> None:
        """Refuse to receive when nothing could be kept.

        Raises:
            ConfigurationError: no store is configured.
        """
        if self._store is None:
            raise ConfigurationError(
                "store is not configured, and received results must be kept",
                setting="store",
                hint='Give store="doorstroom.db" or a store object',
            )

    def inbox(self) -> Inbox:
        """The store, opened at first use.

        Raises:
            ConfigurationError: none is configured.
            StoreError: it cannot be opened.
        """
        self.check_open()
        with self._lock:
            if self._inbox is None:
                self._inbox = self._open()
            return self._inbox

    def _open(self) -> Inbox:
        self.check_store()
        if isinstance(self._store, Inbox):
            return self._store
        if not isinstance(self._store, str | os.PathLike):
            raise ConfigurationError("store must be a path or a store object", setting="store")
        from doorstroom_client.store.sqlite import SqliteStore  # the database is loaded by who uses it

        return SqliteStore(os.fspath(self._store))

    def close(self) -> None:
        """Close the store, when it was opened here."""
        self.closed = True
        with self._lock:
            if self._inbox is not None and self._inbox is not self._store:
                self._inbox.close()
            self._inbox = None


class SyncRuntime:
    """Runs flows in the calling thread.

    Args:
        resources: what is held open.
        transport: what sends; made at first use when None.
    """

    def __init__(self, resources: Resources, transport: Transport | None) -> None:
        self.resources = resources
        self._given = transport
        self._made: Transport | None = None
        self._lock = threading.Lock()

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        self.resources.check_open()
        return run(flow, self._transport())

    def io(self, work: Callable[[], T]) -> T:
        """Do something that may wait for the disk."""
        self.resources.check_open()
        return work()

    def close(self) -> None:
        """Close what was opened here."""
        self.resources.close()
        with self._lock:
            if self._made is not None:
                self._made.close()
            self._made = None

    def awaitable(self, handle: Callable[[A], T]) -> Callable[[A], Awaitable[T]]:
        """A blocking function as one that an event loop can await."""

        async def in_thread(argument: A) -> T:
            return await asyncio.to_thread(handle, argument)

        return in_thread

    def _transport(self) -> Transport:
        if self._given is not None:
            return self._given
        with self._lock:
            if self._made is None:
                from doorstroom_client.exchange.transport import HttpxTransport  # loads httpx at the first call

                self._made = HttpxTransport(self.resources.context)
            return self._made


class AsyncRuntime:
    """Runs flows in the event loop; the counterpart of `SyncRuntime`."""

    def __init__(self, resources: Resources, transport: AsyncTransport | None) -> None:
        self.resources = resources
        self._given = transport
        self._made: AsyncTransport | None = None

    async def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        self.resources.check_open()
        return await arun(flow, self._transport())

    async def io(self, work: Callable[[], T]) -> T:
        """Do something that may wait for the disk, beside the event loop."""
        self.resources.check_open()
        return await asyncio.to_thread(work)

    async def close(self) -> None:
        """Close what was opened here."""
        await asyncio.to_thread(self.resources.close)
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    def awaitable(self, handle: Callable[[A], Awaitable[T]]) -> Callable[[A], Awaitable[T]]:
        """The function itself: it can be awaited already."""
        return handle

    def _transport(self) -> AsyncTransport:
        if self._given is not None:
            return self._given
        if self._made is None:
            from doorstroom_client.exchange.transport import AsyncHttpxTransport  # loads httpx at the first call

            self._made = AsyncHttpxTransport(self.resources.context)
        return self._made
