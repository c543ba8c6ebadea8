"""A reminder comes in time, names what to do, and goes away when that is done or its day has passed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, OTHER_OIN, SUPPLIER_OIN

from doorstroom_client import Afspraak, ClientCertificate, Jaargang, Leverancier
from doorstroom_client.config import Serve, Settings, Testperiode
from doorstroom_client.parties.certificate import ServerCertificate
from doorstroom_client.planning.reminders import Herinnering, herinneringen
from doorstroom_client.planning.stand import Ketenteststand, Wacht
from doorstroom_client.simulator.pki import Pki

ICE = Leverancier("ICE", SUPPLIER_OIN, "https://toets.example/ice", naam="Toetsbureau Noord")
DIA = Leverancier("DIA", OTHER_OIN, "https://toets.example.org/dia")
NEXT = Afspraak.met_naam("1.1").volgende(naam="2026-2027", versie="Doorstroomtoetsketen_v99.0", eerste_schooljaar="2026-2027")
PERIODE = Testperiode(naam="adviezen", van=dt.date(2026, 12, 7), tot=dt.date(2026, 12, 18), met=("ICE",))
JAREN = tuple(Jaargang(schooljaar=year, namespace=f"ns-{year}", afspraak=NEXT) for year in ("2026-2027", "2027-2028"))
SETTINGS = Settings(auteur="Test 1", leveranciers=(ICE, DIA), testperiodes=(PERIODE,), schooljaren=JAREN, afspraak=None)
TESTED = Ketenteststand(
    folder="ketentest/ICE", leverancier=frozenset({"ICE"}), schooljaar="2026-2027", laatst=dt.date(2026, 11, 25)
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def said(on: str, *standen: Ketenteststand, within: int = 14, **changed: Any) -> dict[str, Herinnering]:
    """What is said on a day, by the beginning of its key."""
    found = herinneringen(replace(SETTINGS, **changed), day(on), within=within, standen=standen)
    assert len({item.key for item in found}) == len(found)
    return {item.key.split(":2026-1")[0]: item for item in found}


@pytest.mark.parametrize(
    ("on", "within", "keys"),
    [
        ("2026-10-25", 0, set()),
        ("2026-10-26", 0, {"zelf:2026-2027"}),  # 42 days before
        ("2026-11-08", 0, {"zelf:2026-2027"}),
        ("2026-11-09", 0, {"zelf:2026-2027", "controle:adviezen"}),  # 28 days before
        ("2026-11-22", 0, {"zelf:2026-2027", "controle:adviezen"}),
        ("2026-11-23", 0, {"zelf:2026-2027", "controle:adviezen", "test:adviezen"}),  # 14 days before
        ("2026-12-07", 0, {"zelf:2026-2027", "controle:adviezen", "test:adviezen"}),
        ("2026-12-08", 0, {"test:adviezen"}),
        ("2026-12-18", 0, {"test:adviezen"}),
        ("2026-12-19", 0, set()),
        ("2026-10-07", 61, {"zelf:2026-2027", "controle:adviezen", "test:adviezen"}),
    ],
)
def test_before_a_test_period(on: str, within: int, keys: set[str]) -> None:
    found = said(on, within=within)
    assert {key for key in found if key.startswith(("zelf:", "controle:", "test:"))} == keys


def test_it_says_what_to_type() -> None:
    found = said("2026-11-29")
    assert found["test:adviezen"].tekst == "testperiode adviezen (7 t/m 18 dec): plan een 1-op-1-test met ICE."
    assert found["test:adviezen"].commando == "doorstroom ketentest new --leverancier ICE"
    own = "doorstroom ketentest self --schooljaar 2026-2027{} --out ketentest/self-2026-2027"
    assert found["zelf:2026-2027"].commando == own.format(" --versie Doorstroomtoetsketen_v99.0")
    one = said("2026-11-29", schooljaren=(), afspraak="2026-2027", afspraken=(NEXT,))
    assert one["zelf:2026-2027"].commando == found["zelf:2026-2027"].commando
    without = said("2026-11-29", schooljaren=JAREN[1:])["zelf:2026-2027"]
    assert (without.commando, "Eerst nodig" in without.tekst) == ("", True), "what cannot be played is not to be typed"
    assert found["controle:adviezen"].day == day("2026-12-07")


@pytest.mark.parametrize(
    ("met", "suppliers"),
    [
        ((), {"ICE", "DIA"}),
        (("toetsbureau noord",), {"ICE"}),
        ((OTHER_OIN, "ICE"), {"ICE", "DIA"}),
        (("AMN",), {"AMN"}),  # not configured yet
    ],
)
def test_each_supplier_of_a_period_is_told_apart(met: tuple[str, ...], suppliers: set[str]) -> None:
    found = herinneringen(replace(SETTINGS, testperiodes=(replace(PERIODE, met=met),)), day("2026-11-29"))
    assert {item.key.rpartition(":")[2] for item in found if item.key.startswith("test:")} == suppliers


@pytest.mark.parametrize(
    ("stand", "tells"),
    [
        (TESTED, None),
        (replace(TESTED, leverancier=frozenset({"Toetsbureau Noord"})), None),
        (replace(TESTED, leverancier=frozenset({"DIA"})), "plan een 1-op-1-test"),  # another supplier
        (replace(TESTED, laatst=day("2026-10-25")), "plan een 1-op-1-test"),  # too long ago for this period
        (replace(TESTED, laatst=day("2026-10-26")), None),
        (replace(TESTED, alleen=True), "plan een 1-op-1-test"),  # with a simulator
        (replace(TESTED, laatst=None, schooljaar=""), "is gepland en niet begonnen"),
        (replace(TESTED, laatst=None, tot=day("2026-12-11")), "is gepland en niet begonnen"),
        (replace(TESTED, laatst=None, tot=day("2026-10-26")), "is gepland en niet begonnen"),
        (replace(TESTED, laatst=None, tot=day("2026-10-25")), "plan een 1-op-1-test"),  # a plan of an earlier period
        (replace(TESTED, tot=day("2026-10-25")), None),  # played later than it was planned
        (replace(TESTED, gezakt=("TS-203",)), None),  # the period has not begun
    ],
)
def test_a_test_with_that_supplier_makes_it_go_away(stand: Ketenteststand, tells: str | None) -> None:
    found = said("2026-11-29", stand).get("test:adviezen")
    assert (None if found is None else tells is not None and tells in found.tekst) is (None if tells is None else True)


def test_what_was_played_in_the_period_before_was_for_that_one() -> None:
    before = replace(PERIODE, naam="heenweg", van=day("2026-11-16"), tot=day("2026-11-20"))
    of_another = replace(before, met=("DIA",))
    beside = replace(before, tot=day("2026-12-07"))
    for periode, played, told in (
        (before, "2026-11-20", True),
        (before, "2026-11-21", False),
        (of_another, "2026-11-20", False),
        (beside, "2026-11-20", False),
    ):
        found = said("2026-11-29", replace(TESTED, laatst=day(played)), testperiodes=(periode, PERIODE))
        assert ("test:adviezen" in found) is told, (periode, played)


@pytest.mark.parametrize(
    ("names", "tested"),
    [
        ({"ICE", "Toetsbureau Noord"}, "ICE"),
        ({"dia", "Toetsbureau Noord", SUPPLIER_OIN}, "DIA"),
        ({"toetsbureau noord"}, "ICE"),  # as it is found in the settings: the first
        ({SUPPLIER_OIN}, "ICE"),
        ({"AMN"}, "AMN"),
        ({"Iemand"}, None),
    ],
)
def test_one_organisation_with_two_tests(names: set[str], tested: str | None) -> None:
    both = (ICE, replace(DIA, oin=SUPPLIER_OIN, naam=ICE.naam))
    periode = replace(PERIODE, met=("ICE", "DIA", "AMN"))
    stand = replace(TESTED, leverancier=frozenset(names))
    settings = replace(SETTINGS, leveranciers=both, testperiodes=(periode,))
    found = herinneringen(settings, day("2026-11-29"), standen=[stand])
    left = {item.key.rpartition(":")[2] for item in found if item.key.startswith("test:")}
    assert left == {"ICE", "DIA", "AMN"} - {tested}


def test_what_is_to_be_typed_can_be_typed() -> None:
    """Also when a folder or a name has a space in it."""
    waits = Wacht(scenario="TW-108", tekst="correctie", tot=day("2026-11-27"))
    planned = replace(TESTED, folder="mijn ketentest/ICE", laatst=None, wacht=(waits,))
    commands = [item.commando for item in herinneringen(SETTINGS, day("2026-11-29"), standen=[planned])]
    assert commands.count("doorstroom ketentest run 'mijn ketentest/ICE'") == 2
    other = replace(PERIODE, met=("Bureau; rm",))
    assert said("2026-11-29", testperiodes=(other,))["test:adviezen"].commando.endswith("--leverancier 'Bureau; rm'")


@pytest.mark.parametrize("within", [365, 366, 800])
def test_who_looks_far_ahead_misses_no_school_year(within: int) -> None:
    """From the last day of July so many days reach into a third school year."""
    found = {item.key for item in herinneringen(SETTINGS, day("2027-07-31"), within=within)}
    assert {"aanmelding:2027-10-01", "afname:2028-02-07", "definitief-advies:2028-03-24"} <= found
    assert ("aanmelding:2028-10-01" in found) is (within > 400)
    assert herinneringen(SETTINGS, day("2027-02-16"), within=-5) == ()


def test_what_failed_is_told_once_the_period_began() -> None:
    failed = replace(TESTED, gezakt=("TS-203", "TW-101"))
    found = said("2026-12-07", failed)["test:adviezen"]
    assert found.tekst.endswith("de test met ICE is gezakt op TS-203, TW-101.")
    assert found.commando == "doorstroom ketentest run ketentest/ICE"
    assert "test:adviezen" not in said("2026-12-07", TESTED)


def test_the_test_alone_is_done_when_anything_was_played_with_that_agreement() -> None:
    alone = replace(TESTED, alleen=True, leverancier=frozenset())
    assert "zelf:2026-2027" not in said("2026-11-29", alone)
    assert "zelf:2026-2027" in said("2026-11-29", replace(alone, schooljaar="2025-2026"))


def test_only_what_is_waited_for_past_its_term_is_told() -> None:
    waits = replace(
        TESTED,
        wacht=(
            Wacht(scenario="TW-108", tekst="correctie van K15", tot=day("2026-11-27")),
            Wacht(scenario="TW-101", tekst="resultaten", tot=day("2026-11-29")),
            Wacht(scenario="TS-204", tekst="een antwoord"),
        ),
    )
    found = [item for item in herinneringen(SETTINGS, day("2026-11-29"), standen=(waits,)) if item.key.startswith("wacht:")]
    assert [item.tekst for item in found] == ["de termijn van TW-108 met ICE is voorbij: correctie van K15"]
    assert not [key for key in said("2027-08-02", waits) if key.startswith("wacht:")], "of the year before"


@pytest.mark.parametrize(
    ("on", "within", "tells"),
    [
        ("2026-12-26", 14, None),
        ("2026-12-27", 14, "begint: Voorlopig schooladvies"),
        ("2027-01-10", 14, "begint: Voorlopig schooladvies"),
        ("2027-01-11", 14, None),  # under way, and its end is far
        ("2027-01-17", 14, "loopt af: Voorlopig schooladvies"),
        ("2027-01-31", 14, "loopt af: Voorlopig schooladvies"),
        ("2027-02-01", 14, None),
        ("2027-01-05", 4, None),
        ("2027-01-06", 4, "begint: Voorlopig schooladvies"),
    ],
)
def test_a_milestone_is_told_before_its_first_and_before_its_last_day(on: str, within: int, tells: str | None) -> None:
    found = [item.tekst for item in herinneringen(SETTINGS, day(on), within=within) if item.key.startswith("voorlopig-advies:")]
    assert len(found) == (tells is not None)
    assert all(text.startswith(tells or "?") and "10 jan is een zondag (werkdag erna: ma 11 jan)" in text for text in found)


def test_a_day_by_which_something_is_done_is_told_until_that_day() -> None:
    assert [item.tekst for item in herinneringen(SETTINGS, day("2027-03-15"), within=0)] == [
        "Uitslagen uiterlijk op school (leverancier)."
    ]
    assert herinneringen(SETTINGS, day("2027-03-16"), within=0) == ()


def test_looking_ahead_goes_on_into_the_next_school_year() -> None:
    keys = {item.key for item in herinneringen(replace(SETTINGS, testperiodes=()), day("2027-07-20"), within=80)}
    assert "aanmelding:2027-10-01" in keys


@pytest.mark.parametrize(
    ("on", "changed", "years"),
    [
        ("2026-11-29", {}, []),
        ("2026-11-29", {"schooljaren": JAREN[1:]}, ["2026-2027"]),
        ("2027-07-03", {"schooljaren": JAREN[:1]}, []),
        ("2027-07-04", {"schooljaren": JAREN[:1]}, ["2027-2028"]),  # 28 days before 1 August
        ("2026-11-29", {"schooljaren": (), "afspraak": "1.1"}, ["2026-2027"]),
        ("2026-11-29", {"schooljaren": (), "afspraak": "2026-2027", "afspraken": (NEXT,)}, []),
        (
            "2027-06-25",  # a test period of the next school year asks for it earlier
            {"schooljaren": JAREN[:1], "testperiodes": (replace(PERIODE, van=day("2027-08-02"), tot=day("2027-08-20")),)},
            ["2027-2028"],
        ),
    ],
)
def test_a_school_year_that_is_not_in_the_settings(on: str, changed: dict[str, Any], years: list[str]) -> None:
    found = herinneringen(replace(SETTINGS, **changed), day(on), within=0)
    assert [item.key.partition(":")[2] for item in found if item.key.startswith("schooljaar:")] == years


@pytest.mark.parametrize(
    ("ends", "tells"),
    [
        ("2027-06-01", None),
        ("2026-12-28", None),
        ("2026-12-27", "eindigt op 27 december 2026"),  # within 28 days
        ("2026-12-10", "en plaats het voor de testperiode"),
        ("2026-11-01", "eindigde op 1 november 2026"),
    ],
)
def test_our_certificate_before_it_ends(tmp_path: Path, ends: str, tells: str | None) -> None:
    moment = dt.datetime.combine(day(ends), dt.time(12), dt.UTC)
    pki = Pki(tmp_path)
    las = pki.issue("las", oin=LAS_OIN, not_before=moment - dt.timedelta(days=365), not_after=moment)
    certificate = ClientCertificate(las.cert, las.key, pki.trust)
    found = [
        item.tekst
        for item in herinneringen(replace(SETTINGS, certificate=certificate), day("2026-11-29"))
        if item.key.startswith("certificaat:")
    ]
    assert len(found) == (tells is not None)
    assert all(str(tells) in text for text in found)


def test_the_certificate_of_the_receiver_is_told_beside_ours_unless_it_is_the_same(tmp_path: Path) -> None:
    moment = dt.datetime(2026, 12, 10, tzinfo=dt.UTC)
    pki = Pki(tmp_path)
    days = {"not_before": moment - dt.timedelta(days=365), "not_after": moment}
    las, other = (pki.issue(name, oin=LAS_OIN, **days) for name in ("las", "server"))
    ours = ClientCertificate(las.cert, las.key, pki.trust)
    for shown, number in ((las, 1), (other, 2)):
        serve = Serve(certificate=ServerCertificate(shown.cert, shown.key, pki.trust))
        found = said("2026-11-29", certificate=ours, serve=serve)
        texts = [item.tekst for key, item in found.items() if key.startswith("certificaat:")]
        assert len(texts) == number
        assert sum("van de ontvanger" in text for text in texts) == number - 1


def test_a_certificate_that_cannot_be_read_has_no_day(tmp_path: Path) -> None:
    certificate = ClientCertificate(tmp_path / "none.pem", None, tmp_path / "none.pem")
    assert not [key for key in said("2026-11-29", certificate=certificate) if key.startswith("certificaat")]


def test_the_most_urgent_comes_first() -> None:
    days = [item.day for item in herinneringen(SETTINGS, day("2026-12-07"), within=40)]
    assert len(days) > 3
    assert days == sorted(days)
