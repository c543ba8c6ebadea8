"""The LAS side of the chain as flows: what `Client` and `AsyncClient` both run."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, GeenMandaat, MessageError, Problem
from doorstroom_client.events import OnEvent, Teller
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Flow, ask, keep
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.messages.aanlevering import Aanlevering, Adviezenlijst, Deelnemerslijst
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.identifiers import RapportId, Routeringskenmerk, Schooljaar
from doorstroom_client.messages.jaargangen import Jaargangen
from doorstroom_client.messages.leerlingen import Advies, Deelnemer
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.osr.answers import Answers
from doorstroom_client.osr.pace import Pace
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.registry import Registry
from doorstroom_client.parties.given import another_kind, as_taken, given, given_each
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers, find_leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.url import Origin
from doorstroom_client.reports.download import Download
from doorstroom_client.reports.due import Fetching
from doorstroom_client.reports.fetch import fetch_rapport
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.delivery import Run
from doorstroom_client.sending.many import Many, no_list
from doorstroom_client.sending.one_list import Books, preview, send
from doorstroom_client.sending.only_changes import Vergelijking
from doorstroom_client.sending.queue import Klaargezet, add
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.uitkomst import Uitkomst
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
class Operations:
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
        reputation: which addresses of suppliers are known to accept lists.
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
    reputation: Reputation = field(default_factory=Reputation, repr=False)
    _by_address: Mapping[str, School] = field(init=False, repr=False, compare=False)
    _shared_brins: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        amsterdam()  # a machine without time zones is told of at the start, and not at the first result
        self._check_kinds()
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
        brins = Counter(school.instellingscode for school in self._by_address.values())
        object.__setattr__(self, "_shared_brins", frozenset(brin for brin, count in brins.items() if count > 1))

    def _check_kinds(self) -> None:
        """Refuse an argument of another kind than its own."""
        given(self.osr, Osr, "osr", "an Osr", 'Give osr=Osr("https://…/api/v2", namespace="…")')
        given(self.retry, RetryPolicy, "retry", "a Retry, or an object with all members of RetryPolicy")
        given(self.timeouts, Timeouts, "timeouts", "a Timeouts", "Give timeouts=Timeouts(post=30)")
        given(self.test_identities, bool, "test_identities", "True or False")
        given(self.las_key_reden, str, "las_key_reden", "text")
        given(self.on_event, callable, "on_event", "a function that takes an Event")
        given(self.now, callable, "now", "a function that gives the time in UTC")

    def with_options(self, options: Mapping[str, object]) -> Operations:
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
        """A supplier as passed, or found by toetssoort, name or OIN.

        Raises:
            ConfigurationError: none is known by that, or it is something else.
        """
        if isinstance(key, Leverancier):
            return key
        if not isinstance(key, str):
            raise another_kind(key, "leverancier", "a Leverancier, or the toetssoort, name or OIN of a configured one")
        return find_leverancier(self.leveranciers, key)

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

    def the_school(self, school: School | str) -> School:
        """The administration that is meant: as it is, or found by BRIN, School OIN or routeringskenmerk.

        Raises:
            ConfigurationError: none or more than one has that key, or it is no school at all.
        """
        if self._has_to_be_found(school):
            return _as_school(self.find_school(school) if Routeringskenmerk.fits(school) else None)
        return school if isinstance(school, School) else find_school(self.known_schools(), school)

    def school_meant(self, school: School | str) -> Flow[School]:
        """The same within a flow, where what a coroutine function finds is awaited."""
        if self._has_to_be_found(school):
            return _as_school((yield from self.school_of(school)) if Routeringskenmerk.fits(school) else None)
        return self.the_school(school)

    def the_schools(self, schools: Iterable[School | str]) -> Iterator[School]:
        """Many of them, found as they are taken.

        Raises:
            ConfigurationError: it is one school, and not many.
        """
        wants = "a list of School, or of keys of configured ones"
        return map(self.the_school, as_taken(schools, School | str, "schools", wants))

    def _has_to_be_found(self, school: School | str) -> TypeGuard[str]:
        """Whether a function has to be asked for it."""
        if not isinstance(school, School | str):
            raise another_kind(school, "school", "a School, or the BRIN, School OIN or routeringskenmerk of a configured one")
        return not isinstance(school, School) and callable(self.scholen)

    def only_of(self, school: School | str | None) -> Flow[list[str] | None]:
        """The routeringskenmerken of what is asked for: of one administration, or all (None)."""
        return None if school is None else [(yield from self.school_meant(school)).routeringskenmerk]

    def naam_of(self, school: School) -> str:
        """How a school is called in outcomes: by its BRIN, or by its routeringskenmerk when others have that BRIN too."""
        return school.routeringskenmerk if school.instellingscode in self._shared_brins else school.instellingscode

    def build(self, lijst: Aanlevering) -> Bericht:
        """The message that would go out, in its final bytes.

        Raises:
            MessageError: it does not fit the standard; names every place, never a value.
            ConfigurationError: the school is not known, or the agreement is not the one of this school year.
        """
        if not isinstance(lijst, Adviezenlijst | Deelnemerslijst):
            raise no_list()
        school = self.the_school(lijst.school)
        about: dict[str, Any] = {
            "afspraak": self.afspraak_of(lijst.schooljaar),
            "schooljaar": self.schooljaar_of(lijst.schooljaar),
            "auteur": self.auteur,
            "datumtijd": self.now(),
            "test_identities": self.test_identities,
            "las_key_reden": lijst.las_key_reden or self.las_key_reden,
        }
        if isinstance(lijst, Adviezenlijst):
            entries: Sequence[Advies | Deelnemer] = lijst.adviezen
            message: Adviezenbericht | Deelnemersbericht = build_adviezenbericht(school, lijst.adviezen, **about)
        else:
            entries = lijst.deelnemers
            message = build_deelnemersbericht(school, lijst.groepen, lijst.deelnemers, **about)
        return Bericht.of(message, school, [item.leerling.source for item in entries])

    def check(self, lijst: Aanlevering) -> tuple[Problem, ...]:
        """What does not fit the standard."""
        try:
            self.build(lijst)
        except MessageError as error:
            return error.problems
        return ()

    def send(
        self, lijst: Aanlevering, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool
    ) -> Flow[Ontvangst]:
        """Send a list; without a supplier, to the one that the school has mandated."""
        bericht, school = self.build(lijst), self.the_school(lijst.school)
        opened = yield from keep(partial(books, needed=only_changes))
        target = yield from self.target(school, leverancier)
        about = self._call(self.timeouts.post)
        sending = send(bericht, target, about, self.reputation, opened, only_changes, self.on_event)
        try:
            return (yield from sending)
        except GeenMandaat:
            yield from self.answers.forget(target.oin, school.oin)  # whatever the OSR said before, ask it anew next time
            raise

    def compare(self, lijst: Aanlevering, leverancier: Leverancier | str | None, books: OpenBooks) -> Flow[Vergelijking]:
        """Say what of a list would be sent."""
        bericht = self.build(lijst)
        opened = yield from keep(books)
        target = yield from self.target(self.the_school(lijst.school), leverancier)
        assert opened is not None
        return (yield from preview(bericht, target, opened))

    def enqueue(
        self,
        lijst: Aanlevering,
        leverancier: Leverancier | str | None,
        books: OpenBooks,
        only_changes: bool,
        expires_at: dt.datetime | None,
    ) -> Flow[Klaargezet]:
        """Put a list in the outbox."""
        bericht = self.build(lijst)
        opened = yield from keep(books)
        target = yield from self.target(self.the_school(lijst.school), leverancier)
        assert opened is not None
        return (yield from add(bericht, target, opened, only_changes=only_changes, expires_at=expires_at))

    def delivery_run(self, books: Books | None, on_result: Callable[[Uitkomst], object]) -> Run:
        """A run over the outbox."""
        assert books is not None

        def note(result: Uitkomst) -> Flow[None]:
            if isinstance(result.error, GeenMandaat) and result.bericht is not None:
                yield from self.answers.forget(result.bericht.key.leverancier, result.bericht.school_oin)
            school = self._by_address.get(result.naam)
            on_result(result if school is None else replace(result, naam=self.naam_of(school), school=school))

        return Run(books, self.leveranciers, self._call(self.timeouts.post), self.reputation, on_result=note)

    def many(self, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool | None) -> Many:
        """A run that sends the lists of many schools."""

        def act(lijst: Aanlevering, target: Leverancier) -> Flow[Ontvangst]:
            opened = yield from keep(partial(books, needed=bool(only_changes)))
            changes = opened is not None if only_changes is None else only_changes
            return (yield from self.send(lijst, target, books, changes))

        return Many(self, leverancier, act)

    def many_queued(self, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool) -> Many:
        """A run that puts the lists of many schools in the outbox."""

        def act(lijst: Aanlevering, target: Leverancier) -> Flow[Klaargezet]:
            return self.enqueue(lijst, target, books, only_changes, None)

        return Many(self, leverancier, act)

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


def as_leveranciers(leveranciers: Iterable[Leverancier]) -> tuple[Leverancier, ...]:
    """The suppliers as passed, read once."""
    hint = 'Give leveranciers=[Leverancier("ICE", oin, base_url)]'
    return given_each(leveranciers, Leverancier, "leveranciers", "a list of Leverancier", hint)


def as_scholen(scholen: Scholen) -> tuple[School, ...] | Callable[[str], School | None]:
    """The administrations as passed, read once; or what finds one."""
    if callable(scholen) and not isinstance(scholen, type):
        return scholen
    listed: Any = scholen
    return given_each(listed, School, "scholen", "a list of School, or a function that finds one by routeringskenmerk")


def _as_school(found: object) -> School:
    """What a function found, when that is a school."""
    if isinstance(found, School):
        return found
    if isinstance(found, Coroutine):
        found.close()  # or Python warns that nobody awaited it
        problem, hint = "scholen is a coroutine function here, and this method cannot wait for it", "Give the School itself"
    elif found is None:
        problem = "scholen is a function here, and it finds no school by this key"
        hint = "Give the School itself, or its routeringskenmerk: no other key is asked for"
    else:
        problem, hint = "scholen is a function here, and what it gives is no School", "Have it return a School, or None"
    raise ConfigurationError(problem, setting="school", hint=hint)


def as_afspraak(afspraak: Afspraak | str | None, extra: Sequence[Afspraak]) -> Afspraak:
    """An agreement version as passed, or found by name among the shipped and the registered ones; 1.1 when left out."""
    if isinstance(afspraak, Afspraak):
        return afspraak
    given(afspraak, str, "afspraak", "an Afspraak, or the name of one")
    return Afspraak.met_naam(afspraak or "1.1", {item.naam: item for item in extra})
