"""Purging once a day beside ``doorstroom serve``: it does its work, and never ends the server."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import FakeTransport
from support.clients import Clock
from support.records import keep

from doorstroom_client import Client, Purged, StoreError
from doorstroom_client.receiving.server.daily import AFTER_ERROR, EVERY, Purger
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[Client]:
    store = SqliteStore(tmp_path / "s.db")
    keep(store, done=40)
    keep(store, "twee")
    store.close()
    with Client(auteur="x", transport=FakeTransport([]), store=tmp_path / "s.db", now=clock) as made:
        yield made


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opruimer(client: Client, clock: Clock, said: list[str]) -> Purger:
    return Purger(client.store, clock, said.append)


def test_at_the_start_and_then_once_a_day(client: Client, clock: Clock, opruimer: Purger, said: list[str]) -> None:
    assert opruimer.once() == EVERY
    assert [done.resultaten for done in client.store.purges()] == [1]
    assert opruimer.once() == EVERY  # a restart at once
    clock.at += 5 * HOUR
    assert opruimer.once() == 19 * HOUR
    assert len(client.store.purges()) == 1
    clock.at += 19 * HOUR
    assert opruimer.once() == EVERY
    assert len(client.store.purges()) == 2
    clock.at -= 30 * HOUR  # a clock that was set back does not put it off
    assert opruimer.once() == EVERY
    assert len(client.store.purges()) == 3
    assert said == []


def test_bytes_that_are_still_there_are_wiped_at_the_next_start(
    client: Client, opruimer: Purger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("doorstroom_client.store.sqlite.file.SqliteDatabase.wipe", lambda _: False)
        opruimer.once()
    opruimer.once()
    assert [done.wiped for done in client.store.purges()] == [True, False]


@pytest.mark.parametrize("error", [StoreError("the store could not be read"), ValueError("kanarie")], ids=["ours", "a bug"])
def test_an_error_is_one_line(
    error: Exception, client: Client, opruimer: Purger, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Purged:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "purge", fail)
        assert opruimer.once() == AFTER_ERROR
    (line,) = said
    assert "\n" not in line
    assert "kanarie" not in line
    assert ("the store could not be read" in line) is isinstance(error, StoreError)
    assert opruimer.once() == EVERY
    assert len(said) == 1


def test_in_a_thread(client: Client, opruimer: Purger) -> None:
    done = threading.Event()
    once = opruimer.once

    def noted() -> dt.timedelta:
        wait = once()
        done.set()
        return wait

    opruimer.once = noted  # type: ignore[method-assign]
    with opruimer.running():
        assert done.wait(10)
        (thread,) = (thread for thread in threading.enumerate() if thread.name == "doorstroom-opruimen")
        assert thread.daemon
    thread.join(10)
    assert not thread.is_alive()
    assert client.store.counts()["received"] == 1


def test_what_goes_wrong_at_the_end_is_not_told(client: Client, opruimer: Purger, said: list[str]) -> None:
    opruimer._stopping.set()
    client.close()
    assert opruimer.once() == AFTER_ERROR
    assert said == []
