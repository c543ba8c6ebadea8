"""What is still missing at a school: by its store alone, and by its own list; what DUO will say; the dates; and the words."""

from __future__ import annotations

import csv
import io
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.clients import go, make
from support.listed import Peer, other_school, pupils
from support.season import ABC, YEAR, book_of, came, day, lijst, noted, school_stand

from doorstroom_client import Adviezenlijst, AsyncClient, ConfigurationError, Deelname, Schoolstand
from doorstroom_client.season import (
    Schoolseizoen,
    Soort,
    Termijn,
    Termijnen,
    Totaal,
    afvinklijst,
    als_csv,
    als_pagina,
    beoordeel,
    maak_verzendlijst,
    seizoen,
    verzendlijst_pagina,
)
from doorstroom_client.season import seizoenspagina as pagina
from doorstroom_client.season import seizoenswoorden as woorden
from doorstroom_client.season.schoolseizoen import nog_van
from doorstroom_client.season.seizoenstabel import KOLOMMEN

THIRD_OIN = "00000003000000030000"
MARCH, JANUARY, AUTUMN = day("2026-03-10"), day("2026-01-20"), day("2025-11-01")


def judged(stand: Schoolstand, on: Any = MARCH, **more: Any) -> Schoolseizoen:
    return beoordeel(stand, SCHOOL, on=on, leveranciers=[LEVERANCIER], **more)


def missing(found: Schoolseizoen) -> dict[str, int]:
    return {punt.soort.value: punt.aantal for punt in found.ontbreekt}


def signals(found: Schoolseizoen) -> dict[str, int]:
    return {signaal.nummer: signaal.aantal for signaal in found.signalen}


@pytest.mark.parametrize(
    ("stand", "expected"),
    [
        (school_stand(), {"niets_verstuurd": 1}),
        (school_stand(ABC), {"advies": 3, "resultaat": 3}),
        (school_stand(ABC, ABC, map(came, ABC)), {}),
        (school_stand(ABC, ABC[:2], [came("bo", report="later")]), {"advies": 1, "resultaat": 2, "rapport": 1}),
        (school_stand((), ABC), {"resultaat": 3}),
        (school_stand(wachtend=1, vastgehouden=2, geparkeerd=3), {"wachtend": 1, "vastgehouden": 2, "geparkeerd": 3}),
        (
            school_stand(book=book_of(noted(ABC, content=""), noted(ABC, content=""), map(came, ABC))),
            {"aanmelding_onzeker": 3, "advies_onzeker": 3},
        ),
    ],
    ids=["nothing", "participants", "all", "some", "advice only", "lists", "in doubt"],
)
def test_what_is_missing_by_the_store_alone(stand: Schoolstand, expected: dict[str, int]) -> None:
    found = judged(stand)
    assert missing(found) == expected
    assert (found.verwacht, found.leerlingen) == (None, ())


def test_what_is_missing_by_the_list_of_the_school() -> None:
    """Somebody who was never sent shows only here; who takes no part is not missing; others are told."""
    stand = school_stand(("anna", "bo", "weg"), ("anna",), [came("anna"), came("dirk")])
    own = lijst("anna", "bo", "cas", "dirk", "eef", dirk=Deelname.ONTHEFFING, eef=Deelname.VERHINDERD)
    found = judged(stand, leerlingen=own)
    assert {item.naam: item.mist for item in found.leerlingen} == {
        "Anna": (),
        "Bo": ("geen advies", "geen resultaat"),
        "Cas": ("niet aangemeld", "geen advies", "geen resultaat"),
        "Dirk": (),
        "Eef": ("geen advies",),
    }
    assert missing(found) == {"aanmelding": 1, "advies": 3, "resultaat": 2}
    assert found.verwacht == 3
    told = " ".join(found.let_op)
    assert "2 leerlingen doen niet mee door verhindering of ontheffing" in told
    assert "Van één leerling met verhindering of ontheffing kwam toch een resultaat." in told
    assert "Eén leerling staat niet in uw lijst, maar er is wel iets van verstuurd of ontvangen." in told
    assert "Anna" not in repr(found)
    assert repr(found.leerlingen[0]) == "Leerlingseizoen(…)"


def test_groups_that_take_no_part_are_left_out() -> None:
    from doorstroom_client import BekendeLeerling, Leerlingenlijst

    whole = Leerlingenlijst(
        BekendeLeerling(naam=name, groep=groep, eck_id=name)
        for name, groep in (("anna", "8A"), ("zus", "7B"), ("kleuter", "1A"), ("zev", "7A"))
    )
    found = judged(school_stand(["anna", "zev"]), leerlingen=whole)
    assert [item.naam for item in found.leerlingen] == ["zev", "anna"]


