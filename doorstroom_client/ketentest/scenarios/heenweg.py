"""The way out: a LAS signs pupils up at a supplier, and sends their advice."""

from __future__ import annotations

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Reply, Said
from doorstroom_client.ketentest.pupils import REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Ask, Check, Steps

EISEN = (
    Eis(
        id="OAS:registreren:202",
        tekst="Een goede lijst met deelnemers wordt beantwoord met 202",
        bron="OpenAPI 1.1.0, /registreren",
    ),
    Eis(
        id="OAS:registreren-schooladviezen:202",
        tekst="Een goede lijst met schooladviezen wordt beantwoord met 202",
        bron="OpenAPI 1.1.0, /registreren-schooladviezen",
    ),
    Eis(
        id="KO:2026-01-08:3a",
        tekst="Een advies voor een leerling die niet bekend is, wordt overgeslagen zonder de lijst te weigeren: 202",
        bron="Ketenoverleg 8 januari 2026, punt 3a",
        niveau=Niveau.HOORT,
        since={"2026-2027": Niveau.MOET},
    ),
    Eis(
        id="KO:2026-01-08:3a:verwerkt",
        tekst="De adviezen van de leerlingen die wel bekend zijn, worden verwerkt",
        bron="Ketenoverleg 8 januari 2026, punt 3a",
        niveau=Niveau.HOORT,
        since={"2026-2027": Niveau.MOET},
    ),
)
"""What a supplier has to do with lists."""


def receipt(reply: Reply) -> Check:
    """Hold an answer against the form of a receipt; an empty body can be lived with."""
    return Check(eis="OAS:ontvangstmelding", expected=True, got=reply.is_ontvangstmelding or not reply.size)


@REGISTER.scenario(
    "TS-101",
    "Eén leerling aanmelden",
    rol=Rol.TOETSSYSTEEM,
    eisen=("OAS:registreren:202", "OAS:ontvangstmelding"),
    pupils=("K01",),
)
def one_pupil(frame: Frame) -> Steps:
    """Sign up one pupil."""
    reply: Reply = yield frame.send_deelnemers("K01")
    yield Check(eis="OAS:registreren:202", expected=202, got=reply.status, tolerated=(200, 201, 204))
    yield receipt(reply)


@REGISTER.scenario(
    "TS-102",
    "De hele klas aanmelden",
    rol=Rol.TOETSSYSTEEM,
    eisen=("OAS:registreren:202", "OAS:ontvangstmelding"),
    pupils=REGISTERED,
)
def whole_class(frame: Frame) -> Steps:
    """Sign up the whole class: other alphabets, every field at its limit, groups of other kinds."""
    reply: Reply = yield frame.send_deelnemers(*REGISTERED)
    yield Check(eis="OAS:registreren:202", expected=202, got=reply.status, tolerated=(200, 201, 204))
    yield receipt(reply)


@REGISTER.scenario(
    "TS-203",
    "Advies voor één leerling die niet bekend is",
    rol=Rol.TOETSSYSTEEM,
    eisen=("KO:2026-01-08:3a", "KO:2026-01-08:3a:verwerkt", "OAS:ontvangstmelding"),
    pupils=("K01", "K11", "K14"),
)
def one_unknown(frame: Frame) -> Steps:
    """Send advice for two pupils that are known, and for one that is not."""
    yield frame.send_deelnemers("K01", "K11")
    reply: Reply = yield frame.send_adviezen("K01", "K11", "K14")
    tolerated = () if frame.from_2026 else (404, 422)
    yield Check(eis="KO:2026-01-08:3a", expected=202, got=reply.status, tolerated=tolerated)
    yield receipt(reply)
    if reply.status == 202:  # which says nothing about pupils, so ask
        said: Said = yield Ask(
            name="adviezen-verwerkt",
            text="Staan de leerlingen K01 en K11 in het toetssysteem met advies HAVO, en K14 niet?",
            facts={"adviezen": {"K01": "HAVO", "K11": "HAVO", "K14": None}},
        )
        yield Check(eis="KO:2026-01-08:3a:verwerkt", expected=True, got=said.yes)
