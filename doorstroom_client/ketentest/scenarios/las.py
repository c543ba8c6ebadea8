"""The client half of a LAS: what it sends and fetches, and what it does when something goes wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arrival, Arrived, Driven, Said
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Ask, Await, CannotGoOn, Check, Stage, Step, Steps
from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.messages.vocabulary import Schooladvies

_ROLE = Rol.LAS
_LISTS = ("registreren", "registreren-schooladviezen")
_VALID = "OAS:las:definitie"
_CALL = "OAS:las:aanroep"
_AGAIN = "LAS:503:opnieuw"
_NOT_EARLIER = "LAS:503:niet-eerder"
_LOST = "LAS:antwoord-kwijt"
_STALE = "LAS:volgorde"
_ONCE = "LAS:weigering"
_TOLD = "KO:2026-01-08:4"
EISEN = (
    Eis(id=_VALID, tekst="Elk bericht voldoet aan de gepubliceerde definitie", bron="OpenAPI 1.1.0"),
    Eis(
        id="LAS:klas",
        tekst="Elke leerling van de testklas staat in het bericht, en geen ander",
        bron="Ketentest: de bedachte klas",
    ),
    Eis(
        id=_CALL,
        tekst="edu-to, edu-from en Content-Type zijn zoals afgesproken, en de tekst is UTF-8",
        bron="OpenAPI 1.1.0, parameters",
    ),
    Eis(id="UBV:las", tekst="Het LAS toont zijn eigen certificaat, over TLS 1.2 of nieuwer", bron="Edukoppeling"),
    Eis(id="AVG:las:bsn", tekst="Er staat nergens een BSN in een bericht", bron="AVG, artikel 87; UAVG, artikel 46"),
    Eis(
        id="KO:2026-01-08:3c:las",
        tekst="Geslacht staat tot en met 2025-2026 in een aanmelding, en vanaf 2026-2027 niet meer",
        bron="Ketenoverleg 8 januari 2026, punt 3c",
    ),
    Eis(
        id="OAS:schooladvies",
        tekst="De zeventien adviezen zijn gespeld zoals afgesproken",
        bron="OpenAPI 1.1.0, Schooladviestype",
    ),
    Eis(
        id="OAS:las:identiteit",
        tekst="Het ECK-iD staat voorop; een LAS-key alleen waar er geen ECK-iD is, of ernaast",
        bron="OpenAPI 1.1.0, DeelnemerIdentiteitEntry",
    ),
    Eis(
        id="LAS:alleen-wijzigingen",
        tekst="Een tweede levering bevat alleen wat veranderd is",
        bron="Niet afgesproken: een lijst mag ook heel zijn",
        niveau=Niveau.WEET,
    ),
    Eis(
        id="Q7:adres",
        tekst="Adviezen gaan naar /registreren-schooladviezen, en nooit naar /registreren",
        bron="OpenAPI 1.1.0, paths",
    ),
    Eis(id=_AGAIN, tekst="Na 503 wordt hetzelfde bericht opnieuw gestuurd", bron="RFC 9110, 15.6.4", niveau=Niveau.HOORT),
    Eis(id=_NOT_EARLIER, tekst="Niet eerder dan Retry-After zegt", bron="RFC 9110, 10.2.3", niveau=Niveau.HOORT),
    Eis(
        id=_LOST,
        tekst="Een bericht waarop geen antwoord kwam, wordt hoogstens herhaald: met dezelfde inhoud",
        bron="OpenAPI 1.1.0: mutatielevering",
    ),
    Eis(id=_STALE, tekst="Een oudere lijst volgt nooit op een nieuwere", bron="OpenAPI 1.1.0: mutatielevering, datumtijd"),
    Eis(
        id=_ONCE,
        tekst="Een weigering (401, 403, 405, 422) wordt niet vanzelf herhaald",
        bron="OpenAPI 1.1.0, antwoorden",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id=_TOLD,
        tekst="De school leest waarom haar lijst geweigerd is, waar zij daar iets aan kan doen",
        bron="Ketenoverleg 8 januari 2026, punt 4",
        niveau=Niveau.HOORT,
    ),
    Eis(id="LAS:redirect", tekst="Een doorverwijzing wordt niet gevolgd", bron="OpenAPI: geen 3xx; AVG, artikel 32"),
    Eis(
        id="KO:2026-01-08:3a:las",
        tekst="Als één leerling niet bekend is, komen de adviezen van de anderen toch aan",
        bron="Ketenoverleg 8 januari 2026, punt 3a",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="UBV:las:ontvanger",
        tekst="Aan een server die zich niet goed bekendmaakt, wordt geen byte van een bericht gestuurd",
        bron="Edukoppeling; AVG, artikel 32",
    ),
    Eis(
        id="LAS:204",
        tekst="Een rapport dat nog niet klaar is (204), wordt later opnieuw gevraagd",
        bron="OpenAPI 1.1.0, GET /leerlingrapport/{rapportid}",
    ),
    Eis(
        id="LAS:heel-rapport",
        tekst="Wat geen hele PDF is, wordt niet als rapport opgeslagen",
        bron="OpenAPI 1.1.0, application/pdf",
    ),
    Eis(
        id="LAS:404",
        tekst="Een rapport dat niet bestaat (404), wordt één keer gemeld",
        bron="OpenAPI 1.1.0, GET /leerlingrapport/{rapportid}",
        niveau=Niveau.HOORT,
    ),
)
"""What is required of the client half of a LAS."""


def _await(
    operation: str,
    name: str = "",
    count: int = 1,
    *,
    listens: bool = False,
    may_lack: bool = False,
) -> Await:
    return Await(
        name=name or operation,
        operation=operation,
        count=count,
        asks="Wilt u dit in uw LAS laten versturen?",
        listens=listens,
        may_lack=may_lack,
    )


def _sent(frame: Frame, action: str, *pupils: str, changed: bool = False, name: str = "") -> Generator[Step, Any, Arrival]:
    """Have the LAS send a list; gives what came in."""
    operation = _LISTS[action == "adviezen"]
    asks = f"Verstuur de {action} van de testklas vanuit uw LAS: {', '.join(pupils)}"
    yield frame.drive(action, *pupils, name=name or action, changed=changed, asks=asks)
    arrived: Arrived = yield _await(operation, f"{name}, binnen" if name else "")
    if arrived.arrivals[-1].foreign:
        raise CannotGoOn("het bericht gaat ook over andere leerlingen dan die van de testklas")
    return arrived.arrivals[-1]


def _both(frame: Frame) -> Generator[Step, Any, tuple[Arrival, Arrival]]:
    """Have the LAS sign the class up and send its advice."""
    deelnemers = yield from _sent(frame, "deelnemers", *REGISTERED)
    adviezen = yield from _sent(frame, "adviezen", *REGISTERED)
    return deelnemers, adviezen


@REGISTER.scenario("LA-101", "Elk bericht voldoet aan de definitie", rol=_ROLE, eisen=(_VALID, "LAS:klas"), pupils=REGISTERED)
def valid(frame: Frame) -> Steps:
    """Hold both lists against the published definition, and count the pupils in them."""
    deelnemers, adviezen = yield from _both(frame)
    with_advice = [label for label in REGISTERED if KLAS[label].advies]
    for item, expected in ((deelnemers, list(REGISTERED)), (adviezen, with_advice)):
        problems = frame.judge(item.operation, item.document)
        yield Check(eis=_VALID, expected="in orde", got="; ".join(problems[:3]) or "in orde")
        yield Check(eis="LAS:klas", expected=", ".join(expected), got=", ".join(sorted(item.pupils)))


@REGISTER.scenario("LA-102", "De aanroep", rol=_ROLE, eisen=(_CALL,), pupils=("K01", "K04"))
def call(frame: Frame) -> Steps:
    """Look at the query, the header and the encoding."""
    item = yield from _sent(frame, "deelnemers", "K01", "K04")
    yield Check(eis=_CALL, expected=frame.school.oin, got=item.one("edu-to"))
    yield Check(eis=_CALL, expected=frame.school.routeringskenmerk, got=item.one("edu-from"))
    media = item.headers.get("content-type", "").partition(";")[0].strip().lower()
    yield Check(eis=_CALL, expected="application/json", got=media)
    names = {one.get("achternaam") for one in _pupils(item)}
    yield Check(eis=_CALL, expected=True, got=KLAS["K04"].achternaam in names)


@REGISTER.scenario("LA-103", "Het certificaat van het LAS", rol=_ROLE, eisen=("UBV:las",), pupils=("K01",))
def certificate(frame: Frame) -> Steps:
    """Look who sends."""
    item = yield from _sent(frame, "deelnemers", "K01")
    yield Check(eis="UBV:las", expected=frame.las_oin, got=item.oin)
    yield Check(eis="UBV:las", expected=("TLSv1.2", "TLSv1.3", ""), got=item.tls)


@REGISTER.scenario("LA-104", "Geen BSN", rol=_ROLE, eisen=("AVG:las:bsn",), pupils=REGISTERED)
def no_bsn(frame: Frame) -> Steps:
    """Look for numbers that could be a BSN."""
    for item in (yield from _both(frame)):
        found = [text for text in _texts(item.document) if looks_like_bsn(text)]
        yield Check(eis="AVG:las:bsn", expected=0, got=len(found))


@REGISTER.scenario("LA-105", "Geslacht", rol=_ROLE, eisen=("KO:2026-01-08:3c:las",), pupils=REGISTERED)
def geslacht(frame: Frame) -> Steps:
    """Look whether geslacht is there, and whether it should be."""
    item = yield from _sent(frame, "deelnemers", *REGISTERED)
    extensies = [one.get("extensie") or {} for one in _pupils(item)]
    having = sum("geslacht" in extensie for extensie in extensies)
    expected = len(extensies) if frame.afspraak.geslacht else 0
    yield Check(eis="KO:2026-01-08:3c:las", expected=expected, got=having)


@REGISTER.scenario("LA-106", "De zeventien adviezen", rol=_ROLE, eisen=("OAS:schooladvies",), pupils=REGISTERED)
def every_advice(frame: Frame) -> Steps:
    """Look how the advice is spelled."""
    _, item = yield from _both(frame)
    found = {str(one.get("advies")) for one in _entries(item)}
    known = {advies.value for advies in Schooladvies}
    yield Check(eis="OAS:schooladvies", expected="", got=", ".join(sorted(found - known)))
    yield Check(eis="OAS:schooladvies", expected="", got=", ".join(sorted(known - found)))


@REGISTER.scenario(
    "LA-107", "De identiteit van een leerling", rol=_ROLE, eisen=("OAS:las:identiteit",), pupils=("K01", "K02", "K03")
)
def identity(frame: Frame) -> Steps:
    """Look at the identities: the ECK-iD first, and a LAS-key at least where there is none."""
    item = yield from _sent(frame, "deelnemers", "K01", "K02", "K03")
    for label in ("K01", "K02", "K03"):
        wanted = frame.keys.refs(KLAS[label])
        refs = next((one.get("deelnemerref") for one in _pupils(item) if label in frame.keys.labels_in(one)), None) or []
        yield Check(eis="OAS:las:identiteit", expected=wanted[0]["label"], got=refs[0].get("label") if refs else None)
        yield Check(eis="OAS:las:identiteit", expected=True, got=len(refs) in (1, 2))


@REGISTER.scenario("LA-108", "Een tweede levering", rol=_ROLE, eisen=("LAS:alleen-wijzigingen",), pupils=("K01", "K11"))
def second_delivery(frame: Frame) -> Steps:
    """Have the LAS send the list again, in which one advice is another."""
    yield from _sent(frame, "deelnemers", "K01", "K11")
    yield from _sent(frame, "adviezen", "K01", "K11")
    item = yield from _sent(frame, "adviezen", "K01", "K11", changed=True)
    yield Check(eis="LAS:alleen-wijzigingen", expected="K11", got=", ".join(sorted(item.pupils)))


@REGISTER.scenario("LA-109", "Adviezen op hun eigen adres", rol=_ROLE, eisen=("Q7:adres",), pupils=("K01",))
def own_address(frame: Frame) -> Steps:
    """Look to which address each list goes: what it is, one sees by what is in it."""
    deelnemers = yield from _sent(frame, "deelnemers", "K01")
    yield frame.drive("adviezen", "K01", asks="Verstuur het advies van K01 vanuit uw LAS")
    advised: Arrived = yield _await("registreren-schooladviezen", may_lack=True)
    more: Arrived = yield _await("registreren", "ook aangemeld", count=0, listens=True)
    for path, held, items in (
        ("registreren", "deelnemers", (deelnemers, *more.arrivals)),
        ("registreren-schooladviezen", "voorlopigSchooladviezen", advised.arrivals),
    ):
        right = [item for item in items if _at(item, held) is not None]
        got = held if right and len(right) == len(items) else "niet alleen dat"
        yield Check(eis="Q7:adres", expected=held, got=got, evidence=path)


def _staged(name: str, operation: str, *answers: Mapping[str, Any]) -> Stage:
    return Stage(name=name, answers={operation: list(answers)})


@REGISTER.scenario("LA-201", "Een storing bij het toetssysteem", rol=_ROLE, eisen=(_AGAIN, _NOT_EARLIER), pupils=("K01",))
def out_of_order(frame: Frame) -> Steps:
    """Answer 503 with Retry-After, and see whether the list comes again, and not before."""
    yield from _sent(frame, "deelnemers", "K01")
    yield _staged("storing", "registreren-schooladviezen", {"status": 503, "retry_after": 2, "keer": 1})
    yield frame.drive("adviezen", "K01", asks="Verstuur het advies van K01; bij een storing later opnieuw")
    arrived: Arrived = yield _await("registreren-schooladviezen", count=2, may_lack=True)
    found = arrived.arrivals
    yield Check(eis=_AGAIN, expected=True, got=len(found) > 1 and found[0].sha256 == found[1].sha256)
    if len(found) > 1:
        yield Check(eis=_NOT_EARLIER, expected=True, got=_seconds(found[0], found[1]) >= 2)


@REGISTER.scenario("LA-202", "Het antwoord gaat verloren", rol=_ROLE, eisen=(_LOST,), pupils=("K01",))
def answer_lost(frame: Frame) -> Steps:
    """Process a list and give no answer: it may come again, with the same content."""
    yield from _sent(frame, "deelnemers", "K01")
    yield _staged("geen antwoord", "registreren-schooladviezen", {"zonder_antwoord": True, "keer": 1})
    yield frame.drive("adviezen", "K01", asks="Verstuur het advies van K01")
    arrived: Arrived = yield _await("registreren-schooladviezen", listens=True)
    yield Check(eis=_LOST, expected=1, got=len({item.sha256 for item in arrived.arrivals}))


@REGISTER.scenario("LA-203", "Nooit een oudere lijst na een nieuwere", rol=_ROLE, eisen=(_STALE,), pupils=("K11",))
def in_order(frame: Frame) -> Steps:
    """Let a list fail, have the LAS send a newer one, and look at the order of what comes."""
    yield from _sent(frame, "deelnemers", "K11")
    yield _staged("storing", "registreren-schooladviezen", {"status": 503, "retry_after": 1, "keer": 1})
    yield frame.drive("adviezen", "K11", name="ouder", asks="Verstuur het advies van K11: HAVO")
    yield frame.drive("adviezen", "K11", name="nieuwer", changed=True, asks="Verstuur het bijgestelde advies van K11: VWO")
    arrived: Arrived = yield _await("registreren-schooladviezen", count=2, listens=True)
    moments = [str(_at(item, "datumtijd")) for item in arrived.arrivals]
    yield Check(eis=_STALE, expected=True, got=moments == sorted(moments))


@REGISTER.scenario("LA-204", "Een weigering", rol=_ROLE, eisen=(_ONCE, _TOLD), pupils=("K01",))
def refused(frame: Frame) -> Steps:
    """Refuse a list in four ways: it may not come again by itself, and the school has to read why."""
    for status in (401, 403, 405, 422):
        yield _staged(f"weigeren {status}", "registreren", {"status": status, "keer": 9})
        driven: Driven = yield frame.drive("deelnemers", "K01", name=f"deelnemers {status}", asks="Meld K01 aan")
        arrived: Arrived = yield _await("registreren", f"na {status}", listens=True)
        yield Check(eis=_ONCE, expected=1, got=len(arrived.arrivals))
        if status == 422:  # which only the maker of the LAS can do something about
            continue
        said: Said = yield Ask(
            name=f"tekst {status}",
            text="Leest de school waarom haar lijst geweigerd is, en wat zij kan doen?",
            facts={"verteld": None if driven.by_person else bool(driven.told), "status": status},
        )
        yield Check(eis=_TOLD, expected=True, got=said.yes)


@REGISTER.scenario("LA-205", "Een doorverwijzing", rol=_ROLE, eisen=("LAS:redirect",), pupils=("K01",))
def redirected(frame: Frame) -> Steps:
    """Answer that the address is elsewhere: nothing may go there."""
    for status in (307, 308):
        elsewhere = {"status": status, "kop": [["Location", "/dst/registreren-schooladviezen"]], "keer": 9}
        yield _staged(f"elders {status}", "registreren", elsewhere)
        yield frame.drive("deelnemers", "K01", name=f"deelnemers {status}", asks="Meld K01 aan")
        yield _await("registreren", f"na {status}")
        followed: Arrived = yield _await("registreren-schooladviezen", f"gevolgd {status}", count=0, listens=True)
        yield Check(eis="LAS:redirect", expected=0, got=len(followed.arrivals))


@REGISTER.scenario(
    "LA-206",
    "Eén leerling is niet bekend",
    rol=_ROLE,
    eisen=("KO:2026-01-08:3a:las",),
    pupils=("K01", "K11", "K14"),
)
def one_unknown(frame: Frame) -> Steps:
    """Be a supplier that refuses a list with 404 for one unknown pupil: the others have to get their advice all the same."""
    yield Stage(name="weigert de lijst", answers={"toestand": {"gedrag": "weigert_lijst"}})
    yield from _sent(frame, "deelnemers", "K01", "K11")
    # So that the advice of K11 that is looked at in the end, cannot have been there before.
    yield from _sent(frame, "adviezen", "K11", changed=True, name="eerder advies")
    yield frame.drive("adviezen", "K01", "K11", "K14", asks="Verstuur de adviezen van K01, K11 (HAVO) en K14")
    yield _await("registreren-schooladviezen", listens=True)
    said: Said = yield Ask(
        name="de anderen",
        text="Staan K01 en K11 er met hun advies?",
        facts={"adviezen": {"K01": "HAVO", "K11": "HAVO"}},
    )
    yield Check(eis="KO:2026-01-08:3a:las", expected=True, got=said.yes)


UNTRUSTWORTHY = ("other-oin", "expired", "wrong-host", "tls-1.1")
"""How the played supplier makes itself known when it may not be trusted."""


@REGISTER.scenario(
    "LA-301", "Een toetssysteem dat zich niet goed bekendmaakt", rol=_ROLE, eisen=("UBV:las:ontvanger",), pupils=("K01",)
)
def untrustworthy(frame: Frame) -> Steps:
    """Be a server that is sound, so that one sees the LAS send; then four that may not be trusted: nothing may reach them."""
    yield from _sent(frame, "deelnemers", "K01")
    for name in UNTRUSTWORTHY:
        yield Stage(name=name, answers={"server": name})
        yield frame.drive("deelnemers", "K01", name=f"deelnemers aan {name}", asks="Meld K01 aan")
        arrived: Arrived = yield _await("registreren", f"bij {name}", count=0, listens=True)
        yield Check(eis="UBV:las:ontvanger", expected=0, got=len(arrived.arrivals))


@REGISTER.scenario("LA-401", "Een rapport dat nog niet klaar is", rol=_ROLE, eisen=("LAS:204",), pupils=("K01",))
def report_later(frame: Frame) -> Steps:
    """Answer 204 the first time: the report has to be asked for again, and filed then."""
    yield from _sent(frame, "deelnemers", "K01")
    yield Stage(name="nog niet", answers={"toestand": {"uitgestelde_rapporten": ["alle"]}})
    early: Driven = yield frame.drive("rapport", "K01", name="te vroeg", asks="Haal het rapport van K01 op")
    yield _await("leerlingrapport", "vraag te vroeg")
    yield Check(eis="LAS:204", expected=0, got=(yield from _filed(early, "na te vroeg")))
    yield Stage(name="klaar", answers={"toestand": {"uitgestelde_rapporten": []}})
    late: Driven = yield frame.drive("rapport", "K01", name="later", asks="Haal het rapport van K01 nog eens op")
    yield Check(eis="LAS:204", expected=True, got=(yield from _filed(late, "na later")) > 0)


@REGISTER.scenario(
    "LA-402",
    "Een half rapport, en een pagina in plaats van een rapport",
    rol=_ROLE,
    eisen=("LAS:heel-rapport",),
    pupils=("K01",),
)
def half_a_report(frame: Frame) -> Steps:
    """Cut a report off, and answer a page of a proxy: neither may be filed."""
    yield from _sent(frame, "deelnemers", "K01")
    wrong: Sequence[tuple[str, Mapping[str, Any]]] = (
        ("half", {"afbreken_na": 40, "keer": 9}),
        ("pagina", {"status": 200, "vorm": "html", "keer": 9}),
    )
    for name, answer in wrong:
        yield _staged(name, "leerlingrapport", answer)
        driven: Driven = yield frame.drive("rapport", "K01", name=f"rapport {name}", asks="Haal het rapport van K01 op")
        yield _await("leerlingrapport", f"vraag {name}")
        yield Check(eis="LAS:heel-rapport", expected=0, got=(yield from _filed(driven, f"na {name}")))


@REGISTER.scenario("LA-403", "Een rapport dat niet bestaat", rol=_ROLE, eisen=("LAS:404",), pupils=("K01",))
def no_report(frame: Frame) -> Steps:
    """Answer 404: it is told, and not asked for over and over."""
    yield from _sent(frame, "deelnemers", "K01")
    yield _staged("bestaat niet", "leerlingrapport", {"status": 404, "keer": 9})
    yield frame.drive("rapport", "K01", asks="Haal het rapport van K01 op")
    arrived: Arrived = yield _await("leerlingrapport", listens=True)
    times = Counter(item.sha256 for item in arrived.arrivals)  # reports of other pupils may be due too
    yield Check(eis="LAS:404", expected=1, got=max(times.values(), default=0))


def _filed(driven: Driven, name: str) -> Generator[Step, Any, int]:
    """How many reports the LAS has filed; where only a person can see it, it is asked."""
    if not driven.by_person:
        return driven.counts.get("rapporten", 0)
    said: Said = yield Ask(
        name=name, text="Staat er in uw LAS nu een rapport dat u net heeft opgehaald?", facts={"opgeslagen": True}
    )
    return int(said.yes)


def _at(item: Arrival, name: str) -> Any:
    document = item.document
    return document.get(name) if isinstance(document, dict) else None


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _pupils(item: Arrival) -> list[Mapping[str, Any]]:
    return _objects(_at(item, "deelnemers"))


def _entries(item: Arrival) -> list[Mapping[str, Any]]:
    return _objects(_at(item, "voorlopigSchooladviezen"))


def _texts(document: Any) -> list[str]:
    """Every text and number in a message."""
    found: list[str] = []
    json.loads(json.dumps(document), parse_int=found.append)
    waiting = [document]
    while waiting:
        one = waiting.pop()
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        found += [one] if isinstance(one, str) else []
    return found


def _seconds(one: Arrival, other: Arrival) -> float:
    first, second = (dt.datetime.fromisoformat(item.moment) for item in (one, other))
    return (second - first).total_seconds()
