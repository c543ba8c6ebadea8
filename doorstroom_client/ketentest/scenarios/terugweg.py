"""The way back: what a supplier pushes to a LAS."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arranged, Arrival, Arrived, Reply, Said
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.rapport import rapportid_in
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Ask, Await, Check, Stage, Step, Steps

_COMPLETE = "OAS:leerlingresultaat"
_EDU = "OAS:leerlingresultaat:edu"
_OIN = "UBV:PKI001:verzender"
_DEFINITION = "OAS:Leerlingresultaat"
_IDENTITY = "OAS:leerlingresultaat:identiteit"
_ROD = "ROD:resultaat"
_MOMENT = "Q15:datumtijd"
_AGAIN = "RFC9110:503:opnieuw"
_NOT_EARLIER = "RFC9110:503:niet-eerder"
EISEN = (
    Eis(
        id=_COMPLETE,
        tekst="Van elke aangemelde leerling komt binnen de termijn een bericht, en van geen ander",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat: standlevering",
    ),
    Eis(
        id=_EDU,
        tekst="edu-to is het routeringskenmerk waarmee is aangemeld, en edu-from het OIN van de school",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat",
    ),
    Eis(id=_OIN, tekst="De verzender toont zijn eigen certificaat, over TLS 1.2 of nieuwer", bron="Edukoppeling"),
    Eis(
        id=_DEFINITION,
        tekst="Het bericht voldoet aan de definitie, met versie en profiel van het schooljaar en één toets",
        bron="OpenAPI 1.1.0, Leerlingresultaat",
    ),
    Eis(
        id="Q1:waarde",
        tekst="De waarde van een score is tekst",
        bron="OpenAPI 1.1.0, Score.waarde (het voorbeeld heeft een getal)",
        niveau=Niveau.WEET,
    ),
    Eis(
        id=_IDENTITY,
        tekst="De leerling staat er met de identiteit waarmee hij is aangemeld: het ECK-iD voorop",
        bron="OpenAPI 1.1.0, DeelnemerIdentiteitEntry",
    ),
    Eis(
        id=_ROD,
        tekst="Er is een toetsscore, een toetsadvies en voor rekenen, lezen en taalverzorging een bekend referentieniveau",
        bron="ROD-po; OpenAPI 1.1.0",
    ),
    Eis(id=_MOMENT, tekst="datumtijd heeft een tijdzone", bron="OpenAPI 1.1.0: date-time (RFC 3339)", niveau=Niveau.HOORT),
    Eis(
        id="OAS:correctie",
        tekst="Een verbeterd resultaat komt als heel bericht, met een nieuwere datumtijd",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat: standlevering",
    ),
    Eis(
        id="Q22:rapportid",
        tekst="aanvullendeinfo leidt naar een rapport dat er is",
        bron="OpenAPI 1.1.0, aanvullendeinfo",
    ),
    Eis(id=_AGAIN, tekst="Na een storing (503) komt hetzelfde bericht opnieuw", bron="RFC 9110, 15.6.4", niveau=Niveau.HOORT),
    Eis(id=_NOT_EARLIER, tekst="Niet eerder dan Retry-After zegt", bron="RFC 9110, 10.2.3", niveau=Niveau.HOORT),
    Eis(
        id="TERUGWEG:afgebroken",
        tekst="Een bericht waarop geen antwoord kwam, komt opnieuw, met dezelfde inhoud",
        bron="Goede gewoonte: geen resultaat mag verloren gaan",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="TERUGWEG:geweigerd",
        tekst="Wat er gebeurt met een resultaat dat geweigerd wordt",
        bron="Niet afgesproken",
        niveau=Niveau.WEET,
    ),
    Eis(
        id="UBV:PKI001:ontvanger",
        tekst="Aan een adres met een ander OIN wordt niets gestuurd",
        bron="Edukoppeling; AVG, artikel 32",
    ),
)
"""What is required of what a supplier pushes."""


def _await(
    *pupils: str,
    name: str = "resultaten",
    does: Mapping[str, Any] | None = None,
    count: int = 0,
    term: str = "resultaten",
    may_lack: bool = False,
    asks: str = "",
) -> Await:
    whom = ", ".join(pupils) if len(pupils) < 6 else "alle aangemelde leerlingen"
    return Await(
        name=name,
        operation="leerlingresultaat",
        pupils=pupils,
        count=count,
        within=term,
        asks=asks or f"Wilt u de resultaten sturen van {whom}?",
        does={"resultaten": list(pupils)} if does is None else does,
        may_lack=may_lack,
    )


def _results(frame: Frame, *pupils: str) -> Generator[Step, Any, Arrived]:
    """Sign pupils up with their advice, and wait for what comes of it."""
    yield frame.send_deelnemers(*pupils)
    yield frame.send_adviezen(*pupils)
    arrived: Arrived = yield _await(*pupils)
    return arrived


@REGISTER.scenario("TW-101", "Van iedereen een resultaat", rol=Rol.TERUGWEG, eisen=(_COMPLETE,), pupils=(*REGISTERED, "K14"))
def complete(frame: Frame) -> Steps:
    """Wait for a result of everybody who was signed up, and of nobody else: not of K14, of whom there is only advice."""
    yield frame.send_deelnemers(*REGISTERED)
    yield frame.send_adviezen(*REGISTERED)
    yield frame.send_adviezen("K14", name="advies van K14")
    arrived: Arrived = yield _await(*REGISTERED, may_lack=True)
    missing = [label for label in REGISTERED if not arrived.about(label)]
    yield Check(eis=_COMPLETE, expected="niemand ontbreekt", got=", ".join(missing) or "niemand ontbreekt")
    yield Check(eis=_COMPLETE, expected=0, got=len(arrived.about("K14")))


@REGISTER.scenario("TW-102", "edu-to en edu-from", rol=Rol.TERUGWEG, eisen=(_EDU,), pupils=("K01",))
def edu(frame: Frame) -> Steps:
    """Look at the query of a result."""
    arrived = yield from _results(frame, "K01")
    for item in arrived.about("K01")[:1]:
        yield Check(eis=_EDU, expected=frame.school.routeringskenmerk, got=item.one("edu-to"))
        yield Check(eis=_EDU, expected=frame.school.oin, got=item.one("edu-from"))


@REGISTER.scenario("TW-103", "Het certificaat van de verzender", rol=Rol.TERUGWEG, eisen=(_OIN,), pupils=("K01",))
def sender(frame: Frame) -> Steps:
    """Look at who pushed a result."""
    arrived = yield from _results(frame, "K01")
    for item in arrived.about("K01")[:1]:
        yield Check(eis=_OIN, expected=frame.supplier_oin, got=item.oin)
        yield Check(eis=_OIN, expected=("TLSv1.2", "TLSv1.3", ""), got=item.tls)  # empty where a proxy ends TLS


@REGISTER.scenario(
    "TW-104", "Het bericht voldoet aan de definitie", rol=Rol.TERUGWEG, eisen=(_DEFINITION, "Q1:waarde"), pupils=REGISTERED
)
def definition(frame: Frame) -> Steps:
    """Hold every result against the published definition."""
    arrived = yield from _results(frame, *REGISTERED)
    for item in _known(arrived):
        problems: list[str] = []
        numbers: list[str] = []
        for problem in frame.judge("leerlingresultaat", item.document):
            (numbers if _SCORE.search(problem) else problems).append(problem)
        yield Check(eis=_DEFINITION, expected="in orde", got="; ".join(problems[:3]) or "in orde")
        yield Check(eis="Q1:waarde", expected=0, got=len(numbers))
        yield Check(eis=_DEFINITION, expected=frame.afspraak.versie, got=_at(item, "versie"))
        yield Check(eis=_DEFINITION, expected=frame.toetssoort, got=_at(item, "toets", "id"))
        yield Check(eis=_DEFINITION, expected=frame.toetssoort, got=_at(item, "resultatenscores", "toetsdefinitie"))


@REGISTER.scenario(
    "TW-105", "De identiteit van de leerling", rol=Rol.TERUGWEG, eisen=(_IDENTITY,), pupils=("K01", "K02", "K03")
)
def identity(frame: Frame) -> Steps:
    """Look with which identities results come back: those with which the pupils were signed up, the ECK-iD first."""
    labels = ("K01", "K02", "K03")
    arrived = yield from _results(frame, *labels)
    for label in labels:
        expected = frame.keys.refs(KLAS[label])
        for item in arrived.about(label)[:1]:
            refs = _at(item, "resultatenscores", "deelnemerref")
            first = refs[0] if isinstance(refs, list) and refs else None
            extra = [ref for ref in refs if ref not in expected] if isinstance(refs, list) else []
            yield Check(eis=_IDENTITY, expected=True, got=first == expected[0])
            yield Check(eis=_IDENTITY, expected=0, got=len(extra))


@REGISTER.scenario("TW-106", "Wat DUO nodig heeft", rol=Rol.TERUGWEG, eisen=(_ROD,), pupils=REGISTERED)
def rod(frame: Frame) -> Steps:
    """Look whether a school can hand the results on to ROD."""
    arrived = yield from _results(frame, *REGISTERED)
    for item in _known(arrived):
        yield Check(eis=_ROD, expected="compleet", got=", ".join(_lacking(item)) or "compleet")


@REGISTER.scenario("TW-107", "Momenten met een tijdzone", rol=Rol.TERUGWEG, eisen=(_MOMENT,), pupils=("K01",))
def moments(frame: Frame) -> Steps:
    """Look at the moments in a result."""
    arrived = yield from _results(frame, "K01")
    for item in arrived.about("K01")[:1]:
        text = str(_at(item, "datumtijd"))
        form = "met" if _ZONED.fullmatch(text) else "zonder" if _MOMENT_FORM.match(text) else "onleesbaar"
        yield Check(eis=_MOMENT, expected="met", got=form, tolerated=("zonder",))


@REGISTER.scenario(
    "TW-108",
    "Een resultaat wordt verbeterd",
    rol=Rol.TERUGWEG,
    eisen=("OAS:correctie",),
    needs=("correctie",),
    pupils=("K15",),
)
def correction(frame: Frame) -> Steps:
    """Wait for a corrected result: a whole message, made later."""
    first = yield from _results(frame, "K15")
    yield Arrange(name="correctie", asks="Wilt u het resultaat van leerling K15 verbeteren en opnieuw sturen?")
    asks = "Wilt u het resultaat van K15 verbeteren en opnieuw sturen?"
    both: Arrived = yield _await("K15", name="verbeterd", count=1, does={"verbeter": ["K15"]}, term="correctie", asks=asks)
    old, new = first.about("K15")[-1], both.about("K15")[-1]
    yield Check(eis="OAS:correctie", expected=True, got=str(_at(new, "datumtijd")) > str(_at(old, "datumtijd")))
    yield Check(eis="OAS:correctie", expected=True, got=_parts(new) >= _parts(old))


@REGISTER.scenario(
    "TW-109", "Het resultaat leidt naar het rapport", rol=Rol.TERUGWEG, eisen=("Q22:rapportid",), pupils=("K01",)
)
def leads_to_report(frame: Frame) -> Steps:
    """Fetch the report that a result names."""
    arrived = yield from _results(frame, "K01")
    reply: Reply = yield frame.get_rapport(quote(rapportid_in(arrived, "K01"), safe=""))
    yield Check(eis="Q22:rapportid", expected=(200, 204), got=reply.status)


def _disturbed(id: str, titel: str, answers: Mapping[str, Any], eisen: Sequence[str], wait: int) -> None:
    """Enter a scenario in which the LAS is out of order once."""

    @REGISTER.scenario(id, titel, rol=Rol.TERUGWEG, eisen=eisen, needs=("storing_las",), pupils=("K01",))
    def play(frame: Frame) -> Steps:
        yield Arrange(name="storing_las", asks="Mag onze ontvanger even een storing hebben terwijl u een resultaat stuurt?")
        yield frame.send_deelnemers("K01")
        yield Stage(name="storing", answers=answers)
        arrived: Arrived = yield _await("K01", count=2, name="twee keer", may_lack=True)
        found = arrived.about("K01")
        yield Check(eis=eisen[0], expected=True, got=len(found) > 1 and found[0].sha256 == found[1].sha256)
        if len(eisen) > 1 and len(found) > 1:
            yield Check(eis=eisen[1], expected=True, got=_seconds(found[0], found[1]) >= wait)


_disturbed(
    "TW-201",
    "Het LAS heeft een storing",
    {"leerlingresultaat": [{"status": 503, "retry_after": 2, "keer": 1}]},
    (_AGAIN, _NOT_EARLIER),
    2,
)
_disturbed(
    "TW-202",
    "Het LAS geeft geen antwoord",
    {"leerlingresultaat": [{"zonder_antwoord": True, "keer": 1}]},
    ("TERUGWEG:afgebroken",),
    0,
)


@REGISTER.scenario(
    "TW-203", "Het LAS weigert", rol=Rol.TERUGWEG, eisen=("TERUGWEG:geweigerd",), needs=("storing_las",), pupils=("K01",)
)
def refused(frame: Frame) -> Steps:
    """Refuse a result, and see how often it comes again, and whether somebody is told."""
    yield Arrange(name="storing_las", asks="Mag onze ontvanger een resultaat weigeren?")
    yield frame.send_deelnemers("K01")
    yield Stage(name="weigeren", answers={"leerlingresultaat": [{"status": 422, "keer": 5}]})
    arrived: Arrived = yield _await("K01", count=1, name="geweigerd")
    said: Said = yield Ask(name="gezien", text="Ziet iemand bij u dat een resultaat geweigerd is?", facts={"geweigerd": True})
    yield Check(eis="TERUGWEG:geweigerd", expected=True, got=said.yes and len(arrived.about("K01")) <= 3)


@REGISTER.scenario(
    "TW-204",
    "Het adres van het LAS toont een ander OIN",
    rol=Rol.TERUGWEG,
    eisen=("UBV:PKI001:ontvanger",),
    needs=("ander_oin_las",),
    pupils=("K01",),
)
def other_oin(frame: Frame) -> Steps:
    """Show a certificate with another OIN at the address of the LAS: nothing may be sent."""
    yield frame.send_deelnemers("K01")
    arranged: Arranged = yield Arrange(
        name="ander_oin_las", asks="Op ons adres staat nu een certificaat met een ander OIN. Wilt u een resultaat sturen?"
    )
    yield Check(eis="UBV:PKI001:ontvanger", expected=0, got=arranged.value)


def _known(arrived: Arrived) -> Sequence[Arrival]:
    """Those about our own pupils; that others came too, is a check of its own."""
    return [item for item in arrived.arrivals if not item.foreign]


_SCORE = re.compile(r"scores\.scores\[\d+\]\.waarde")
_MOMENT_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _at(item: Arrival, *path: str) -> Any:
    """A value in a message; None when it is not there."""
    found: Any = item.document
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


_LEVELS: Mapping[str, frozenset[str]] = {
    "REKENEN": frozenset({"L1F", "<1F", "LAGER DAN 1F", "1F", "1S"}),
    "LEZEN": frozenset({"L1F", "<1F", "LAGER DAN 1F", "1F", "2F"}),
    "TAALVERZORGING": frozenset({"L1F", "<1F", "LAGER DAN 1F", "1F", "2F"}),
}


def _lacking(item: Arrival) -> list[str]:
    """What ROD needs and a result does not have, in Dutch."""
    scores = _objects(_at(item, "resultatenscores", "scores", "scores"))
    results = _objects(_at(item, "resultatenscores", "resultaten", "resultaten"))
    whole_test = ("", str(_at(item, "toets", "id")).upper())
    scored = [one for one in scores if one.get("label") == "Toetsscore" and _unit(one) in whole_test]
    advised = [one for one in results if one.get("label") == "Toetsadvies" and str(one.get("waarde", "")).strip()]
    found = ([] if scored else ["geen toetsscore van de hele toets"]) + ([] if advised else ["geen toetsadvies"])
    for part, known in _LEVELS.items():
        levels = [one for one in results if one.get("label") == "Referentieniveau" and _unit(one) == part]
        if not levels:
            found.append(f"geen referentieniveau voor {part.lower()}")
        elif str(levels[0].get("waarde", "")).strip().upper() not in known:
            found.append(f"een onbekend referentieniveau voor {part.lower()}")
    return found


def _unit(one: Mapping[str, Any]) -> str:
    return str(one.get("toetseenheid") or "").upper()


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _parts(item: Arrival) -> int:
    """How many results a message has."""
    found = _at(item, "resultatenscores", "resultaten", "resultaten")
    return len(found) if isinstance(found, list) else 0


def _seconds(one: Arrival, other: Arrival) -> float:
    first, second = (dt.datetime.fromisoformat(item.moment) for item in (one, other))
    return (second - first).total_seconds()
