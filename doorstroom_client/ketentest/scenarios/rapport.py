"""The reports that a LAS fetches at a supplier, and how that supplier bears up."""

from __future__ import annotations

from collections.abc import Generator
from statistics import quantiles
from typing import Any
from urllib.parse import quote

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arranged, Arrived, Replies, Reply, Said
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Ask, Await, CannotGoOn, Check, Pause, Send, Series, Step, Steps

_FOUND = "OAS:leerlingrapport:200"
_NOT_YET = "OAS:leerlingrapport:204"
_UNKNOWN = "OAS:leerlingrapport:404"
_OTHERS = "AVG:rapport"
EISEN = (
    Eis(
        id=_FOUND,
        tekst="Een rapport dat klaar is, komt met 200 als hele PDF",
        bron="OpenAPI 1.1.0, GET /leerlingrapport/{rapportid}",
    ),
    Eis(
        id="AVG:rapport:leerling",
        tekst="Het rapport is van de leerling bij wiens resultaat het hoort",
        bron="AVG, artikel 5",
    ),
    Eis(
        id=_NOT_YET,
        tekst="Een rapport dat nog niet klaar is, geeft 204",
        bron="OpenAPI 1.1.0, GET /leerlingrapport/{rapportid}",
    ),
    Eis(
        id="RFC9110:204",
        tekst="Na 204 komt geen inhoud",
        bron="RFC 9110, 15.3.5; de definitie belooft er wel een (Ontvangstmelding), en daar valt mee te leven",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id=_UNKNOWN,
        tekst="Een rapport dat niet bestaat, geeft 404",
        bron="OpenAPI 1.1.0, GET /leerlingrapport/{rapportid}",
    ),
    Eis(id=_OTHERS, tekst="Een rapport van een andere school wordt nooit gegeven", bron="AVG, artikel 5"),
    Eis(
        id="Q23:rapportid",
        tekst="Een rapportid met vreemde tekens geeft nooit een fout van de server",
        bron="OpenAPI 1.1.0, rapportid: elke tekst",
    ),
    Eis(
        id="RFC9112:204",
        tekst="Een verbinding blijft bruikbaar na een antwoord 204",
        bron="RFC 9112, 6.3",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="RFC9110:retry-after",
        tekst="Bij een storing (503) staat erbij wanneer het weer kan",
        bron="RFC 9110, 15.6.4",
        niveau=Niveau.WEET,
    ),
    Eis(id="SNEL", tekst="Hoe lang een antwoord duurt", bron="Ter kennisneming", niveau=Niveau.WEET),
)
"""What a supplier has to do with questions for reports."""


def _unknown_id(frame: Frame) -> str:
    return f"kt-{frame.scenario}-bestaat-niet"


def _result(pupil: str) -> Await:
    return Await(
        name=f"resultaat van {pupil}",
        operation="leerlingresultaat",
        pupils=(pupil,),
        within="resultaten",
        asks=f"Wilt u het resultaat van leerling {pupil} sturen?",
        does={"resultaten": [pupil]},
    )


def rapportid_in(arrived: Arrived, pupil: str) -> str:
    """The id of the report that the last result of a pupil names; empty when there is none."""
    about = arrived.about(pupil)
    document: Any = about[-1].document if about else None
    try:
        text = str(document["resultatenscores"]["resultaten"]["aanvullendeinfo"])
    except (KeyError, TypeError):
        return ""
    return text.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _own_result(frame: Frame) -> Generator[Step, Any, str]:
    """Sign K01 up and wait for its result; gives the id of its report, without which nothing can be asked."""
    yield frame.send_deelnemers("K01")
    arrived: Arrived = yield _result("K01")
    rapportid = rapportid_in(arrived, "K01")
    if not rapportid:
        raise CannotGoOn("het resultaat van leerling K01 noemt geen rapport")
    return rapportid


@REGISTER.scenario(
    "TS-501", "Een rapport dat klaar is", rol=Rol.TOETSSYSTEEM, eisen=(_FOUND, "AVG:rapport:leerling"), pupils=("K01",)
)
def ready(frame: Frame) -> Steps:
    """Fetch the report of a result."""
    rapportid = yield from _own_result(frame)
    reply: Reply = yield frame.get_rapport(quote(rapportid, safe=""))
    yield Check(eis=_FOUND, expected=200, got=reply.status)
    said_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    got = f"{said_type}, {reply.first}, {'heel' if reply.ends_whole else 'half'}"
    # A PDF under the name of any bytes, or under none, can be filed, and is not what the definition says.
    yield Check(
        eis=_FOUND,
        expected="application/pdf, pdf, heel",
        got=got,
        tolerated=("application/octet-stream, pdf, heel", ", pdf, heel"),
    )
    said: Said = yield Ask(
        name="juiste leerling", text="Is het rapport dat u net gaf, van leerling K01?", facts={"rapport": {"K01": rapportid}}
    )
    yield Check(eis="AVG:rapport:leerling", expected=True, got=said.yes)


