"""The way out: a LAS sends the advice of the school."""

from __future__ import annotations

from dataclasses import replace

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Reply, Said
from doorstroom_client.ketentest.pupils import REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.checks import OTHER_SUCCESS, RECEIPT, receipt
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Ask, Check, Steps

_ACCEPTED = "OAS:registreren-schooladviezen:202"
_UNKNOWN = "KO:2026-01-08:3a"
_PROCESSED = "KO:2026-01-08:3a:verwerkt"
_NEWEST = "OAS:schooladviezen:nieuwste"
_OLDER = "OAS:schooladviezen:ouder"
_FROM_2026 = {"2026-2027": Niveau.MOET}
EISEN = (
    Eis(
        id=_ACCEPTED,
        tekst="Een goede lijst met schooladviezen wordt beantwoord met 202",
        bron="OpenAPI 1.1.0, POST /registreren-schooladviezen",
    ),
    Eis(
        id=_UNKNOWN,
        tekst="Een advies voor een leerling die niet bekend is, wordt overgeslagen; de lijst wordt beantwoord met 202",
        bron="Ketenoverleg 8 januari 2026, punt 3a",
        niveau=Niveau.HOORT,
        since=_FROM_2026,
    ),
    Eis(
        id=_PROCESSED,
        tekst="De adviezen van de leerlingen die wel bekend zijn, worden verwerkt",
        bron="Ketenoverleg 8 januari 2026, punt 3a",
        niveau=Niveau.HOORT,
        since=_FROM_2026,
    ),
    Eis(
        id=_NEWEST,
        tekst="Een bijgesteld advies komt in de plaats van het vorige",
        bron="OpenAPI 1.1.0, POST /registreren-schooladviezen",
    ),
    Eis(
        id=_OLDER,
        tekst="Wat er blijft staan als een ouder advies na een nieuwer binnenkomt",
        bron="Niet afgesproken",
        niveau=Niveau.WEET,
    ),
)
"""What a supplier has to do with lists of advice."""


def _tolerated(frame: Frame) -> tuple[int, ...]:
    """What can be lived with for an unknown pupil: until 2025-2026 suppliers need not change."""
    return () if frame.from_2026 else (404, 422)


@REGISTER.scenario("TS-201", "Alle zeventien adviezen", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, RECEIPT), pupils=REGISTERED)
def every_advice(frame: Frame) -> Steps:
    """Send advice of every kind."""
    yield frame.send_deelnemers(*REGISTERED)
    reply: Reply = yield frame.send_adviezen(*REGISTERED)
    yield Check(eis=_ACCEPTED, expected=202, got=reply.status, tolerated=OTHER_SUCCESS)
    yield receipt(reply)


@REGISTER.scenario("TS-202", "Een advies wordt bijgesteld", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, _NEWEST), pupils=("K11",))
def changed(frame: Frame) -> Steps:
    """Send advice, and later another one."""
    yield frame.send_deelnemers("K11")
    yield frame.send_adviezen("K11", name="eerst")
    reply: Reply = yield frame.send_adviezen("K11", changed=True)
    yield Check(eis=_ACCEPTED, expected=202, got=reply.status, tolerated=OTHER_SUCCESS)
    said: Said = yield Ask(
        name="bijgesteld", text="Staat leerling K11 er nu met advies VWO?", facts={"adviezen": {"K11": "VWO"}}
    )
    yield Check(eis=_NEWEST, expected=True, got=said.yes)


@REGISTER.scenario(
    "TS-203",
    "Advies voor één leerling die niet bekend is",
    rol=Rol.TOETSSYSTEEM,
    eisen=(_UNKNOWN, _PROCESSED, RECEIPT),
    pupils=("K14",),
)
def one_unknown(frame: Frame) -> Steps:
    """Send advice for two pupils that are known, of this scenario only so that it is not there yet, and for one that is not."""
    one, other = frame.own(2)
    yield frame.send_deelnemers(one, other)
    reply: Reply = yield frame.send_adviezen(one, other, "K14")
    yield Check(eis=_UNKNOWN, expected=202, got=reply.status, tolerated=_tolerated(frame))
    yield receipt(reply)
    if reply.status == 202:  # which says nothing about pupils, so ask
        said: Said = yield Ask(
            name="verwerkt",
            text=f"Staan de leerlingen {one.label} en {other.label} er met advies HAVO, en is K14 er niet?",
            facts={"adviezen": {one.label: "HAVO", other.label: "HAVO"}, "deelnemers": {"K14": 0}},
        )
        yield Check(eis=_PROCESSED, expected=True, got=said.yes)


@REGISTER.scenario(
    "TS-204",
    "Advies voor alleen een leerling die niet bekend is",
    rol=Rol.TOETSSYSTEEM,
    eisen=(_UNKNOWN, RECEIPT),
    pupils=("K14",),
)
def only_unknown(frame: Frame) -> Steps:
    """Send advice for somebody who was never signed up."""
    reply: Reply = yield frame.send_adviezen("K14")
    yield Check(eis=_UNKNOWN, expected=202, got=reply.status, tolerated=_tolerated(frame))
    yield receipt(reply)


@REGISTER.scenario("TS-205", "Eerst het advies, dan pas de aanmelding", rol=Rol.TOETSSYSTEEM, eisen=(_UNKNOWN, _ACCEPTED))
def advice_first(frame: Frame) -> Steps:
    """Send advice before the pupil is signed up, and once more afterwards."""
    (pupil,) = frame.own()
    early: Reply = yield frame.send_adviezen(pupil, name="te vroeg")
    yield Check(eis=_UNKNOWN, expected=202, got=early.status, tolerated=_tolerated(frame))
    yield frame.send_deelnemers(pupil)
    reply: Reply = yield frame.send_adviezen(pupil)
    yield Check(eis=_ACCEPTED, expected=202, got=reply.status, tolerated=OTHER_SUCCESS)


@REGISTER.scenario("TS-206", "Een leerling zonder advies", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED,), pupils=("K01", "K10"))
def without_advice(frame: Frame) -> Steps:
    """Send a list in which one who is signed up has no advice yet."""
    yield frame.send_deelnemers("K01", "K10")
    reply: Reply = yield frame.send_adviezen("K01", "K10")
    yield Check(eis=_ACCEPTED, expected=202, got=reply.status, tolerated=OTHER_SUCCESS)


@REGISTER.scenario("TS-207", "Een ouder advies na een nieuwer", rol=Rol.TOETSSYSTEEM, eisen=(_OLDER,))
def older_after_newer(frame: Frame) -> Steps:
    """Send a list that was made earlier after one that was made later."""
    (pupil,) = frame.own()
    yield frame.send_deelnemers(pupil)
    old = frame.send_adviezen(pupil, name="ouder")
    yield frame.send_adviezen(replace(pupil, advies="VWO"), name="nieuwer")
    yield old
    said: Said = yield Ask(
        name="wat staat er",
        text=f"Staat leerling {pupil.label} er met advies VWO, het nieuwste?",
        facts={"adviezen": {pupil.label: "VWO"}},
    )
    yield Check(eis=_OLDER, expected=True, got=said.yes)
