"""The simulated supplier judges lists by the published definition, its prose and the agreement of the school year."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client import Advies, Adviezenlijst, Afspraak, Deelnemer, Deelnemerslijst, Leerling, Stamgroep
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.vocabulary import Geslacht, Groepsoort, Jaargroep, Schooladvies
from doorstroom_client.simulator import Keten, Opmerking, Streng, Toetssysteem
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.published import SHIPPED, shipped
from doorstroom_client.simulator.regels import GEMELD, SCHAKELBAAR, Regel

from .helpers import LAS_OIN, TOETS_OIN
from .wereld import AFSPRAAK, KLAS, ROUTING, SCHOOL, adviezenlijst, deelnemerslijst

KNOWN = (*AFSPRAKEN.values(), AFSPRAAK)
V1_0, V1_1, V_NEXT = (item.versie for item in KNOWN)
POST, ADVIES = "registreren", "registreren-schooladviezen"
PUPIL, OTHER = (item for item in KLAS if item.eck_id is not None and item.volgnummer < 3)
BSN = "111222333"  # an invented number that passes the check
DELETE = object()

Edit = Callable[[Any], None]


def toetssysteem(*streng: Streng, afspraken: Sequence[Afspraak] = KNOWN, **options: Any) -> Toetssysteem:
    scholen = {SCHOOL}
    return Toetssysteem(
        "ICE", "x", TOETS_OIN, mandaat=lambda *_: True, scholen=scholen, afspraken=afspraken, streng=streng, **options
    )


def deliver(
    to: Toetssysteem, operatie: str, body: Any, *, edu_from: str = ROUTING, media: str | None = "application/json"
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = () if media is None else (("content-type", media),)
    query = (("edu-to", SCHOOL), ("edu-from", edu_from))
    return to.app(Received("POST", f"/dst/{operatie}", query, headers, raw, LAS_OIN))


def participants() -> dict[str, Any]:
    """Two pupils in the agreement of 2025-2026, which has geslacht."""
    lijst = {**deelnemerslijst(PUPIL, OTHER), "schooljaar": "2025-2026", "versie": V1_1}
    for item in lijst["deelnemers"]:
        item["extensie"]["geslacht"] = 9
    return json.loads(json.dumps(lijst))  # nothing in it is shared


def advice() -> dict[str, Any]:
    return json.loads(json.dumps({**adviezenlijst(PUPIL, OTHER), "schooljaar": "2025-2026", "versie": V1_1}))


def put(path: str, value: object) -> Edit:
    """Sets, or deletes, what stands in a place."""
    *steps, last = [int(step) if step.isdecimal() else step for step in path.replace("[", ".").replace("]", "").split(".")]

    def edit(message: Any) -> None:
        for step in steps:
            message = message[step]
        if value is DELETE:
            del message[last]
        else:
            message[last] = value

    return edit


def twice(name: str) -> Edit:
    return lambda message: message[name].append(copy.deepcopy(message[name][0]))


D, E, G, REF = "deelnemers[0]", "deelnemers[0].extensie", "groepen[0]", "deelnemerref[0].onderwijsdeelnemerID"
A = "voorlopigSchooladviezen[1]"
IDS = [{"label": "LAS-key", "onderwijsdeelnemerID": f"k{at}"} for at in range(3)]

# What is wrong with a list, in which place it is told, and by which rule. A keyword of the schema always refuses.
SCHEMA: list[tuple[str, str, object, str]] = [
    (POST, f"{D}.voorvoegsel", "x" * 11, "maxLength"),
    (POST, f"{D}.achternaam", "x" * 71, "maxLength"),
    (POST, f"{D}.roepnaam", "x" * 65, "maxLength"),
    (POST, f"{E}.voorletters", "ABCDEFG", "maxLength"),
    (POST, f"{E}.geboortedatum", "12-07-2013", "format"),
    (POST, f"{E}.geboortedatum", "2013-02-30", "format"),
    (POST, f"{E}.geslacht", DELETE, "required"),
    (POST, f"{E}.geslacht", "m", "type"),
    (POST, f"{E}.geslacht", True, "type"),
    (POST, f"{E}.geslacht", 3, "enum"),
    (POST, f"{D}.label", "leerling", "enum"),
    (POST, f"{D}.niveau.niveau", "6", "enum"),
    (POST, f"{D}.niveau", DELETE, "required"),
    (POST, f"{D}.niveau.niveau", 8, "type"),
    (POST, f"{D}.extensie", None, "type"),
    (POST, D, "een leerling", "type"),
    (POST, f"{G}.omschrijving", DELETE, "required"),
    (POST, f"{G}.niveau.niveau", "X", "enum"),
    (POST, f"{G}.id", "x" * 257, "maxLength"),
    (POST, "datumtijd", "vandaag", "format"),
    (POST, "datumtijd", "2026-10-01T08:00:00", "format"),
    (POST, "datumtijd", None, "type"),
    (POST, "profiel", "Schooladviezen", "enum"),
    (POST, "deelnemersgroep", DELETE, "required"),
    (POST, "groepen", [], "minItems"),
    (POST, "deelnemers", [], "minItems"),
    (POST, "versie", DELETE, "required"),
    (POST, f"{D}.deelnemerref[0].label", "ECK-ID", "enum"),
    (ADVIES, f"{A}.advies", "VMBO_TL", "enum"),
    (ADVIES, f"{A}.deelnemerref", [], "minItems"),
    (ADVIES, f"{A}.deelnemerref", IDS, "maxItems"),
    (ADVIES, "profiel", "Toetsdeelnemers", "enum"),
    (ADVIES, "voorlopigSchooladviezen", DELETE, "required"),
]
PROSE: list[tuple[str, str, Edit, Regel]] = [
    (POST, "schooljaar", put("schooljaar", "2025-2027"), Regel.SCHOOLJAAR),
    (POST, "schooljaar", put("schooljaar", "2019-2020"), Regel.AFSPRAAK),
    (POST, "versie", put("versie", "Doorstroomtoetsketen_v9"), Regel.VERSIE),
    (POST, "versie", put("versie", V_NEXT), Regel.VERSIE),
    (POST, "versie", put("versie", V1_0), Regel.OUDERE_VERSIE),
    (ADVIES, "versie", put("versie", V1_0), Regel.OUDERE_VERSIE),
    *(
        (POST, f"deelnemersgroep.{name}", put(f"deelnemersgroep.{name}", value), Regel.SCHOOLCODE)
        for name, value in (
            ("instellingscode", "99xx"),
            ("vestigingscode", "0"),
            ("onderwijsaanbiedercode", "100X200"),
            ("onderwijslocatiecode", "100A200"),
            ("administratienr", "٠٠"),
        )
    ),
    (POST, "auteur", put("auteur", " "), Regel.LEEG),
    (POST, f"{D}.achternaam", put(f"{D}.achternaam", ""), Regel.LEEG),
    (POST, f"{D}.roepnaam", put(f"{D}.roepnaam", " "), Regel.LEEG),
    (POST, f"{E}.voorletters", put(f"{E}.voorletters", ""), Regel.LEEG),
    (POST, f"{G}.omschrijving", put(f"{G}.omschrijving", ""), Regel.LEEG),
    (POST, f"{D}.{REF}", put(f"{D}.{REF}", ""), Regel.LEEG),
    (POST, "groepen[2].id", twice("groepen"), Regel.GROEP_DUBBEL),
    (POST, f"{D}.groep", put(f"{D}.groep", "8Z"), Regel.GROEP_ONBEKEND),
    (POST, "deelnemers[2]", twice("deelnemers"), Regel.LEERLING_DUBBEL),
    (ADVIES, "voorlopigSchooladviezen[2]", twice("voorlopigSchooladviezen"), Regel.LEERLING_DUBBEL),
    (POST, f"{D}.deelnemerref", put(f"{D}.deelnemerref", []), Regel.IDENTITEITEN),
    (POST, f"{D}.deelnemerref", put(f"{D}.deelnemerref", IDS[:2]), Regel.IDENTITEITEN),
    (ADVIES, f"{A}.deelnemerref", put(f"{A}.deelnemerref", IDS[1:]), Regel.IDENTITEITEN),
    (POST, f"{D}.{REF}", put(f"{D}.deelnemerref[0]", {"label": "LAS-key", "onderwijsdeelnemerID": BSN}), Regel.BSN),
    (ADVIES, f"{A}.{REF}", put(f"{A}.deelnemerref[0]", {"label": "LAS-key", "onderwijsdeelnemerID": BSN}), Regel.BSN),
    (POST, f"{D}.{REF}", put(f"{D}.deelnemerref[0]", {"label": "LAS-key", "onderwijsdeelnemerID": "k" * 257}), Regel.LAS_KEY),
    (POST, f"{D}.{REF}", put(f"{D}.{REF}", "leerling-abc123"), Regel.ECK_ID),
    (POST, f"{E}.voorletters", put(f"{E}.voorletters", "A.B."), Regel.VOORLETTERS),
    (POST, "deelnemersgroep.instellingscode", put("deelnemersgroep.instellingscode", "98ZZ"), Regel.BRIN),
]
CASES = [(operatie, path, put(path, value), rule) for operatie, path, value, rule in SCHEMA] + PROSE


def told(systeem: Toetssysteem) -> list[tuple[str, str, str, bool]]:
    return [(item.operatie, item.pad, item.regel, item.geweigerd) for item in systeem.opmerkingen]


@pytest.mark.parametrize(("operatie", "path", "edit", "rule"), CASES, ids=[f"{case[1]}-{case[3]}" for case in CASES])
def test_one_thing_wrong_is_told_with_its_place_and_rule(operatie: str, path: str, edit: Edit, rule: str) -> None:
    """Refused, or taken in and told; and refused by a supplier that is strict about it."""
    tolerated = rule in GEMELD or rule in SCHAKELBAAR
    for strict in (False, True):
        message = participants() if operatie == POST else advice()
        edit(message)
        systeem = toetssysteem(*(Streng if strict else ()))
        refused = not tolerated or (strict and rule in SCHAKELBAAR)
        answer = deliver(systeem, operatie, message)
        assert told(systeem) == [(operatie, path, rule, refused)]
        assert answer.status == (422 if refused else 202)
        assert bool(systeem.deelnemers(SCHOOL)) is (operatie == POST and not refused)
        melding = json.loads(answer.body)["melding"]
        assert (f" {path}: {systeem.opmerkingen[0].tekst} ({rule})." in melding) is refused
        assert not [text for text in private(message) if len(text) > 3 and text in f"{melding} {systeem.opmerkingen}"]


PRIVATE = {"achternaam", "roepnaam", "voorletters", "geboortedatum", "onderwijsdeelnemerID"}


def private(node: Any) -> Iterator[str]:
    """What stands in a list about pupils, and may never come back."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from [value] if name in PRIVATE and isinstance(value, str) else private(value)
    elif isinstance(node, list):
        yield from itertools.chain(*map(private, node))


