"""What a run came to: the value, and its JSON and XML, whatever stands in the texts."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import stat
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support import SCHOOL
from support import ketentest_played as world
from support.ketentest_played import ACCEPTED, KNOWING, OPEN, UNKNOWN, body_of, keuring, played, rapport, reply, sent
from support.overview import HOSTILE

from doorstroom_client.errors import StoreError
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.hands import Missing, Waiting
from doorstroom_client.ketentest.journal import Journal
from doorstroom_client.ketentest.outcomes import UNSPOKEN, Arrival, Outcome, Reply, Shaken
from doorstroom_client.ketentest.player import Player
from doorstroom_client.ketentest.report import SCHEMA, Rapport, as_json, as_junit, make_rapport, summary, write_reports
from doorstroom_client.ketentest.report.making import counts_until
from doorstroom_client.ketentest.report.verslag import Richting, Stand
from doorstroom_client.ketentest.scenario import Register, Rol
from doorstroom_client.ketentest.steps import Arrange, Ask, Check, Effect, Ours, Probe, Send, Steps, Tls, Whose
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.afspraak import NEWEST

VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER)
ODD = "".join(map(chr, [0, 1, 8, 11, 31, 127, 0x85, 0xFFFE, 0xFFFF, 0xD800, 0x202E])) + "]]>&<>\"'"
TEXTS = st.text(st.characters(), max_size=40)


def data_of(found: Rapport) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(as_json(found))
    VALIDATOR.validate(document)
    return document


# --- the value


def test_verdicts_are_counted_and_the_worst_is_that_of_the_run() -> None:
    found = rapport()
    assert found.counts == {
        Oordeel.FOUT: 1,
        Oordeel.GEZAKT: 3,
        Oordeel.WACHT: 1,
        Oordeel.TE_BEOORDELEN: 1,
        Oordeel.AFWIJKEND: 1,
        Oordeel.OVERGESLAGEN: 2,
        Oordeel.GESLAAGD: 4,
        Oordeel.NVT: 1,
    }
    assert found.oordeel is Oordeel.FOUT
    assert found.roles == (Rol.VOORAF, Rol.TOETSSYSTEEM, Rol.TERUGWEG)
    assert (found.as_of, found.counts_until) == (world.at(90), dt.date(2027, 7, 31))
    assert rapport([]).oordeel is Oordeel.OVERGESLAGEN, "nothing tested is not passed"


def test_what_is_good_to_know_is_shown_and_never_counted() -> None:
    found = rapport([played("TS-1", Oordeel.GESLAAGD, keuringen=(keuring(KNOWING, "a", "b"),))])
    [check] = found.verslagen[0].keuringen
    assert (check.counts, check.oordeel, found.beurten) == (False, Oordeel.GEZAKT, ())
    assert data_of(found)["scenarios"][0]["keuringen"][0]["telt_mee"] is False
    assert ET.fromstring(as_junit(found)).get("failures") == "0"


def test_whose_turn_it_is_and_what_to_do() -> None:
    found = [(item.whose, item.oordeel, item.text, item.scenarios) for item in rapport().beurten]
    breach = f"{UNKNOWN.tekst}. Verwacht: 202; gezien: 404."
    assert found == [
        (Whose.ONS, Oordeel.FOUT, "Het testprogramma zelf ging fout: KeyError in play, regel 12.", ("TS-601",)),
        (Whose.HEN, Oordeel.GEZAKT, breach, ("TS-203", "TS-204")),
        (Whose.HEN, Oordeel.WACHT, "Verbeter het resultaat van K15 (uiterlijk 9 december 2026, 23:59 uur)", ("TW-108",)),
        (Whose.HEN, Oordeel.TE_BEOORDELEN, "Beantwoord de vraag: Staat leerling K11 er nu met advies VWO?", ("TS-202",)),
        (Whose.OSR, Oordeel.GEZAKT, f"{world.MANDATE.tekst}. Verwacht: ja; gezien: nee.", ("V-02",)),
        (Whose.AFSPRAAK, Oordeel.AFWIJKEND, f"{OPEN.tekst}. Verwacht: 422; gezien: 202.", ("TS-305",)),
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (played("A", Oordeel.NVT, why="geldt niet"), []),
        (played("A", Oordeel.OVERGESLAGEN, why="vraag erom", whose=Whose.HEN), []),
        (played("A", Oordeel.OVERGESLAGEN, why="speel opnieuw", whose=Whose.ONS), [(Whose.ONS, "Speel opnieuw.")]),
        (played("A", Oordeel.GEZAKT, why="geen antwoord op lijst", whose=Whose.HEN), [(Whose.HEN, "Geen antwoord op lijst.")]),
        (played("A", Oordeel.GESLAAGD, why="afwijking is weg"), [(Whose.ONS, "Afwijking is weg.")]),
    ],
)
def test_only_what_somebody_has_to_do_is_a_turn(one: Any, expected: list[tuple[Whose, str]]) -> None:
    assert [(item.whose, item.text) for item in rapport([one]).beurten] == expected


def test_a_known_deviation_is_no_failure() -> None:
    known = played("A", Oordeel.AFWIJKEND, keuringen=(keuring(UNKNOWN, 404),), why="bekend tot 15-12-2026", whose=Whose.HEN)
    assert [item.oordeel for item in rapport([known]).beurten] == [Oordeel.AFWIJKEND] * 2


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "Er is nog niets getest."),
        (["nvt"], "Er is nog niets getest."),
        (["overgeslagen"] * 2, "Er is nog niets getest: 2 scenario's zijn overgeslagen."),
        (["geslaagd"] * 2, "Geslaagd: 2 scenario's zijn getest en in orde."),
        (["geslaagd", "nvt", "overgeslagen"], "Geslaagd: 1 scenario is getest en in orde; overgeslagen: 1."),
        (["geslaagd", "afwijkend"], "Geslaagd, met afwijkingen bij 1 van de 2 scenario's die zijn getest."),
        (["wacht", "te beoordelen", "geslaagd"], "Nog niet af: 2 van de 3 scenario's die zijn getest wachten op een antwoord."),
        (["gezakt", "wacht"], "Niet geslaagd: 1 van de 2 scenario's die zijn getest is gezakt; nog niet af: 1."),
        (
            ["fout", "gezakt"],
            "Geen oordeel: bij 1 van de 2 scenario's die zijn getest ging het testprogramma zelf fout; gezakt: 1.",
        ),
    ],
)
def test_the_run_in_one_sentence(verdicts: list[str], expected: str) -> None:
    assert summary(rapport([played(f"S-{at}", Oordeel(name)) for at, name in enumerate(verdicts)])) == expected


def test_evidence_has_every_message_once() -> None:
    found = rapport()
    assert [item.number for item in found.messages] == list(range(1, len(found.messages) + 1))
    came = [item for item in found.messages if item.richting is Richting.ONTVANGEN]
    assert [(item.scenario, item.pupils, item.foreign, item.status) for item in came] == [
        ("TW-101", ("K01",), False, 202),
        ("TW-101", ("K02",), False, 202),
        ("TW-101", (), True, 0),
    ]
    by_id = {item.id: item for item in found.verslagen}
    numbers = tuple(item.number for item in came)
    assert by_id["TW-101"].stappen[0].messages == by_id["TW-102"].stappen[0].messages == numbers
    gevraagd = {"gevraagd": "Welk rapport is nog niet klaar?", "waarde": "K16", "verzonnen": False}
    assert by_id["TW-102"].stappen[1].facts == gevraagd
    series = by_id["TS-401"].stappen[1]
    assert [found.messages[number - 1].status for number in series.messages] == [405, 200]
    first = found.messages[0]
    assert (first.method, first.path, first.query) == ("POST", "/registreren", world.EDU)
    assert first.body == body_of("K01", "K12").decode()
    assert first.sha256 == hashlib.sha256(body_of("K01", "K12")).hexdigest()[:16]
    assert (first.datumtijd, first.status, first.seconds, first.shows) == ("2026-12-01T09:00:01Z", 202, 0.031, "eigen")


def test_what_a_probe_saw_is_told_in_dutch() -> None:
    steps = (
        world.taken(Probe(name="cbc", speaks=Tls.CBC, shows=Ours.NONE), Shaken(fault="tls")),
        world.taken(Probe(name="oud", speaks=Tls.TLS_1_1), Shaken(fault=UNSPOKEN)),
    )
    refused, untried = rapport([played("TLS-06", Oordeel.GESLAAGD, taken=steps)]).verslagen[0].stappen
    assert (refused.kind, refused.facts["spreekt"], refused.facts["certificaat"]) == ("handdruk", "alleen CBC", "geen")
    assert "status" not in refused.facts
    assert [item.facts["fout"] for item in (refused, untried)] == [
        "geen verbinding met wederzijdse TLS",
        "niet geprobeerd: deze machine spreekt zo niet meer",
    ]


def test_the_same_bytes_that_came_twice_are_two_messages() -> None:
    one = world.arrival("K01")
    twice = rapport([played("A", Oordeel.GESLAAGD, taken=(world.awaited(one, one),))])
    again = rapport([played(name, Oordeel.GESLAAGD, taken=(world.awaited(one),)) for name in "AB"])
    assert (len(twice.messages), len(again.messages)) == (2, 1)


def test_who_is_to_be_removed_and_whether_they_are_there() -> None:
    steps = (
        sent(body_of("K01", "TS-1-1"), reply(422)),
        sent(body_of("K12")),
        sent(body_of("K12", names=False)),  # advice, which holds no names
        sent(body_of("K02"), Reply(fault="cut", sent=True)),
        sent(body_of("K03"), Reply(fault="refused")),  # not a byte went out
        sent(b'{"deelnemerref": [{"onderwijsdeelnemerID": "van een ander"}]}'),
        sent(b"geen json"),
    )
    found = rapport([played("A", Oordeel.GESLAAGD, taken=steps), played("B", Oordeel.GESLAAGD, taken=(sent(body_of("K01")),))])
    assert [(item.label, item.naam, item.stand, item.scenarios) for item in found.opruimlijst] == [
        ("K01", "Anouk Proefkamp", Stand.AANGENOMEN, ("A", "B")),
        ("TS-1-1", "Eigena Proefkamp", Stand.GEWEIGERD, ("A",)),
        ("K12", "Jip Testberg", Stand.AANGENOMEN, ("A",)),
        ("K02", "Bram Testveen", Stand.ONBEKEND, ("A",)),
    ]
    assert found.opruimlijst[3].identities == (("LAS-key", f"kt-{world.RUN}-K02"),)
    assert {(item.edu_to, item.edu_from) for item in found.opruimlijst} == {(world.SCHOOL_OIN, world.KENMERK)}


def test_a_pupil_is_found_under_the_last_name_that_was_taken_in() -> None:
    renamed = json.loads(body_of("K12"))
    renamed["deelnemers"][0]["achternaam"] = "Nieuw"
    last = json.dumps(renamed).encode()
    for status, name in ((202, "Jip Nieuw"), (422, "Jip Testberg")):
        steps = (sent(body_of("K12")), sent(last, reply(status)))
        assert [item.naam for item in rapport([played("A", Oordeel.GESLAAGD, taken=steps)]).opruimlijst] == [name]


def test_one_pupil_of_two_administrations_is_removed_from_both() -> None:
    other = replace(sent(body_of("K01")).step, query=(("edu-to", "anders"), ("edu-from", "ook")))  # type: ignore[arg-type]
    steps = (sent(body_of("K01")), world.taken(other, reply()))
    assert [item.edu_to for item in rapport([played("A", Oordeel.GESLAAGD, taken=steps)]).opruimlijst] == [
        world.SCHOOL_OIN,
        "anders",
    ]


@pytest.mark.parametrize(
    ("jaar", "day"), [("2026-2027", dt.date(2027, 7, 31)), ("2026", None), ("2026-0000", None), ("", None)]
)
def test_until_when_it_counts(jaar: str, day: dt.date | None) -> None:
    assert counts_until(jaar) == day


def test_no_body_and_no_pupil_in_a_repr() -> None:
    shown = repr(rapport())
    for text in ("deelnemerref", "Ontvangen", "Anouk", "ketenid.nl", "de Proef"):
        assert text not in shown
    assert "TS-203" in shown


class Answers:
    """Hands that answer whatever is asked, once; a second time would be traffic."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def frame(self, scenario: str, began: dt.datetime) -> Frame:
        return Frame(
            scenario, keys=world.KEYS, school=SCHOOL, afspraak=NEWEST, schooljaar=world.JAAR, toetssoort="ICE", began=began
        )

    def do(self, step: Effect, frame: Frame, since: dt.datetime, seen: Sequence[Arrival] = ()) -> Outcome | Waiting | Missing:
        self.done.append(step.name)
        if isinstance(step, Send):
            return reply(404 if "adviezen" in step.path else 202)
        if isinstance(step, Arrange):
            return Missing(step.asks)
        return Waiting("Staat K01 er?", asks=True)

    def again(self, step: Effect, frame: Frame) -> None:
        raise AssertionError(step)

    def finish(self) -> None:
        pass


