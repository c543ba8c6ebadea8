"""`Client`: the LAS side of the chain behind one object. `async_client.py` is made from this file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import OnEvent
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.faces.osr import ClientOsr
from doorstroom_client.faces.outbox import ClientOutbox
from doorstroom_client.faces.rapporten import Reporting
from doorstroom_client.faces.resultaten import Results
from doorstroom_client.faces.sending import Sending
from doorstroom_client.faces.store import ClientStore
from doorstroom_client.faces.terugweg import ClientTerugweg
from doorstroom_client.faces.verbinding import Connecting
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.jaargangen import Jaargang, Jaargangen
from doorstroom_client.operations import Operations
from doorstroom_client.osr.answers import Answers
from doorstroom_client.our_side import Scholen, as_afspraak, as_leveranciers, as_scholen, utc_now
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.parties.given import given, given_each
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.resources import Resources
from doorstroom_client.runtime import SyncRuntime
from doorstroom_client.settled import Settled
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.retention import Retention
from doorstroom_client.transport.request import Timeouts, Transport


class Client(Sending, Results, Reporting, Connecting, Settled):
    """Everything a LAS does in the chain: look up mandates, send lists, receive results, fetch reports.

    Immutable after construction and safe to share. Use it in a ``with`` block (``async with`` for the asynchronous one),
    or call `close`.

    Args:
        certificate: client certificate, key and trusted roots. Checked here, not at the first call.
        osr: where mandates are looked up; needed for everything but sending to a supplier that you name.
        leveranciers: the suppliers you have an agreement with.
        auteur: name and version of the LAS, written in every message.
        las_naam: how schools call this LAS, for texts in Dutch; when left out, the name in `auteur`.
        afspraak: agreement version: the name of a shipped or registered one, or an `Afspraak`; ``"1.1"`` when left out.
        afspraken: further versions that can be named.
        schooljaar: school year of the messages, ``"2025-2026"``; the current one when left out.
        schooljaren: agreement and namespace per school year (`Jaargang`), with the days on which they are in force; in place of
            `afspraak` and ``osr.namespace``. Next year's can be given in advance.
        scholen: the administrations that results may arrive for: a list, or a function that finds one by
            routeringskenmerk.
        store: where results, messages that wait and what was accepted are kept: the path of an SQLite file, the address
            of a PostgreSQL database (``postgresql://…``), or an `Inbox` of your own when nothing but results is kept.
            An `Inbox` is enough for results alone. Opened at first use.
        retention: how long the store keeps what is no longer needed, for ``client.store.purge()``.
        retry: how often to repeat within a call: a `Retry`, or a policy of your own (`RetryPolicy`).
        timeouts: how long a call may take in all.
        transport: sends requests in place of the built-in one; then `certificate` may be left out.
        test_identities: accept an ECK-iD in any form; for test environments only.
        las_key_reden: why LAS-keys may look like a BSN, when yours are plain 9-digit numbers; otherwise such a key is refused,
            also in a result that comes in.
        on_event: is called with an `Event` for every call that ended, in the thread or task that made it.
        now: the wall clock (UTC); for tests.

    Raises:
        ConfigurationError: a setting is missing, contradictory or unusable; nothing was sent.
    """

    def __init__(
        self,
        *,
        certificate: ClientCertificate | None = None,
        osr: Osr | None = None,
        leveranciers: Sequence[Leverancier] = (),
        auteur: str,
        las_naam: str = "",
        afspraak: Afspraak | str | None = None,
        afspraken: Sequence[Afspraak] = (),
        schooljaar: str | None = None,
        schooljaren: Sequence[Jaargang] = (),
        scholen: Scholen = (),
        store: str | os.PathLike[str] | Inbox | None = None,
        retention: Retention | None = None,
        retry: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        transport: Transport | None = None,
        test_identities: bool = False,
        las_key_reden: str = "",
        on_event: OnEvent | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        if certificate is None and transport is None:
            raise ConfigurationError(
                "certificate is missing, and the chain works over mutual TLS only",
                setting="certificate",
                hint="Give certificate=ClientCertificate(...)",
            )
        if schooljaren and afspraak is not None:
            raise ConfigurationError(
                "afspraak and schooljaren are both given, and each names the agreement to write",
                setting="afspraak",
                hint="Leave afspraak out: schooljaren has one per school year",
            )
        given(transport, _sends, "transport", "an object with the methods send and close")
        given(retention, Retention, "retention", "a Retention", "Give retention=Retention(days=30)")
        afspraken = given_each(afspraken, Afspraak, "afspraken", "a list of Afspraak")
        schooljaren = given_each(schooljaren, Jaargang, "schooljaren", "a list of Jaargang")
        resources = Resources(certificate, store, on_event, now)
        self._operations = Operations(
            leveranciers=as_leveranciers(leveranciers),
            scholen=as_scholen(scholen),
            osr=osr,
            las_oin=resources.las_oin,
            auteur=auteur,
            las_naam=las_naam,
            afspraak=as_afspraak(afspraak, afspraken),
            registered=afspraken,
            jaargangen=Jaargangen.of(schooljaren).resolved({item.naam: item for item in afspraken}),
            schooljaar=schooljaar,
            retry=Retry() if retry is None else retry,
            timeouts=Timeouts() if timeouts is None else timeouts,
            test_identities=test_identities,
            las_key_reden=las_key_reden,
            on_event=on_event,
            now=now,
            answers=Answers(resources.mandates, now),
        )
        self._runtime = SyncRuntime(resources, transport)
        self._retention = retention or Retention()
        self._owner = True

    @classmethod
    def from_config(cls, path: str | os.PathLike[str] | None = None, **overrides: Any) -> Self:
        """Make a client from a TOML file and ``DOORSTROOM_*`` variables.

        Args:
            path: the file. When left out: the file that ``DOORSTROOM_CONFIG`` names, else ``doorstroom.toml`` in the
                current folder if it is there, else variables only.
            **overrides: arguments of the constructor that win over file and variables.

        Raises:
            ConfigurationError: names every setting that is missing, unknown or unusable.
        """
        return cls(**{**load_settings(path, given=overrides).arguments(), **overrides})

    def with_options(
        self,
        *,
        retry: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        afspraak: Afspraak | str | None = None,
        schooljaar: str | None = None,
        leveranciers: Sequence[Leverancier] | None = None,
    ) -> Self:
        """A client with some settings replaced, which shares connections and store with this one.

        Args:
            retry: how often to repeat within a call.
            timeouts: how long a call may take in all.
            afspraak: agreement version, or the name of a shipped or registered one.
            schooljaar: school year of the messages.
            leveranciers: the suppliers.

        Raises:
            ConfigurationError: a new setting is unusable.
        """
        given = {
            "retry": retry,
            "timeouts": timeouts,
            "afspraak": None if afspraak is None else as_afspraak(afspraak, self._operations.registered),
            "schooljaar": schooljaar,
            "leveranciers": None if leveranciers is None else as_leveranciers(leveranciers),
        }
        derived = object.__new__(type(self))
        derived._operations = self._operations.with_options({name: value for name, value in given.items() if value is not None})
        derived._runtime = self._runtime
        derived._retention = self._retention
        derived._owner = False
        return derived

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._owner:
            self._runtime.close()

    def close(self) -> None:
        """Close connections and store. A client made by `with_options` leaves them to the one it came from."""
        if self._owner:
            self._runtime.close()

    @property
    def osr(self) -> ClientOsr:
        """The OSR: who is mandated by a school, and where messages go."""
        return ClientOsr(self._operations, self._runtime)

    @property
    def terugweg(self) -> ClientTerugweg:
        """The receiving half: results that suppliers push."""
        return ClientTerugweg(self._operations, self._runtime)

    @property
    def outbox(self) -> ClientOutbox:
        """Lists that wait on disk until they are delivered."""
        return ClientOutbox(self._operations, self._runtime)

    @property
    def store(self) -> ClientStore:
        """The store as a whole: remove what is no longer needed, copy it, count what is in it."""
        return ClientStore(self._operations, self._runtime, self._retention)


def _sends(transport: object) -> bool:
    return all(callable(getattr(transport, name, None)) for name in ("send", "close"))
