"""Promise O4: what a peer may ask for in Retry-After, and what is ignored."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from doorstroom_client.exchange.retry import LONGEST_RETRY_AFTER, retry_after


def http_date(moment: dt.datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("\t7", 7.0),
        ("00012", 12.0),
        ("21600", LONGEST_RETRY_AFTER),
        ("21601", LONGEST_RETRY_AFTER),
        ("999999999", LONGEST_RETRY_AFTER),
    ],
)
def test_seconds(text: str, seconds: float) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "+5",
        "3.5",
        "1e9",
        "1" * 20,
        "120, 60",
        "١٢٠",
        "１２",
        "1_0",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "2026-03-10T12:00:00Z",
        "Tue, 32 Mar 2026 12:00:00 GMT",
        "Tue, 10 Foo 2026 12:00:00 GMT",
        "Tue, 10 Mar 2026 25:00:00 GMT",
        "Tue, 10 Mar 2026 12:00:00 CET",
        "Tue, 10 Mar 2026 12:00:00 GMT, 5",
        "Tuesday, 10-Mar-26 12:00:00 GMT",
        "",
        "soon",
        "120\n",
        "12 0",
        "120X",
        "X120",
    ],
)
def test_anything_else_is_ignored(text: str) -> None:
    assert retry_after({"retry-after": text}, NOW) is None


def test_absent() -> None:
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize("off", [-3600, 0, 3600, 400 * 86400], ids=str)
def test_a_date_counts_from_the_clock_of_the_peer(off: int) -> None:
    theirs = NOW + dt.timedelta(seconds=off)
    headers = {"date": http_date(theirs), "retry-after": http_date(theirs + dt.timedelta(seconds=60))}
    assert retry_after(headers, NOW) == 60


@pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 99 Mar 2026 12:00:00 GMT"])
def test_a_date_counts_from_our_clock_when_the_peer_has_none(date: str | None) -> None:
    headers = {"retry-after": http_date(NOW + dt.timedelta(seconds=60))} | ({} if date is None else {"date": date})
    assert retry_after(headers, NOW) == 60


def test_a_date_in_the_past_is_now_and_a_far_one_is_capped() -> None:
    assert retry_after({"retry-after": http_date(NOW - dt.timedelta(hours=1))}, NOW) == 0
    assert retry_after({"retry-after": http_date(NOW + dt.timedelta(days=9))}, NOW) == LONGEST_RETRY_AFTER


@given(st.text(max_size=40), st.text(max_size=40))
def test_never_raises_and_stays_in_bounds(text: str, date: str) -> None:
    found = retry_after({"retry-after": text, "date": date}, NOW)
    assert found is None or 0 <= found <= LONGEST_RETRY_AFTER


@given(st.from_regex(r"[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Xyz) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT", fullmatch=True))
def test_no_date_shaped_text_raises(text: str) -> None:
    found = retry_after({"retry-after": text, "date": text}, NOW)
    assert found is None or 0 <= found <= LONGEST_RETRY_AFTER
