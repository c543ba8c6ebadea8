"""Our own address in the register, for a school: say first what would change, change that, and read it back."""

from __future__ import annotations

import datetime as dt
from dataclasses import field, replace
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem, UnexpectedResponse
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.school import School
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.endpoints import find_endpoints, find_free_routing_id, get_endpoint
from doorstroom_client.osr.entries import Endpoint
from doorstroom_client.osr.mandates import ask_mandate
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.registry import Registry
from doorstroom_client.osr.writing import OwnEndpoint, change_endpoint, register_endpoint
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.url import check_base_url

_BOARD_ONLY = "does not allow endpoint registrations"
"""What V3 answers, with 400, for the token of a mandate that a board gave."""


class Actie(StrEnum):
    """What has to be done to an address in the register."""

    GEEN = "geen"
    REGISTREREN = "registreren"
    WIJZIGEN = "wijzigen"
    NIET_MOGELIJK = "niet mogelijk"
    ONBEKEND = "onbekend"


class Beletsel(StrEnum):
    """Why an address cannot be registered or changed."""

    GEEN_MANDAAT = "the school has not mandated this LAS, so there is no token to register with"
    SLEUTEL_ONJUIST = (
        "the OSR keeps the token of the mandate to itself: the API key may be wrong, or of another system of yours"
    )
    ANDER_SYSTEEM = "another system has registered an address for this routeringskenmerk"
    MEERDERE = "several addresses are registered for this routeringskenmerk, and none of them is this one"
    GEEN_ID = "the register did not tell the id of the address to change"
    BESTUURSMANDAAT = "the service has mandates of boards, and those have no addresses"


