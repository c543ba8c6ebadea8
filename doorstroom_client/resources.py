"""What a client holds open: the SSLContext and the store."""

from __future__ import annotations

import datetime as dt
import os
import ssl
from collections.abc import Callable

from doorstroom_client.basics import forks
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import OnEvent, Teller
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.parties.given import given, is_path
from doorstroom_client.sending.one_list import Books
from doorstroom_client.store.group_commit import GroupCommit
from doorstroom_client.store.location import veiled
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.osr_answers import Mandates
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.live import LiveContext


class Resources:
    """The SSLContext, made at once so that a bad certificate is found at the start, and the store, opened at first use.

    Args:
        certificate: ours; may be None when the caller brings a transport of their own.
        store: a path, an address, an open store, an `Inbox` when nothing but results is kept, or None.
        on_event: is told of what happens with the certificate, and with the file of the store.
        now: the wall clock (UTC).
    """

    def __init__(
        self,
        certificate: ClientCertificate | None,
        store: object,
        on_event: OnEvent | None,
        now: Callable[[], dt.datetime],
    ) -> None:
        hint = 'Give certificate=ClientCertificate("las.pem", "las.key", trust="roots.pem")'
        given(certificate, ClientCertificate, "certificate", "a ClientCertificate", hint)
        wants = "the path of an SQLite file, the address of a PostgreSQL database, or an Inbox"
        given(store, lambda value: is_path(value) or isinstance(value, Store | Inbox), "store", wants)
        given(on_event, callable, "on_event", "a function that takes an Event")
        given(now, callable, "now", "a function that gives the time in UTC")
        self._live = None if certificate is None else LiveContext(certificate, on_event, now=now)
        self._store = veiled(store)
        self._on_event = on_event
        self._now = now
        self._opened: Store | Inbox | None = None
        self._arrivals: GroupCommit | None = None
        self._lock = forks.Lock()
        self.closed: bool = False

    @property
    def live(self) -> LiveContext:
        """Our certificate, as it is in use.

        Raises:
            ConfigurationError: none was given.
        """
        if self._live is None:
            raise ConfigurationError(
                "certificate is missing, and the chain works over mutual TLS only",
                setting="certificate",
                hint="Give certificate=ClientCertificate(...)",
            )
        return self._live

    def context(self) -> ssl.SSLContext:
        """The SSLContext for a connection that is made now.

        Raises:
            ConfigurationError: no certificate was given.
        """
        return self.live.current()

    def las_oin(self) -> str | None:
        """Our OIN, as it stands in the certificate that is in use."""
        return None if self._live is None else self._live.oin

    def certificate_is_valid(self) -> bool:
        """Whether the certificate that is in use has not ended."""
        return self._live is not None and self._live.is_valid

    def check_open(self) -> None:
        """Refuse to work after `close`."""
        if self.closed:
            raise ConfigurationError("this client is closed", hint="Make a new one, or do the work inside its with block")

    def check_store(self) -> None:
        """Refuse to do what needs a store when there is none, or when this is closed.

        Raises:
            ConfigurationError: no store is configured, or after `close`.
        """
        self.check_open()
        if self._store is None:
            raise ConfigurationError(
                "store is not configured, and this has to be kept",
                setting="store",
                hint='Give store="doorstroom.db" or a store object',
            )

    def store(self) -> Store:
        """All of it. The store is opened at first use, here as in the methods below.

        Raises:
            ConfigurationError: no store is configured, or it keeps received results only.
            StoreError: it cannot be opened.
        """
        opened = self._open_once()
        if not isinstance(opened, Store):
            raise ConfigurationError(
                "store keeps received results only, and this needs an outbox and a ledger too",
                setting="store",
                hint='Give store="doorstroom.db"',
            )
        return opened

    def inbox(self) -> Inbox:
        """Received results.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: it cannot be opened.
        """
        opened = self._open_once()
        return opened.inbox if isinstance(opened, Store) else opened

    def arrivals(self) -> GroupCommit:
        """Where results that come in are kept: what arrives at the same time shares a commit. Opens nothing yet."""
        with self._lock:
            self.check_open()
            if self._arrivals is None:
                self._arrivals = GroupCommit(self.inbox)
            return self._arrivals

    def outbox(self) -> Outbox:
        """Messages that wait to be sent."""
        return self.store().outbox

    def mandates(self) -> Mandates | None:
        """What the OSR answered before; None when there is no store that keeps that.

        Raises:
            StoreError: it cannot be opened.
        """
        opened = None if self._store is None else self._open_once()
        return opened.mandates if isinstance(opened, Store) else None

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
        store = self.store()
        return Books(store.ledger, store.outbox, store.tests, self._now)

    def _open_once(self) -> Store | Inbox:
        with self._lock:
            self.check_open()
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Store | Inbox:
        self.check_store()
        opened = self._the_store()
        if isinstance(opened, SqliteStore):
            opened.on_happening(self._tell)
        return opened

    def _tell(self, what: str, where: str) -> None:
        """Tell what befell the file of the store. Whoever moves it sees no more of it than that the receiver says 503."""
        Teller(self.las_oin, self._now, self._on_event)("store", what, where or "-", serious=True)

    def _the_store(self) -> Store | Inbox:
        if isinstance(self._store, Store | Inbox):
            return self._store
        assert isinstance(self._store, str | os.PathLike)
        return open_store(os.fspath(self._store))

    def close(self) -> None:
        """Close the store, when it was opened here."""
        self.closed = True
        with self._lock:
            if self._arrivals is not None:
                self._arrivals.close()
            if isinstance(self._opened, Store) and self._opened is not self._store:
                self._opened.close()
            self._opened = self._arrivals = None
