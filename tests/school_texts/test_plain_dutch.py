"""Every text for a school is plain Dutch: short sentences, no jargon, words explained, and nothing of a pupil."""

from __future__ import annotations

import copy
import csv
import io
import json
import pickle
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import LEVERANCIER, NOW
from support import SCHOOL as ABOUT
from support.html_seen import Seen
from support.overview import twee_scholen
from support.school_texts import (
    DAY,
    EARLIER,
    KEY,
    LATER,
    all_texts,
    error_texts,
    mandate_texts,
    mandates,
    ready_texts,
    receipt_texts,
)
from support.season import ABC, came, lijst, school_stand

import doorstroom_client
from doorstroom_client import Mandaat, Mandaatcontrole, Uitleg
from doorstroom_client.basics.mandate_words import DIENST
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.osr.board_text import uitleg_voor_bestuur
from doorstroom_client.osr.mandate_csv import mandaten_csv
from doorstroom_client.output.told import uitleg_html
from doorstroom_client.overview import als_pagina as als_overzicht
from doorstroom_client.school_texts import TEKSTEN
from doorstroom_client.season import als_pagina as als_seizoen
from doorstroom_client.season import beoordeel
from doorstroom_client.season import seizoenswoorden as woorden

WIE, LAS, SCHOOL = "Toetsbureau De Nieuwe Meting", "MijnLAS", "De Testschool aan het Grote Plein"
FILLED = [(WIE, LAS, SCHOOL), (WIE, "", SCHOOL), (WIE, LAS, ""), ("", LAS, ""), ("", "", ""), ("OSR", LAS, "")]
LONGEST = 25
JARGON = re.compile(
    r"(?<![\w-])(endpoint|routeringskenmerk|namespace|OIN|TLS|certificaat|HTTPS?|POST|GET|JSON|API|payload|BRIN|server|client|request"
    r"|response|timeout|status(code)?|ECK-iD|LAS-key|outbox|store|handshake|host|URL|XML|token|proxy|database|edu-(to|from)|REST"
    r"|interface|configuratie|parameter|exception|error|keten|heenweg|terugweg|(mutatie|stand)levering|RIO|Edukoppeling|PKIoverheid"
    r"|[45]\d\d)(?![\w-])",
    re.IGNORECASE,
)
EXPLAINED = {
    r"\bOSR\b": r"het Onderwijs Serviceregister \(OSR\)",
    r"\bLAS\b": r"leerlingadministratiesysteem(?: \(LAS\)|, LAS\))",
    r"\btoetsleverancier\b": r"de aanbieder van de doorstroomtoets",
    r"\bvestiging\b": r"vestiging \(de locatie van uw school\)",
    r"\bmandaat\b": r"toestemming",
}
"""Words that have to be explained, and how. What a mandate is may follow; the others are explained where they stand first."""


def parts(text: Uitleg) -> list[str]:
    return [part for part in (text.kop, *text.alineas, *text.punten, *text.stappen) if part or part is not text.kop]


def sentences(part: str) -> list[str]:
    """Long names count with all their words: a school reads those too. Of the service in the OSR the name is a quotation."""
    return re.split(r"(?<=[.!?])\s+", part.replace(DIENST, "Dienst"))


def faults(text: Uitleg) -> list[str]:
    """Everything that is wrong with one text."""
    found = [f"too long: {item}" for part in parts(text) for item in sentences(part) if len(item.split()) > LONGEST]
    found += [f"jargon: {word[0]}" for word in JARGON.finditer(text)]
    for part in parts(text):
        if not part:
            found.append("an empty part")
        if re.search(r"[{}]", part):
            found.append(f"an empty place: {part}")
        if part[-1:] not in (".", "?", "!"):
            found.append(f"no end: {part}")
        found += [f"no capital: {item}" for item in sentences(part) if not re.match(r"[A-Z0-9É]", item)]
    found += [f"a pupil: {KEY}"] if KEY in text else []
    return found + unexplained(text)


def unexplained(text: Uitleg) -> list[str]:
    """Words that stand in a text before, or without, what they mean."""
    found: list[str] = []
    for word, meaning in EXPLAINED.items():
        used, said = re.search(word, text.replace(WIE, "").replace(LAS, "")), re.search(meaning, text)
        if used is None:
            continue
        in_time = said is not None and (word == r"\bmandaat\b" or re.search(word, text[: said.start()]) is None)
        if word == r"\btoetsleverancier\b" and said is not None:
            in_time = said.start() - text.index("toetsleverancier") < 40
        if not in_time:
            found.append(f"not explained: {word}")
    return found


