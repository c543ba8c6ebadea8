"""The days of a school year follow from rules, say where those come from, and what is in the way of each."""

from __future__ import annotations

import datetime as dt

import pytest
from dateutil.easter import easter as easter_of_another

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.planning.day_words import period
from doorstroom_client.planning.holidays import after_workdays, easter, feestdag_on, feestdagen, is_workday
from doorstroom_client.planning.milestones import Basis, feestdagen_in, mijlpalen


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_easter_is_that_of_another_program() -> None:
    assert [year for year in range(1900, 2400) if easter(year) != easter_of_another(year)] == []


@pytest.mark.parametrize(
    ("on", "naam"),
    [
        ("2027-01-01", "Nieuwjaarsdag"),
        ("2027-03-26", "Goede Vrijdag"),
        ("2027-03-28", "Eerste Paasdag"),
        ("2027-03-29", "Tweede Paasdag"),
        ("2027-04-27", "Koningsdag"),
        ("2025-04-26", "Koningsdag"),  # the 27th was a Sunday
        ("2031-04-26", "Koningsdag"),
        ("2027-05-05", "Bevrijdingsdag"),
        ("2027-05-06", "Hemelvaartsdag"),
        ("2026-05-14", "Hemelvaartsdag"),
        ("2027-05-17", "Tweede Pinksterdag"),
        ("2026-12-25", "Eerste Kerstdag"),
        ("2026-12-26", "Tweede Kerstdag"),
    ],
)
def test_a_public_holiday(on: str, naam: str) -> None:
    found = feestdag_on(day(on))
    assert found is not None
    assert found.naam == naam
    assert not is_workday(day(on))


def test_what_is_no_holiday() -> None:
    usual = "2025-04-27", "2027-05-07", "2026-12-24", "2026-12-31", "2027-03-25"
    assert [text for text in usual if feestdag_on(day(text))] == []
    assert len(feestdagen(2027)) == 11


@pytest.mark.parametrize(
    ("since", "days", "ends"),
    [
        ("2026-12-02T10:00:00+00:00", 0, "2026-12-02T22:59:59+00:00"),
        ("2026-12-04T10:00:00+00:00", 1, "2026-12-07T22:59:59+00:00"),  # over a weekend
        ("2026-12-24T10:00:00+00:00", 1, "2026-12-28T22:59:59+00:00"),  # Christmas, the second day on a Saturday
        ("2026-12-31T10:00:00+00:00", 1, "2027-01-04T22:59:59+00:00"),  # over New Year
        ("2027-03-25T10:00:00+00:00", 2, "2027-03-31T21:59:59+00:00"),  # Good Friday and Easter Monday; summer time began
        ("2027-03-25T23:30:00+00:00", 1, "2027-03-30T21:59:59+00:00"),  # it is Friday already on a Dutch clock
    ],
)
def test_working_days_leave_out_weekends_and_holidays(since: str, days: int, ends: str) -> None:
    assert after_workdays(dt.datetime.fromisoformat(since), days).isoformat() == ends


def test_the_terms_of_a_chain_test_leave_out_holidays_too() -> None:
    since = dt.datetime(2026, 12, 24, 10, tzinfo=dt.UTC)
    assert Terms(workdays={"antwoord": 3}).end("antwoord", since).date() == day("2026-12-30")


DAYS = {
    "aanmelding": ("10-01", "11-15"),
    "voorlopig-advies": ("01-10", "01-31"),
    "voorlopig-advies-rod": ("02-14", "02-14"),
    "resultaten": ("03-15", "03-15"),
    "resultaten-rod": ("03-29", "03-29"),
    "definitief-advies": ("03-24", "03-24"),
    "aanmeldweek": ("03-25", "03-31"),
    "definitief-advies-rod": ("04-07", "04-07"),
}
WEEKS = {  # the first full week of February, and the one after it
    "2024-2025": ("2025-01-27", "2025-01-31", "2025-02-03", "2025-02-14"),
    "2025-2026": ("2026-01-26", "2026-01-30", "2026-02-02", "2026-02-13"),
    "2026-2027": ("2027-01-25", "2027-01-29", "2027-02-01", "2027-02-12"),
    "2027-2028": ("2028-01-31", "2028-02-04", "2028-02-07", "2028-02-18"),
    "2031-2032": ("2032-01-26", "2032-01-30", "2032-02-02", "2032-02-13"),
}