def test_where_participants_go_another_way_nobody_is_told_as_not_registered() -> None:
    found = judged(school_stand((), ["anna"]), leerlingen=lijst(*ABC))
    assert missing(found) == {"advies": 2, "resultaat": 3}


@pytest.mark.parametrize(
    ("stand", "on", "expected"),
    [
        (school_stand(ABC), AUTUMN, {}),
        (school_stand(ABC, ABC[:1]), AUTUMN, {"168": 2}),
        (school_stand(ABC), day("2026-01-31"), {"168": 3}),
        (school_stand(ABC, ABC, [came("anna")]), MARCH, {"166/167": 2}),
        (school_stand(ABC, ABC), day("2026-03-15"), {"166/167": 3}),
        (school_stand(ABC, ABC, [*map(came, ABC), came("anna", "DIA"), came("bo", sender=OTHER_OIN)]), MARCH, {"150": 2}),
    ],
    ids=["too early to say", "advice was sent", "advice is due", "results came", "results are due", "two tests"],
)
def test_what_duo_will_say(stand: Schoolstand, on: Any, expected: dict[str, int]) -> None:
    found = judged(stand, on)
    assert signals(found) == expected
    for signaal in found.signalen:
        assert re.match(r"DUO zal waarschijnlijk signaal [0-9 of]+ \(.+\) geven voor \d leerling", signaal.uitleg)


def test_the_list_of_the_school_tells_that_two_results_are_of_one_pupil() -> None:
    from support.season import _SECRET

    from doorstroom_client import BekendeLeerling, Leerlingenlijst
    from doorstroom_client.store.pupils import LAS_KEY, mark
    from doorstroom_client.store.schoolstand import ResultMark

    alone = ResultMark("", mark(_SECRET, LAS_KEY, "k"), "DIA", OTHER_OIN, "fetched")
    stand = school_stand(ABC, ABC, [*map(came, ABC), alone])
    own = Leerlingenlijst(BekendeLeerling(naam=name, groep="8A", eck_id=name, las_key="k" * (name == "bo")) for name in ABC)
    assert signals(judged(stand)) == {}
    found = judged(stand, leerlingen=own)
    assert (signals(found), missing(found)) == ({"150": 1}, {})


def test_a_key_that_stands_at_two_pupils_hides_nobody() -> None:
    from support.season import _SECRET

    from doorstroom_client import BekendeLeerling, Leerlingenlijst
    from doorstroom_client.store.pupils import LAS_KEY, mark

    under_key = [replace(noted(["x"])[0], eck="", las=mark(_SECRET, LAS_KEY, "k"))]
    stand = school_stand(book=book_of(under_key, under_key))
    for keys, expected in ((("k", "k"), {"aanmelding": 2, "advies": 2, "resultaat": 2}), (("k", "l"), {"aanmelding": 1})):
        own = Leerlingenlijst(
            BekendeLeerling(naam=name, groep="8A", eck_id=name, las_key=key) for name, key in zip(ABC, keys, strict=False)
        )
        found = missing(judged(stand, leerlingen=own))
        assert expected.items() <= found.items()
        sent = maak_verzendlijst(stand, SCHOOL, leerlingen=own).regels
        assert sum(item.aangemeld_op is None for item in sent) == expected["aanmelding"]


def test_the_dates() -> None:
    dates = Termijnen.van("2026-2027")
    assert [dates.op(item).isoformat() for item in Termijn] == ["2027-01-31", "2027-03-15", "2027-03-24"]
    assert dates.dagen(Termijn.ADVIEZEN, day("2027-02-02")) == -2
    with pytest.raises(ConfigurationError, match="schooljaar"):
        Termijnen.van("2026")


@pytest.mark.parametrize(
    ("on", "within", "expected"),
    [
        ("2026-01-16", 14, []),
        ("2026-01-17", 14, ["advies"]),
        ("2026-03-01", 14, ["advies", "resultaat"]),
        ("2026-03-31", 0, ["advies", "resultaat"]),
        ("2026-04-01", 14, []),
    ],
)
def test_when_it_asks_for_attention(on: str, within: int, expected: list[str]) -> None:
    found = judged(school_stand(ABC), day(on))
    assert [punt.soort.value for punt in found.aandacht(within)] == expected
    assert Totaal.van([found], within).met_aandacht == bool(expected)


