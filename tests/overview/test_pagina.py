"""The page as text: everything that comes in is text, nothing can be fetched, and the numbers are those of the data."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace

import pytest
from support import LEVERANCIER, OTHER_OIN, SCHOOL
from support.html_seen import Seen, check_harmless, check_policy
from support.overview import HOSTILE, JAAR, NU, hostile, kwam, twee_scholen

from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Leerlingenlijst
from doorstroom_client.overview.gegevens import Overzicht
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.overview.niveaus import Ambities, stand
from doorstroom_client.overview.pagina import als_pagina
from doorstroom_client.overview.rangorde import Oordeel
from doorstroom_client.overview.tabel import KOLOMMEN, als_csv
from doorstroom_client.parties.leverancier import Leverancier


def page_of(overzicht: Overzicht) -> Seen:
    return Seen(als_pagina(overzicht).decode())


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_in_is_text(text: str) -> None:
    plain = page_of(hostile("gewoon"))
    seen = page_of(hostile(text))
    check_harmless(seen)
    assert seen.tags == plain.tags
    assert text in seen.text


def test_marks_that_steer_text_are_left_out() -> None:
    page = als_pagina(hostile("a\u202eb\u0000c\u2066d\ud800e\nf", key="k")).decode()
    assert "abcde f" in page
    assert not re.search("[\u202e\u2066\ufeff\u0000]", page)


def test_the_policy_allows_one_style_sheet_and_nothing_else() -> None:
    check_policy(als_pagina(twee_scholen()).decode())


def test_a_page_is_sound() -> None:
    seen = page_of(twee_scholen())
    check_harmless(seen)
    labels = [value for _, name, value in seen.attributes if name == "aria-label"]
    assert len(labels) == len(set(labels))


def test_the_numbers_are_those_of_the_data() -> None:
    found = twee_scholen()
    text = page_of(found).text
    must = [item for school in found.scholen for item in school.met(Oordeel.HEROVERWEGEN)]
    assert len(must) >= 5
    assert f"Bij {len(must)} van de {found.aantal_leerlingen} leerlingen moet het schooladvies worden heroverwogen." in text
    assert all(item.naam in text.split("De Proefvlinder")[1] or item.naam in text for item in must)
    first_screen = text.split("Groep niet bekend")[0]
    assert all(item.naam in first_screen for item in must), "the names stand on the first screen"
    for school in found.scholen:
        part = text.split(school.naam)[-1]
        for item in school.leerlingen:
            assert item.naam in part


def test_nothing_to_compare_is_not_told_as_nothing_to_reconsider() -> None:
    empty = maak_overzicht([], schooljaar=JAAR, gemaakt_op=NU)
    no_advice = maak_overzicht([kwam(eck="e1")], schooljaar=JAAR, gemaakt_op=NU)
    gegevens = Schoolgegevens(school=SCHOOL, adviezen=[Advies(Leerling("e1"), "VWO")])
    no_result = maak_overzicht([], scholen=[gegevens], schooljaar=JAAR, gemaakt_op=NU)
    none_higher = maak_overzicht([kwam(eck="e1")], scholen=[gegevens], schooljaar=JAAR, gemaakt_op=NU)
    words = (
        "geen leerlingen, adviezen of resultaten",
        "geen schooladviezen bekend",
        "nog geen resultaat ontvangen",
        "Bij 0 van de 1 ",
    )
    for overzicht, expected in zip((empty, no_advice, no_result, none_higher), words, strict=True):
        text = page_of(overzicht).text
        assert [word in text.split("Heroverwegen")[0] for word in words] == [word == expected for word in words]
    assert "Er is nog niets te vergelijken" in page_of(no_advice).text
    assert "Er is nog niets te vergelijken." not in page_of(none_higher).text


def test_reference_levels_against_the_ambitions() -> None:
    levels = ["2F"] * 13 + ["1F"] * 4 + ["L1F"] * 3
    items = [
        kwam(eck=f"e{at}", niveaus={"LEZEN": level, "REKENEN": "1S", "TAALVERZORGING": "iets"})
        for at, level in enumerate(levels)
    ]
    found = maak_overzicht(items, schooljaar=JAAR, gemaakt_op=NU)
    lezen = stand(found.scholen[0].leerlingen, "LEZEN")
    assert (lezen.onder, lezen.f1, lezen.streef, lezen.minstens_f1, lezen.samen) == (3, 4, 13, 17, 20)
    assert stand(found.scholen[0].leerlingen, "TAALVERZORGING").samen == 0
    text = page_of(found).text
    assert "Lezen (20 leerlingen): streefniveau 65 % ✓ gehaald , minstens 1F 85 % ✓ gehaald" in text
    assert "Taalverzorging (" not in text
    stricter = Seen(als_pagina(found, ambities=Ambities(f1=85.5, streef=65.1)).decode()).text
    assert "Lezen (20 leerlingen): streefniveau 65 % ✗ niet gehaald , minstens 1F 85 % ✗ niet gehaald" in stricter
    assert "65,1 % van de leerlingen" in stricter


def test_the_table_holds_everybody_and_no_formula() -> None:
    found = hostile("=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(als_csv(found).decode("utf-8-sig")), delimiter=";"))
    assert [row["naam"] for row in rows][:2] == ["'=HYPERLINK(1)"] * 2
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    whole = twee_scholen()
    lines = list(csv.DictReader(io.StringIO(als_csv(whole).decode("utf-8-sig")), delimiter=";"))
    assert tuple(lines[0]) == KOLOMMEN
    assert len(lines) == whole.aantal_leerlingen
    assert Counter(line["oordeel"] for line in lines) == {str(kind): count for kind, count in whole.aantallen.items()}


def test_results_of_two_senders_stand_on_the_page_and_in_the_table() -> None:
    """With who sent them; a name of a supplier is text as all else is."""
    other = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl", "=<b>Dia</b>")
    pupil = BekendeLeerling(naam="Anna de Test", groep="8A", eck_id="eck-1")
    gegevens = Schoolgegevens(school=SCHOOL, leerlingen=Leerlingenlijst([pupil]), adviezen=[Advies(Leerling("eck-1"), "HAVO")])
    kwamen = [
        kwam(eck="eck-1", toetsadvies="vwo", score=91),
        replace(kwam(eck="eck-1", toetsadvies="vmbo bb/kb", score=62, datumtijd="2026-03-09T00:00:00Z"), sender_oin=OTHER_OIN),
    ]
    made = maak_overzicht(kwamen, scholen=[gegevens], schooljaar=JAAR, gemaakt_op=NU, leveranciers=[LEVERANCIER, other])
    text = page_of(made).text
    assert "vwo (Toetsbureau) vmbo bb/kb (=<b>Dia</b>)" in text
    assert "resultaat van Toetsbureau ? zelf bekijken" not in text, "each line has the outcome of its own result"
    assert "resultaat van Toetsbureau ▲ heroverwegen havo vwo 91" in text
    assert "resultaat van =<b>Dia</b> = advies blijft havo vmbo bb/kb 62" in text
    assert "Er zijn resultaten van 2 afzenders: Toetsbureau en =<b>Dia</b>." in text
    assert "leiden niet tot dezelfde uitkomst" in text
    rows = list(csv.DictReader(io.StringIO(als_csv(made).decode("utf-8-sig")), delimiter=";"))
    assert [(row["naam"], row["leverancier"], row["toetsscore"], row["oordeel"]) for row in rows] == [
        ("Anna de Test", "Toetsbureau", "91", "heroverwegen"),
        ("Anna de Test", "'=<b>Dia</b>", "62", "blijft"),
    ]
    assert all("signaal 150" in row["opmerkingen"] for row in rows)
