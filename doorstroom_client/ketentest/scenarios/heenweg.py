"""The way out: a LAS signs pupils up at a supplier."""

from __future__ import annotations

from dataclasses import replace

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arranged, Reply, Said
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.checks import OTHER_SUCCESS, RECEIPT, receipt
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Ask, Check, Steps

_ACCEPTED = "OAS:registreren:202"
_MUTATION = "OAS:registreren:mutatie"
_IDENTITY = "OAS:identiteit"
EISEN = (
    Eis(
        id=_ACCEPTED,
        tekst="Een goede lijst met deelnemers wordt beantwoord met 202",
        bron="OpenAPI 1.1.0, POST /registreren",
    ),
    Eis(
        id=_MUTATION,
        tekst="Een lijst met deelnemers is een mutatie: wie er niet op staat, blijft aangemeld",
        bron="OpenAPI 1.1.0, POST /registreren",
    ),
    Eis(
        id=_IDENTITY,
        tekst="Eén leerling is één leerling: aan het ECK-iD, anders aan de LAS-key, wordt hij herkend",
        bron="OpenAPI 1.1.0, DeelnemerIdentiteitEntry",
    ),
    Eis(
        id="GROOT:500",
        tekst="Een lijst met 500 deelnemers wordt aangenomen",
        bron="Goede gewoonte; de afspraak noemt geen grens",
        niveau=Niveau.WEET,
    ),
)
"""What a supplier has to do with lists of participants."""


def _accepted(reply: Reply) -> Check:
    return Check(eis=_ACCEPTED, expected=202, got=reply.status, tolerated=OTHER_SUCCESS)


@REGISTER.scenario("TS-101", "Eén leerling aanmelden", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, RECEIPT), pupils=("K01",))
def one_pupil(frame: Frame) -> Steps:
    """Sign up one pupil."""
    reply: Reply = yield frame.send_deelnemers("K01")
    yield _accepted(reply)
    yield receipt(reply)


@REGISTER.scenario("TS-102", "De hele klas aanmelden", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, RECEIPT), pupils=REGISTERED)
def whole_class(frame: Frame) -> Steps:
    """Sign up the whole class: other alphabets, every field at its limit, groups of other kinds."""
    reply: Reply = yield frame.send_deelnemers(*REGISTERED)
    yield _accepted(reply)
    yield receipt(reply)


@REGISTER.scenario(
    "TS-103", "Eén leerling krijgt een andere naam", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, _MUTATION), pupils=("K01", "K12")
)
def mutation(frame: Frame) -> Steps:
    """Send one pupil anew, with another name: the others stay."""
    yield frame.send_deelnemers("K01", "K12", name="eerst")
    reply: Reply = yield frame.send_deelnemers(replace(KLAS["K12"], achternaam="Nieuwenaam"))
    yield _accepted(reply)
    said: Said = yield Ask(
        name="mutatie",
        text="Staan de leerlingen K01 en K12 er allebei, en heet K12 nu Nieuwenaam?",
        facts={"deelnemers": {"K01": 1, "K12": 1}, "achternaam": {"K12": "Nieuwenaam"}},
    )
    yield Check(eis=_MUTATION, expected=True, got=said.yes)


@REGISTER.scenario("TS-104", "Dezelfde lijst twee keer", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, _IDENTITY))
def twice(frame: Frame) -> Steps:
    """Send the same bytes twice, as after a lost answer."""
    (pupil,) = frame.own()
    send = frame.send_deelnemers(pupil, name="eerst")
    yield send
    reply: Reply = yield replace(send, name="nog een keer")
    yield _accepted(reply)
    said: Said = yield Ask(
        name="niet dubbel",
        text=f"Staat leerling {pupil.label} er één keer?",
        facts={"deelnemers": {pupil.label: 1}},
    )
    yield Check(eis=_IDENTITY, expected=True, got=said.yes)


@REGISTER.scenario(
    "TS-105", "Een leerling krijgt een ECK-iD", rol=Rol.TOETSSYSTEEM, eisen=(_ACCEPTED, _IDENTITY), pupils=("K13",)
)
def gets_eck_id(frame: Frame) -> Steps:
    """Send a pupil by its LAS-key, and later with an ECK-iD beside it."""
    yield frame.send_deelnemers("K13", name="eerst")
    reply: Reply = yield frame.send_deelnemers(replace(KLAS["K13"], has_eck_id=True))
    yield _accepted(reply)
    said: Said = yield Ask(
        name="niet dubbel", text="Staat leerling K13 er één keer, nu met een ECK-iD?", facts={"deelnemers": {"K13": 1}}
    )
    yield Check(eis=_IDENTITY, expected=True, got=said.yes)


@REGISTER.scenario(
    "TS-106",
    "Een tweede administratie van dezelfde school",
    rol=Rol.TOETSSYSTEEM,
    eisen=(_ACCEPTED,),
    needs=("tweede_administratie",),
)
def second_administration(frame: Frame) -> Steps:
    """Sign a pupil up for another administration of the school; its results go there."""
    other: Arranged = yield Arrange(
        name="tweede_administratie", asks="Wilt u van de testschool ook een tweede administratie kennen?"
    )
    reply: Reply = yield frame.send_deelnemers(*frame.own(), school=frame.school_in(other))
    yield _accepted(reply)


@REGISTER.scenario("TS-107", "Een lijst met 500 leerlingen", rol=Rol.TOETSSYSTEEM, eisen=("GROOT:500",))
def many(frame: Frame) -> Steps:
    """Sign up five hundred pupils in one list."""
    reply: Reply = yield frame.send_deelnemers(*frame.own(500))
    yield Check(eis="GROOT:500", expected=202, got=reply.status, tolerated=(413,))
