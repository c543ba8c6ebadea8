"""A calendar file holds the days, titles and reminders that it was given."""

import datetime as dt

import icalendar
import pytest

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.output.ics import CalendarDays, as_ics, continued, is_ours

MADE = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)


def events_of(written: bytes) -> list[icalendar.Event]:
    return [item for item in icalendar.Calendar.from_ical(written).walk("VEVENT") if isinstance(item, icalendar.Event)]


def test_the_last_day_is_one_of_them_and_reminders_come_before_the_first() -> None:
    item = CalendarDays(
        key="x", title="Testperiode; adviezen, deel 1", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 18), remind=(14, 1)
    )
    (event,) = events_of(as_ics([item], name="Planning", made=MADE))
    assert (event.start, event.end) == (dt.date(2026, 12, 7), dt.date(2026, 12, 19))
    assert event["summary"] == "Testperiode; adviezen, deel 1"
    assert [alarm.TRIGGER for alarm in event.walk("VALARM")] == [-dt.timedelta(days=14), -dt.timedelta(days=1)]


def test_a_day_that_moves_stays_the_same_entry() -> None:
    before, after = (
        events_of(as_ics([CalendarDays(key="K", title="t", first=day, sequence=at)], name="n", made=MADE))[0]
        for at, day in enumerate((dt.date(2026, 12, 7), dt.date(2027, 1, 4)))
    )
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_lines_are_folded_at_75_octets_and_end_as_the_format_wants() -> None:
    written = as_ics(
        [CalendarDays(key="k", title="é" * 200, first=dt.date(2027, 3, 15), text="één\ntwee\\drie")], name="n", made=MADE
    )
    lines = written.split(b"\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    (event,) = events_of(written)
    assert (event["summary"], event["description"]) == ("é" * 200, "één\ntwee\\drie")


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "icalendar", None)
    with pytest.raises(ConfigurationError, match="icalendar"):
        as_ics([], name="n", made=MADE)


def test_what_was_moved_since_an_earlier_file_has_a_higher_sequence() -> None:
    before = [
        CalendarDays(key=key, title="t", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 8), sequence=3)
        for key in ("same", "moved", "longer", "renamed")
    ]
    now = [
        CalendarDays(key="same", title="t", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 8), text="more about it"),
        CalendarDays(key="moved", title="t", first=dt.date(2026, 12, 6), last=dt.date(2026, 12, 8)),
        CalendarDays(key="longer", title="t", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 9)),
        CalendarDays(key="renamed", title="u", first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 8)),
        CalendarDays(key="new", title="t", first=dt.date(2026, 12, 7)),
    ]
    found = continued(now, as_ics(before, name="n", made=MADE))
    assert {item.key: item.sequence for item in found} == {"same": 3, "moved": 4, "longer": 4, "renamed": 4, "new": 0}


def test_an_earlier_file_that_cannot_be_read_counts_as_none() -> None:
    day = CalendarDays(key="k", title="t", first=dt.date(2026, 12, 7))
    for before in (b"", b"BEGIN:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", b"\xff\xfe", b"no calendar"):
        assert continued([day], before) == (day,)
    theirs = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{day.uid}\r\nSUMMARY:t\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert continued([day], theirs.encode()) == (day,)


@pytest.mark.parametrize(
    "text", ["een\ntwee", "een\r\nBEGIN:VALARM", "\x00\x07", "\u2028x\x85y\x0b", "een\rtwee", '"q" :;,\\', "\N{TEST TUBE}" * 60]
)
def test_no_text_ends_a_line_of_the_file(text: str) -> None:
    days = [CalendarDays(key="k", title=text, first=dt.date(2026, 12, 28), last=dt.date(2027, 1, 3), text=text, remind=(14,))]
    written = as_ics(days, name=text, made=MADE)
    assert not [line for line in written.decode().split("\r\n") if len(line.splitlines()) > 1 or "\x00" in line]
    assert len(events_of(written)) == 1
    assert written.split(b"\r\n").count(b"BEGIN:VALARM") == 1
    assert continued(days, written)[0].sequence == 0, "it is still the same"


def test_a_calendar_of_another_program_is_not_ours() -> None:
    written = as_ics([], name="Jaar 2026", made=MADE)
    assert is_ours(written, "Jaar ")
    assert not is_ours(written, "Ketentest ")
    assert not is_ours(written.replace(b"doorstroom_client", b"Agenda"), "Jaar ")
    assert not is_ours(written.replace(b"PRODID:", b"X-NOTE:PRODID:"), "Jaar ")
    assert not is_ours(b"", "")
