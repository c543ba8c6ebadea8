"""A test with a real partner: what its plan, the configuration of the test and the command line say, made into hands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doorstroom_client import Client, ClientCertificate, Leverancier
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.certificates import BY_NAME, keep, shown_from
from doorstroom_client.ketentest.evidence import kept_headers
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.guard import check_plan, production_settings
from doorstroom_client.ketentest.journal import JOURNAL, VERSION_NAMES, Head, Journal, begin_or_go_on, new_run
from doorstroom_client.ketentest.outcomes import Arranged, Arrival
from doorstroom_client.ketentest.plan_days import first_day
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.preflight import Preflight
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.requester import Requester, Shown, Target
from doorstroom_client.ketentest.role_hands import RoleHands
from doorstroom_client.ketentest.run import Run
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.simulated import SIMULATED_SECONDS, Simulated
from doorstroom_client.ketentest.simulated_partner import find_partner
from doorstroom_client.ketentest.steps import Await, Ours, Pause
from doorstroom_client.ketentest.terms import Terms, plan_terms
from doorstroom_client.messages.afspraak import AFSPRAKEN, NEWEST, Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.messages.values import in_dutch

_SCHOOLS = frozenset(
    {
        "tweede_administratie",
        "school_zonder_mandaat_toets",
        "school_zonder_mandaat_las",
        "school_onbekend",
        "andere_school",
    }
)
"""The arrangements that are a school of the configuration, by a key of it."""
CERTIFICATES = "simulator-certificaten"
"""The folder, in that of a test, for certificates that a simulator gives to see them refused."""
_PATIENCE = dt.timedelta(days=1)


class Planned:
    """A partner whose states stand in the plan, and who can be told and asked through a person only.

    Args:
        opstelling: the arrangements of the plan.
        schools: of the configuration of the test.
    """

    def __init__(self, opstelling: Mapping[str, Any], schools: tuple[School, ...]) -> None:
        self._opstelling = opstelling
        self._schools = schools

    def arrange(self, name: str, frame: Frame) -> Arranged | None:  # noqa: ARG002 - as a counterpart has it
        """Find a state in the plan.

        Raises:
            ConfigurationError: the plan names a school that the configuration does not have.
        """
        if name not in self._opstelling:
            return None
        value = self._opstelling[name]
        if name not in _SCHOOLS:
            return Arranged(value=json.loads(json.dumps(value, default=str)))
        school = find_school(self._schools, str(value))
        return Arranged(value=school_values(school))

    def restore(self) -> None:
        """Nothing was set."""

    def tell(self, step: Await | Pause, frame: Frame) -> bool:  # noqa: ARG002 - as a counterpart has it
        """Only a person can."""
        return False

    def see(self, facts: Mapping[str, Any], frame: Frame) -> bool | None:  # noqa: ARG002 - as a counterpart has it
        """Only a person can tell."""
        return None


def school_values(school: School) -> dict[str, Any]:
    """A school as an outcome can hold it."""
    return {item.name: getattr(school, item.name) for item in fields(school) if item.init}


@frozen
class Partner:
    """A partner with what is needed to test it.

    Attributes:
        run: plays scenarios.
        journal: what was done before.
        leverancier: who is tested.
        plan: what was agreed.
        school: the administration that messages are about.
        versions: what runs at both sides now, by their names in a plan.
    """

    run: Run
    journal: Journal
    leverancier: Leverancier
    plan: Plan
    school: School
    versions: Mapping[str, str]


@contextmanager
def opened(
    plan: Plan, *, effects: bool = True, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
) -> Iterator[Partner]:
    """Open a test, behind the guard.

    Args:
        plan: what was agreed.
        effects: whether it will be played; what is only judged again needs nobody.
        now: the clock, in UTC.

    Raises:
        ConfigurationError: the plan would reach production, or something in it is not in order; nothing was called.
        TransportError: the simulator of the plan does not answer.
        StoreError: the journal cannot be read or made.
    """
    settings = load_settings(plan.config)
    leverancier = check_plan(plan, settings, production_settings(plan.config))
    with ExitStack() as stack:
        client = stack.enter_context(Client(**settings.arguments()))
        versions = versions_now(plan, settings)
        journal = _journal(plan, client, leverancier, versions, now)
        making = _Making(plan, settings, client, leverancier, journal, now)
        simulated = making.simulated() if effects else None
        # Nobody repairs a simulator in the meantime, so nothing is gained by waiting for an answer of one.
        patience = _PATIENCE if plan.simulator is None else dt.timedelta(0)
        run = Run(
            journal,
            REGISTER,
            EISEN,
            making.hands(simulated),
            known=plan.bekend,
            patience=patience,
            versions=versions,
            terms=plan_terms(plan),
            now=now,
        )
        yield Partner(run, journal, leverancier, plan, making.school, versions)


def head_of(partner: Partner, found: Sequence[Played]) -> Head:
    """What a report says that a run is about: the versions that were tested, and the days as they are now.

    Args:
        partner: who is tested.
        found: its scenarios.
    """
    journal, plan = partner.journal, partner.plan
    played = [journal.versions(item.scenario.id, item.attempt) for item in found if item.attempt and _of_supplier(item)]
    about: dict[str, Any] = {**journal.head.about, "contact": plan.contact}
    for name in VERSION_NAMES if played else ():
        about[name] = ", ".join(dict.fromkeys(item.get(name, "") for item in played))
    for name, day in (("eerste_dag", first_day(plan)), ("laatste_dag", plan.last_day)):
        about |= {name: in_dutch(day)} if day else {}
    if plan.uitstel:
        about["uitstel"] = [f"van {in_dutch(item.van)} naar {in_dutch(item.naar)}: {item.reden}" for item in plan.uitstel]
    return replace(journal.head, about=about)


def _of_supplier(played: Played) -> bool:
    return played.scenario.rol is not Rol.VOORAF


def versions_now(plan: Plan, settings: Settings) -> dict[str, str]:
    """What runs at both sides now, by their names in a plan; of the LAS what it writes in its messages, when that says nothing.

    Args:
        plan: what was agreed.
        settings: the configuration of the test.
    """
    return {"versie_las": plan.versie_las or settings.auteur, "versie_leverancier": plan.versie_leverancier}


def _journal(
    plan: Plan, client: Client, leverancier: Leverancier, versions: Mapping[str, str], now: Callable[[], dt.datetime]
) -> Journal:
    """The journal of the folder: the one that is there, if it is of the same test, or a new one."""
    path = plan.folder / JOURNAL
    head = Head(
        run=new_run(),
        began=now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        schooljaar=client.schooljaar,
        versie=client.afspraak.versie,
        toetssoort=str(leverancier.toetssoort),
        about={
            "leverancier": leverancier.naam,
            **versions,
            "contact": plan.contact,
            "omgeving": plan.omgeving,
            "host": plan.host,
        },
    )
    return begin_or_go_on(path, head)


class _Making:
    """Makes the hands of a test with a partner."""

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        client: Client,
        leverancier: Leverancier,
        journal: Journal,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._now = now
        self._plan = plan
        self._settings = settings
        self._client = client
        self._leverancier = leverancier
        self._keys = Keys(journal.head.run)
        self._schooljaar = journal.head.schooljaar
        self.school = self._the_school()

    def simulated(self) -> Simulated | None:
        """The simulator of the plan, as it was before a run set anything; None when the partner is a real one."""
        plan = self._plan
        return None if plan.simulator is None else find_partner(plan.simulator, plan.folder, self._leverancier, self._keys)

    def hands(self, simulated: Simulated | None) -> dict[Rol, RoleHands]:
        """Those of the roles in the plan, and what has to be in order beforehand."""
        certificate, plan = self._settings.own_certificate, self._plan
        given = keep(simulated.certificates(), plan.folder / CERTIFICATES) if simulated else {}
        requester = Requester(self._target(certificate, given), self._keys)
        counterpart = simulated or Planned(plan.opstelling, self._settings.scholen)
        longest = self._now().date() + dt.timedelta(days=max(plan.uiterlijk.values(), default=0) * 2)
        last_day = max(longest, plan.last_day or longest)
        preflight = Preflight(self._client, certificate, self._leverancier, requester, last_day)
        supplier = RoleHands(
            self._frame,
            counterpart,
            requester=requester,
            arrivals=simulated.at_receiver if simulated else self._arrivals,
            stage=simulated.stage_receiver if simulated else None,
            terms=Terms(seconds=SIMULATED_SECONDS) if simulated else plan_terms(plan),
            now=self._now,
        )
        wanted: dict[Rol, RoleHands] = {rol: supplier for rol in plan.rollen if rol in (Rol.TOETSSYSTEEM, Rol.TERUGWEG)}
        return {Rol.VOORAF: RoleHands(self._frame, counterpart, looks=preflight.looks), **wanted}

    def _the_school(self) -> School:
        key = self._plan.opstelling.get("school")
        if key is None:
            raise ConfigurationError(
                "the plan names no school to test with", setting="opstelling.school", hint="Give the BRIN of a test school"
            )
        return find_school(self._settings.scholen, str(key))

    def _target(self, certificate: ClientCertificate, given: Mapping[str, Path]) -> Target:
        where = urlsplit(self._leverancier.base_url)
        named = {
            name: self._plan.folder / str(self._plan.opstelling[name]) for name in BY_NAME if name in self._plan.opstelling
        }
        shown = {
            Ours.OWN: Shown(Path(certificate.cert), certificate.key_file, certificate.password),
            **shown_from({**given, **named}),
        }
        return Target(
            host=where.hostname or "",
            port=where.port or 443,
            prefix=where.path.rstrip("/"),
            oin=self._leverancier.oin,
            trust=certificate.trust_files,
            shown=shown,
        )

    def _frame(self, scenario: str, began: dt.datetime) -> Frame:
        facts = self._settings.own_certificate.facts()
        return Frame(
            scenario,
            keys=self._keys,
            school=self.school,
            afspraak=self._client.afspraak,
            schooljaar=self._schooljaar,
            toetssoort=str(self._leverancier.toetssoort),
            began=began,
            las_oin=facts.oin or "",
            supplier_oin=self._leverancier.oin,
            base_url=self._leverancier.base_url,
        )

    def _arrivals(self, since: dt.datetime) -> Sequence[Arrival]:
        """What came into the store of the test; nothing in it is marked as processed."""
        found = sorted(self._client.resultaten(everything=True), key=lambda item: item.ontvangen_op)
        return [self._arrival(item) for item in found if item.ontvangen_op >= since]

    def _arrival(self, found: Any) -> Arrival:
        text = json.dumps(dict(found.resultaat.raw), ensure_ascii=False)
        document = json.loads(text)
        foreign = self._keys.is_foreign(document)
        return Arrival(
            operation="leerlingresultaat",
            method="POST",
            query=(("edu-to", found.edu_to), ("edu-from", "" if found.school is None else found.school.oin)),
            headers=kept_headers(()),
            oin=found.sender_oin,
            body=None if foreign else text,
            pupils=self._keys.labels_in(document),
            foreign=foreign,
            size=len(text.encode()),
            sha256=found.sha256[:16],
            answered=202,
            moment=found.ontvangen_op.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        )


def known_schooljaar(schooljaar: str | None, versie: str | None) -> tuple[str, Afspraak]:
    """The school year to play and its agreement.

    Args:
        schooljaar: as it was typed; the current one when it has a known agreement, else the last that has, when left out.
        versie: version string of its agreement, when the library does not know it.

    Raises:
        ConfigurationError: no agreement is known for the school year, or it is none.
    """
    today = Schooljaar.on(dt.datetime.now(dt.UTC).date())
    if schooljaar is not None and not Schooljaar.fits(schooljaar):
        raise ConfigurationError(f"schooljaar: {Schooljaar.rule}", setting="schooljaar")
    if versie is not None:
        return schooljaar or today, afspraak_of(versie, schooljaar or today)
    for year in [schooljaar] if schooljaar else [today, str(NEWEST.laatste_schooljaar or NEWEST.eerste_schooljaar)]:
        found = next((item for item in AFSPRAKEN.values() if item.geldt_in(Schooljaar(year))), None)
        if found is not None:
            return year, found
    raise ConfigurationError(
        f"no agreement is known for {schooljaar}",
        setting="versie",
        hint="Give its version string, exactly as in the specification of that year",
    )


def afspraak_of(versie: str, schooljaar: str) -> Afspraak:
    """An agreement by its version string: a shipped one, or a next one without geslacht.

    Args:
        versie: exactly as in the specification.
        schooljaar: for which it is agreed.
    """
    known = next((item for item in AFSPRAKEN.values() if item.versie == versie), None)
    return known or NEWEST.volgende(naam=schooljaar, versie=versie, eerste_schooljaar=schooljaar)
