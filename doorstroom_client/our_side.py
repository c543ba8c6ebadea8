"""What our side was set up with: schools, suppliers, what belongs to a school year, and how calls are made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeGuard

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.choices import Choices
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import OnEvent, Teller
from doorstroom_client.exchange.flow import Flow, ask
from doorstroom_client.exchange.retry import RetryPolicy
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Routeringskenmerk, Schooljaar
from doorstroom_client.messages.jaargangen import Jaargangen
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.messages.values import amsterdam, dutch_day
from doorstroom_client.parties.given import another_kind, as_taken, given, given_each
from doorstroom_client.parties.leverancier import Leverancier, check_leveranciers, find_leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.transport.request import Timeouts

Scholen = Iterable[School] | Callable[[str], School | None]
"""The administrations a LAS serves: a list, or a function that finds one by routeringskenmerk."""


def utc_now() -> dt.datetime:
    """The wall clock."""
    return dt.datetime.now(dt.UTC)


@frozen(kw_only=True)
class OurSide(Choices):
    """Who we are, whom we deal with, and how; what is asked of a school, a supplier or a school year follows from it.

    Attributes:
        scholen: the administrations that results may arrive for.
        las_oin: gives our own OIN, as it stands in the certificate that is in use.
        afspraak: the agreement version to write for a school year that is not among `jaargangen`.
        registered: further agreements; what comes in may be of any of them.
        jaargangen: what belongs to each school year; empty when there is one agreement and one namespace.
        now: the wall clock (UTC).
        on_event: is told of every call that ended.
    """

    scholen: tuple[School, ...] | Callable[[str], School | None]
    las_oin: Callable[[], str | None]
    afspraak: Afspraak
    registered: tuple[Afspraak, ...] = ()
    jaargangen: Jaargangen = field(default_factory=Jaargangen)
    now: Callable[[], dt.datetime] = utc_now
    on_event: OnEvent | None = None
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
        given(self.las_naam, str, "las_naam", "text")
        given(self.on_event, callable, "on_event", "a function that takes an Event")
        given(self.now, callable, "now", "a function that gives the time in UTC")

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
        return dutch_day(self.now())

    def schooljaar_of(self, schooljaar: str | None) -> str:
        """The school year to write: as passed, as configured, the one that is in force today, or the current one."""
        return self.jaargangen.schooljaar_on(self.today(), schooljaar or self.schooljaar)

    def afspraak_of(self, schooljaar: str | None) -> Afspraak:
        """The agreement to write for a school year; for the one to write when left out."""
        return self.jaargangen.afspraak_of(self.schooljaar_of(schooljaar), self.afspraak)

    def namespace_of(self, schooljaar: str) -> tuple[str, str]:
        """The configured namespace of a school year (empty when there is none), and where it is set."""
        if not self.jaargangen:
            return ("" if self.osr is None else self.osr.namespace), "osr.namespace"
        found = self.jaargangen.van(schooljaar)
        return ("" if found is None else found.namespace), f"schooljaren.namespace of {schooljaar}"

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
        """The administration that is meant: as it is, or found by any of its codes.

        Raises:
            ConfigurationError: none or more than one has that key, or it is no school at all.
        """
        if self._has_to_be_found(school):
            return _as_school(self.find_school(school) if Routeringskenmerk.fits(school) else None)
        return school if isinstance(school, School) else find_school(self.known_schools(), school)

    def school_meant(self, school: School | str) -> Flow[School]:
        """The administration that is meant, within a flow: what a coroutine function finds is awaited."""
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
            raise another_kind(
                school, "school", "a School, or a code (BRIN, RIO, School OIN or routeringskenmerk) of a configured one"
            )
        return not isinstance(school, School) and callable(self.scholen)

    def only_of(self, school: School | str | None) -> Flow[list[str] | None]:
        """The routeringskenmerken of what is asked for: of one administration, or all (None)."""
        return None if school is None else [(yield from self.school_meant(school)).routeringskenmerk]

    def naam_of(self, school: School) -> str:
        """How a school is called in outcomes: by its BRIN, or by its routeringskenmerk when others have that BRIN too."""
        return school.routeringskenmerk if school.instellingscode in self._shared_brins else school.instellingscode


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