def own_register() -> Register:
    register = Register()

    @register.scenario("TS-1", "Leerling en advies", rol=Rol.TOETSSYSTEEM, eisen=(ACCEPTED.id, UNKNOWN.id))
    def _(frame: Frame) -> Steps:
        answer = yield frame.send_deelnemers("K01")
        yield Check(eis=ACCEPTED.id, expected=202, got=answer.status)
        answer = yield frame.send_adviezen("K01")
        yield Check(eis=UNKNOWN.id, expected=202, got=answer.status)

    @register.scenario("TS-2", "Gesloten", rol=Rol.TOETSSYSTEEM, eisen=(ACCEPTED.id,))
    def _(frame: Frame) -> Steps:
        yield Arrange(name="gesloten", asks="Sluit de aanmelding")

    @register.scenario("TS-3", "Gezien", rol=Rol.TOETSSYSTEEM, eisen=(ACCEPTED.id,))
    def _(frame: Frame) -> Steps:
        yield frame.send_deelnemers("K02")
        yield Ask(name="gezien", text="Staat K01 er?")

    return register


def test_a_report_is_made_again_from_the_journal_alone(tmp_path: Path) -> None:
    hands = Answers()

    def made(journal: Journal, *, effects: bool) -> Rapport:
        player = Player(journal, world.REQUIREMENTS)
        all_played = [player.play(item, hands, effects=effects) for item in own_register()]
        return make_rapport(journal.head, all_played, world.REQUIREMENTS)

    first = made(Journal.begin(tmp_path / "journaal.jsonl", world.HEAD), effects=True)
    done = list(hands.done)
    assert as_json(made(Journal.read(tmp_path / "journaal.jsonl"), effects=False)) == as_json(first)
    assert (hands.done, [item.oordeel.value for item in first.verslagen]) == (done, ["gezakt", "overgeslagen", "te beoordelen"])
    assert [item.label for item in first.opruimlijst] == ["K01", "K02"]
    data_of(first)


