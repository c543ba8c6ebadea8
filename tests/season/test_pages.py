"""The pages of the season as a reader of HTML sees them: harmless, with everybody who has to be in them and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from support import LEVERANCIER, NOW, SCHOOL, SUPPLIER_OIN
from support.html_seen import Seen, check_harmless, check_policy
from support.overview import HOSTILE
from support.season import ABC, book_of, came, day, leerling, lijst, noted, school_stand

from doorstroom_client import Advies, BekendeLeerling, Deelname, Leerlingenlijst, Verstuurd, Verzendstand
from doorstroom_client.season import Schoolseizoen, als_pagina, beoordeel, maak_verzendlijst, verzendlijst_pagina

MARCH = day("2026-03-10")
STANDEN = tuple(Verzendstand)


def season(leerlingen: Leerlingenlijst | None = None, on: dt.date = MARCH, naam: str = "De Proefvlinder") -> Schoolseizoen:
    stand = school_stand(ABC, ABC[:1], [came("anna", report=""), came("bo"), came("bo", "DIA")])
    school = replace(SCHOOL, naam=naam)
    return beoordeel(stand, school, on=on, leerlingen=leerlingen, leveranciers=[LEVERANCIER])


def page(*scholen: Schoolseizoen) -> Seen:
    return Seen(als_pagina(scholen, gemaakt_op=NOW).decode())


def sent(lines: Sequence[tuple[str, Verzendstand]], leerlingen: Leerlingenlijst | None = None, **more: Any) -> Seen:
    found = maak_verzendlijst(
        school_stand(ABC, ABC),
        replace(SCHOOL, naam=more.pop("naam", "")),
        leerlingen=leerlingen or lijst(*ABC),
        adviezen=[Advies(leerling(name), more.get("advies", "HAVO_TM_VWO")) for name, _ in lines],
        verstuurd=[Verstuurd(leerling(name), stand, SUPPLIER_OIN, NOW) for name, stand in lines],
        leveranciers=[LEVERANCIER],
    )
    assert "Anna" not in repr(found)
    return Seen(verzendlijst_pagina(found, gemaakt_op=NOW).decode())


def test_one_school_with_names() -> None:
    seen = page(season(lijst(*ABC, "dirk", dirk=Deelname.VERHINDERD)))
    check_harmless(seen)
    for text in (
        "Dit vraagt nu aandacht: 3 leerlingen zonder advies, 1 leerling zonder resultaat, 1 rapport niet opgehaald.",
        "Uiterlijk 15 maart 2026 (nog 5 dagen).",
        "DUO zal waarschijnlijk signaal 150 (dubbele doorstroomtoets) geven voor 1 leerling.",
        "Cas",
        "verhinderd",
        "Dit bestand bevat persoonsgegevens",
    ):
        assert text in seen.text, text
    assert seen.tags["table"] == 2


@pytest.mark.parametrize(
    ("on", "text"),
    [("2026-03-10", "Dit vraagt nu aandacht"), ("2025-11-01", "Er ontbreekt nog iets, maar er is nog tijd.")],
)
def test_the_first_sentence(on: str, text: str) -> None:
    assert text in page(season(on=day(on))).text


def test_a_season_that_is_over_says_so_first() -> None:
    said = "Het seizoen van schooljaar 2025-2026 is voorbij: na 31 maart 2026 wordt hier niets meer gevraagd."
    late = season(on=day("2026-04-01"))
    for seen in (page(late), page(late, late)):
        assert said in seen.text
        assert "te laat" not in seen.text


def test_many_things_at_once_are_points_and_no_sentence() -> None:
    stand = school_stand(ABC, ABC[:1], [came("anna", report="")], wachtend=1)
    text = page(beoordeel(stand, SCHOOL, on=MARCH)).text
    assert "4 punten vragen nu aandacht. Zij staan hieronder." in text
    assert text.count("Uiterlijk ") == 5  # of each point, and the head of the dates


def test_nothing_is_missing() -> None:
    stand = school_stand(ABC, ABC, map(came, ABC))
    seen = page(beoordeel(stand, SCHOOL, on=MARCH, leerlingen=lijst(*ABC)))
    assert "Er ontbreekt op dit moment niets." in seen.text
    assert "Groep 8A: van 3 leerlingen ontbreekt niets." in seen.text
    assert "Anna" not in seen.text


def test_many_schools_hold_no_names() -> None:
    nothing = beoordeel(school_stand(), replace(SCHOOL, naam="Zonder"), on=MARCH)
    fine = beoordeel(school_stand(ABC, ABC, map(came, ABC)), replace(SCHOOL, naam="Klaar"), on=MARCH)
    seen = page(season(lijst(*ABC)), nothing, fine)
    check_harmless(seen)
    assert "2 van de 3 scholen vragen nu aandacht." in seen.text
    assert "Bij 1 school vraagt niets aandacht" in seen.text
    assert "Klaar" not in seen.text
    assert "Anna" not in seen.text
    assert "Geen van de 2 scholen vraagt nu aandacht." in page(fine, fine).text


def test_what_was_sent_of_each_pupil() -> None:
    names = ("anna", "bo", "cas", "dirk", "eef")
    seen = sent(list(zip(names, STANDEN, strict=True)), lijst(*names, "zonder"))
    check_harmless(seen)
    for text in (
        "Toetsbureau bevestigde de laatste ontvangst op 10 maart 2026, 13:00 uur.",
        "verstuurd en gelijk aan uw lijst",
        "gewijzigd sinds verzending",
        "niet zeker of het is aangekomen",
        "wacht op verzending",
        "niet verstuurd",
        "havo t/m vwo",
        "Van 4 leerlingen is het advies in uw lijst niet zo verstuurd.",
        "advies niet verstuurd",
        "10-03-2026",
        "Gecontroleerd door",
    ):
        assert text in seen.text, text
    assert seen.text.count("klopt niet") == 6


def test_without_a_list_of_advice() -> None:
    text = sent([]).text
    assert text.count("advies verstuurd") == 3
    assert "niet zo verstuurd" not in text


def test_who_the_supplier_may_not_know_has_a_star() -> None:
    stand = school_stand(book=book_of(noted(["anna"]), noted(["anna"], known=False)))
    found = maak_verzendlijst(stand, SCHOOL, leerlingen=lijst("anna"))
    text = Seen(verzendlijst_pagina(found, gemaakt_op=NOW).decode()).text
    assert "Een sterretje (*) betekent" in text


def test_nothing_was_sent() -> None:
    found = maak_verzendlijst(school_stand(), SCHOOL, leerlingen=lijst(*ABC))
    text = Seen(verzendlijst_pagina(found, gemaakt_op=NOW).decode()).text
    assert "Er is nog niets verstuurd dat een leverancier heeft bevestigd." in text
    assert "Anna" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_in_is_text(text: str) -> None:
    def pages(naam: str) -> list[Seen]:
        own = Leerlingenlijst([BekendeLeerling(naam=naam, groep=f"8{naam}", eck_id="anna")])
        return [
            page(season(own, naam=naam)),
            page(season(naam=naam), season(naam=naam)),
            sent([("anna", Verzendstand.GELIJK)], own, naam=naam, advies=naam),
        ]

    for plain, seen in zip(pages("gewoon"), pages(text), strict=True):
        check_harmless(seen)
        assert seen.tags == plain.tags
        assert text in seen.text


def test_the_policy_allows_one_style_sheet_and_nothing_else() -> None:
    check_policy(als_pagina([season()], gemaakt_op=NOW).decode())