def test_a_good_list_gets_no_remark() -> None:
    systeem = toetssysteem(*Streng)
    assert [deliver(systeem, POST, participants()).status, deliver(systeem, ADVIES, advice()).status] == [202, 202]
    assert systeem.opmerkingen == []
    assert len(systeem.adviezen(SCHOOL)) == 2


BODIES: dict[str, tuple[Any, str | None, int, str]] = {
    "nothing": (b"", "application/json", 422, Regel.JSON),
    "half": (b"{", "application/json", 422, Regel.JSON),
    "deep": (b"[" * 100_000, "application/json", 422, Regel.JSON),
    "NaN": (b'{"auteur": NaN}', "application/json", 422, Regel.JSON),
    "UTF-16": (json.dumps(participants()).encode("utf-16"), "application/json", 422, Regel.JSON),
    "Latin-1": ('{"auteur": "José"}'.encode("latin-1"), "application/json", 422, Regel.JSON),
    "list": (b"[]", "application/json", 422, "type"),
    "null": (b"null", "application/json", 422, "type"),
    "no type": (participants(), None, 415, Regel.CONTENT_TYPE),
    "text": (participants(), "text/plain", 415, Regel.CONTENT_TYPE),
    "another JSON": (participants(), "application/json-seq", 415, Regel.CONTENT_TYPE),
}


