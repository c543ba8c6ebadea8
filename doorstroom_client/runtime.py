"""What a client holds open, and how it runs flows: in this thread, or in the event loop."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from doorstroom_client.delivery.sending import Books
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.events import OnEvent
from doorstroom_client.exchange.flow import Flow, arun, run
from doorstroom_client.exchange.http import AsyncTransport, Transport
from doorstroom_client.exchange.live import LiveContext
from doorstroom_client.exchange.tls import ClientCertificate
from doorstroom_client.store.address import open_store, veiled
from doorstroom_client.store.base import Inbox, Ledger, Outbox, Reports, Store

T = TypeVar("T")
A = TypeVar("A")


class Resources:
    """The SSLContext, made at once so that a bad certificate is found at the start, and the store, opened at first use.

    Args:
        certificate: ours; may be None when the caller brings a transport of their own.
        store: a path, an address, a `Store`, an `Inbox` when nothing but results is kept, or None.
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
        self._store = veiled(store)
        self._now = now
        self._opened: Store | Inbox | None = None
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
        """Refuse to do what needs a store when there is none.

        Raises:
            ConfigurationError: no store is configured.
        """
        if self._store is None:
            raise ConfigurationError(
                "store is not configured, and this has to be kept",
                setting="store",
                hint='Give store="doorstroom.db" or a store object',
            )

    def inbox(self) -> Inbox:
        """Received results. The store is opened at first use, here as in the methods below.

        Raises:
            ConfigurationError: no store is configured, or it does not keep this.
            StoreError: it cannot be opened.
        """
        opened = self._open_once()
        return opened if isinstance(opened, Inbox) else opened.inbox

    def outbox(self) -> Outbox:
        """Messages that wait to be sent."""
        return self._whole_store().outbox

    def ledger(self) -> Ledger:
        """What suppliers accepted."""
        return self._whole_store().ledger

    def reports(self) -> Reports:
        """Which reports were fetched."""
        return self._whole_store().reports

    def books(self, *, needed: bool = True) -> Books | None:
        """What the store knows of deliveries; None when there is no such store.

        Args:
            needed: refuse to go on without.

        Raises:
            ConfigurationError: it is needed, and not there.
            StoreError: it cannot be opened.
        """
        if not needed and (self._store is None or not isinstance(self._open_once(), Store)):
            return None
        store = self._whole_store()
        return Books(store.ledger, store.outbox, self._now)

    def _whole_store(self) -> Store:
        opened = self._open_once()
        if not isinstance(opened, Store):
            raise ConfigurationError(
                "store keeps received results only, and this needs an outbox and a ledger too",
                setting="store",
                hint='Give store="doorstroom.db", or an object with all of Store',
            )
        return opened

    def _open_once(self) -> Store | Inbox:
        self.check_open()
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Store | Inbox:
        self.check_store()
        if isinstance(self._store, Store | Inbox):
            return self._store
        if not isinstance(self._store, str | os.PathLike):
            raise ConfigurationError("store must be a path, an address or a store object", setting="store")
        return open_store(os.fspath(self._store))

    def close(self) -> None:
        """Close the store, when it was opened here."""
        self.closed = True
        with self._lock:
            if isinstance(self._opened, Store) and self._opened is not self._store:
                self._opened.close()
            self._opened = None


def check_workers(workers: int) -> None:
    """Refuse a number of workers that can do nothing.

    Raises:
        ConfigurationError: it is below 1.
    """
    if workers < 1:
        raise ConfigurationError("workers must be at least 1", setting="workers")


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

    def stream(self, flows: Iterable[Flow[T]], workers: int, stop: Callable[[], object] = bool) -> Iterator[T]:
        """Run many flows, a few at a time, and hand out each result as it comes. The flows are taken as they are needed.

        When the consumer stops, or a flow raises, no new ones are begun and those that run are waited for.

        Args:
            flows: what to run.
            workers: how many at a time.
            stop: tells the flows that run to come to an end.
        """
        check_workers(workers)
        self.resources.check_open()
        waiting = iter(flows)
        with ThreadPoolExecutor(workers, thread_name_prefix="doorstroom") as pool:
            try:
                running = {pool.submit(self.run, flow) for flow in islice(waiting, workers)}
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {pool.submit(self.run, flow) for flow in islice(waiting, len(done))}
                    for future in done:
                        yield future.result()
            finally:
                stop()

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

    async def stream(self, flows: Iterable[Flow[T]], workers: int, stop: Callable[[], object] = bool) -> AsyncIterator[T]:
        """Run many flows, a few at a time, and hand out each result as it comes. The flows are taken as they are needed.

        When the consumer stops, or a flow raises, those that run are cancelled.

        Args:
            flows: what to run; taken beside the event loop, as it may come from disk.
            workers: how many at a time.
            stop: tells the flows that run to come to an end.
        """
        check_workers(workers)
        self.resources.check_open()
        waiting = iter(flows)
        running: set[asyncio.Task[T]] = set()
        try:
            more = True
            while more or running:
                while more and len(running) < workers:
                    flow = await asyncio.to_thread(next, waiting, None)
                    more = flow is not None
                    if flow is not None:
                        running.add(asyncio.ensure_future(self.run(flow)))
                if running:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        yield task.result()
        finally:
            stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

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
