"""The LAS side of the chain as flows: what `Client` and `AsyncClient` both run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, GeenMandaat, MessageError, Problem
from doorstroom_client.events import OnEvent, Teller
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Flow, ask, keep
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.identifiers import RapportId, Schooljaar
from doorstroom_client.messages.jaargangen import Jaargangen
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.osr.answers import Answers
from doorstroom_client.osr.pace import Pace
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.registry import Registry
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers, find_leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.url import Origin
from doorstroom_client.reports.download import Download
from doorstroom_client.reports.due import Fetching
from doorstroom_client.reports.fetch import fetch_rapport
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.delivery import Bezorging, Klaargezet, Run, add
from doorstroom_client.sending.many import Many, Opdracht
from doorstroom_client.sending.one_list import Books, preview, send
from doorstroom_client.sending.only_changes import Vergelijking
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.store.sql import Store
from doorstroom_client.transport.request import Timeouts

OpenBooks = Callable[..., Books | None]
"""Opens what a store knows of earlier deliveries: ``(needed=True)``; None when there is no such store and it is not needed."""
Scholen = Iterable[School] | Callable[[str], School | None]
"""The administrations a LAS serves: a list, or a function that finds one by routeringskenmerk."""


def utc_now() -> dt.datetime:
    """The wall clock."""
    return dt.datetime.now(dt.UTC)


@frozen(kw_only=True)
class Chain:
    """Everything a LAS has settled on, and the operations that follow from it.

    Attributes:
        leveranciers: the configured suppliers.
        scholen: the administrations that results may arrive for.
        osr: where mandates are looked up; None when no question is ever asked.
        las_oin: gives our own OIN, as it stands in the certificate that is in use.
        auteur: written in every message.
        afspraak: the agreement version to write for a school year that is not among `jaargangen`.
        registered: further agreements; what comes in may be of any of them.
        jaargangen: what belongs to each school year; empty when there is one agreement and one namespace.
        schooljaar: the school year of messages; None is the current one.
        retry: how often to repeat.
        timeouts: how long a call may take.
        test_identities: accept an ECK-iD in any form.
        las_key_reden: why LAS-keys may look like a BSN.
        now: the wall clock (UTC).
        on_event: is told of every call that ended.
        answers: earlier answers of the OSR.
        proof: remembers that the OSR is really there.
        pace: hands out the moments at which a run over many schools may call the OSR.
        health: retry budget and circuit of each peer.
        addresses: which addresses of suppliers are known to accept lists.
    """

    leveranciers: tuple[Leverancier, ...]
    scholen: tuple[School, ...] | Callable[[str], School | None]
    osr: Osr | None
    las_oin: Callable[[], str | None]
    auteur: str
    afspraak: Afspraak
    registered: tuple[Afspraak, ...] = ()
    jaargangen: Jaargangen = field(default_factory=Jaargangen)
    schooljaar: str | None = None
    retry: RetryPolicy = field(default_factory=Retry)
    timeouts: Timeouts = field(default_factory=Timeouts)
    test_identities: bool = False
    las_key_reden: str = ""
    now: Callable[[], dt.datetime] = utc_now
    on_event: OnEvent | None = None
    answers: Answers = field(default_factory=Answers, repr=False)
    proof: Proof = field(default_factory=Proof, repr=False)
    pace: Pace = field(default_factory=Pace, repr=False)
    health: Circuits = field(default_factory=Circuits, repr=False)
    addresses: Reputation = field(default_factory=Reputation, repr=False)
    _by_address: Mapping[str, School] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        amsterdam()  # a machine without time zones is told of at the start, and not at the first result
        check_leveranciers(self.leveranciers)
        if not isinstance(self.auteur, str) or not self.auteur.strip():
            raise ConfigurationError(
                "auteur is missing", setting="auteur", hint='Give the name and version of your LAS, like "MijnLAS 4.2"'
            )
        if self.schooljaar is not None and not Schooljaar.fits(self.schooljaar):
            raise ConfigurationError(f"schooljaar: {Schooljaar.rule}", setting="schooljaar")
        if self.jaargangen and self.osr is not None and self.osr.namespace:
            raise ConfigurationError(
                "osr.namespace and schooljaren are both given, and each names the namespace to use",
                setting="osr.namespace",
                hint="Leave osr.namespace out: schooljaren has one per school year",
            )
        listed = () if callable(self.scholen) else self.scholen
        # Every result asks, so with thousands of schools it may not be a search; of two the first one counts.
        object.__setattr__(self, "_by_address", {school.routeringskenmerk: school for school in reversed(listed)})

    def with_options(self, options: Mapping[str, object]) -> Chain:
        """A chain with some settings replaced by others. A new agreement is written for every school year."""
        afspraak = options.get("afspraak")
        if isinstance(afspraak, Afspraak):
            options = {**options, "jaargangen": self.jaargangen.with_afspraak(afspraak)}
        return replace(self, **options)  # type: ignore[arg-type]

    @property
    def afspraken(self) -> tuple[Afspraak, ...]:
        """Every agreement that was given, in force or not."""
        yearly = (item.afspraak for item in self.jaargangen.items)
        return (self.afspraak, *self.registered, *(item for item in yearly if isinstance(item, Afspraak)))

    @property
    def teller(self) -> Teller:
        """Tells what happens at our side."""
        names = {item.oin: item.naam for item in reversed(self.leveranciers)}  # of two with one OIN the first one counts
        return Teller(self.las_oin, self.now, self.on_event, names)

    def today(self) -> dt.date:
        """The Dutch calendar day."""
        return self.now().astimezone(amsterdam()).date()

    def schooljaar_of(self, schooljaar: str | None) -> str:
        """The school year to write: as passed, as configured, the one that is in force today, or the current one."""
        if schooljaar or self.schooljaar:
            return schooljaar or self.schooljaar or ""
        in_force = self.jaargangen.on(self.today())
        return in_force.schooljaar if in_force is not None else Schooljaar.on(self.today())

    def afspraak_of(self, schooljaar: str | None) -> Afspraak:
        """The agreement to write for a school year; for the one to write when left out."""
        found = self.jaargangen.van(self.schooljaar_of(schooljaar))
        return found.afspraak if found is not None and isinstance(found.afspraak, Afspraak) else self.afspraak

    def namespace_of(self, schooljaar: str) -> tuple[str, str]:
        """The configured namespace of a school year (empty when there is none), and where it is set."""
        if not self.jaargangen:
            return ("" if self.osr is None else self.osr.namespace), "osr.namespace"
        found = self.jaargangen.van(schooljaar)
        return ("" if found is None else found.namespace), f"schooljaren.namespace of {schooljaar}"

    @property
    def registry(self) -> Registry:
        """The OSR.

        Raises:
            ConfigurationError: no OSR is configured.
        """
        if self.osr is None:
            raise ConfigurationError(
                "osr is not configured, so mandates cannot be looked up",
                setting="osr",
                hint="Give osr=Osr(...); to send to a supplier of your choice without a look-up, pass leverancier=",
            )
        return Registry(
            self.osr,
            self.las_oin(),
            self.leveranciers,
            self._call(self.timeouts.osr),
            self.today,
            self.answers,
            self.proof,
            self.jaargangen.namespace_on if self.jaargangen else None,
        )

    def leverancier(self, key: Leverancier | str) -> Leverancier:
        """A supplier as passed, or found by toetssoort, name or OIN."""
        return key if isinstance(key, Leverancier) else find_leverancier(self.leveranciers, key)

    def find_school(self, routeringskenmerk: str) -> School | None:
        """The administration with this routeringskenmerk, when it is one of ours."""
        return self.scholen(routeringskenmerk) if callable(self.scholen) else self._by_address.get(routeringskenmerk)

    def school_of(self, routeringskenmerk: str) -> Flow[School | None]:
        """The administration with this routeringskenmerk, within a flow: a function that finds it may wait, or be awaited."""
        if callable(self.scholen):
            return (yield from ask(self.scholen, routeringskenmerk))
        return self.find_school(routeringskenmerk)

    def known_schools(self) -> tuple[School, ...]:
        """The configured administrations.

        Raises:
            ConfigurationError: they are found by a function, so they cannot be told.
        """
        if callable(self.scholen):
            raise ConfigurationError("scholen is a function here, so say which schools are meant", setting="scholen")
        return self.scholen

    def build_schooladviezen(
        self, school: School, adviezen: Iterable[Advies], schooljaar: str | None, las_key_reden: str = ""
    ) -> Adviezenbericht:
        """The list that would go out."""
        return build_adviezenbericht(
            school,
            adviezen,
            afspraak=self.afspraak_of(schooljaar),
            schooljaar=self.schooljaar_of(schooljaar),
            auteur=self.auteur,
            datumtijd=self.now(),
            test_identities=self.test_identities,
            las_key_reden=las_key_reden or self.las_key_reden,
        )

    def build_deelnemers(
        self,
        school: School,
        groepen: Iterable[Stamgroep],
        deelnemers: Iterable[Deelnemer],
        schooljaar: str | None,
        las_key_reden: str = "",
    ) -> Deelnemersbericht:
        """The list that would go out."""
        return build_deelnemersbericht(
            school,
            groepen,
            deelnemers,
            afspraak=self.afspraak_of(schooljaar),
            schooljaar=self.schooljaar_of(schooljaar),
            auteur=self.auteur,
            datumtijd=self.now(),
            test_identities=self.test_identities,
            las_key_reden=las_key_reden or self.las_key_reden,
        )

    def build_one(
        self,
        school: School,
        adviezen: Iterable[Advies] | None,
        groepen: Iterable[Stamgroep] | None,
        deelnemers: Iterable[Deelnemer] | None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
    ) -> Bericht:
        """The list that is meant, in its final bytes.

        Raises:
            MessageError: both kinds are given, or neither; or it does not fit the standard.
        """
        if (adviezen is None) is (deelnemers is None):
            raise MessageError([Problem("adviezen", "give either adviezen, or deelnemers with their groepen")])
        if adviezen is not None:
            return Bericht.of(self.build_schooladviezen(school, adviezen, schooljaar, las_key_reden), school)
        return Bericht.of(self.build_deelnemers(school, groepen or (), deelnemers or (), schooljaar, las_key_reden), school)

    def send(
        self,
        lijst: Bericht,
        school: School,
        leverancier: Leverancier | str | None,
        books: OpenBooks,
        only_changes: bool,
    ) -> Flow[Ontvangst]:
        """Send a list; without a supplier, to the one that the school has mandated."""
        opened = yield from keep(partial(books, needed=only_changes))
        target = yield from self.target(school, leverancier)
        about = self._call(self.timeouts.post)
        sending = send(lijst, target, about, self.addresses, opened, only_changes, self.on_event)
        try:
            return (yield from sending)
        except GeenMandaat:
            yield from self.answers.forget(target.oin, school.oin)  # whatever the OSR said before, ask it anew next time
            raise

    def compare(
        self, lijst: Bericht, school: School, leverancier: Leverancier | str | None, books: OpenBooks
    ) -> Flow[Vergelijking]:
        """Say what of a list would be sent."""
        opened = yield from keep(books)
        target = yield from self.target(school, leverancier)
        assert opened is not None
        return (yield from preview(lijst, target, opened))

    def enqueue(
        self,
        lijst: Bericht,
        school: School,
        leverancier: Leverancier | str | None,
        books: OpenBooks,
        only_changes: bool,
        expires_at: dt.datetime | None,
    ) -> Flow[Klaargezet]:
        """Put a list in the outbox."""
        opened = yield from keep(books)
        target = yield from self.target(school, leverancier)
        assert opened is not None
        return (yield from add(lijst, target, opened, only_changes=only_changes, expires_at=expires_at))

    def delivery_run(self, books: Books | None, on_result: Callable[[Bezorging], object]) -> Run:
        """A run over the outbox."""
        assert books is not None

        def note(result: Bezorging) -> Flow[None]:
            if isinstance(result.error, GeenMandaat):
                yield from self.answers.forget(result.bericht.key.leverancier, result.bericht.school_oin)
            on_result(result)

        return Run(books, self.leveranciers, self._call(self.timeouts.post), self.addresses, on_result=note)

    def many(self, books: OpenBooks, only_changes: bool | None) -> Many:
        """A run over the lists of many schools."""

        def find(opdracht: Opdracht, school: School) -> Flow[Leverancier]:
            return self.target(school, opdracht.leverancier)

        def deliver(opdracht: Opdracht, school: School, leverancier: Leverancier) -> Flow[Ontvangst]:
            lijst = self.build_one(school, opdracht.adviezen, opdracht.groepen, opdracht.deelnemers)
            opened = yield from keep(partial(books, needed=bool(only_changes)))
            changes = opened is not None if only_changes is None else only_changes
            return (yield from self.send(lijst, school, leverancier, books, changes))

        return Many(find, deliver)

    def fetch_rapport(
        self, rapportid: RapportId, school: School, leverancier: Leverancier | str | None, download: Download
    ) -> Flow[bool]:
        """Fetch a report into `download`; False when there is none yet."""
        target = yield from self.target(school, leverancier)
        return (yield from fetch_rapport(rapportid, school, target, download, self._call(self.timeouts.rapport)))

    def fetching(self, folder: Path, store: Callable[[], Store]) -> Fetching[Any]:
        """A run over all reports that are due."""
        return Fetching(folder, store, self.fetch_rapport, self.now)

    def note_other_host(self, resultaat: Leerlingresultaat, leverancier: Leverancier | str | None) -> None:
        """Tell, without the value, when a result names another host for its report than the supplier's: it is not used."""
        host = resultaat.rapport_host
        if host is None or leverancier is None:
            return
        target = self.leverancier(leverancier)
        if host != Origin.of(target.base_url).host:
            result = "a result names another host for its report; it is not used"
            self.teller("leerlingrapport", result, actor=target.oin, peer=target.naam, serious=True)

    def target(self, school: School, leverancier: Leverancier | str | None) -> Flow[Leverancier]:
        """The supplier that is meant; without one, the one that the school has mandated."""
        if leverancier is not None:
            return self.leverancier(leverancier)
        return (yield from self.registry.the_leverancier(school))

    def _call(self, total: float) -> Call:
        conditions = Conditions(self.retry, total, self.now, self.health, self.las_oin, self.on_event)
        return Call(conditions, self.timeouts.connect)


def as_afspraak(afspraak: Afspraak | str | None, extra: Sequence[Afspraak]) -> Afspraak:
    """An agreement version as passed, or found by name among the shipped and the registered ones; 1.1 when left out."""
    if isinstance(afspraak, Afspraak):
        return afspraak
    return Afspraak.met_naam(afspraak or "1.1", {item.naam: item for item in extra})