@pytest.mark.parametrize(("number", "text"), [(0, "vandaag"), (1, "nog 1 dag"), (9, "nog 9 dagen"), (-1, "1 dag te laat")])
def test_days_in_words(number: int, text: str) -> None:
    assert woorden.dagen(number) == text


@pytest.mark.parametrize(
    ("stand", "on", "expected"),
    [
        (school_stand(ABC, ABC, map(came, ABC)), "2026-02-20", ["klaar", "klaar", "nog 32 dagen"]),
        (school_stand(ABC, ABC, map(came, ABC)), "2026-03-26", ["klaar", "klaar", "voorbij"]),
        (school_stand(ABC, ABC), "2026-01-30", ["klaar", "nog 44 dagen", "nog 53 dagen"]),
        (school_stand(ABC, ABC[:1]), "2026-02-20", ["20 dagen te laat", "nog 23 dagen", "nog 32 dagen"]),
        (school_stand(), "2026-02-20", ["20 dagen te laat", "nog 23 dagen", "nog 32 dagen"]),
        (school_stand(ABC), "2026-04-01", ["voorbij"] * 3),
    ],
    ids=["all is there", "the end", "before the test", "advice is missing", "nothing was sent", "the season is over"],
)
def test_a_date_is_late_only_while_something_is_missing(stand: Schoolstand, on: str, expected: list[str]) -> None:
    found = judged(stand, day(on))
    assert [found.nog(item) for item in Termijn] == expected
    fine = judged(school_stand(ABC, ABC, map(came, ABC)), day(on))
    assert [nog_van([fine, found], item) for item in Termijn] == expected
    assert found.voorbij is (on > "2026-03-31")


@pytest.mark.parametrize("own", [None, lijst(*ABC)])
def test_before_the_test_weeks_no_result_is_missing(own: Any) -> None:
    stand = school_stand(ABC, ABC)
    assert missing(judged(stand, day("2026-01-25"), leerlingen=own)) == {}
    assert missing(judged(stand, day("2026-01-26"), leerlingen=own)) == {"resultaat": 3}
    early = school_stand(ABC, ABC, [came("anna")])
    assert missing(judged(early, day("2026-01-25"), leerlingen=own)) == {"resultaat": 2}


def test_where_nothing_was_sent_that_is_all_that_is_said() -> None:
    found = judged(school_stand(), leerlingen=lijst(*ABC))
    assert missing(found) == {"niets_verstuurd": 1}
    assert "opnieuw" not in found.ontbreekt[0].uitleg
    assert found.leerlingen[0].mist == ("niet aangemeld", "geen advies", "geen resultaat")


def test_the_same_pupils_are_counted_in_every_place() -> None:
    """Two of four results are of pupils outside the list."""
    stand = school_stand(ABC, ABC, [came(name) for name in ("anna", "bo", "weg", "elders")])
    told = " ".join(judged(stand, leerlingen=lijst(*ABC)).let_op)
    assert "Stel voor 2 leerlingen met een resultaat" in told
    assert "2 leerlingen staan niet in uw lijst, maar er is wel iets van verstuurd of ontvangen." in told


def test_another_test_than_last_year() -> None:
    stand = replace(school_stand(ABC, ABC, map(came, ABC)), vorige_toets=OTHER_OIN)
    assert "de toets van een andere leverancier af; dit jaar die van Toetsbureau. Klopt dat?" in judged(stand).let_op[0]
    same = replace(stand, vorige_toets=SUPPLIER_OIN)
    assert "Klopt dat?" not in " ".join(judged(same).let_op)


def test_lists_to_two_suppliers() -> None:
    stand = replace(school_stand(ABC, ABC, map(came, ABC)), leveranciers=(SUPPLIER_OIN, OTHER_OIN), vorige_toets=OTHER_OIN)
    found = beoordeel(stand, SCHOOL, on=MARCH, leveranciers=[LEVERANCIER, replace(LEVERANCIER, oin=OTHER_OIN, naam="Dia")])
    assert found.let_op[0].startswith(
        "Dit schooljaar zijn lijsten verstuurd naar Toetsbureau en Dia. Een leerling maakt één toets."
    )


