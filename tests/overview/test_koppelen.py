"""Pupils, advice and results side by side."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from support import LEVERANCIER, OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.overview import ANDERE, JAAR, NU, Kwam, bericht, kwam, twee_scholen

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Deelname, Leerlingenlijst
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.overview.bezorging import Vergeleken
from doorstroom_client.overview.gegevens import Leerlingregel, Overzicht, SchoolOverzicht
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.overview.rangorde import Oordeel
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.store.rows import State

ANNA = BekendeLeerling(naam="Anna de Test", groep="8A", eck_id="eck-1", las_key="k1")
BRAM = BekendeLeerling(naam="Bram Proef", groep="8B", las_key="k2")
KLEIN = BekendeLeerling(naam="Kleine Karel", groep="3", las_key="k9")


def school(
    *kwamen: Kwam, leerlingen: tuple[BekendeLeerling, ...] = (ANNA, BRAM), adviezen: tuple[Advies, ...] = ()
) -> SchoolOverzicht:
    gegevens = Schoolgegevens(school=SCHOOL, leerlingen=Leerlingenlijst(leerlingen), adviezen=adviezen)
    [found] = maak_overzicht(kwamen, scholen=[gegevens], schooljaar=JAAR, gemaakt_op=NU).scholen
    return found


def names(found: SchoolOverzicht) -> list[str]:
    return [item.naam for item in found.leerlingen]


def test_advice_and_result_meet_by_either_identity() -> None:
    found = school(
        kwam(eck="eck-1", toetsadvies="havo/vwo"),
        kwam(las="k2", toetsadvies="vmbo bb/kb"),
        adviezen=(Advies(Leerling(las_key="k1"), "HAVO"), Advies(Leerling(las_key="k2"), "HAVO")),
    )
    anna, bram = found.leerlingen
    assert (anna.naam, anna.groep, anna.advies, anna.oordeel) == ("Anna de Test", "8A", "HAVO", Oordeel.HEROVERWEGEN)
    assert (bram.naam, bram.oordeel, bram.toetsscore) == ("Bram Proef", Oordeel.BLIJFT, 80)
    assert found.aantallen == {Oordeel.HEROVERWEGEN: 1, Oordeel.BLIJFT: 1}
    assert list(found.groepen) == ["8A", "8B"]


def test_who_has_no_result_and_who_is_not_in_the_list() -> None:
    found = school(kwam(las="vreemd"), adviezen=(Advies(Leerling("eck-1"), "HAVO"), Advies(Leerling(las_key="k2"), "VWO")))
    assert [(item.naam, item.oordeel) for item in found.leerlingen] == [
        ("Anna de Test", Oordeel.GEEN_RESULTAAT),
        ("Bram Proef", Oordeel.GEEN_RESULTAAT),
        ("", Oordeel.GEEN_ADVIES),
    ]
    assert (found.leerlingen[2].las_key, list(found.groepen)) == ("vreemd", ["8A", "8B", ""])


def test_who_takes_no_part_is_told_so() -> None:
    anna, bram = replace(ANNA, deelname=Deelname.ONTHEFFING), replace(BRAM, deelname=Deelname.VERHINDERD)
    found = school(kwam(eck="eck-1"), leerlingen=(anna, bram), adviezen=(Advies(Leerling(las_key="k2"), "VWO"),))
    assert [(item.deelname, item.opmerkingen) for item in found.leerlingen] == [
        ("ontheffing", ("Volgens uw lijst doet deze leerling niet mee (ontheffing).",)),
        ("verhinderd", ()),
    ]


def test_without_a_list_advice_and_result_still_meet() -> None:
    found = school(
        kwam(eck="eck-1"),
        kwam(eck="eck-2", las="k2"),
        leerlingen=(),
        adviezen=(
            Advies(Leerling("eck-1", "k1"), "HAVO"),
            Advies(Leerling(las_key="k2"), "VWO"),
            Advies(Leerling("eck-3"), "VWO"),
        ),
    )
    assert not found.met_lijst
    assert [(item.advies, item.oordeel) for item in found.leerlingen] == [
        ("HAVO", Oordeel.HEROVERWEGEN),
        ("VWO", Oordeel.BLIJFT),
        ("VWO", Oordeel.GEEN_RESULTAAT),
    ]
    assert (found.leerlingen[1].eck_id, found.leerlingen[1].las_key) == ("eck-2", "k2")


def test_equal_keys_under_different_eck_ids_are_two_pupils() -> None:
    found = school(kwam(eck="eck-5", las="k5"), kwam(eck="eck-6", las="k5"), leerlingen=())
    assert len(found.leerlingen) == 2


def test_without_a_list_the_eck_id_leads() -> None:
    """A result with the ECK-iD of one pupil is not another's who was known by that LAS-key only."""
    adviezen = (Advies(Leerling(las_key="k5"), "HAVO"), Advies(Leerling("eck-6", "k7"), "VWO"))
    for order in (adviezen, adviezen[::-1]):
        found = school(kwam(eck="eck-6", las="k5"), leerlingen=(), adviezen=order)
        assert {item.las_key: (item.eck_id, item.oordeel) for item in found.leerlingen} == {
            "k5": (None, Oordeel.GEEN_RESULTAAT),
            "k7": ("eck-6", Oordeel.BLIJFT),
        }


