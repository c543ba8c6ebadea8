"""What the outbox tells: of a list that is put in it, of each message that was tried, and when that is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER
from support.sending import PUPILS, TWEEDE, Clock, Supplier, Wens, add_now, adding, at_once, deliver_all, open_store

from doorstroom_client.errors import ConfigurationError, NoAnswer, OngeldigBericht, Unavailable
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.sending.delivery import HOLD
from doorstroom_client.sending.queue import Klaargezet
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.rows import State

ONE: Wens = (0, None, None, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    made = open_store(tmp_path / "s.db")
    yield made
    made.close()


def told_of(store: Any, clock: Clock, how: str = "received", **more: Any) -> list[Uitkomst]:
    """What one run over the outbox tells."""
    told: list[Uitkomst] = []
    deliver_all(store, clock, Supplier(store.ledger.secret()), how, on_result=told.append, **more)
    return told


def whom(put: Klaargezet) -> list[bool]:
    """Per pupil, whether it is gone."""
    return [any(gone.gaat_over(pupil) for gone in put.verdwenen) for pupil in PUPILS]


def test_what_was_left_out_is_told(store: Any) -> None:
    clock = Clock()
    first = at_once(adding(store, clock, 0, (0, 0, 0, None)))
    assert (first.bericht.aantal, first.ongewijzigd, first.verdwenen) == (3, 0, ())
    assert (first.naam, first.uitleg) == ("Toetsbureau", "")
    told_of(store, clock)
    changed = at_once(adding(store, clock, 0, (0, 1, None, 0), only_changes=True))
    assert (changed.bericht.aantal, changed.ongewijzigd, whom(changed)) == (2, 1, [False, False, True, False])
    assert "Eén leerling staat niet meer in uw lijst, maar eerder wel." in changed.uitleg
    told_of(store, clock)
    same = at_once(adding(store, clock, 0, (0, 1, None, 0), only_changes=True))
    assert (same.bericht, same.ongewijzigd, whom(same)) == (None, 3, [False, False, True, False])
    assert same.uitleg == changed.uitleg


def test_a_moment_without_a_time_zone_names_the_setting(store: Any) -> None:
    clock = Clock()
    with pytest.raises(ConfigurationError) as caught:
        add_now(store, clock, 0, ONE, expires_at=dt.datetime(2026, 8, 1))
    assert str(caught.value).startswith("expires_at has no time zone")
    assert (caught.value.setting, caught.value.hint) == ("expires_at", "Give an aware datetime")
    assert store.outbox.messages() == []


def test_a_message_that_arrived(store: Any) -> None:
    clock = Clock()
    put = add_now(store, clock, 0, ONE)
    (told,) = told_of(store, clock)
    assert (told.bericht.id, told.leverancier, told.bericht.state) == (put.id, "ICE", State.DELIVERED)
    assert (told.bericht.reason, told.error) == ("", None)


def test_a_message_that_waits(store: Any) -> None:
    clock = Clock()
    put = add_now(store, clock, 0, ONE)
    (told,) = told_of(store, clock, "lost")
    assert (told.bericht.id, told.leverancier, told.bericht.state, told.bericht.reason) == (
        put.id,
        "ICE",
        State.WAITING,
        "NoAnswer",
    )
    assert told.bericht.next_at == store.outbox.next_at(clock.now()) == clock.now() + dt.timedelta(seconds=5)
    assert isinstance(told.error, NoAnswer)


def test_a_message_that_is_parked_has_no_next_moment(store: Any) -> None:
    clock = Clock()
    add_now(store, clock, 0, ONE)
    (told,) = told_of(store, clock, "422")
    assert (told.leverancier, told.bericht.state) == ("ICE", State.PARKED)
    assert isinstance(told.error, OngeldigBericht)


def test_a_supplier_that_is_not_configured_any_more_is_named(store: Any) -> None:
    clock = Clock()
    put = add_now(store, clock, 2, ONE)
    (told,) = told_of(store, clock, leveranciers=(LEVERANCIER,))
    assert (told.bericht.id, told.leverancier, told.bericht.state, told.bericht.reason) == (
        put.id,
        TWEEDE.oin,
        State.HELD,
        "leverancier",
    )
    assert told.bericht.next_at == clock.now() + dt.timedelta(seconds=HOLD)
    assert isinstance(told.error, ConfigurationError)
    assert str(told.error).startswith(f"there is no leverancier with OIN {TWEEDE.oin} in the configuration")
    assert (told.error.setting, told.error.hint) == ("leveranciers", "Configure it again, or drop the message")
    assert [item.attempts for item in store.outbox.messages()] == [0]  # nothing was sent


def test_what_concerns_every_school_is_found_out_once(store: Any) -> None:
    clock = Clock()
    for place in (0, 1, 2):
        add_now(store, clock, place, ONE)
    told = told_of(store, clock, "301")
    assert [item.leverancier for item in told] == ["ICE", "DIA"]


@pytest.mark.parametrize("left", [30.0, 0.5])
def test_an_open_circuit_is_waited_for_and_not_the_schedule(store: Any, left: float) -> None:
    clock = Clock()
    add_now(store, clock, 0, ONE)
    for seconds in (5, 300):
        told_of(store, clock, "lost")
        clock.elapsed += seconds
    health = Circuits(clock.monotonic)
    health.failed(LEVERANCIER.base_url, 1, left)
    (told,) = told_of(store, clock, health=health)
    assert isinstance(told.error, Unavailable)
    assert told.bericht.next_at == clock.now() + dt.timedelta(seconds=left)


def test_what_a_supplier_asks_for_does_not_shorten_the_schedule(store: Any) -> None:
    clock = Clock()
    add_now(store, clock, 0, ONE)
    for seconds in (5, 300):
        told_of(store, clock, "lost")
        clock.elapsed += seconds
    (told,) = told_of(store, clock, "503")  # asks for 900 seconds
    assert told.bericht.next_at == clock.now() + dt.timedelta(seconds=1800)