# --- JSON


def test_the_json_is_as_the_schema_says() -> None:
    document = data_of(rapport())
    assert (document["soort"], document["versie"]) == ("ketentest-rapport", 1)
    assert document["run"]["getest"] == world.HEAD.about
    assert document["aantallen"]["gezakt"] == 3
    assert [item["id"] for item in document["scenarios"]] == [item.id for item in rapport().verslagen]
    first, odd = document["berichten"][0], next(item for item in document["berichten"] if item["inhoud_base64"])
    assert (first["sha256_16"], first["status"], first["seconden"]) == (rapport().messages[0].sha256, 202, 0.031)
    assert base64.b64decode(odd["inhoud_base64"]) == b"\xff\xfeno json"
    assert (odd["inhoud"], odd["antwoord"]["inhoud"]) == (None, '{"melding": "Ontvangen"}')
    silent = next(item for item in document["berichten"] if item["fout"] == "de tijd was om")
    assert (silent["status"], silent["antwoord"], silent["verstuurd"], silent["seconden"]) == (None, None, True, 30.0)
    assert [item["verstuurd"] for item in document["berichten"]].count(False) == 1
    assert [item["eis"] for item in document["niet_getest"]] == [world.UNTESTED.id]


def test_a_report_of_another_form_would_not_fit_the_schema() -> None:
    document = data_of(rapport())
    for place in (document, document["run"], document["scenarios"][0], document["berichten"][0], document["opruimlijst"][0]):
        for broken in ({**place, "extra": 1}, {name: value for name, value in place.items() if name != next(iter(place))}):
            kept = dict(place)
            place.clear()
            place.update(broken)
            assert not VALIDATOR.is_valid(document)
            place.clear()
            place.update(kept)
    assert VALIDATOR.is_valid(document)


