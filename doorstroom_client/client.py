"""`Client`: the LAS side of the chain behind one object. `async_client.py` is made from this file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from doorstroom_client.chain import Chain, Scholen, as_afspraak, utc_now
from doorstroom_client.config import load_settings
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.exchange.events import OnEvent
from doorstroom_client.exchange.http import Timeouts, Transport
from doorstroom_client.exchange.leverancier import Leverancier
from doorstroom_client.exchange.operations import Ontvangst
from doorstroom_client.exchange.rapport import Download, Leerlingrapport, Progress
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.exchange.tls import ClientCertificate
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.osr.models import Mandaat, Osr
from doorstroom_client.runtime import Resources, SyncRuntime
from doorstroom_client.settled import Settled
from doorstroom_client.store.base import Inbox, Kept, Store
from doorstroom_client.terugweg.asgi import AsgiApp, Scope, asgi_app
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse, Receiver
from doorstroom_client.terugweg.ontvangen import Ontvangen, open_kept
from doorstroom_client.terugweg.peer import oin_from_scope

_BATCH = 100


class Client(Settled):
    """Everything a LAS does in the chain: look up mandates, send lists, receive results, fetch reports.

    Immutable after construction and safe to share. Use it in a ``with`` block (``async with`` for the asynchronous one),
    or call `close`.

    Args:
        certificate: client certificate, key and trusted roots. Checked here, not at the first call.
        osr: where mandates are looked up; needed for everything but sending to a supplier that you name.
        leveranciers: the suppliers you have an agreement with.
        auteur: name and version of the LAS, written in every message.
        afspraak: agreement version: the name of a shipped or registered one, or an `Afspraak`.
        afspraken: further versions that can be named.
        schooljaar: school year of the messages, ``"2025-2026"``; the current one when left out.
        scholen: the administrations that results may arrive for: a list, or a function that finds one by
            routeringskenmerk.
        store: where results, messages that wait and what was accepted are kept: the path of an SQLite file, or a `Store`.
            An `Inbox` is enough for results alone. Opened at first use.
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
        afspraak: Afspraak | str = "1.1",
        afspraken: Sequence[Afspraak] = (),
        schooljaar: str | None = None,
        scholen: Scholen = (),
        store: str | os.PathLike[str] | Store | Inbox | None = None,
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
        resources = Resources(certificate, store, on_event, now)
        self._chain = Chain(
            leveranciers=tuple(leveranciers),
            scholen=scholen if callable(scholen) else tuple(scholen),
            osr=osr,
            las_oin=resources.las_oin,
            auteur=auteur,
            afspraak=as_afspraak(afspraak, afspraken),
            schooljaar=schooljaar,
            retry=retry or Retry(),
            timeouts=timeouts or Timeouts(),
            test_identities=test_identities,
            las_key_reden=las_key_reden,
            on_event=on_event,
            now=now,
        )
        self._runtime = SyncRuntime(resources, transport)
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
        afspraak: Afspraak | None = None,
        schooljaar: str | None = None,
        leveranciers: Sequence[Leverancier] | None = None,
    ) -> Self:
        """The same client with some settings replaced. It shares connections and store with this one.

        Args:
            retry: how often to repeat within a call.
            timeouts: how long a call may take in all.
            afspraak: agreement version.
            schooljaar: school year of the messages.
            leveranciers: the suppliers.

        Raises:
            ConfigurationError: a new setting is unusable.
        """
        given = {
            "retry": retry,
            "timeouts": timeouts,
            "afspraak": afspraak,
            "schooljaar": schooljaar,
            "leveranciers": None if leveranciers is None else tuple(leveranciers),
        }
        derived = object.__new__(type(self))
        derived._chain = self._chain.with_options({name: value for name, value in given.items() if value is not None})
        derived._runtime = self._runtime
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
    def osr(self) -> Register:
        """The OSR: who is mandated by a school."""
        return Register(self._chain, self._runtime)

    @property
    def terugweg(self) -> Terugweg:
        """The receiving half: results that suppliers push."""
        return Terugweg(self._chain, self._runtime)

    def send_schooladviezen(
        self,
        school: School,
        adviezen: Iterable[Advies],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
    ) -> Ontvangst:
        """Send voorlopige schooladviezen (``POST /registreren-schooladviezen``).

        A mutation delivery: adds new advice and changes existing advice; nothing can be deleted by message. Sending the
        same list again does no harm. The receipt says nothing about single pupils.

        Args:
            school: the administration whose pupils these are.
            adviezen: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the advice, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.

        Raises:
            MessageError: the list does not fit the standard; names every place, never a value. Nothing was sent.
            ConfigurationError: several suppliers are mandated, or the agreement is not the one of this school year.
            GeenMandaat: no configured supplier is mandated, or the supplier says that a mandate is missing (401).
            AanleveringGesloten: the period is closed (403).
            SchoolOnbekend: the supplier does not know the school yet (405).
            LeerlingOnbekend: 404; probably a pupil is unknown there.
            OngeldigBericht: the content was refused (422).
            Unavailable: the supplier is out of service; try again later.
            TransportError: there was no connection or no complete answer.
        """
        lijst = self._chain.build_schooladviezen(school, adviezen, schooljaar, las_key_reden)
        return self._runtime.run(self._chain.send(school, lijst, leverancier))

    def send_deelnemers(
        self,
        school: School,
        groepen: Iterable[Stamgroep],
        deelnemers: Iterable[Deelnemer],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
    ) -> Ontvangst:
        """Send the participants of an administration (``POST /registreren``).

        A mutation delivery, as with advice. The supplier keeps the routeringskenmerk of `school` and sends the results
        there months later.

        Args:
            school: the administration whose pupils these are.
            groepen: the groups that the pupils are in.
            deelnemers: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the test, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.

        Raises:
            MessageError: the list does not fit the standard; names every place, never a value. Nothing was sent.
            DoorstroomError: the same classes as for advice.
        """
        lijst = self._chain.build_deelnemers(school, groepen, deelnemers, schooljaar, las_key_reden)
        return self._runtime.run(self._chain.send(school, lijst, leverancier))

    def fetch_leerlingrapport(
        self,
        rapport: OntvangenResultaat | RapportId | str,
        *,
        school: School | None = None,
        leverancier: Leverancier | str | None = None,
        to: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> Leerlingrapport | None:
        """Fetch the PDF report of one pupil (``GET /leerlingrapport/{rapportid}``).

        The address is made from the configured supplier; an address in the message is never followed.

        Args:
            rapport: a received result, or a rapportid.
            school: the administration; known already when `rapport` is a received result.
            leverancier: the supplier; known already when `rapport` is a received result.
            to: a file, or an existing folder; the file appears only when it is complete, with mode 0600. When left out,
                the report stays in memory.
            progress: is called with the bytes so far, and the bytes there will be when the supplier told.

        Returns:
            None when there is no report yet (204); ask again later.

        Raises:
            RapportOnbekend: the supplier does not know this report (404).
            MessageError: the rapportid has no usable form.
            ConfigurationError: the result names no report, or school or supplier is not known.
            UnexpectedResponse: what came is no complete PDF; nothing was kept.
            StoreError: the file could not be written.
            DoorstroomError: as for sending.
        """
        if isinstance(rapport, OntvangenResultaat):
            school = school or rapport.school
            leverancier = leverancier or rapport.leverancier
            rapportid = rapport.rapportid
            self._chain.note_other_host(rapport.resultaat, leverancier)
        else:
            rapportid = RapportId(rapport) if RapportId.fits(rapport) else None
            rapport = "…"  # tracebacks may show local variables
            if rapportid is None:
                raise MessageError([Problem("rapportid", RapportId.rule)])
        if rapportid is None:
            raise ConfigurationError("this result names no report", setting="rapport")
        if school is None:
            raise ConfigurationError("school is needed to fetch a report", setting="school", hint="Pass school=")
        download = Download(rapportid, to, progress)
        try:
            if not self._runtime.run(self._chain.fetch_rapport(rapportid, school, leverancier, download)):
                return None
            return self._runtime.io(download.keep)
        finally:
            download.discard()

    def resultaten(self, school: School | None = None, *, alle: bool = False) -> Iterator[OntvangenResultaat]:
        """The received results that are not yet processed, oldest first; of each pupil the current one.

        A result is handed out again until its `done` is called, so a crash in between loses nothing.

        Args:
            school: only of this administration.
            alle: processed ones too.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        only = None if school is None else [school.routeringskenmerk]
        after = 0
        while True:
            batch = self._runtime.io(partial(_read_batch, self._runtime.resources, only, after, alle))
            for kept in batch:
                found = open_kept(kept, self._chain.find_school, self._chain.leveranciers)
                yield OntvangenResultaat(found, self._chain, self._runtime)
            if len(batch) < _BATCH:
                return
            after = batch[-1].id


def _read_batch(resources: Resources, only: list[str] | None, after: int, alle: bool) -> list[Kept]:
    inbox = resources.inbox()
    read = inbox.results if alle else inbox.pending
    return read(only, after=after, limit=_BATCH)


@dataclass(frozen=True, slots=True)
class Register:
    """Questions to the OSR; reached as ``client.osr``."""

    _chain: Chain
    _runtime: SyncRuntime

    def check_mandaat(self, school: School, leverancier: Leverancier | str, *, op: dt.date | None = None) -> Mandaat:
        """Ask whether a supplier may exchange messages on behalf of a school.

        With an API key the mandate of this LAS is looked up as well.

        Args:
            school: the school.
            leverancier: the supplier, or its toetssoort.
            op: the day to ask about; today when left out.

        Returns:
            True when mandated; its ``uitleg`` tells the school in Dutch what is right or wrong and who can repair it.

        Raises:
            UnexpectedResponse: the OSR gave neither a yes nor a no; that is never taken as a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        return self._runtime.run(self._chain.registry.check_mandaat(school, self._chain.leverancier(leverancier), op))

    def find_leveranciers(self, school: School) -> list[Leverancier]:
        """The configured suppliers that a school has mandated. Answers of the last minutes are not asked for again.

        Args:
            school: the school.

        Raises:
            UnexpectedResponse: the OSR gave neither a yes nor a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        return self._runtime.run(self._chain.registry.find_leveranciers(school))


@dataclass(frozen=True, slots=True)
class Terugweg:
    """Receives pushed results; reached as ``client.terugweg``."""

    _chain: Chain
    _runtime: SyncRuntime

    def handle(self, request: InboundRequest) -> InboundResponse:
        """Judge one pushed message, keep it, and give the answer.

        202 is given only after the store has committed. Raises nothing for what a sender does: every refusal is an answer
        with a fixed Dutch text.

        Args:
            request: the message, with the OIN of the verified client certificate.

        Raises:
            ConfigurationError: no store or no OSR is configured.
        """
        self._runtime.resources.check_store()
        receiver = Receiver(
            self._chain.find_school,
            self._chain.registry,
            self._runtime.resources.inbox,
            self._chain.now,
            bool(self._chain.las_key_reden.strip()),
        )
        verdict = self._runtime.run(receiver.judge(request))
        return self._runtime.io(partial(receiver.keep, verdict))

    def asgi(self, peer: Callable[[Scope], str | None] = oin_from_scope) -> AsgiApp:
        """The receiver as an ASGI application.

        Args:
            peer: gives the OIN of the verified sender from the scope. The default reads the ASGI ``tls`` extension; never
                read it from a header that a client can set.
        """
        return asgi_app(self._runtime.awaitable(self.handle), peer)


@dataclass(frozen=True, slots=True)
class OntvangenResultaat(Ontvangen):
    """A received result; mark it with `done` once it is processed."""

    _chain: Chain
    _runtime: SyncRuntime

    def __init__(self, found: Ontvangen, chain: Chain, runtime: SyncRuntime) -> None:
        for name in Ontvangen.__slots__:
            object.__setattr__(self, name, getattr(found, name))
        object.__setattr__(self, "_chain", chain)
        object.__setattr__(self, "_runtime", runtime)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id}, toetssoort={str(self.toetssoort)!r})"

    def done(self) -> None:
        """Mark this result as processed, so that it is not handed out again. Calling it twice does no harm.

        Raises:
            StoreError: it could not be marked; it will be handed out again.
        """
        self._runtime.io(partial(_mark_done, self._runtime.resources, self.id, self._chain.now()))


def _mark_done(resources: Resources, number: int, at: dt.datetime) -> None:
    resources.inbox().mark_done(number, at)