@pytest.mark.parametrize(("wie", "las", "school"), FILLED)
def test_every_text_is_plain_dutch(wie: str, las: str, school: str) -> None:
    told = {name: text for name, text in all_texts(wie, las, school) if text}
    assert len(told) > 25
    wrong = {fault: name for name, text in told.items() for fault in faults(text)}  # each fault once, and a text that has it
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (Uitleg("Dit is goed.", ("Er kwam een 401 van het endpoint.",)), "jargon: endpoint"),
        (Uitleg("Het OSR zegt nee."), "not explained"),
        (Uitleg("Meer " * 26 + "."), "too long"),
        (Uitleg("Van {wie} kwam niets."), "an empty place"),
        (Uitleg("Dit is niet goed.", ("",)), "an empty part"),
        (Uitleg("Dit is niet af"), "no end"),
        (Uitleg("Goed. maar dit niet."), "no capital"),
        (Uitleg(f"Leerling {KEY} is onbekend."), "a pupil"),
        (Uitleg("Vraag het de toetsleverancier."), "not explained"),
    ],
)
def test_what_is_not_plain_is_noticed(text: Uitleg, fault: str) -> None:
    assert any(fault in found for found in faults(text))


def test_every_error_says_what_became_of_the_message_and_who_can_do_something() -> None:
    lost = re.compile(
        "niets (verstuurd|verwerkt|veranderd|naartoe gestuurd)|niet (verstuurd|verwerkt|zeker|verloren|is verwerkt)"
        "|niet is aangekomen|nog niet is verwerkt|verandert niets"
    )
    for name, text in error_texts(WIE, LAS):
        assert text.stappen, name
        assert name.startswith("DoorstroomError") or lost.search(text), name


def test_who_sends_again_is_said_and_where() -> None:
    """No step leaves open by whom: the school in its LAS, or nobody where the list waits."""
    for name, text in [*error_texts(WIE, LAS), *receipt_texts(WIE), *ready_texts(WIE, LAS)]:
        for part in parts(text):
            assert not re.search(r"opnieuw worden verstuurd|worden opgelost|later opnieuw\.", part), (name, part)
            for item in sentences(part):
                if re.search(r"(?i)\b(verstuur\b.*|probeer het .*)opnieuw", item):
                    assert re.search(rf"in ({LAS}|uw administratiesysteem)", item), (name, item)


def test_one_word_for_who_a_school_asks() -> None:
    for name, text in all_texts(WIE, LAS, SCHOOL):
        assert not re.search(r"(?<!OSR-)(?<!DUO-)\bbeheerder", text), name
        assert ("helpdesk" not in text) or f"helpdesk van {LAS}" in text, name
        asked = re.search(r"naar de helpdesk van [^.?]+", text)
        assert asked is None or "misschien nog niet" in text, name


def test_one_word_for_one_thing_in_all_dutch_of_the_project() -> None:
    """Mandaat, het LAS, het ECK-iD; "de LAS-key". Words of others, read or repeated, stay theirs."""
    others = {"receiving/judge.py", "osr/mandate_table.py"}
    wrong = re.compile(r"[Mm]achtiging|gemachtigd|\b[Dd]e (LAS|ECK-iD)\b(?!-)")
    root = Path(doorstroom_client.__file__).parent
    files = [file for file in root.rglob("*.py") if file.relative_to(root).as_posix() not in others]
    assert len(files) > 200
    assert [(file.name, found[0]) for file in files for found in wrong.finditer(file.read_text("utf-8"))] == []


def test_a_list_that_waits_is_said_to_go_again_by_itself() -> None:
    told = {name: text for name, text in receipt_texts(WIE) if name.startswith("outbox")}
    assert len(told) > 60
    for name, text in told.items():
        waits = name.endswith((" waiting", " held"))
        assert ("vanzelf opnieuw verstuurd" in text) is waits, name
        assert not waits or not re.search(r"(?i)(probeer|verstuur)\b[^.]* opnieuw in", text), name


def test_what_only_the_helpdesk_can_do_is_said_to_be_so() -> None:
    told = {name.split()[0]: text for name, text in error_texts(WIE, LAS)}
    for name in ("ConfigurationError", "StoreError", "WrongPeer", "TlsError", "RedirectRefused"):
        assert f"Zelf kunt u dit niet oplossen. Stuur deze melding naar de helpdesk van {LAS}" in told[name].stappen[0]
        assert told[name].stappen[-1].endswith(f"Probeer het dan opnieuw in {LAS}.")


def test_the_same_facts_in_every_form() -> None:
    for name, text in all_texts(WIE, LAS, SCHOOL):
        as_json = json.loads(json.dumps({"uitleg": text, "delen": text.as_dict()}))
        assert as_json["uitleg"] == text
        delen = as_json["delen"]
        again = Uitleg(delen["kop"], delen["alineas"], punten=delen["punten"], stappen=delen["stappen"])
        assert again == text, name
        page = unescape(re.sub(r"<[^>]+>", "\n", uitleg_html(text)))
        assert [line for line in page.split("\n") if line] == [part for part in parts(text) if part], name