@pytest.mark.parametrize(("body", "media", "status", "rule"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_object(body: Any, media: str | None, status: int, rule: str) -> None:
    systeem = toetssysteem()
    assert deliver(systeem, POST, body, media=media).status == status
    assert told(systeem) == [(POST, "bericht", rule, True)]
    assert deliver(systeem, POST, participants(), media="Application/JSON; charset=utf-8").status == 202


def test_results_that_would_go_to_another_school_are_remarked_on() -> None:
    systeem = toetssysteem(*Streng)
    assert deliver(systeem, POST, participants(), edu_from=ROUTING.replace("99XX", "98ZZ")).status == 202
    assert told(systeem) == [(POST, "edu-from", Regel.EDU_FROM, False)]
    assert deliver(systeem, POST, participants(), edu_from="00000099VRIJEVORM123").status == 202
    assert systeem.opgemerkt == len(systeem.opmerkingen) == 1


def test_all_that_is_wrong_is_told_at_once_and_the_melding_stays_short() -> None:
    message = participants()
    message["versie"] = "Doorstroomtoetsketen_v9"
    message["deelnemers"] = [{**message["deelnemers"][0], "achternaam": 5} for _ in range(9)]
    systeem = toetssysteem()
    melding = json.loads(deliver(systeem, POST, message).body)["melding"]
    assert [item.pad for item in systeem.opmerkingen] == [*(f"deelnemers[{at}].achternaam" for at in range(9)), "versie"]
    assert melding.endswith("deelnemers[4].achternaam: hoort tekst te zijn (type); en nog 5.")
    with pytest.raises(ValueError, match="brinn"):
        toetssysteem("brinn")  # type: ignore[arg-type]


NEXT = "2026-2027"


@pytest.mark.parametrize(
    ("schooljaar", "versie", "geslacht", "status", "rules"),
    [
        ("2023-2024", V1_0, True, 202, []),
        ("2024-2025", V1_0, True, 202, []),
        ("2025-2026", V1_1, True, 202, []),
        (NEXT, V_NEXT, False, 202, []),
        (NEXT, V_NEXT, True, 202, [Regel.GESLACHT] * 2),
        (NEXT, V1_1, False, 202, [Regel.OUDERE_VERSIE]),
        ("2025-2026", V1_1, False, 422, ["required"] * 2),
        ("2024-2025", V1_1, True, 422, [Regel.VERSIE]),
        ("2023-2024", V_NEXT, False, 422, ["required", "required", Regel.VERSIE]),
    ],
)
def test_the_school_year_decides_which_agreement_counts(
    schooljaar: str, versie: str, geslacht: bool, status: int, rules: list[str]
) -> None:
    message = {**participants(), "schooljaar": schooljaar, "versie": versie}
    if not geslacht:
        for item in message["deelnemers"]:
            del item["extensie"]["geslacht"]
    systeem = toetssysteem()
    assert deliver(systeem, POST, message).status == status
    assert [item.regel for item in systeem.opmerkingen] == rules
    of_year = {"2025-2026": V1_1, NEXT: V_NEXT}.get(schooljaar, V1_0)
    assert {item["versie"] for item in systeem.neem_af()} == ({of_year} if status == 202 else set())


def test_an_agreement_without_advice_has_no_list_of_advice() -> None:
    bare = AFSPRAAK.volgende(naam="x", versie="Doorstroomtoetsketen_v8", eerste_schooljaar="2020-2021", schooladviezen=())
    systeem = toetssysteem(afspraken=(bare, *AFSPRAKEN.values()))
    for versie in (bare.versie, V1_0):
        assert deliver(systeem, ADVIES, {**advice(), "schooljaar": "2024-2025", "versie": versie}).status == 422
    assert [item.regel for item in systeem.opmerkingen] == [Regel.BERICHT] * 2


def test_what_a_registered_agreement_says_counts() -> None:
    coming = AFSPRAKEN["1.1"].volgende(
        naam="x",
        versie="Doorstroomtoetsketen_v1.2",
        eerste_schooljaar=NEXT,
        geslacht=True,
        schooladviezen=("HAVO", "NIEUW_ADVIES"),
        profiel_schooladviezen="Adviezen",
    )
    systeem = toetssysteem(afspraken=(coming,))
    message = {**advice(), "schooljaar": NEXT, "versie": coming.versie}
    message["voorlopigSchooladviezen"][0]["advies"] = "NIEUW_ADVIES"
    message["voorlopigSchooladviezen"][1]["advies"] = "VWO"
    deliver(systeem, ADVIES, message)
    assert [(item.pad, item.regel) for item in systeem.opmerkingen] == [("profiel", "enum"), (f"{A}.advies", "enum")]
    assert systeem.opmerkingen[1].tekst == "hoort HAVO of NIEUW_ADVIES te zijn"
    del message["voorlopigSchooladviezen"][1]
    assert deliver(systeem, ADVIES, {**message, "profiel": "Adviezen"}).status == 202


def test_every_list_that_a_client_makes_is_taken_in_without_remark() -> None:
    """Each advice under each kind of identity, and each code of a participant; in the agreement of each year."""
    eck, las = PUPIL.eck_id, PUPIL.las_key
    identities = [Leerling(eck_id=eck), Leerling(las_key=las), Leerling(eck_id=eck, las_key=las)]
    with Keten(schooljaar="2025-2026", afspraken=[AFSPRAAK], streng=Streng, receive=False) as keten, keten.client() as client:
        systeem, sent = keten.toetssystemen["ICE"], 0
        for leerling, advies in itertools.product(identities, Schooladvies):
            sent += client.send(Adviezenlijst(keten.school, [Advies(leerling, advies)])).aantal
        for groep, jaargroep, geslacht in itertools.product(Groepsoort, Jaargroep, Geslacht):
            group = Stamgroep("g", "Groep", groep)
            pupil = Deelnemer(
                leerling=identities[sent % 3],
                achternaam="Nguyễn",
                voorvoegsel="in 't" if sent % 2 else None,
                roepnaam="Yağız",
                voorletters="ÉÅ",
                geboortedatum="2014-02-28",
                groep="g",
                jaargroep=jaargroep,
                geslacht=geslacht,
            )
            sent += client.send(Deelnemerslijst(keten.school, [group], [pupil])).aantal
        assert sent == len(identities) * len(Schooladvies) + len(Groepsoort) * len(Jaargroep) * len(Geslacht) == 75
        assert systeem.verkeer.beantwoord == [(ADVIES, 202)] * 51 + [(POST, 202)] * 24
        assert systeem.opmerkingen == []


@pytest.mark.parametrize("als_tekst", [False, True])
def test_results_fit_the_definition_but_for_the_numbers_of_the_example(als_tekst: bool) -> None:
    systeem = toetssysteem(scores_als_tekst=als_tekst)
    deliver(systeem, POST, participants())
    (bericht, _) = systeem.neem_af()
    found = shipped("1.1.0").breaches("leerlingresultaat", bericht)
    places = [f"resultatenscores.scores.scores[{at}].waarde" for at in range(3)]
    assert [(item.path, item.rule) for item in found] == ([] if als_tekst else [(place, "type") for place in places])


def test_the_page_says_of_every_rule_what_it_comes_to() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/simulator-judge.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    outcome = {row[0].strip("`"): row[-1] for row in rows}
    for regel in Regel:
        expected = "told" if regel in GEMELD else f"told; `{SCHAKELBAAR[regel]}`" if regel in SCHAKELBAAR else "refused"
        assert outcome[regel].startswith(expected), regel
    keywords = {keyword for nummer in SHIPPED for schema in shipped(nummer).schemas.values() for keyword in schema}
    assert {"type", "enum", "required"} <= keywords
    assert {case[3] for case in SCHEMA} <= set(outcome)
    reached = {case[3] for case in CASES} | {Regel.JSON, Regel.CONTENT_TYPE, Regel.BERICHT, Regel.EDU_FROM, Regel.GESLACHT}
    assert set(Regel) <= reached


def test_a_remark_shows_no_value() -> None:
    assert str(Opmerking(POST, "versie", "versie", "is niet de versie", False)) == "versie: is niet de versie (versie)"