def test_without_a_list_a_pupil_is_known_by_both_identities_from_then_on() -> None:
    """Also when until then it looked like two pupils, of whom one has the advice and the other a result."""
    for adviezen in ((), (Advies(Leerling(las_key="k1"), "VWO"),)):
        found = school(kwam(eck="eck-1"), kwam(eck="eck-1", las="k1"), kwam(las="k1"), leerlingen=(), adviezen=adviezen)
        assert [(item.eck_id, item.las_key, len(item.opmerkingen)) for item in found.leerlingen] == [("eck-1", "k1", 1)]
        assert found.leerlingen[0].oordeel is (Oordeel.BLIJFT if adviezen else Oordeel.GEEN_ADVIES)


def test_the_newest_result_counts_and_is_not_believed_when_it_is_of_the_future() -> None:
    older = kwam(eck="eck-1", toetsadvies="vwo", datumtijd="2026-03-01T00:00:00Z")
    newer = kwam(eck="eck-1", toetsadvies="vmbo bb/kb", datumtijd="2026-03-10T00:00:00Z")
    for order in ((older, newer), (newer, older)):
        [line] = school(*order, leerlingen=(ANNA,)).leerlingen
        assert line.toetsadvies == "vmbo bb/kb"
        assert line.opmerkingen == ("Er zijn 2 resultaten ontvangen; het nieuwste telt.",)
    ahead = replace(
        kwam(eck="eck-1", toetsadvies="vwo", datumtijd="2099-01-01T00:00:00Z"), ontvangen_op=NU - dt.timedelta(days=9)
    )
    assert school(newer, ahead, leerlingen=(ANNA,)).leerlingen[0].toetsadvies == "vmbo bb/kb"
    undated = replace(kwam(eck="eck-1", toetsadvies="vwo", datumtijd="onleesbaar"), ontvangen_op=NU - dt.timedelta(days=9))
    assert school(newer, undated, leerlingen=(ANNA,)).leerlingen[0].toetsadvies == "vmbo bb/kb"


def test_odd_things_are_told() -> None:
    adviezen = (Advies(Leerling("eck-1"), "HAVO"), Advies(Leerling(las_key="k1"), "VWO"))
    [line, _] = school(kwam(eck="eck-1", las="k2"), adviezen=adviezen).leerlingen
    assert line.advies == "VWO"
    assert [text.split()[0] for text in line.opmerkingen] == ["Het", "Er"]
    assert not school(kwam(eck="eck-1"), adviezen=(adviezen[0], adviezen[0])).leerlingen[0].opmerkingen


def test_groups_that_take_no_part_are_left_out_once_it_can_be_told() -> None:
    everybody = (ANNA, BRAM, KLEIN)
    before = school(leerlingen=everybody)
    assert (len(before.leerlingen), before.buiten_beeld) == (3, {})
    after = school(kwam(eck="eck-1"), leerlingen=(*everybody, replace(KLEIN, naam="Zus", las_key="k8")))
    assert (names(after), after.buiten_beeld) == (["Anna de Test", "Bram Proef"], {"3": 2})  # all of 8B may have been forgotten


