"""What a supplier has to refuse, and in which words: lists that are wrong, and schools that have not given their mandate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.frame import JSON, Frame, as_json, edited
from doorstroom_client.ketentest.outcomes import Arranged, Reply
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.checks import ECHO, OTHER_SUCCESS, RECEIPT, refusal
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Check, Ours, Send, Steps
from doorstroom_client.messages.school import School

_REGISTER, _ADVICE = "/registreren", "/registreren-schooladviezen"
_WRONG = {_REGISTER: "OAS:registreren:422", _ADVICE: "OAS:registreren-schooladviezen:422"}
_FIRST = ("deelnemers", 0)
EISEN = (
    Eis(
        id="OAS:registreren:422",
        tekst="Een lijst met deelnemers die niet aan de definitie voldoet, wordt geweigerd met 422",
        bron="OpenAPI 1.1.0, POST /registreren",
    ),
    Eis(
        id="OAS:registreren-schooladviezen:422",
        tekst="Een lijst met schooladviezen die niet aan de definitie voldoet, wordt geweigerd met 422",
        bron="OpenAPI 1.1.0, POST /registreren-schooladviezen",
    ),
    Eis(
        id="OAS:versie",
        tekst="De versie van het bericht hoort bij het schooljaar; een andere wordt geweigerd met 422",
        bron="OpenAPI 1.1.0, versie",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="RFC9110:415",
        tekst="Een bericht dat geen JSON heet te zijn, wordt geweigerd met 415",
        bron="RFC 9110, 15.5.16",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="OAS:edu-to",
        tekst="edu-to en edu-from staan er elk één keer, met 20 tekens; anders wordt het verzoek geweigerd",
        bron="OpenAPI 1.1.0, parameters edu-to en edu-from",
    ),
    Eis(
        id="Q19:brin",
        tekst="Wat er gebeurt als de BRIN in het bericht een andere is dan die in edu-to",
        bron="Niet afgesproken; het voorbeeld in de definitie heeft er zelf een",
        niveau=Niveau.WEET,
    ),
    Eis(
        id="OAS:additionalProperties",
        tekst="Een veld dat de definitie niet kent, is geen reden om te weigeren",
        bron="OpenAPI 1.1.0: additionalProperties is nergens uitgesloten",
    ),
    Eis(
        id="KO:2026-01-08:3c",
        tekst="Geslacht hoort tot en met 2025-2026 in een aanmelding, en vanaf 2026-2027 niet meer",
        bron="Ketenoverleg 8 januari 2026, punt 3c; OpenAPI 1.1.0, Demografisch",
    ),
    Eis(
        id="Q12:voorletters",
        tekst="Wat er gebeurt met voorletters met punten",
        bron="OpenAPI 1.1.0, voorletters: alleen in de toelichting",
        niveau=Niveau.WEET,
    ),
    Eis(
        id="OAS:401",
        tekst="Zonder mandaat van de school voor verzender of ontvanger wordt geweigerd met 401",
        bron="OpenAPI 1.1.0, antwoord 401",
    ),
    Eis(
        id="OAS:405",
        tekst="Een school die niet bekend is, wordt geweigerd met 405 en een Ontvangstmelding",
        bron="OpenAPI 1.1.0, antwoord 405",
    ),
    Eis(
        id="OAS:registreren:403",
        tekst="Na de sluiting van de inschrijving wordt een lijst met deelnemers geweigerd met 403",
        bron="OpenAPI 1.1.0, POST /registreren",
    ),
    Eis(
        id="OAS:registreren-schooladviezen:403",
        tekst="Na de sluiting van de aanlevering wordt een lijst met schooladviezen geweigerd met 403",
        bron="OpenAPI 1.1.0, POST /registreren-schooladviezen",
    ),
    Eis(
        id="KO:2026-01-08:3b",
        tekst="Een mandaat dat weer is gegeven, werkt binnen een dag",
        bron="Ketenoverleg 8 januari 2026, punt 3b",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="RFC9110:404",
        tekst="Een adres dat niet bestaat, geeft 404",
        bron="RFC 9110, 15.5.5",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="Q4:405",
        tekst="Of een verkeerd adres van een onbekende school te onderscheiden is: 405 zonder Ontvangstmelding",
        bron="OpenAPI 1.1.0, antwoord 405, naast RFC 9110, 15.5.6",
        niveau=Niveau.WEET,
    ),
)
"""What a supplier has to refuse."""

Message = Callable[[Frame], object]


def _wrong(
    id: str, titel: str, path: str, message: Message, *, expected: int = 422, tolerated: Sequence[int] = (400,), eis: str = ""
) -> None:
    """Enter a scenario that sends one wrong message."""
    required = eis or _WRONG[path]

    @REGISTER.scenario(id, titel, rol=Rol.TOETSSYSTEEM, eisen=(required, RECEIPT, ECHO))
    def play(frame: Frame) -> Steps:
        reply: Reply = yield frame.post("bericht", path, message(frame))
        yield Check(eis=required, expected=expected, got=reply.status, tolerated=tuple(tolerated))
        yield from refusal(reply)


def _pupils(frame: Frame, path: Sequence[str | int], value: object = ...) -> dict[str, Any]:
    """A list of participants in which one value is another, or is not there."""
    return edited(frame.deelnemers(*frame.own()), path, value)


def _advice(frame: Frame, path: Sequence[str | int], value: object = ...) -> dict[str, Any]:
    return edited(frame.adviezen(*frame.own()), path, value)


_wrong("TS-301", "Een bericht dat niet af is", _REGISTER, lambda frame: as_json(frame.deelnemers(*frame.own()))[:-3])
_wrong(
    "TS-302",
    "Een advies dat niet bestaat",
    _ADVICE,
    lambda frame: _advice(frame, ("voorlopigSchooladviezen", 0, "advies"), "GYMNASIUM_PLUS"),
)
_wrong(
    "TS-303",
    "Een leerling zonder geboortedatum",
    _REGISTER,
    lambda frame: _pupils(frame, (*_FIRST, "extensie", "geboortedatum")),
)
_wrong("TS-304", "Adviezen op het adres voor aanmeldingen", _REGISTER, lambda frame: frame.adviezen(*frame.own()))
_wrong(
    "TS-305",
    "De versie van een vorig schooljaar",
    _REGISTER,
    lambda frame: _pupils(frame, ("versie",), "Doorstroomtoetsketen_v1.0"),
    tolerated=(400, 202),
    eis="OAS:versie",
)
_wrong(
    "TS-306",
    "De versie van een schooljaar dat nog komt",
    _REGISTER,
    lambda frame: _pupils(frame, ("versie",), "Doorstroomtoetsketen_v99.0"),
    tolerated=(400, 202),
    eis="OAS:versie",
)


@REGISTER.scenario(
    "TS-307", "Een bericht dat geen JSON heet te zijn", rol=Rol.TOETSSYSTEEM, eisen=("RFC9110:415", RECEIPT, ECHO)
)
def other_type(frame: Frame) -> Steps:
    """Send a good list as plain text."""
    reply: Reply = yield frame.send_deelnemers(*frame.own(), headers=(("Content-Type", "text/plain"),))
    yield Check(eis="RFC9110:415", expected=415, got=reply.status, tolerated=(400, 422, 202))
    yield from refusal(reply)


@REGISTER.scenario(
    "TS-308",
    "edu-to ontbreekt, staat er twee keer of is te kort",
    rol=Rol.TOETSSYSTEEM,
    eisen=("OAS:edu-to", RECEIPT, ECHO),
)
def wrong_query(frame: Frame) -> Steps:
    """Send a good list with a query that is not in order, in three ways."""
    to, source = frame.edu()
    queries = {"zonder": (source,), "dubbel": (to, to, source), "te kort": ((to[0], to[1][:-1]), source)}
    for name, query in queries.items():
        reply: Reply = yield frame.send_deelnemers(*frame.own(), name=f"edu-to {name}", query=query)
        yield Check(eis="OAS:edu-to", expected=422, got=reply.status, tolerated=(400, 401))
        yield from refusal(reply)


@REGISTER.scenario("TS-309", "Een andere BRIN in het bericht dan in edu-to", rol=Rol.TOETSSYSTEEM, eisen=("Q19:brin",))
def other_brin(frame: Frame) -> Steps:
    """Send a list that names another school in its body than in its query."""
    document = _pupils(frame, ("deelnemersgroep", "instellingscode"), "99ZZ")
    reply: Reply = yield frame.post("bericht", _REGISTER, document)
    yield Check(eis="Q19:brin", expected=(202, 422), got=reply.status)


@REGISTER.scenario("TS-310", "Een veld dat de definitie niet kent", rol=Rol.TOETSSYSTEEM, eisen=("OAS:additionalProperties",))
def unknown_field(frame: Frame) -> Steps:
    """Send a good list with one field more."""
    reply: Reply = yield frame.post("bericht", _REGISTER, _pupils(frame, (*_FIRST, "ketentest"), "extra"))
    yield Check(eis="OAS:additionalProperties", expected=202, got=reply.status, tolerated=OTHER_SUCCESS)


@REGISTER.scenario("TS-311", "Geslacht: wel en niet", rol=Rol.TOETSSYSTEEM, eisen=("KO:2026-01-08:3c",))
def geslacht(frame: Frame) -> Steps:
    """Send a list with geslacht and one without; which of the two is right depends on the school year."""
    where = (*_FIRST, "extensie", "geslacht")
    has = _pupils(frame, where, 9)
    without = edited(has, where)
    present: Reply = yield frame.post("met", _REGISTER, has)
    absent: Reply = yield frame.post("zonder", _REGISTER, without)
    if frame.afspraak.geslacht:
        yield Check(eis="KO:2026-01-08:3c", expected=202, got=present.status, evidence="met")
        yield Check(eis="KO:2026-01-08:3c", expected=422, got=absent.status, tolerated=(202, 400))
    else:
        yield Check(eis="KO:2026-01-08:3c", expected=202, got=absent.status)
        yield Check(eis="KO:2026-01-08:3c", expected=(202, 422), got=present.status, evidence="met")


@REGISTER.scenario(
    "TS-312",
    "Een voorvoegsel van elf tekens, en voorletters met punten",
    rol=Rol.TOETSSYSTEEM,
    eisen=("OAS:registreren:422", "Q12:voorletters"),
)
def too_long(frame: Frame) -> Steps:
    """Send a prefix that is too long, and letters with dots."""
    long: Reply = yield frame.post("voorvoegsel", _REGISTER, _pupils(frame, (*_FIRST, "voorvoegsel"), "van der lan"))
    yield Check(eis="OAS:registreren:422", expected=422, got=long.status, tolerated=(400, 202))
    dots: Reply = yield frame.post("voorletters", _REGISTER, _pupils(frame, (*_FIRST, "extensie", "voorletters"), "A.B."))
    yield Check(eis="Q12:voorletters", expected=(202, 422), got=dots.status)


def _both_lists(frame: Frame, school: School) -> tuple[Send, Send]:
    pupils = frame.own()
    return frame.send_deelnemers(*pupils, school=school), frame.send_adviezen(*pupils, school=school)


def _not_allowed(id: str, titel: str, arrangement: str, asks: str) -> None:
    """Enter a scenario in which a school has not given one of the two mandates."""

    @REGISTER.scenario(id, titel, rol=Rol.TOETSSYSTEEM, eisen=("OAS:401", RECEIPT, ECHO), needs=(arrangement,))
    def play(frame: Frame) -> Steps:
        arranged: Arranged = yield Arrange(name=arrangement, asks=asks)
        for send in _both_lists(frame, frame.school_in(arranged)):
            reply: Reply = yield send
            yield Check(eis="OAS:401", expected=401, got=reply.status, tolerated=(403,))
            yield from refusal(reply)


_not_allowed(
    "TS-401",
    "Een school zonder mandaat van het toetssysteem",
    "school_zonder_mandaat_toets",
    "Wilt u een testschool kennen die wel ons een mandaat heeft gegeven, maar u niet?",
)
_not_allowed(
    "TS-402",
    "Een school zonder mandaat van het LAS",
    "school_zonder_mandaat_las",
    "Wilt u een testschool kennen die wel u een mandaat heeft gegeven, maar ons niet?",
)


@REGISTER.scenario("TS-403", "Het certificaat van een andere partij", rol=Rol.TOETSSYSTEEM, eisen=("OAS:401",))
def other_party(frame: Frame) -> Steps:
    """Send a good list with the certificate of a party that the school has not mandated."""
    reply: Reply = yield frame.send_deelnemers(*frame.own(), shows=Ours.OTHER_PARTY, may_fail=True)
    got: object = "tls" if reply.fault == "tls" else reply.status
    yield Check(eis="OAS:401", expected=401, got=got, tolerated=(403, "tls"))


@REGISTER.scenario(
    "TS-404",
    "Een school die niet bekend is",
    rol=Rol.TOETSSYSTEEM,
    eisen=("OAS:405", RECEIPT, ECHO),
    needs=("school_onbekend",),
)
def unknown_school(frame: Frame) -> Steps:
    """Send lists for a school that has given both mandates, and that the supplier does not know; or for one that is not."""
    arranged: Arranged = yield Arrange(
        name="school_onbekend", asks="Welke testschool heeft u een mandaat gegeven, maar is bij u niet aangemeld?"
    )
    # One that does not exist has mandated nobody either, and which of the two is looked at first, is not agreed on.
    expected: object = (405, 401) if arranged.made_up else 405
    for send in _both_lists(frame, frame.school_in(arranged)):
        reply: Reply = yield send
        yield Check(eis="OAS:405", expected=expected, got=reply.status, tolerated=(404,))
        yield from refusal(reply)


def _closed(id: str, titel: str, arrangement: str, asks: str, send: Callable[[Frame], Send], eis: str) -> None:
    """Enter a scenario in a period that is over."""

    @REGISTER.scenario(id, titel, rol=Rol.TOETSSYSTEEM, eisen=(eis, RECEIPT, ECHO), needs=(arrangement,))
    def play(frame: Frame) -> Steps:
        yield Arrange(name=arrangement, asks=asks)
        reply: Reply = yield send(frame)
        yield Check(eis=eis, expected=403, got=reply.status, tolerated=(422,))
        yield from refusal(reply)


_closed(
    "TS-405",
    "De inschrijving is gesloten",
    "gesloten_inschrijving",
    "Wilt u de inschrijving voor de testschool sluiten?",
    lambda frame: frame.send_deelnemers(*frame.own()),
    "OAS:registreren:403",
)
_closed(
    "TS-406",
    "De aanlevering van adviezen is gesloten",
    "gesloten_schooladviezen",
    "Wilt u de aanlevering van schooladviezen voor de testschool sluiten?",
    lambda frame: frame.send_adviezen(*frame.own()),
    "OAS:registreren-schooladviezen:403",
)


@REGISTER.scenario(
    "TS-407", "Een mandaat is weer gegeven", rol=Rol.TOETSSYSTEEM, eisen=("KO:2026-01-08:3b",), needs=("mandaat_hersteld",)
)
def restored(frame: Frame) -> Steps:
    """Send a list for a school whose mandate was withdrawn and given again."""
    yield Arrange(name="mandaat_hersteld", asks="Trek het mandaat van de testschool in, en geef het een dag later opnieuw")
    reply: Reply = yield frame.send_deelnemers(*frame.own())
    yield Check(eis="KO:2026-01-08:3b", expected=202, got=reply.status, tolerated=OTHER_SUCCESS)


@REGISTER.scenario("TS-408", "Een adres dat niet bestaat", rol=Rol.TOETSSYSTEEM, eisen=("RFC9110:404", "Q4:405"))
def wrong_path(frame: Frame) -> Steps:
    """Send a good list to an address that is not in the definition."""
    send = frame.send_deelnemers(*frame.own())
    reply: Reply = yield replace(send, path="/registreren-bestaat-niet", headers=JSON)
    yield Check(eis="RFC9110:404", expected=404, got=reply.status, tolerated=(400, 405))
    says_school = reply.status == 405 and bool(reply.melding)
    yield Check(eis="Q4:405", expected=False, got=says_school)