@REGISTER.scenario(
    "TS-502",
    "Een rapport dat nog niet klaar is",
    rol=Rol.TOETSSYSTEEM,
    eisen=(_NOT_YET, "RFC9110:204"),
    needs=("rapport_niet_klaar",),
)
def not_ready(frame: Frame) -> Steps:
    """Ask for a report that is not there yet."""
    rapportid = yield from _own_result(frame)
    yield Arrange(name="rapport_niet_klaar", asks="Wilt u het rapport van leerling K01 nog even niet klaar zetten?")
    reply: Reply = yield frame.get_rapport(quote(rapportid, safe=""))
    yield Check(eis=_NOT_YET, expected=204, got=reply.status)
    inside = "niets" if not reply.size else "een melding" if reply.is_ontvangstmelding else "iets anders"
    yield Check(eis="RFC9110:204", expected="niets", got=inside, tolerated=("een melding",))


@REGISTER.scenario("TS-503", "Een rapport dat niet bestaat", rol=Rol.TOETSSYSTEEM, eisen=(_UNKNOWN,))
def unknown(frame: Frame) -> Steps:
    """Ask for a report that was never made."""
    reply: Reply = yield frame.get_rapport(_unknown_id(frame))
    yield Check(eis=_UNKNOWN, expected=404, got=reply.status)


@REGISTER.scenario(
    "TS-504", "Een rapport van een andere school", rol=Rol.TOETSSYSTEEM, eisen=(_OTHERS,), needs=("andere_school",)
)
def of_another_school(frame: Frame) -> Steps:
    """Ask for a report on behalf of a school whose pupil it is not."""
    rapportid = yield from _own_result(frame)
    other: Arranged = yield Arrange(
        name="andere_school", asks="Wilt u een tweede testschool kennen, die u en ons een mandaat heeft gegeven?"
    )
    reply: Reply = yield frame.get_rapport(quote(rapportid, safe=""), school=frame.school_in(other))
    yield Check(eis=_OTHERS, expected=404, got=reply.status, tolerated=(401, 403))


@REGISTER.scenario("TS-505", "Een rapportid met vreemde tekens", rol=Rol.TOETSSYSTEEM, eisen=("Q23:rapportid",))
def strange_ids(frame: Frame) -> Steps:
    """Ask for reports whose ids hold signs that mean something in an address."""
    for name, rapportid in {"schuine streep": "a%2Fb", "puntjes": "..%2F..", "procent": "a%25", "letters": "%C3%A9"}.items():
        reply: Reply = yield frame.get_rapport(rapportid, name)
        yield Check(eis="Q23:rapportid", expected=404, got=reply.status, tolerated=(400,))


@REGISTER.scenario(
    "TS-506", "Een rapport dat later klaar is", rol=Rol.TOETSSYSTEEM, eisen=(_NOT_YET, _FOUND), needs=("rapport_niet_klaar",)
)
def later(frame: Frame) -> Steps:
    """Ask for a report before it is there, and again when it should be."""
    rapportid = yield from _own_result(frame)
    yield Arrange(name="rapport_niet_klaar", asks="Wilt u het rapport van leerling K01 nog even niet klaar zetten?")
    early: Reply = yield frame.get_rapport(quote(rapportid, safe=""), "te vroeg")
    yield Check(eis=_NOT_YET, expected=204, got=early.status)
    yield Pause(
        name="tot het klaar is", within="resultaten", asks="Wilt u het rapport nu klaar zetten?", does={"rapport": "klaar"}
    )
    reply: Reply = yield frame.get_rapport(quote(rapportid, safe=""))
    yield Check(eis=_FOUND, expected=200, got=reply.status)


@REGISTER.scenario(
    "TS-601",
    "Een tweede verzoek op dezelfde verbinding, na 204",
    rol=Rol.TOETSSYSTEEM,
    eisen=("RFC9112:204",),
    needs=("rapport_niet_klaar",),
)
def after_204(frame: Frame) -> Steps:
    """Send a list on the connection on which a report was not there yet: a body after the 204 may not be in its way."""
    rapportid = yield from _own_result(frame)
    yield Arrange(name="rapport_niet_klaar", asks="Wilt u het rapport van leerling K01 nog even niet klaar zetten?")
    sends: tuple[Send, ...] = (frame.get_rapport(quote(rapportid, safe="")), frame.send_deelnemers("K01", name="daarna"))
    found: Replies = yield Series(name="op één verbinding", sends=sends)
    yield Check(eis="RFC9112:204", expected=202, got=found.statuses[-1])


@REGISTER.scenario("TS-602", "Een storing", rol=Rol.TOETSSYSTEEM, eisen=("RFC9110:retry-after",), needs=("storing",))
def outage(frame: Frame) -> Steps:
    """Send a list while the supplier is out of order."""
    yield Arrange(name="storing", asks="Wilt u de testserver even met 503 laten antwoorden?")
    reply: Reply = yield frame.send_deelnemers(*frame.own())
    yield Check(eis="RFC9110:retry-after", expected=True, got=reply.status == 503 and "retry-after" in reply.headers)


@REGISTER.scenario("TS-603", "Hoe snel het gaat", rol=Rol.TOETSSYSTEEM, eisen=("SNEL",))
def how_fast(frame: Frame) -> Steps:
    """Ask twenty times for a report that is not there, and say how long that took."""
    sends = tuple(frame.get_rapport(_unknown_id(frame), f"vraag {at}") for at in range(20))
    found: Replies = yield Series(name="twintig vragen", sends=sends)
    if not all(found.statuses):
        raise CannotGoOn("niet op elke vraag kwam een antwoord")
    steps = quantiles((item.seconds for item in found.replies), n=20)
    words = f"de helft binnen {steps[9]:.2f} s, 95% binnen {steps[18]:.2f} s"
    yield Check(eis="SNEL", expected=words, got=words)