def test_days_and_names_are_in_the_text_of_a_mandate() -> None:
    for item in mandates(WIE, LAS, SCHOOL):
        text, missing = item.uitleg, not item
        ended, begins = item.verlopen_op or item.las_verlopen_op, item.begint_op or item.las_begint_op
        kop = text.alineas[1] if item.testomgeving else text.kop
        assert ("testomgeving" in text.kop) is bool(item.testomgeving)
        assert f"{SCHOOL} (11BB)" in kop
        assert in_dutch(DAY) in kop
        assert WIE in text
        assert LAS in text
        assert (in_dutch(EARLIER) in text) is (ended is not None)
        assert ("Kan de uitwisseling wachten" in text) is ("Zet de ingangsdatum" in text) is (begins is not None)
        assert ("vandaag of eerder" in text) is missing
        if not missing:
            assert ("loopt tot en met" in text) is (item.eind_datum is not None)
            assert item.eind_datum is None or in_dutch(item.eind_datum) in text


def test_the_table_of_mandates_holds_the_whole_text() -> None:
    found = Mandaat(ABOUT, LEVERANCIER, False, False, DAY, begint_op=LATER, las_verlopen_op=EARLIER, las_naam=LAS)
    controle = Mandaatcontrole(ABOUT, (found,))
    rows = list(csv.DictReader(io.StringIO(mandaten_csv([controle]).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0]["uitleg"] == controle.uitleg == found.uitleg
    assert controle.uitleg in controle.brief


def test_two_ways_out_when_a_mandate_begins_later() -> None:
    only_later = Mandaat(ABOUT, LEVERANCIER, False, True, DAY, begint_op=LATER).uitleg.stappen
    assert only_later[0].startswith("Kan de uitwisseling wachten tot 1 augustus 2026?")
    assert only_later[1].startswith("Kan het niet wachten?")
    assert [stap.count("ingangsdatum") for stap in only_later] == [0, 0, 0, 1, 0]
    assert only_later[-1] == "Is het geregeld? Laat het de school weten: die kan dan versturen in uw LAS."
    nothing = Mandaat(ABOUT, LEVERANCIER, False, False, DAY).uitleg.stappen
    told = [any(word in stap for stap in nothing) for word in ("overeenkomst", "OSR-toegang", "Kopieer", "wachten")]
    assert told == [True, True, True, False]


def test_a_board_reads_each_school_once_and_the_steps_once() -> None:
    schools = [replace(ABOUT, naam=f"School {number}") for number in range(4)]
    answers = [(True, True), (False, True), (True, False), (False, False)]
    found = [
        Mandaatcontrole(school, (Mandaat(school, LEVERANCIER, theirs, ours, DAY, las_naam=LAS),))
        for school, (theirs, ours) in zip(schools, answers, strict=True)
    ]
    text = uitleg_voor_bestuur([*found, Mandaatcontrole(replace(ABOUT, naam="Zonder antwoord"))])
    assert text.punten == (
        "School 1 (11BB): geen mandaat voor Toetsbureau.",
        "School 2 (11BB): geen mandaat voor MijnLAS.",
        "School 3 (11BB): geen mandaat voor MijnLAS en Toetsbureau.",
    )
    assert [text.count(f"School {number}") for number in range(4)] == [0, 1, 1, 1]
    assert "Over één school gaf het OSR geen antwoord." in text
    assert len(text.stappen) == len(set(text.stappen)) == 5
    assert text.stappen[-1] == "Is het geregeld? Laat het de scholen weten: die kunnen dan versturen in het LAS."


@pytest.mark.parametrize("theirs", [True, False])
@pytest.mark.parametrize("ours", [True, False, None])
def test_more_than_two_suppliers_are_points(theirs: bool, ours: bool | None) -> None:
    names = [f"Toetsbureau De {place}" for place in ("Noordpool", "Oostgrens", "Zuidas")]

    def told(count: int) -> Uitleg:
        one = Mandaat(ABOUT, LEVERANCIER, theirs, ours, DAY, las_naam=LAS)
        found = tuple(replace(one, leverancier=replace(LEVERANCIER, naam=name)) for name in names[:count])
        return Mandaatcontrole(ABOUT, found).uitleg

    three, two = told(3), told(2)
    assert three.punten == tuple(f"{name}." for name in names)
    assert not [part for part in (three.kop, *three.alineas, *three.stappen) if any(name in part for name in names)]
    assert two.punten == ()
    assert f"{names[0]} {'en' if theirs else 'of'} {names[1]}" in two


def test_another_test_makes_no_mandate_of_the_las_needless() -> None:
    for item in mandates(WIE, LAS, SCHOOL):
        asked = "een andere toets gekozen" in item.uitleg
        assert asked is (not item.gemandateerd)
        assert (f"Een mandaat voor {LAS} blijft nodig." in item.uitleg) is asked


def test_the_overview_for_a_school_is_plain_dutch_too() -> None:
    words = Seen(als_overzicht(twee_scholen()).decode()).words
    assert len(words) > 200
    assert [item for part in words for item in sentences(part) if len(item.split()) > LONGEST] == []
    assert {found[0] for part in words for found in JARGON.finditer(part)} <= {"LAS-key"}  # all that is known of some pupils


def test_the_season_for_a_school_is_plain_dutch_too() -> None:
    stand = school_stand(ABC, ABC[:1], [came("anna", report="")])
    found = beoordeel(stand, ABOUT, on=DAY, leerlingen=lijst(*ABC), leveranciers=[LEVERANCIER])
    tables = (woorden.KORT, woorden.ZINNEN, woorden.SIGNALEN)
    words = [woorden.in_woorden(zin, count) for table in tables for zin in table.values() for count in (1, 2)]
    words += Seen(als_seizoen([found], gemaakt_op=NOW).decode()).words
    assert len(words) > 50
    assert [item for part in words for item in sentences(part) if len(item.split()) > LONGEST] == []
    assert [found[0] for part in words for found in JARGON.finditer(part)] == []
    told = [item for zin in (*woorden.ZINNEN.values(), *woorden.SIGNALEN.values(), *woorden.LET_OP) for item in zin]
    again = [item for part in told for item in sentences(part) if re.search(r"(?i)\bverstuur\b.*(lijst|adviezen)\b", item)]
    assert len(again) > 4
    assert [item for item in again if "in uw administratiesysteem" not in item] == []
    assert not [part for part in told if re.search(r"beheerder|Vraag [^.]*helpdesk(?! van uw administratiesysteem)", part)]


# --- whatever somebody is called

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs"]), min_size=1, max_size=40)
MARK = "\ue123"


@settings(max_examples=60, deadline=None)
@given(wie=NAMES, las=NAMES, school=NAMES)
def test_any_name_stands_there_as_it_is_and_changes_nothing_else(wie: str, las: str, school: str) -> None:
    if {wie, las, school} & {"OSR"} or MARK in wie + las + school:
        return
    marks = (f"{MARK}w", f"{MARK}l", f"{MARK}s")

    def told(w: str, m: str, s: str) -> list[tuple[str, Uitleg]]:
        few = [item for item in mandate_texts(w, m, s) if "sandbox" not in item[0]][:12]
        return [*error_texts(w, m), *ready_texts(w, m), *receipt_texts(w), *few]

    for (name, text), (_, pattern) in zip(told(wie, las, school), told(*marks), strict=True):
        put = str(pattern)
        for mark, real in zip(marks, (wie, las, school), strict=True):
            put = put.replace(mark, real)
        assert text == put, name


# --- the value


def test_an_uitleg_is_text_with_parts() -> None:
    text = Uitleg("Kop.", ("Een.", "Twee."), punten=("a", "b"), stappen=("Doe dit.", "Doe dat."))
    assert str(text) == "Kop.\n\nEen.\n\nTwee.\n\n- a\n- b\n\n1. Doe dit.\n2. Doe dat."
    assert (text.kop, text.alineas, text.punten, text.stappen) == (
        "Kop.",
        ("Een.", "Twee."),
        ("a", "b"),
        ("Doe dit.", "Doe dat."),
    )
    assert text == str(text) and "Twee" in text and not Uitleg()
    for again in (pickle.loads(pickle.dumps(text)), copy.copy(text), copy.deepcopy(text)):
        assert (again, again.as_dict(), type(again)) == (text, text.as_dict(), Uitleg)
    assert Uitleg("Van {wie}.", stappen=("Vraag {wie}.",)).filled(wie="{las}").stappen == ("Vraag {las}.",)


def test_markup_in_a_name_stays_text() -> None:
    assert "<b>" not in uitleg_html(Uitleg("Van <b>X</b>.", stappen=("Vraag <b>X</b>.",)))
    assert uitleg_html(Uitleg()) == ""


def test_names_of_ready_texts_are_keys_that_do_not_change() -> None:
    assert [naam for naam in TEKSTEN if not naam.startswith("fout-")] == [
        "scherm-leerlingen-versturen",
        "scherm-advies-versturen",
        "scherm-advies-verstuurd",
        "scherm-advies-mislukt",
        "mail-mandaat-nakijken",
        "nieuwsbrief-doorstroomtoets",
    ]