@frozen
class Adreswijziging:
    """What has to be done, or was done, about our address for one school.

    Attributes:
        school: the school.
        url: the address that is to stand there.
        actie: what has to be done.
        nu: what stands there; None when nothing does.
        beletsel: why it cannot be done.
        gedaan: whether it was done and read back.
        error: of one of many schools, why it failed; with ``Actie.ONBEKEND`` the register could not be looked at.
        attributes: what kind of system it is.
        start_datum: first day, when it is not to count at once.
        eind_datum: last day.
    """

    school: School
    url: str
    actie: Actie
    nu: Endpoint | None = None
    beletsel: Beletsel | None = None
    gedaan: bool = False
    error: DoorstroomError | None = field(default=None, repr=False)
    attributes: str = "LAS"
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None
    token: str | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Whether the address stands there as it should."""
        return self.gedaan or self.actie is Actie.GEEN

    @property
    def te_doen(self) -> bool:
        """Whether there is something to write. Not after a failure: the register has to be looked at first."""
        return self.actie in (Actie.REGISTREREN, Actie.WIJZIGEN) and not self.gedaan and self.error is None

    def __str__(self) -> str:
        now = self.nu.url if self.nu is not None else "nothing"
        texts = {
            Actie.GEEN: f"{self.url} is registered already",
            Actie.REGISTREREN: f"register {self.url}",
            Actie.WIJZIGEN: f"change {now} into {self.url}",
            Actie.NIET_MOGELIJK: f"{self.url} cannot be registered: {self.beletsel}",
            Actie.ONBEKEND: f"what stands there for {self.url} is not known",
        }
        return f"{self.school.label}: {texts[self.actie]}{' (done)' if self.gedaan else ''}"


@frozen
class Adreswens:
    """The address that is to stand in the register for a school.

    Attributes:
        school: of which school; its routeringskenmerk names the administration.
        url: https address of our receiver.
        attributes: what kind of system it is.
        since: first day; at once when left out.
        until: last day; open when left out.
        free_routing_id: not with the routeringskenmerk of `school`, but with the one under which the address stands already,
            else with a free one of the OSR. Agree on it with the school.

    Raises:
        ConfigurationError: `url` is no https address, or `school` no `School`.
        MessageError: `until` lies before `since`.
    """

    school: School
    url: str
    attributes: str = "LAS"
    since: dt.date | None = None
    until: dt.date | None = None
    free_routing_id: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.school, School):
            raise ConfigurationError("school must be a School", setting="school", hint="client.find_school(key) gives one")
        check_base_url(self.url, "url")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise MessageError([Problem("eind_datum", "lies before start_datum")])

    def plan(self, actie: Actie) -> Adreswijziging:
        """What is to be done about it."""
        return Adreswijziging(
            self.school, self.url, actie, attributes=self.attributes, start_datum=self.since, eind_datum=self.until
        )


def settle(registry: Registry, wanted: Adreswens | Adreswijziging, *, write: bool) -> Flow[Adreswijziging]:
    """Look what has to be done, unless that was looked up before, and on request do it; either has the time of an operation.

    Raises:
        ConfigurationError: there is no API key or OIN to show whose address it is, or no namespace for that day.
        UnexpectedResponse: an answer cannot be understood, or the register holds something else afterwards.
        DoorstroomError: of another class that the decision table names.
    """
    if isinstance(wanted, Adreswijziging):
        osr, plan = registry.osr_on(wanted.start_datum), wanted
    else:
        las, osr = registry.own_oin(), registry.osr_on(wanted.since)
        plan = yield from plan_address(osr, las, wanted, registry.about, registry.today(), registry.proof)
    return (yield from carry_out(osr, plan, registry.about)) if write else plan


def settle_one(registry: Registry, wanted: Adreswens | Adreswijziging, *, write: bool) -> Flow[Adreswijziging]:
    """Settle the address of one school of many: an error of this library becomes its outcome, so that the others go on."""
    plan = wanted.plan(Actie.ONBEKEND) if isinstance(wanted, Adreswens) else wanted
    try:
        if isinstance(wanted, Adreswens):
            plan = yield from settle(registry, wanted, write=False)
        return (yield from settle(registry, plan, write=True)) if write else plan
    except DoorstroomError as error:
        return replace(plan, error=error)


def plan_address(
    osr: Osr, las_oin: str, wens: Adreswens, about: Call, today: dt.date, proof: Proof | None = None
) -> Flow[Adreswijziging]:
    """Look what stands there, and say what has to be done. Nothing is written.

    Raises:
        UnexpectedResponse: an answer cannot be understood; nothing is decided on it.
        DoorstroomError: of another class that the decision table names.
    """
    budget, school = Budget(about), wens.school
    if wens.free_routing_id:
        school = replace(school, routeringskenmerk=(yield from _routing_id(osr, budget, wens)))
    plan = replace(wens.plan(Actie.REGISTREREN), school=school)
    listed = yield from find_endpoints(osr, budget, routing_id=school.routeringskenmerk, on=wens.since)
    listed = tuple(item for item in listed if not item.is_voorbij(wens.since or today))
    same = next((item for item in listed if item.url == wens.url), None)
    if same is not None and _is_as_wished(same, wens):
        return replace(plan, actie=Actie.GEEN, nu=same)
    if listed:
        plan = yield from _to_change(osr, budget, plan, [same] if same is not None else list(listed), proof)
        if plan.actie is Actie.NIET_MOGELIJK:
            return plan
    ours = yield from ask_mandate(osr, las_oin, school.oin, budget, on=wens.since, own=True, proof=proof)
    if ours.own is None or ours.own.token is None:
        beletsel = Beletsel.SLEUTEL_ONJUIST if ours.mandated else Beletsel.GEEN_MANDAAT
        return replace(plan, actie=Actie.NIET_MOGELIJK, beletsel=beletsel)
    return replace(plan, token=ours.own.token)


def _routing_id(osr: Osr, budget: Budget, wens: Adreswens) -> Flow[str]:
    """Where our address stands already, so that a second run finds the first one back; else a free one."""
    stands = yield from find_endpoints(osr, budget, school_oin=wens.school.oin, on=wens.since, future=True)
    ours = [item.routing_id for item in stands if item.url == wens.url and item.routing_id]
    return ours[0] if ours else (yield from find_free_routing_id(osr, budget, wens.school.oin))


def _is_as_wished(endpoint: Endpoint, wens: Adreswens) -> bool:
    """What the register does not tell, or what was not asked for, makes no difference."""
    pairs = ((endpoint.attributes, wens.attributes), (endpoint.start_datum, wens.since), (endpoint.eind_datum, wens.until))
    return all(there is None or wished is None or there == wished for there, wished in pairs)


def _to_change(
    osr: Osr, budget: Budget, plan: Adreswijziging, listed: list[Endpoint], proof: Proof | None
) -> Flow[Adreswijziging]:
    """The one that stands there is changed, when it is ours."""
    if len(listed) > 1:
        return replace(plan, actie=Actie.NIET_MOGELIJK, beletsel=Beletsel.MEERDERE)
    (only,) = listed
    if only.id is None:
        return replace(plan, actie=Actie.NIET_MOGELIJK, nu=only, beletsel=Beletsel.GEEN_ID)
    # A list is asked for without API key, and says nothing about who owns what; asked for by id, it does.
    known = yield from get_endpoint(osr, budget, only.id, proof)
    if known is not None and known.is_van_ons is False:
        return replace(plan, actie=Actie.NIET_MOGELIJK, nu=only, beletsel=Beletsel.ANDER_SYSTEEM)
    return replace(plan, actie=Actie.WIJZIGEN, nu=only)


def carry_out(osr: Osr, plan: Adreswijziging, about: Call) -> Flow[Adreswijziging]:
    """Do what a plan says, once, and read it back; doing it again does no harm.

    Returns:
        The plan, done; or with the reason why it is not possible after all.

    Raises:
        UnexpectedResponse: the register took it, but holds something else.
        DoorstroomError: it was refused, or it stayed unknown whether it was applied.
    """
    if plan.token is None or not plan.te_doen:
        return plan
    endpoint = OwnEndpoint(
        plan.school.routeringskenmerk, plan.url, plan.token, plan.attributes, plan.start_datum, plan.eind_datum
    )
    if plan.actie is Actie.WIJZIGEN and plan.nu is not None and plan.nu.id is not None:
        yield from change_endpoint(osr, plan.nu.id, endpoint, about)
        return replace(plan, gedaan=True, token=None)
    try:
        yield from register_endpoint(osr, endpoint, about)
    except UnexpectedResponse as error:
        if error.status == 400 and _BOARD_ONLY in error.melding.lower():
            return replace(plan, actie=Actie.NIET_MOGELIJK, beletsel=Beletsel.BESTUURSMANDAAT, token=None)
        raise
    listed = yield from find_endpoints(osr, Budget(about), routing_id=endpoint.routing_id, on=endpoint.start)
    stands = next((item for item in listed if item.url == endpoint.url), None)
    if stands is None:
        raise UnexpectedResponse(
            "OSR took the registration, but does not list the address",
            peer="OSR",
            hint="Look at the register before you write again; the namespace may be one that has no addresses",
        )
    return replace(plan, gedaan=True, nu=stands, token=None)