def test_the_same_run_gives_the_same_bytes() -> None:
    assert as_json(rapport()) == as_json(rapport())


def test_what_json_cannot_hold_becomes_text() -> None:
    head = replace(world.HEAD, about={"dag": dt.date(2026, 12, 7), "getal": float("nan"), "lijst": (1, None)})
    assert data_of(rapport([], head))["run"]["getest"] == {"dag": "2026-12-07", "getal": "nan", "lijst": [1, None]}


@settings(max_examples=60)
@given(TEXTS)
@example(ODD)
@example("x" * 100_000)
@example(HOSTILE[0])
def test_whatever_the_texts_json_and_xml_are_sound(text: str) -> None:
    found = world.hostile(f"x{text}")
    document = data_of(found)
    assert document["scenarios"][0]["titel"].startswith("x")
    assert ET.fromstring(as_junit(found)).get("tests") == "2"


# --- JUnit


def test_a_testcase_for_each_scenario() -> None:
    [suite] = ET.fromstring(as_junit(rapport()))
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["14", "3", "1", "5"]
    cases = {str(item.get("name")).split()[0]: item for item in suite}
    assert len(cases) == len(suite) == 14
    shape = {
        name: next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "")
        for name, case in cases.items()
    }
    assert shape == {
        "V-02": "failure",
        "TS-101": "",
        "TS-203": "failure",
        "TS-204": "failure",
        "TS-305": "",
        "TS-401": "",
        "TS-405": "skipped",
        "TS-406": "skipped",
        "TS-311": "skipped",
        "TS-202": "skipped",
        "TS-601": "error",
        "TW-101": "",
        "TW-102": "",
        "TW-108": "skipped",
    }
    assert {case.get("classname") for case in suite} == {"vooraf", "toetssysteem", "terugweg"}
    assert [item.get("value") for item in cases["TS-203"].iter("property") if item.get("name") == "eis"] == [
        ACCEPTED.id,
        UNKNOWN.id,
    ]
    assert cases["TS-305"].get("time") == "30.031"
    assert UNKNOWN.tekst in str(cases["TS-203"].find("failure").get("message"))  # type: ignore[union-attr]
    assert [item.get("message") for item in suite.iter("skipped")][2:] == [
        "niet van toepassing: geldt niet in 2026-2027",
        "te beoordelen: Staat leerling K11 er nu met advies VWO?",
        "wacht: Verbeter het resultaat van K15",
    ]
    assert "afwijkend: Q35" in str(cases["TS-305"].findtext("system-out")), "a deviation passes, and never in silence"


# --- files


def test_three_private_files_and_the_page_names_the_checksum_of_the_json(tmp_path: Path) -> None:
    page, document, xml = write_reports(tmp_path, rapport(list(world.many())))
    assert sorted(tmp_path.iterdir()) == [page, document, xml]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert hashlib.sha256(document.read_bytes()).hexdigest() in page.read_text("utf-8")
    VALIDATOR.validate(json.loads(document.read_bytes()))
    assert len(json.loads(document.read_bytes())["scenarios"]) == 125
    before = document.read_bytes()
    write_reports(tmp_path, rapport(list(world.many())))
    assert document.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write"):
        write_reports(tmp_path / "nergens", rapport([]))