@pytest.mark.parametrize(
    ("named", "afname", "counted"),
    [
        ("2025-2026", None, True),
        ("2024-2025", None, False),
        (None, None, True),  # the day of receipt decides
        ("nonsens", "2025-02-04T00:00:00Z", False),  # the day of the test decides
        ("nonsens", "2026-02-04T00:00:00Z", True),
    ],
)
def test_one_school_year(named: str | None, afname: str | None, counted: bool) -> None:
    item = kwam(eck="eck-1", schooljaar=named)
    if afname:
        document = dict(item.resultaat.raw)
        document["resultatenscores"]["afnamecontext"] = {"afname": {"id": "a", "afnametijdstip": afname}}
        item = replace(item, resultaat=type(item.resultaat).parse(document))
    found = maak_overzicht([item], schooljaar=JAAR, gemaakt_op=NU)
    assert (len(found.scholen), found.ander_schooljaar) == ((1, 0) if counted else (0, 1))


def test_a_school_year_of_another_form_is_refused() -> None:
    with pytest.raises(MessageError):
        maak_overzicht([], schooljaar="2026", gemaakt_op=NU)


def test_schools_stand_apart_and_unknown_ones_last() -> None:
    found = maak_overzicht(
        [kwam(las="a", school=None, edu_to="0000000700033DD00001"), kwam(las="a", school=SCHOOL), kwam(las="a", school=ANDERE)],
        schooljaar=JAAR,
        gemaakt_op=NU,
    )
    assert [item.naam for item in found.scholen] == ["De Proefvlinder (22CC)", "De Testschool (11BB)", "0000000700033DD00001"]
    assert found.aantal_leerlingen == 3


def test_what_suppliers_have_and_sent() -> None:
    berichten = [
        bericht(State.DELIVERED, 20),
        bericht(State.DELIVERED, 7, onbekend=2),
        bericht(State.WAITING, 4),
        bericht(State.HELD, 3),
        bericht(State.PARKED, 2),
        bericht(State.DROPPED, 9),
        bericht(State.DELIVERED, 27, "registreren"),
        replace(bericht(State.DELIVERED, 99), schooljaar="2024-2025"),
    ]
    vergeleken = [Vergeleken(routeringskenmerk=SCHOOL.routeringskenmerk, leverancier=SUPPLIER_OIN, aangenomen=25, open=2)]
    [found] = maak_overzicht(
        [kwam(eck="eck-1"), kwam(eck="eck-2")],
        schooljaar=JAAR,
        gemaakt_op=NU,
        berichten=berichten,
        vergeleken=vergeleken,
        leveranciers=[LEVERANCIER],
    ).scholen
    leerlingen, adviezen = found.bezorgd
    assert (leerlingen.soort, leerlingen.bezorgd, leerlingen.aangenomen) == ("leerlingen", 27, None)
    assert (adviezen.leverancier, adviezen.soort, adviezen.bezorgd) == ("Toetsbureau", "schooladviezen", 25)
    assert (adviezen.onderweg, adviezen.vastgehouden, adviezen.geparkeerd, adviezen.onbekend) == (4, 3, 2, 2)
    assert (adviezen.aangenomen, adviezen.open) == (25, 2)
    assert adviezen.laatst == dt.datetime(2026, 1, 30, 8, 0, tzinfo=dt.UTC)
    [ontvangen] = found.ontvangen
    assert (ontvangen.leverancier, ontvangen.toets, ontvangen.aantal) == ("Toetsbureau", "IEP Doorstroomtoets", 2)


def test_compared_without_a_message() -> None:
    vergeleken = [Vergeleken(routeringskenmerk=SCHOOL.routeringskenmerk, leverancier=SUPPLIER_OIN, aangenomen=1, open=0)]
    [found] = maak_overzicht([kwam(eck="e")], schooljaar=JAAR, gemaakt_op=NU, vergeleken=vergeleken).scholen
    assert [(item.leverancier, item.aangenomen) for item in found.bezorgd] == [(SUPPLIER_OIN, 1)]


def test_no_repr_says_anything_about_a_pupil() -> None:
    found = twee_scholen()
    texts = [repr(found), str(found), *(repr(item) for part in found.scholen for item in (part, *part.leerlingen))]
    everything = "\n".join(texts)
    for part in found.scholen:
        for line in part.leerlingen:
            assert not line.naam or line.naam not in everything
            assert not line.las_key or line.las_key not in everything
            assert not line.advies or line.advies not in everything
    assert isinstance(found, Overzicht)
    assert isinstance(found.scholen[0].leerlingen[0], Leerlingregel)
    assert isinstance(found.scholen[0].school, School)


DIA = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl/dst", "Diabureau")
VREEMD = "00000003990000130000"


