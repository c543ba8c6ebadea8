"""The outbox of a store: whose turn it is, leases, and what expires."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from support import SUPPLIER_OIN
from support.outbox import DAY, HOLD, KEY, OTHER, SECONDS, THIRD, at, by_id, claim, message, nothing, put_back
from support.sending import (
    KEYS,
    Clock,
    bodies,
)

from doorstroom_client.sending.queue import end_of
from doorstroom_client.store.ledger import Ledger
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.rows import Key, State


def test_the_parts_are_what_they_should_be(store: Any) -> None:
    assert isinstance(store.outbox, Outbox)
    assert isinstance(store.ledger, Ledger)


# --- whose turn it is


def test_one_message_of_a_key_at_a_time_and_the_oldest_first(outbox: Outbox) -> None:
    for number, key in enumerate((KEY, KEY, OTHER, THIRD), 1):
        outbox.add(message(number, key))
    taken = [claim(outbox).queued.id, claim(outbox, owner="v").queued.id, claim(outbox, owner="u").queued.id]
    assert taken == [1, 3, 4]
    assert nothing(outbox)


@pytest.mark.parametrize("state", [State.WAITING, State.HELD])
def test_a_later_message_waits_for_one_that_is_not_due(outbox: Outbox, state: State) -> None:
    outbox.add(message(1))
    outbox.add(message(2))
    put_back(outbox, claim(outbox), state, seconds=300)
    assert nothing(outbox, 299)
    assert outbox.next_at(at(10)) == at(300)
    assert claim(outbox, 300).queued.id == 1


@pytest.mark.parametrize("key", [replace(KEY, soort="registreren"), OTHER, THIRD])
def test_another_kind_school_or_supplier_does_not_wait(outbox: Outbox, key: Key) -> None:
    outbox.add(message(1))
    outbox.add(message(2, key))
    put_back(outbox, claim(outbox), seconds=300)
    assert claim(outbox, 1).queued.key == key


def test_another_school_year_is_the_same_key(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(replace(message(2), schooljaar="2026-2027"))
    assert claim(outbox).queued.id == 1
    assert nothing(outbox)


def test_what_is_due_longest_goes_first(outbox: Outbox) -> None:
    for number, (key, added) in enumerate(((KEY, 30), (OTHER, 10), (THIRD, 20)), 1):
        outbox.add(message(number, key, added))
    assert [claim(outbox, 60, owner).queued.id for owner in "abc"] == [2, 3, 1]


def test_suppliers_may_be_left_alone(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(message(2, THIRD))
    assert claim(outbox, without=(SUPPLIER_OIN,)).queued.id == 2
    assert nothing(outbox, without=(SUPPLIER_OIN, THIRD.leverancier))


def test_a_parked_or_dropped_message_makes_way(outbox: Outbox) -> None:
    for number in (1, 2, 3):
        outbox.add(message(number))
    put_back(outbox, claim(outbox), State.PARKED)
    assert outbox.drop(2, at(0))
    assert claim(outbox).queued.id == 3


# --- leases


def test_a_lease_ends(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    first = claim(outbox)
    clock.elapsed = SECONDS - 0.125
    assert nothing(outbox)
    assert outbox.next_at(clock.now()) == at(SECONDS)
    clock.elapsed = SECONDS
    second = claim(outbox, SECONDS, "v")
    assert second.queued == replace(first.queued, next_at=at(SECONDS))
    assert not outbox.renew(first, clock.now(), SECONDS)
    assert not outbox.delivered(first, (), 0, clock.now())
    assert not outbox.postpone(first, State.PARKED, "x", at(0), at(0), counts=True)
    assert by_id(outbox, 1).state is State.WAITING
    clock.elapsed += 1
    assert outbox.renew(second, clock.now(), SECONDS)
    clock.elapsed = 2 * SECONDS
    assert nothing(outbox, 2 * SECONDS)
    clock.elapsed += 1
    assert not nothing(outbox, 2 * SECONDS + 1)


def test_a_worker_that_was_late_goes_on_when_nobody_took_over(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    clock.elapsed = 1000
    assert outbox.renew(claimed, clock.now(), SECONDS)
    clock.elapsed += SECONDS - 1
    assert nothing(outbox, 1000)
    assert outbox.delivered(claimed, [0], 0, clock.now())


@pytest.mark.parametrize("step", [-400 * DAY, -3600.0, -6.0, 6.0, SECONDS, 3600.0, 29 * DAY])
def test_a_wall_clock_that_is_set_neither_ends_nor_prolongs_a_lease(outbox: Outbox, clock: Clock, step: float) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    assert nothing(outbox, step)
    assert outbox.next_at(at(step)) == at(step + SECONDS)
    assert outbox.renew(claimed, at(step), SECONDS)
    clock.elapsed = SECONDS - 1
    assert nothing(outbox, step)
    clock.elapsed = SECONDS
    assert not nothing(outbox, step)


def test_a_lease_ends_with_a_boot(store: Any, clock: Clock) -> None:
    """The clock begins anew; what was in hand is free, whatever it says, also where one boot cannot be told from another."""
    clock.elapsed = 40 * DAY
    for number, boot in enumerate(("another boot", "boot"), 1):
        store.outbox.add(message(number, KEYS[number]))
        store._database.lease_clock = clock.lease
        claim(store.outbox)
        store._database.lease_clock = lambda _, boot=boot: (boot, 5.0)
        assert store.outbox.next_at(at(0)) is not None
        claim(store.outbox, owner="v")


@pytest.mark.parametrize(("mine", "theirs"), [(3610.0, 120.0), (120.0, 3610.0)])
def test_a_worker_with_another_total_time_keeps_its_message(outbox: Outbox, clock: Clock, mine: float, theirs: float) -> None:
    """How long a lease is, is for the worker to say: it follows from how long its calls may take."""
    outbox.add(message(1))
    claim(outbox, lease=mine)
    for clock.elapsed in (1, mine - 1):
        assert nothing(outbox, lease=theirs)
    clock.elapsed = mine
    assert not nothing(outbox, lease=theirs)


@pytest.mark.parametrize("back", [6.0, 3600.0, 400 * DAY])
def test_a_moment_from_a_clock_that_was_set_back_holds_nobody_up(outbox: Outbox, back: float) -> None:
    outbox.add(message(1))
    put_back(outbox, claim(outbox), State.HELD, seconds=HOLD)
    assert outbox.next_at(at(-back)) == at(-back)
    assert claim(outbox, -back).queued.id == 1


def test_what_was_due_when_its_worker_died_is_due_by_a_clock_that_was_set_back(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    put_back(outbox, claim(outbox), seconds=DAY)
    for seconds, owner in ((DAY, "w"), (0, "v"), (SECONDS, "u")):
        assert claim(outbox, seconds, owner).queued.id == 1
        clock.elapsed += SECONDS


def test_next_at(outbox: Outbox) -> None:
    assert outbox.next_at(at(0)) is None
    outbox.add(message(1, added=50, expires_at=at(100)))
    assert outbox.next_at(at(60)) == at(60)
    put_back(outbox, claim(outbox, 60), State.HELD, seconds=900, now=60)
    assert outbox.next_at(at(61)) == at(100)  # it expires, and makes way for others
    outbox.add(message(2))
    assert outbox.next_at(at(61)) == at(100)
    outbox.add(message(3, OTHER, added=61))
    assert outbox.next_at(at(62)) == at(62)


# --- what expires


def test_what_expires_is_parked_with_its_content(store: Any) -> None:
    outbox = store.outbox
    outbox.add(message(1, expires_at=at(100)))
    outbox.add(message(2))
    assert claim(outbox, 100).queued.id == 2
    parked = by_id(outbox, 1)
    assert (parked.state, parked.reason, bodies(store)[1]) == (State.PARKED, "expired", b"x")
    assert not outbox.retry(1, at(100))


def test_what_expires_in_the_hands_of_a_worker_is_not_sent_any_more(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1, expires_at=at(100)))
    claimed = claim(outbox, 90)
    assert nothing(outbox, 101)
    assert by_id(outbox, 1).state is State.WAITING  # it may be on the wire
    assert not outbox.renew(claimed, at(101), SECONDS)
    clock.elapsed = SECONDS
    assert nothing(outbox, 90 + SECONDS)
    assert by_id(outbox, 1).state is State.PARKED


def test_at_the_moment_of_expiry_it_is_too_late(outbox: Outbox) -> None:
    outbox.add(message(1, expires_at=at(100)))
    assert not outbox.renew(claim(outbox, 99), at(100), SECONDS)


@pytest.mark.parametrize(
    ("schooljaar", "now", "then"),
    [
        ("2025-2026", dt.datetime(2026, 3, 10, tzinfo=dt.UTC), dt.datetime(2026, 8, 1, tzinfo=dt.UTC)),
        ("2025-2026", dt.datetime(2026, 7, 30, tzinfo=dt.UTC), dt.datetime(2026, 8, 13, tzinfo=dt.UTC)),
    ],
)
def test_a_list_expires_with_its_school_year(schooljaar: str, now: dt.datetime, then: dt.datetime) -> None:
    assert end_of(schooljaar, now) == then