def test_a_school_reads_no_number_of_an_organisation() -> None:
    """A supplier that is taken out of the configuration during the year has no name here."""
    stand = replace(school_stand(ABC, ABC[:1]), leveranciers=(OTHER_OIN, SUPPLIER_OIN), laatst_verstuurd=NOW)
    for known, says in (
        ([LEVERANCIER], "naar een andere leverancier en Toetsbureau."),
        ([], "naar meer dan één andere leverancier."),
    ):
        found = beoordeel(stand, SCHOOL, on=MARCH, leerlingen=lijst(*ABC), leveranciers=known)
        assert says in found.let_op[0]
        sent = maak_verzendlijst(stand, SCHOOL, leerlingen=lijst(*ABC), leveranciers=known)
        pages = (
            als_pagina([found], gemaakt_op=NOW),
            als_pagina([found] * 2, gemaakt_op=NOW),
            verzendlijst_pagina(sent, gemaakt_op=NOW),
        )
        assert not [oin for oin in (OTHER_OIN, SUPPLIER_OIN) for page in pages if oin in page.decode()]
        assert "Een andere leverancier bevestigde" in pages[-1].decode()


def test_more_than_two_suppliers_have_a_line_each() -> None:
    others = [replace(LEVERANCIER, oin=oin, naam=naam) for oin, naam in ((OTHER_OIN, "Dia"), (THIRD_OIN, "Zuid"))]
    stand = replace(school_stand(ABC, ABC, map(came, ABC)), leveranciers=(SUPPLIER_OIN, OTHER_OIN, THIRD_OIN))
    told = beoordeel(stand, SCHOOL, on=MARCH, leveranciers=[LEVERANCIER, *others]).let_op
    assert told[0].startswith("Dit schooljaar zijn lijsten verstuurd naar 3 leveranciers.")
    assert told[1:4] == tuple(f"Er is een lijst verstuurd naar {naam}." for naam in ("Toetsbureau", "Dia", "Zuid"))


def test_every_sentence_is_short() -> None:
    names = ["Leerling in beeld-doorstroomtoets", "Dia", "Toetsbureau De Nieuwe Meting"]
    texts = [line for count in (2, 3) for line in woorden.meer_leveranciers(names[:count])]
    texts += [woorden.voorbij("2026-2027", MARCH)]
    texts += [woorden.PRIVACY, pagina._ZONDER_LEERLINGEN, afvinklijst._UITLEG, afvinklijst._ONBEVESTIGD]
    texts += [
        woorden.in_woorden(zin, number)
        for zinnen in (woorden.ZINNEN.values(), woorden.SIGNALEN.values(), woorden.LET_OP)
        for zin in zinnen
        for number in (1, 1234)
    ]
    for sentence in re.split(r"(?<=[.?!])\s+", " ".join(texts)):
        assert len(sentence.split()) <= 25, sentence
    assert "{" not in " ".join(texts)
    assert set(woorden.ZINNEN) == set(woorden.KORT) == set(Soort)


def test_a_line_per_school_in_a_table() -> None:
    schools = [judged(school_stand(ABC), JANUARY), judged(school_stand(ABC, ABC, map(came, ABC)), day("2026-03-20"))]
    first, second = csv.DictReader(io.StringIO(als_csv(schools).decode("utf-8-sig")), delimiter=";")
    assert tuple(first) == KOLOMMEN
    assert (first["advies"], first["dagen_tot_adviezen"], first["aandacht"]) == ("3", "11", "ja")
    assert first["wat_ontbreekt"] == "3 leerlingen zonder advies"
    assert (second["resultaten"], second["dagen_tot_resultaten"], second["aandacht"]) == ("3", "0", "nee")


def test_from_a_client(tmp_path: Path) -> None:
    schools = [SCHOOL, other_school(2)]
    with make(store=tmp_path / "s.db", outcomes=Peer(), scholen=schools, schooljaar=YEAR) as client:
        client.send(Adviezenlijst(SCHOOL, pupils("HAVO")))
        asked: list[Any] = []
        one_by_one = seizoen(client, on=MARCH, leerlingen=lambda school: asked.append(school))
        first = next(one_by_one)
        assert asked == schools[:1], "a list is read when its school has its turn"
        found = [first, *one_by_one]
        assert [item.school for item in found] == asked == schools
        assert [item.leverancier for item in found] == ["Toetsbureau", ""]
        assert [item.stand.adviezen for item in seizoen(client, [SCHOOL.routeringskenmerk, SCHOOL], on=MARCH)] == [1, 1]
        assert pickle.loads(pickle.dumps(found)) == found
    with make(store=tmp_path / "s.db", scholen=lambda _: SCHOOL) as client, pytest.raises(ConfigurationError, match="function"):
        list(seizoen(client, on=MARCH))


def test_from_an_asynchronous_client(tmp_path: Path) -> None:
    client = make(AsyncClient, Peer(), tmp_path / "s.db", schooljaar=YEAR)
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    (stand,) = go(client.store.seizoen())
    assert missing(judged(stand)) == {"resultaat": 1}
    go(client.close())