@pytest.mark.parametrize("schooljaar", WEEKS)
def test_every_school_year_has_its_milestones(schooljaar: str) -> None:
    found = {item.id: item for item in mijlpalen(schooljaar)}
    assert set(found) == {*DAYS, "afname", "afname-digitaal"}
    for name, days in DAYS.items():
        year = schooljaar[:4] if name == "aanmelding" else schooljaar[5:]
        assert (found[name].first, found[name].last) == tuple(day(f"{year}-{text}") for text in days), name
    digital, paper = found["afname-digitaal"], found["afname"]
    assert (digital.first, digital.last, paper.first, paper.last) == tuple(map(day, WEEKS[schooljaar]))
    firsts = [item.first for item in mijlpalen(schooljaar)]
    assert firsts == sorted(firsts)


def test_each_milestone_says_where_it_comes_from() -> None:
    found = {item.id: item for item in mijlpalen("2026-2027")}
    assert all(item.bron and item.wie and item.titel for item in found.values())
    assert {name for name, item in found.items() if item.basis is Basis.WET} == {"afname", "afname-digitaal"}
    assert {name for name, item in found.items() if item.berekend} == {"afname", "afname-digitaal", "resultaten-rod"}
    assert {name for name, item in found.items() if item.zeker} == {"afname"}
    # What was confirmed for one year is sure in that year only.
    confirmed = {item.id for item in mijlpalen("2025-2026") if item.zeker}
    assert confirmed == {"afname", "definitief-advies", "aanmeldweek"}


@pytest.mark.parametrize(
    ("schooljaar", "name", "says"),
    [
        (
            *("2026-2027", "voorlopig-advies"),
            ("10 jan is een zondag (werkdag erna: ma 11 jan)", "31 jan is een zondag (werkdag ervoor: vr 29 jan)"),
        ),
        ("2026-2027", "resultaten", ()),
        ("2026-2027", "definitief-advies", ()),
        ("2026-2027", "aanmeldweek", ("vr 26 mrt is Goede Vrijdag", "ma 29 mrt is Tweede Paasdag")),
        ("2026-2027", "resultaten-rod", ("ma 29 mrt is Tweede Paasdag (werkdag ervoor: do 25 mrt)",)),
        ("2027-2028", "aanmeldweek", ("25 mrt is een zaterdag (werkdag erna: ma 27 mrt)",)),
        ("2027-2028", "voorlopig-advies", ()),
    ],
)
def test_what_is_in_the_way_stands_with_the_milestone(schooljaar: str, name: str, says: tuple[str, ...]) -> None:
    (found,) = (item for item in mijlpalen(schooljaar) if item.id == name)
    assert found.opmerkingen == says


def test_the_holidays_of_a_school_year_run_from_august() -> None:
    found = feestdagen_in("2026-2027")
    assert (found[0].day, found[-1].day, len(found)) == (day("2026-12-25"), day("2027-05-17"), 11)


@pytest.mark.parametrize("schooljaar", ["2026", "2026-2028", "2022-2023", "", "2026/2027"])
def test_a_school_year_without_planning_is_refused(schooljaar: str) -> None:
    with pytest.raises(ConfigurationError, match="schooljaar|planning"):
        mijlpalen(schooljaar)


def test_a_period_is_short() -> None:
    found = [
        period(day(first), day(last))
        for first, last in (("2027-01-10", "2027-01-31"), ("2026-10-01", "2026-11-15"), ("2027-03-15", "2027-03-15"))
    ]
    assert found == ["10 t/m 31 jan", "1 okt t/m 15 nov", "15 mrt"]


def test_the_rules_hold_in_every_year() -> None:
    for begins in range(2023, 2100):
        schooljaar = f"{begins}-{begins + 1}"
        found = {item.id: item for item in mijlpalen(schooljaar)}
        digital, weeks = found["afname-digitaal"], found["afname"]
        assert (digital.first.weekday(), weeks.first.weekday(), weeks.last.weekday()) == (0, 0, 4)
        assert weeks.first - digital.first == dt.timedelta(days=7)
        assert weeks.first.month == weeks.last.month == (weeks.first + dt.timedelta(days=13)).month == 2
        assert weeks.first.day <= 7, "no full week of February lies before it"
        for item in found.values():
            assert day(f"{begins}-08-01") <= item.first <= item.last <= day(f"{begins + 1}-07-31")
            edges = {item.first, item.last}
            said = [text for text in item.opmerkingen if "werkdag" in text]
            assert len(said) == sum(not is_workday(edge) for edge in edges), (schooljaar, item.id)
