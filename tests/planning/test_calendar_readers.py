"""Three programs that are not the one that writes read a calendar alike: the right days, the right alarms, every letter.

They are in the extra ``check``: vobject, ics and ical, each with a parser of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import requires

import pytest
from support import OTHER_OIN, SUPPLIER_OIN

from doorstroom_client import Leverancier
from doorstroom_client.config import Settings, Testperiode
from doorstroom_client.output.ics import CalendarDays, as_ics, continued
from doorstroom_client.planning.agenda import as_calendar, calendar_name
from doorstroom_client.planning.milestones import mijlpalen

MADE = dt.datetime(2026, 11, 29, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PERIODE = Testperiode(naam='adviezen; ronde 1, "café" \\ één', van=dt.date(2026, 12, 7), tot=dt.date(2026, 12, 18))
SETTINGS = Settings(
    auteur="Test 1",
    leveranciers=(
        Leverancier("ICE", SUPPLIER_OIN, "https://toets.example/ice"),
        Leverancier("DIA", OTHER_OIN, "https://toets.example.org/dia"),
    ),
    testperiodes=(PERIODE,),
)


@dataclass(frozen=True, kw_only=True)
class Read:
    """An entry as a reader has it."""

    uid: str
    sequence: int
    title: str
    text: str
    first: dt.date
    last: dt.date
    alarms: tuple[dt.timedelta, ...]


def by_vobject(written: str) -> Iterator[Read]:
    vobject = pytest.importorskip("vobject", reason="in the extra check")
    for event in vobject.readOne(written).vevent_list:
        first, after = event.dtstart.value, event.dtend.value
        assert type(first) is dt.date, "a whole day"
        yield Read(
            uid=event.uid.value,
            sequence=int(event.sequence.value),
            title=event.summary.value,
            text=event.description.value if hasattr(event, "description") else "",
            first=first,
            last=after - DAY,
            alarms=tuple(sorted(item.trigger.value for item in event.contents.get("valarm", ()))),
        )


def by_ics(written: str) -> Iterator[Read]:
    ics = pytest.importorskip("ics", reason="in the extra check")
    for event in ics.Calendar(written).events:
        assert event.all_day, "a whole day"
        extra = {item.name: item.value for item in event.extra}
        yield Read(
            uid=event.uid,
            sequence=int(extra["SEQUENCE"]),
            title=event.name,
            text=event.description or "",
            first=event.begin.date(),
            last=event.end.date() - DAY,
            alarms=tuple(sorted(item.trigger for item in event.alarms)),
        )


def by_ical(written: str) -> Iterator[Read]:
    stream = pytest.importorskip("ical.calendar_stream", reason="in the extra check")
    for event in stream.IcsCalendarStream.calendar_from_ics(written).events:
        assert type(event.dtstart) is dt.date, "a whole day"
        yield Read(
            uid=event.uid,
            sequence=event.sequence,
            title=event.summary,
            text=event.description or "",
            first=event.dtstart,
            last=event.dtend - DAY,
            alarms=tuple(sorted(item.trigger for item in event.alarm)),
        )


READERS = {"vobject": by_vobject, "ics": by_ics, "ical": by_ical}
each_reader = pytest.mark.parametrize("name", READERS)


def read(name: str, written: bytes) -> dict[str, Read]:
    reader: Callable[[str], Iterator[Read]] = READERS[name]
    found = list(reader(written.decode("utf-8")))
    assert len({item.uid for item in found}) == len(found)
    return {item.title: item for item in found}


def as_written(days: tuple[CalendarDays, ...]) -> dict[str, Read]:
    return {
        item.title: Read(
            uid=item.uid,
            sequence=item.sequence,
            title=item.title,
            text=item.text,
            first=item.first,
            last=item.last or item.first,
            alarms=tuple(-before * DAY for before in item.remind),
        )
        for item in days
    }


@pytest.mark.parametrize("name", READERS)
def test_a_reader_does_not_stand_on_the_writer(name: str) -> None:
    pytest.importorskip(name, reason="in the extra check")
    assert not [item for item in requires(name) or () if item.startswith("icalendar")]


@each_reader
@pytest.mark.parametrize("schooljaar", ["2026-2027", "2027-2028"])
def test_the_school_year(name: str, schooljaar: str) -> None:
    days = as_calendar(schooljaar, SETTINGS)
    found = read(name, as_ics(days, name=calendar_name(schooljaar), made=MADE))
    assert found == as_written(days)
    for item in mijlpalen(schooljaar):
        entry = found[item.titel]
        assert (entry.first, entry.last, entry.alarms) == (item.first, item.last, (-14 * DAY,))
    # A subscribed calendar may drop alarms: each entry has a day of its own to plan it, two weeks before.
    plan = {title: item for title, item in found.items() if title.startswith("Plan nu: ")}
    assert len(plan) * 2 == len(found)
    for title, item in found.items():
        if title not in plan:
            (day,) = (other for name, other in plan.items() if name.startswith(f"Plan nu: {title} ("))
            assert (day.first, day.last, day.alarms) == (item.first - 14 * DAY, item.first - 14 * DAY, ())


@each_reader
def test_a_test_period_with_every_mark(name: str) -> None:
    days = as_calendar("2026-2027", SETTINGS)
    found = read(name, as_ics(days, name=calendar_name("2026-2027"), made=MADE))[f"Testperiode {PERIODE.naam}"]
    assert (found.first, found.last, found.alarms) == (PERIODE.van, PERIODE.tot, (-14 * DAY,))
    assert found.text.startswith("Test 1-op-1 met: ICE, DIA.\n")


@each_reader
def test_an_appointment_that_was_moved(name: str) -> None:
    """As a chain test moves one: the same entry, on other days, with a higher number."""
    first = CalendarDays(
        key="ketentest:ICE:0a1b2c3d:gesloten",
        title="Ketentest ICE: inschrijving gesloten voor 99EE",
        first=dt.date(2026, 12, 9),
        last=dt.date(2026, 12, 11),
        text="Wie: Toetsbureau Noord; tot en met 11 dec.\nDaarna: doorstroom ketentest run",
        remind=(14, 1),
    )
    moved = CalendarDays(
        key=first.key, title=first.title, first=dt.date(2027, 1, 4), last=dt.date(2027, 1, 6), text=first.text, remind=(14, 1)
    )
    written = as_ics([first], name="Ketentest ICE", made=MADE)
    (before,) = read(name, written).values()
    (after,) = read(name, as_ics(continued([moved], written), name="Ketentest ICE", made=MADE + DAY)).values()
    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (0, 1)
    assert (before.first, before.last) == (dt.date(2026, 12, 9), dt.date(2026, 12, 11))
    assert (after.first, after.last) == (dt.date(2027, 1, 4), dt.date(2027, 1, 6))
    assert before.alarms == after.alarms == (-14 * DAY, -DAY)
    assert after.text == first.text
