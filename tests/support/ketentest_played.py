"""A run of the chain test that was never played: invented scenarios with every verdict, made by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from doorstroom_client.ketentest.evidence import digest
from doorstroom_client.ketentest.journal import Head
from doorstroom_client.ketentest.outcomes import Arranged, Arrival, Arrived, Outcome, Replies, Reply, Said, Shaken
from doorstroom_client.ketentest.player import Played, Taken
from doorstroom_client.ketentest.pupils import KLAS, Keys
from doorstroom_client.ketentest.report.making import make_rapport
from doorstroom_client.ketentest.report.verslag import Rapport
from doorstroom_client.ketentest.requirements import Eis, Niveau, Requirements
from doorstroom_client.ketentest.scenario import Register, Rol, Scenario
from doorstroom_client.ketentest.steps import Arrange, Ask, Await, Check, Effect, Ours, Probe, Send, Series, Steps, Whose
from doorstroom_client.ketentest.verdicts import Keuring, Oordeel, judged

RUN, JAAR = "0f1e2d3c", "2026-2027"
KEYS = Keys(RUN)
SCHOOL_OIN, KENMERK = "00000007000099AA0000", "0000000700099AA00001"
EDU = (("edu-to", SCHOOL_OIN), ("edu-from", KENMERK))
JSON = (("Content-Type", "application/json"),)
BEGAN = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
HEAD = Head(
    run=RUN,
    began="2026-12-01T09:00:00Z",
    schooljaar=JAAR,
    versie="1.2",
    toetssoort="ICE",
    about={
        "leverancier": "ICE",
        "versie_leverancier": "Proeftoets 26.11",
        "las": "ProefLAS",
        "versie_las": "4.2",
        "host": "toets",
    },
)
ACCEPTED = Eis(id="OAS:202", tekst="Een goede lijst wordt beantwoord met 202", bron="OpenAPI 1.1.0")
UNKNOWN = Eis(
    id="KO:3a",
    tekst="Een advies voor een leerling die niet bekend is, wordt overgeslagen",
    bron="Ketenoverleg 8 januari 2026, punt 3a",
    niveau=Niveau.HOORT,
)
KNOWING = Eis(
    id="Q19", tekst="Wat er blijft staan als een ouder advies later komt", bron="Niet afgesproken", niveau=Niveau.WEET
)
MANDATE = Eis(id="OSR:mandaat", tekst="De testschool heeft het toetssysteem een mandaat gegeven", bron="Ketenoverleg, punt 2")
OPEN = Eis(id="Q35", tekst="Een oudere versie wordt geweigerd", bron="OpenAPI, versie")
UNTESTED = Eis(id="X:1", tekst="Iets wat niemand kan zien", bron="Nergens", untested="Van buiten is dat niet te zien")
REQUIREMENTS = Requirements(ACCEPTED, UNKNOWN, KNOWING, MANDATE, OPEN, UNTESTED)


def no_steps(_: Any) -> Steps:
    yield from ()


def scenario(id: str, titel: str = "Een proef", rol: Rol = Rol.TOETSSYSTEEM, eisen: Sequence[str] = (ACCEPTED.id,)) -> Scenario:
    register = Register()
    register.scenario(id, titel, rol=rol, eisen=eisen)(no_steps)
    return register[id]


def at(minutes: float) -> str:
    return (BEGAN + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def keuring(eis: Eis, got: object, expected: object = 202, **more: Any) -> Keuring:
    return judged(Check(eis=eis.id, expected=expected, got=got, **more), REQUIREMENTS, JAAR, "lijst")


def body_of(*labels: str, names: bool = True, **more: Any) -> bytes:
    """A list of participants, as far as the report looks at it; without names it is one of advice."""
    pupils = []
    for label in labels:
        pupil = KLAS.get(label)
        refs = KEYS.refs(pupil) if pupil else [{"label": "ECK-iD", "onderwijsdeelnemerID": KEYS.eck_id(label)}]
        own = {"roepnaam": pupil.roepnaam if pupil else "Eigena", "achternaam": pupil.achternaam if pupil else "Proefkamp"}
        pupils.append({"deelnemerref": refs, **(own if names else {})})
    document = {"datumtijd": "2026-12-01T09:00:01Z", "deelnemers": pupils, **more}
    return json.dumps(document, ensure_ascii=False).encode()


def reply(status: int = 202, body: str = '{"melding": "Ontvangen"}', **more: Any) -> Reply:
    raw = body.encode("utf-8", "replace")
    given = {"headers": {"content-type": "application/json"}, "size": len(raw), "sha256": digest(raw), "seconds": 0.031, **more}
    return Reply(status=status, body=body, **given)


def sent(
    body: bytes,
    outcome: Reply | None = None,
    *,
    name: str = "lijst",
    path: str = "/registreren",
    minutes: float = 1,
    **more: Any,
) -> Taken:
    step = Send(name=name, path=path, body=body, query=EDU, headers=JSON, **more)
    return Taken(step, outcome or reply(), at(minutes))


def arrival(label: str, *, minutes: float = 5, **more: Any) -> Arrival:
    """A result that was pushed."""
    body = json.dumps(
        {"datumtijd": "2026-12-01T09:04:00Z", "resultatenscores": {"deelnemerref": KEYS.refs(KLAS[label])}}, ensure_ascii=False
    )
    given: dict[str, Any] = {
        "operation": "leerlingresultaat",
        "method": "POST",
        "query": (("edu-to", KENMERK), ("edu-from", SCHOOL_OIN)),
        "headers": {"content-type": "application/json"},
        "oin": "00000003990000110000",
        "tls": "TLSv1.3",
        "body": body,
        "pupils": (label,),
        "size": len(body.encode()),
        "sha256": digest(body.encode()),
        "answered": 202,
        "moment": at(minutes),
    }
    return Arrival(**{**given, **more})


def awaited(*arrivals: Arrival, complete: bool = True, minutes: float = 6) -> Taken:
    step = Await(name="resultaten", operation="leerlingresultaat", pupils=("K01",), asks="Stuur de resultaten van de klas")
    return Taken(step, Arrived(arrivals=arrivals, complete=complete), at(minutes))


def taken(step: Effect, outcome: Outcome, minutes: float = 2) -> Taken:
    return Taken(step, outcome, at(minutes))


def played(id: str, oordeel: Oordeel, *, titel: str = "Een proef", rol: Rol = Rol.TOETSSYSTEEM, **more: Any) -> Played:
    return Played(scenario=scenario(id, titel, rol), oordeel=oordeel, **{"attempt": 1, **more})


def every_verdict() -> list[Played]:
    """A run with each verdict, each kind of step, and something to do for everybody."""
    foreign = {"body": None, "foreign": True, "pupils": (), "sha256": "0123456789abcdef", "size": 812}
    first = awaited(arrival("K01"), arrival("K02", minutes=5.5), arrival("K03", minutes=5.7, answered=0, **foreign))
    return [
        played(
            "V-02",
            Oordeel.GEZAKT,
            titel="Mandaat van het toetssysteem",
            rol=Rol.VOORAF,
            keuringen=(keuring(MANDATE, False, True, whose=Whose.OSR),),
            taken=(
                taken(
                    Probe(name="handdruk"), Shaken(accepted=True, version="TLSv1.3", cipher="TLS_AES_128", ends="2027-03-01")
                ),
            ),
            whose=Whose.OSR,
        ),
        played(
            "TS-101",
            Oordeel.GESLAAGD,
            titel="Een gewone leerling",
            keuringen=(keuring(ACCEPTED, 202), keuring(KNOWING, "het nieuwste", "het oudste")),
            taken=(
                sent(body_of("K01", "K12")),
                sent(body_of("K01", names=False), name="adviezen", path="/registreren-schooladviezen"),
            ),
        ),
        played(
            "TS-203",
            Oordeel.GEZAKT,
            titel="Advies voor één leerling die niet bekend is",
            keuringen=(keuring(UNKNOWN, 404), keuring(ACCEPTED, 202)),
            taken=(sent(body_of("K01", "K14"), reply(404, '{"melding": "leerling onbekend"}')),),
            whose=Whose.HEN,
        ),
        played(
            "TS-204",
            Oordeel.GEZAKT,
            titel="Advies voor alleen een leerling die niet bekend is",
            keuringen=(keuring(UNKNOWN, 404),),
            taken=(sent(body_of("K14"), reply(404)),),
            attempt=2,
            whose=Whose.HEN,
        ),
        played(
            "TS-305",
            Oordeel.AFWIJKEND,
            titel="De versie van vorig jaar",
            keuringen=(keuring(OPEN, 202, 422, tolerated=(202,), whose=Whose.AFSPRAAK),),
            taken=(
                sent(b"\xff\xfeno json", reply(202)),
                sent(body_of("TS-305-1"), Reply(fault="timeout", seconds=30.0, sent=True)),
            ),
            whose=Whose.AFSPRAAK,
        ),
        played(
            "TS-401",
            Oordeel.GESLAAGD,
            titel="Een ander certificaat",
            keuringen=(keuring(ACCEPTED, 401, (401, 403)),),
            taken=(
                sent(body_of("K05"), Reply(fault="refused"), shows=Ours.OTHER_PARTY),
                taken(
                    Series(name="reeks", sends=(Send(name="een", path="/a"), Send(name="twee", path="/b")), at_once=2),
                    Replies(replies=(reply(405), reply(200, "%PDF-", first="pdf"))),
                ),
            ),
        ),
        played(
            "TS-405",
            Oordeel.OVERGESLAGEN,
            titel="De aanmelding is gesloten",
            why="Sluit de aanmelding van school 99EE",
            whose=Whose.HEN,
        ),
        played(
            "TS-406",
            Oordeel.OVERGESLAGEN,
            titel="De adviezen zijn gesloten",
            why="Sluit de aanmelding van school 99EE",
            whose=Whose.HEN,
        ),
        played("TS-311", Oordeel.NVT, titel="Geslacht in 2025-2026", attempt=0, why="geldt niet in 2026-2027"),
        played(
            "TS-202",
            Oordeel.TE_BEOORDELEN,
            titel="Een advies wordt bijgesteld",
            keuringen=(keuring(ACCEPTED, 202),),
            taken=(sent(body_of("K11")),),
            why="Staat leerling K11 er nu met advies VWO?",
            whose=Whose.HEN,
            asks="bijgesteld",
        ),
        played(
            "TS-601", Oordeel.FOUT, titel="Twee verzoeken op één verbinding", why="KeyError in play, regel 12", whose=Whose.ONS
        ),
        played(
            "TW-101",
            Oordeel.GESLAAGD,
            titel="Van elke leerling een resultaat",
            rol=Rol.TERUGWEG,
            keuringen=(keuring(ACCEPTED, True, True),),
            taken=(first,),
        ),
        played(
            "TW-102",
            Oordeel.GESLAAGD,
            titel="Aan de goede administratie",
            rol=Rol.TERUGWEG,
            keuringen=(keuring(ACCEPTED, True, True),),
            taken=(
                first,
                taken(Arrange(name="rapport_niet_klaar", asks="Welk rapport is nog niet klaar?"), Arranged(value="K16")),
                taken(
                    Ask(name="gezien", text="Staat K01 er één keer?"),
                    Said(yes=True, by="J. de Proef", text="ja hoor"),
                    minutes=90,
                ),
            ),
        ),
        played(
            "TW-108",
            Oordeel.WACHT,
            titel="Een resultaat wordt verbeterd",
            rol=Rol.TERUGWEG,
            why="Verbeter het resultaat van K15",
            whose=Whose.HEN,
            until=dt.datetime(2026, 12, 9, 22, 59, 59, tzinfo=dt.UTC),
        ),
    ]


def rapport(given: Sequence[Played] | None = None, head: Head = HEAD) -> Rapport:
    return make_rapport(head, every_verdict() if given is None else given, REQUIREMENTS)


def many(count: int = 125) -> Iterator[Played]:
    """As many scenarios as the whole test has, all roles and verdicts in turn."""
    roles, verdicts = list(Rol), list(Oordeel)
    for number in range(count):
        rol, oordeel = roles[number * len(roles) // count], verdicts[number % len(verdicts)]
        yield played(
            f"S-{number:03}",
            oordeel,
            titel=f"Proef nummer {number} van de hele ketentest",
            rol=rol,
            keuringen=tuple(keuring(item, 404, tolerated=(404,) if item is OPEN else ()) for item in (ACCEPTED, UNKNOWN, OPEN)),
            taken=tuple(sent(body_of("K01", f"S-{number}-1"), minutes=number + part / 10) for part in range(3)),
            why="" if oordeel in (Oordeel.GESLAAGD, Oordeel.GEZAKT) else f"reden {number % 5}",
            whose=None if oordeel is Oordeel.GESLAAGD else list(Whose)[number % 4],
        )


def hostile(text: str) -> Rapport:
    """A report in which everything that can come from outside is this text."""
    raw = text.encode("utf-8", "replace")
    answer = reply(200, text, headers={text: text}, first=text)
    odd = Eis(id=text, tekst=text, bron=text)
    found = Requirements(odd, Eis(id=f"{text}2", tekst=text, bron=text, untested=text))
    held = judged(Check(eis=text, expected=text, got=f"{text}!", evidence=text), found, JAAR, text)
    steps = (
        Taken(Send(name=text, path=text, body=raw, query=((text, text),), headers=((text, text),)), answer, text),
        Taken(
            Await(name=text, operation=text), Arrived(arrivals=(arrival("K01", operation=text, body=text, moment=text),)), text
        ),
        Taken(Ask(name=text, text=text), Said(yes=True, by=text, text=text), text),
    )
    one = Played(
        scenario=scenario(text, text, Rol.LAS, (text,)),
        attempt=1,
        oordeel=Oordeel.GEZAKT,
        keuringen=(held,),
        taken=steps,
        why=text,
        whose=Whose.HEN,
    )
    skipped = Played(scenario=scenario(f"{text}3", text, Rol.LAS), attempt=0, oordeel=Oordeel.OVERGESLAGEN, why=text)
    about = {"leverancier": text, text: {text: [text]}}
    head = Head(run=RUN, began=text, schooljaar=text, versie=text, toetssoort=text, about=about)
    return make_rapport(head, [one, skipped], found)
