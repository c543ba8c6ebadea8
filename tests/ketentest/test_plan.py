"""The plan of a test with a partner: made with open places, read with every fault named, postponed without touching a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from support.ketentest import write_plan

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.agreed import OF_A_SUPPLIER, Plan, Uitstel
from doorstroom_client.ketentest.arrangements import ARRANGEMENTS, CERTIFICATES, needed
from doorstroom_client.ketentest.certificates import BY_NAME
from doorstroom_client.ketentest.journal import JOURNAL, Head, Journal, Line
from doorstroom_client.ketentest.letters import parties
from doorstroom_client.ketentest.new_plan import OPEN, Known, plan_text
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.plan_days import (
    begun_on,
    calendar_days,
    first_day,
    lies_still,
    usual_end,
)
from doorstroom_client.ketentest.postponing import postponed, postponement, postponement_letter
from doorstroom_client.ketentest.scenarios import REGISTER
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.messages.values import amsterdam, dutch_day
from doorstroom_client.planning.holidays import workday_after, workdays_between


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day(text), dt.time(hour), amsterdam())


def pause(van: str, naar: str, **more: str) -> Uitstel:
    end = more.get("einde")
    return Uitstel(op=day(van), van=day(van), naar=day(naar), einde=day(end) if end else None, reden="r")


def write(plan: Plan, found: Uitstel) -> Plan:
    after, text = postponed(plan, found)
    (plan.folder / "plan.toml").write_bytes(text)
    return after


def test_a_new_plan_has_every_name_and_no_invented_fact(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(plan_text(Known(leverancier='A "B" \\ é', kenmerk="k1")), "utf-8")
    plan = read_plan(tmp_path, draft=True)
    assert (plan.leverancier, plan.kenmerk, plan.host, plan.begin, plan.opstelling) == (
        'A "B" \\ é',
        "k1",
        "",
        None,
        {"school": ""},
    )
    text = (tmp_path / "plan.toml").read_text("utf-8")
    names = {item.name for item in fields(Plan)} - {"folder"}
    assert [name for name in names if name not in text] == []
    assert [name for name in (*ARRANGEMENTS, *CERTIFICATES) if name not in text and name != "storing_las"] == []
    with pytest.raises(ConfigurationError) as caught:
        read_plan(tmp_path)
    marked = {f"(line {number})" for number, line in enumerate(text.splitlines(), start=1) if f'= ""    # {OPEN}' in line}
    assert {str(item.path).partition(" ")[2] for item in caught.value.problems} == marked
    assert len(marked) == 4


def test_every_arrangement_that_scenarios_need_can_be_asked_for() -> None:
    needs = {key for item in REGISTER if item.rol in OF_A_SUPPLIER for key in item.needs}
    assert needs == set(ARRANGEMENTS)
    assert set(needed(REGISTER)) == set(ARRANGEMENTS) - {"storing_las"}
    assert CERTIFICATES.keys() == BY_NAME.keys()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"begin": "2026-12-07"}, "begin: and einde go together"),
        ({"begin": "2026-12-07", "einde": "2026-12-04"}, "einde: is before begin"),
        ({"begin": "0001-12-07", "einde": "2026-12-04"}, "begin: must be a day in the years 2014 to 2100"),
        (
            {"uitstel": '[{op = 2026-12-01, van = 2026-12-01, naar = 9999-12-31, reden = "r"}]'},
            "uitstel[0].naar: must be a day",
        ),
        ({"begin": "2026-12-07T10:00:00", "einde": "2026-12-08"}, "begin: must be a day"),
        ({"scenarios": "[1]"}, "scenarios[0]: must be text"),
        ({"uitstel": "[1]"}, "uitstel[0]: must be a section of its own, [[uitstel]]"),
        ({"uitstel": '[{op = 2026-12-01, reden = "r"}]'}, "uitstel[0].van: must be a day"),
        ({"uitstel": "[{opp = 2026-12-01}]"}, 'uitstel[0].opp: is no name that a plan has; did you mean "op"?'),
        ({"bekend": '[{scenario = "TS-101", tot = "morgen", reden = "r"}]'}, "bekend[0].tot: must be a day"),
        ({"scenarios": '["TS-9*"]'}, "scenarios[0]: fits no scenario of a supplier"),
        ({"bekend": '[{scenario = "TS-999", tot = 2026-12-01, reden = "r"}]'}, 'bekend: there is no scenario "TS-999"'),
        (
            {"bekend": '[{scenario = "TS-101", eis = "OAS:401", tot = 2026-12-01, reden = "r"}]'},
            'bekend: TS-101 does not check "OAS:401"',
        ),
        ({"host": '""'}, "host (line 5): is still empty"),
        ({"config": r'"a\u0000b"'}, "config: is no name of a file"),
        ({"simulator": r'"a\u0000b"'}, "simulator: is no name of a file"),
        ({"simulator": '" "'}, "simulator: is empty: put # before it"),
        (
            {"uitstel": '[{op = 2026-12-01, van = 2026-12-07, naar = 2026-12-07, reden = "r"}]'},
            "uitstel[0].naar: must be later",
        ),
        ({"contakt": '"x"'}, 'contakt: is no name that a plan has; did you mean "contact"?'),
    ],
)
def test_every_place_that_is_not_in_order_is_named(more: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_plan(write_plan(tmp_path, **more))
    assert says in caught.value.message


def test_an_arrangement_that_nothing_needs_is_a_slip(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r'opstelling.school_onbekent.*did you mean "school_onbekend"'):
        read_plan(write_plan(tmp_path, {"school_onbekent": '"99CC"'}))


@pytest.mark.parametrize(
    ("since", "days", "pauses", "end"),
    [
        ("2026-12-04", 1, [], "2026-12-07"),  # from Friday to Monday
        ("2026-12-01", 5, [], "2026-12-08"),
        ("2026-12-01", 5, [("2026-12-03", "2026-12-07")], "2026-12-10"),  # two working days later
        ("2026-12-01", 1, [("2026-12-03", "2026-12-10")], "2026-12-02"),  # was over before
        ("2026-12-10", 5, [("2026-12-03", "2026-12-10")], "2026-12-17"),  # began after it
        ("2026-12-01", 5, [("2026-12-05", "2026-12-06")], "2026-12-08"),  # a weekend costs nobody a day
        ("2026-12-04", 5, [("2026-12-06", "2026-12-13")], "2026-12-18"),  # from Sunday to Sunday is a week
        ("2026-12-01", 5, [("2026-12-03", "2026-12-07"), ("2026-12-07", "2026-12-08")], "2026-12-11"),
    ],
)
def test_terms_move_with_a_postponement(since: str, days: int, pauses: list[tuple[str, str]], end: str) -> None:
    terms = Terms(workdays={"resultaten": days}, pauses=tuple((day(first), day(until)) for first, until in pauses))
    assert dutch_day(terms.end("resultaten", at(since))) == day(end)


def test_working_days() -> None:
    assert workdays_between(day("2026-12-04"), day("2026-12-07")) == 1
    assert workdays_between(day("2026-12-07"), day("2026-12-07")) == 0
    assert workday_after(day("2026-12-04"), 1) == day("2026-12-07")
    assert usual_end(day("2026-12-07")) == day("2026-12-21")


@pytest.mark.parametrize(
    ("today", "begun", "before", "to", "since", "end"),
    [
        ("2026-11-03", False, [], "2026-11-16", "2026-11-09", "2026-11-27"),  # before the first day: that moves
        ("2026-11-11", True, [], "2026-11-16", "2026-11-11", "2026-11-25"),  # half-way: from today
        ("2026-11-12", False, [], "2026-11-16", "2026-11-09", "2026-11-27"),  # nothing was sent, and the first day is over
        ("2026-11-12", True, [("2026-11-11", "2026-11-16", "2026-11-25")], "2026-11-18", "2026-11-16", "2026-11-27"),
        ("2027-01-11", True, [], "2027-02-15", "2027-01-11", "2027-02-26"),  # its days are over: it gets as many as it had
    ],
)
def test_what_a_postponement_moves(
    today: str, begun: bool, before: list[tuple[str, str, str]], to: str, since: str, end: str, tmp_path: Path
) -> None:
    write_plan(tmp_path, begin="2026-11-09", einde="2026-11-20")
    text = (tmp_path / "plan.toml").read_text("utf-8")
    plan = read_plan(tmp_path)
    for van, naar, einde in before:
        plan = write(plan, pause(van, naar, einde=einde))
    found = postponement(plan, day(to), 'Een "nieuwe"\nversie', today=day(today), begun=begun)
    assert (found.van, found.naar, found.einde) == (day(since), day(to), day(end))
    after = write(plan, found)
    assert read_plan(tmp_path).uitstel == after.uitstel  # also with quotes and line ends in the reason
    assert after.uitstel[-1].reden == 'Een "nieuwe" versie'
    assert (tmp_path / "plan.toml").read_text("utf-8").startswith(text)
    assert after.last_day == day(end)
    assert after.still_on(day(since)) == after.uitstel[-1]
    assert after.still_on(day(to)) is None
    with pytest.raises(ConfigurationError, match="does not postpone"):
        postponement(after, day(to), "r", today=day(since), begun=begun)


@pytest.mark.parametrize("today", ["2026-11-29", "2026-12-05", "2026-12-06"])
def test_a_test_that_is_postponed_twice_lies_still_until_the_last_day(today: str, tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path, begin="2026-11-24", einde="2026-12-08"))
    letters: list[str] = []
    for to, why in (("2026-12-06", "Server vervangen"), ("2026-12-07", "Zondag kan niet")):
        before = plan
        plan = write(plan, postponement(plan, day(to), why, today=day("2026-11-29"), begun=False))
        letters.append(" ".join(postponement_letter(before, plan, parties(plan, None, day(today))).decode().split()))
    assert "eerste dag: van dinsdag 24 november 2026 naar zondag 6 december 2026" in letters[0]
    assert "eerste dag: van zondag 6 december 2026 naar maandag 7 december 2026" in letters[1]
    assert plan.first_day == day("2026-12-07")
    assert lies_still(plan, day(today)) == (
        day("2026-12-07"),
        "De test is uitgesteld tot maandag 7 december 2026: Zondag kan niet",
    )
    assert lies_still(plan, day("2026-12-07")) is None
    assert [item.first for item in calendar_days(plan)][-1] == plan.last_day == day("2026-12-21")


def test_days_count_from_when_the_test_began(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path, begin="2026-11-24", einde="2026-12-08"))
    assert {item.first for item in calendar_days(plan)} >= {day("2026-11-24"), day("2026-12-01")}
    head = Head(run="r", began="2026-11-20T08:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE")
    journal = Journal.begin(tmp_path / JOURNAL, head)
    for scenario, moment in (("V-01", "2026-11-20T08:00:00Z"), ("TS-101", "2026-11-29T08:00:00Z")):
        assert begun_on(plan) is None
        journal.add(Line(scenario, 1, 0, "begin", "", moment))
    assert begun_on(plan) == first_day(plan) == day("2026-11-29")
    assert {item.first for item in calendar_days(plan)} >= {day("2026-11-29"), day("2026-12-04")}
    # Postponed on the day itself, after something was sent: it goes on then, and does not begin.
    found = postponement(plan, day("2026-12-07"), "r", today=day("2026-11-29"), begun=True)
    after = write(plan, found)
    assert first_day(after) == day("2026-11-29")
    text = postponement_letter(plan, after, parties(after, None, day("2026-11-29"))).decode()
    assert "De test gaat verder op maandag 7" in " ".join(text.split())


def test_a_mail_says_what_moves_also_when_that_is_only_the_day_on_which_it_goes_on(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path, begin="2026-11-24", einde="2026-12-08"))
    head = Head(run="r", began="2026-11-24T08:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE")
    Journal.begin(tmp_path / JOURNAL, head).add(Line("TS-101", 1, 0, "begin", "", "2026-11-24T08:00:00Z"))
    sunday = write(plan, postponement(plan, day("2026-12-06"), "r", today=day("2026-11-29"), begun=True))
    monday = write(sunday, postponement(sunday, day("2026-12-07"), "r", today=day("2026-11-30"), begun=True))
    assert monday.last_day == sunday.last_day
    text = " ".join(postponement_letter(sunday, monday, parties(monday, None, day("2026-11-30"))).decode().split())
    assert "WAT ER VERSCHUIFT - verder testen: van zondag 6 december 2026 naar maandag 7 december 2026 Termijnen" in text


def test_what_cannot_be_postponed(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path))
    assert calendar_days(plan) == []
    with pytest.raises(ConfigurationError, match="no begin and einde"):
        postponement(plan, day("2026-12-14"), "r", today=day("2026-12-01"), begun=False)
    text = (tmp_path / "plan.toml").read_text("utf-8")
    (tmp_path / "plan.toml").write_text("uitstel = []\n" + text, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be added"):
        postponed(plan, pause("2026-12-07", "2026-12-14"))
    assert (tmp_path / "plan.toml").read_text("utf-8") == "uitstel = []\n" + text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.rstrip(b"\n"),
        lambda text: text + b"# tot hier",
        lambda text: text + b"[uiterlijk]\nresultaten = 3",
        lambda text: text + b'[[bekend]]\nscenario = "TS-101"\ntot = 2026-12-01\nreden = """een\ntwee"""\n\n',
        lambda text: text.replace(b'[opstelling]\nschool = "99AA"', b'opstelling = { school = "99AA" }'),
    ],
    ids=["windows", "marked", "no end", "comment", "table", "sections", "inline"],
)
def test_every_byte_of_a_plan_stays_when_a_test_is_postponed(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    write_plan(tmp_path, begin="2026-11-09", einde="2026-11-20")
    path = tmp_path / "plan.toml"
    path.write_bytes(change(path.read_bytes()))
    for number, to in enumerate(("2026-11-16", "2026-11-18"), start=1):
        before, plan = path.read_bytes().rstrip(b"\r\n"), read_plan(tmp_path)
        write(plan, postponement(plan, day(to), "r", today=day("2026-11-11"), begun=True))
        assert path.read_bytes().startswith(before)
        after = read_plan(tmp_path)
        assert (len(after.uitstel), after.bekend, after.opstelling, after.uiterlijk) == (
            number,
            plan.bekend,
            plan.opstelling,
            plan.uiterlijk,
        )
    assert (b"\r" in before) is (b"\n" not in path.read_bytes().replace(b"\r\n", b""))


def test_a_line_is_counted_as_an_editor_does(tmp_path: Path) -> None:
    write_plan(tmp_path, host='""', contact='"a\u2028b\x85c"')
    path = tmp_path / "plan.toml"
    path.write_text("# a\u2028b\x85c\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(ConfigurationError, match=r"host \(line 6\)"):
        read_plan(tmp_path)