def van(sender: str, toetsadvies: str, toets: str = "ICE", **more: object) -> Kwam:
    return replace(kwam(eck="eck-1", toetsadvies=toetsadvies, toets=toets, **more), sender_oin=sender)  # type: ignore[arg-type]


def beide(*kwamen: Kwam) -> Leerlingregel:
    """The one pupil of whom these results came in, with the advice havo."""
    gegevens = Schoolgegevens(
        school=SCHOOL, leerlingen=Leerlingenlijst([ANNA]), adviezen=[Advies(Leerling(las_key="k1"), "HAVO")]
    )
    made = maak_overzicht(kwamen, scholen=[gegevens], schooljaar=JAAR, gemaakt_op=NU, leveranciers=[LEVERANCIER, DIA])
    [line] = made.scholen[0].leerlingen
    return line


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("one", "other", "oordeel"),
    [
        ("havo/vwo", "vwo", Oordeel.HEROVERWEGEN),
        ("vmbo bb/kb", "pro/vmbo bb", Oordeel.BLIJFT),
        ("havo/vwo", "vmbo bb/kb", Oordeel.ZELF_BEKIJKEN),
        ("havo/vwo", "klasse 4", Oordeel.ZELF_BEKIJKEN),
    ],
)
def test_results_of_two_senders_both_stand_there(one: str, other: str, oordeel: Oordeel, turned: bool) -> None:
    """Which of the two is the pupil's is for the school; only where both lead to the same, that is said."""
    kwamen = [van(SUPPLIER_OIN, one), van(OTHER_OIN, other, "DIA", datumtijd="2026-03-09T00:00:00Z")]
    line = beide(*(kwamen[::-1] if turned else kwamen))
    assert line.oordeel is oordeel
    assert [(item.leverancier, item.toetsadvies_tekst) for item in line.uitslagen] == [
        ("Toetsbureau", one),
        ("Diabureau", other),
    ]
    assert line.regels == line.uitslagen
    (told,) = line.opmerkingen
    assert told.startswith("Er zijn resultaten van 2 afzenders: Toetsbureau en Diabureau. ")
    assert "signaal 150" in told


def test_a_result_about_the_test_of_another_supplier_is_told() -> None:
    line = beide(van(SUPPLIER_OIN, "vwo"), van(OTHER_OIN, "vwo", " ice "), van(VREEMD, "vwo", "DIA"))
    assert len(line.uitslagen) == 3
    assert line.opmerkingen[1:] == (
        "Het resultaat van Diabureau noemt de toets van Toetsbureau.",
        f"Het resultaat van {VREEMD} noemt de toets van Diabureau.",
    )
    assert {item.toets for item in line.uitslagen} == {"IEP Doorstroomtoets", "Dia-doorstroomtoets"}


@pytest.mark.parametrize(("scores", "said"), [(["1.234"], "niet met zekerheid"), (["540", "541"], "twee verschillende")])
def test_a_score_that_was_not_taken_as_it_is_written_is_told(scores: list[str], said: str) -> None:
    one = van(SUPPLIER_OIN, "vwo")
    told = one.resultaat.raw
    told["resultatenscores"]["scores"] = {"scores": [{"label": "Toetsscore", "waarde": score} for score in scores]}
    (remark,) = beide(replace(one, resultaat=Leerlingresultaat.parse(told))).opmerkingen
    assert said in remark


def test_of_each_sender_the_newest_counts() -> None:
    line = beide(
        van(SUPPLIER_OIN, "vwo", datumtijd="2026-03-01T00:00:00Z"),
        van(SUPPLIER_OIN, "havo/vwo", "AMN", datumtijd="2026-03-02T00:00:00Z"),
        van(OTHER_OIN, "vwo", "DIA"),
    )
    assert [item.toetsadvies_tekst for item in line.uitslagen] == ["vwo", "havo/vwo"]
    assert line.opmerkingen[1] == "Er zijn 3 resultaten ontvangen; van elke afzender telt het nieuwste."


def test_a_school_year_in_another_spelling_is_that_school_year() -> None:
    found = school(kwam(eck="eck-1", schooljaar="2025/2026"))
    assert found.leerlingen[0].oordeel is Oordeel.GEEN_ADVIES


def test_both_count_as_received() -> None:
    found = school(van(SUPPLIER_OIN, "vwo"), van(OTHER_OIN, "vwo", "DIA"))
    assert [(item.leverancier, item.aantal) for item in found.ontvangen] == [(SUPPLIER_OIN, 1), (OTHER_OIN, 1)]
