"""``client.store``: the days from the configuration, the numbers, and one event that tells them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, NOW, AsyncFakeTransport, FakeTransport
from support.records import MARKS, YEAR, accept, deliver, keep, message

from doorstroom_client import AsyncClient, Client, ConfigurationError, Event, Purged, Retention, StoreError
from doorstroom_client.config.reader import Settings, load_settings
from doorstroom_client.events import as_json
from doorstroom_client.runtime import Resources
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

SMALL = 'auteur = "X"\nstore = "s.db"\n[certificate]\ncert = "c"\ntrust = "t"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store in which one of each can go."""
    store = SqliteStore(tmp_path / "s.db")
    keep(store, done=40)
    keep(store, "lately", done=20)
    keep(store, "not processed", days=100)
    store.outbox.add(message("m"))
    deliver(store, 40)
    accept(store, "a", MARKS, "2023-2024")
    accept(store, "b", NOW - dt.timedelta(days=399))
    store.close()
    return tmp_path / "s.db"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def client(path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(Resources, "las_oin", lambda _: LAS_OIN)
    with Client(
        auteur="x", transport=FakeTransport([]), store=path, retention=Retention(), on_event=events.append, now=lambda: NOW
    ) as made:
        yield made


def test_purge(client: Client, events: list[Event], caplog: pytest.LogCaptureFixture) -> None:
    until = NOW - dt.timedelta(days=30)
    assert client.store.removable() == Purged(NOW, until, 1, 1, 1, wiped=False)
    assert client.store.purges() == events == []
    with caplog.at_level(logging.INFO, "doorstroom_client"):
        done = client.store.purge()
    assert done == Purged(NOW, until, 1, 1, 1, wiped=True)
    assert client.store.purges() == [done]
    told = Event("purge", "1 resultaten, 1 berichten, 1 merken", "removed", LAS_OIN, "-", "-", NOW)
    assert events == [told]
    assert caplog.messages == [as_json(told)]
    assert set(json.loads(caplog.messages[0])) >= {"action", "object", "result", "origin", "actor", "at"}


def test_days_of_its_own(client: Client) -> None:
    """The marks have theirs all the same."""
    assert client.store.removable(20).resultaten == 2
    done = client.store.purge(0)
    assert (done.until, done.resultaten, done.berichten, done.merken) == (NOW, 2, 1, 1)
    assert client.store.counts()["pending"] == 1


def test_bytes_that_could_not_be_wiped_are_told(client: Client, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstroom_client.store.sqlite.file.SqliteDatabase.wipe", lambda _: False)
    assert not client.store.purge().wiped
    assert [event.result for event in events] == ["removed, bytes not yet wiped"]


def test_a_purge_that_fails_is_no_event(client: Client, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("doorstroom_client.store.sqlite.sqlite_store.SqliteStore.purge", fail)
    with pytest.raises(StoreError):
        client.store.purge()
    assert events == []


def test_counts(client: Client) -> None:
    assert client.store.counts() == {
        "received": 3,
        "current": 3,
        "pending": 1,
        "put_off": 0,
        "waiting": 0,
        "held": 0,
        "parked": 0,
        "delivered": 1,
        "dropped": 0,
    }
    assert client.store.oldest_pending() == NOW - dt.timedelta(days=100)
    client._runtime.resources.inbox().mark_done(3, NOW)
    assert client.store.oldest_pending() is None


def test_backup(client: Client, tmp_path: Path) -> None:
    client.store.backup(tmp_path / "copy.db")
    with Client(auteur="x", transport=FakeTransport([]), store=tmp_path / "copy.db") as copy:
        assert copy.store.counts() == client.store.counts()
    with pytest.raises(StoreError, match="exists"):
        client.store.backup(str(tmp_path / "copy.db"))


def test_a_derived_client_keeps_the_days(path: Path) -> None:
    term = Retention(days=10, marks_days=398)
    with Client(auteur="x", transport=FakeTransport([]), store=path, retention=term, now=lambda: NOW) as client:
        done = client.with_options(schooljaar=YEAR).store.purge()
    assert (done.resultaten, done.merken) == (2, 2)


def test_asynchronous(path: Path, tmp_path: Path) -> None:
    async def use() -> list[Any]:
        async with AsyncClient(auteur="x", transport=AsyncFakeTransport([]), store=path, now=lambda: NOW) as client:
            found = [await client.store.removable(), await client.store.purge(), await client.store.purges(1)]
            await client.store.backup(tmp_path / "copy.db")
            return [*found, await client.store.counts(), await client.store.oldest_pending()]

    told, done, purges, counts, oldest = asyncio.run(use())
    assert (told.resultaten, done.resultaten, done.wiped) == (1, 1, True)
    assert purges == [done]
    assert (counts["received"], oldest) == (2, NOW - dt.timedelta(days=100))
    assert (tmp_path / "copy.db").exists()


def test_without_a_whole_store(path: Path) -> None:
    inbox = SqliteStore(path).inbox
    for store in (None, inbox):
        with Client(auteur="x", transport=FakeTransport([]), store=store) as client:
            for call in (client.store.purge, client.store.removable, client.store.purges, client.store.counts):
                with pytest.raises(ConfigurationError) as caught:
                    call()
                assert caught.value.setting == "store"
    inbox._database.close()


# --- the number of days ---


@pytest.mark.parametrize("days", [-1, 3651, 1.5, True, "30", None])
@pytest.mark.parametrize("name", ["days", "marks_days"])
def test_a_number_of_days_that_cannot_be(name: str, days: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Retention(**{name: days})
    assert caught.value.setting == f"retention.{name}"
    assert "0 to 3650" in str(caught.value)


@pytest.mark.parametrize("days", [-1, 3651, 1.5])
def test_a_number_of_days_that_cannot_be_passed(client: Client, days: Any) -> None:
    with pytest.raises(ConfigurationError):
        client.store.purge(days)
    assert client.store.purges() == []


def settings(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "x.toml").write_text(text)
    return load_settings(folder / "x.toml", environment)


def test_the_configuration(tmp_path: Path) -> None:
    assert settings(tmp_path, SMALL).retention == Retention() == Retention(days=30, marks_days=400)
    given = f"{SMALL}[retention]\ndays = 14\n"
    assert settings(tmp_path, given).retention == Retention(days=14)
    won = settings(tmp_path, given, DOORSTROOM_RETENTION_DAYS="7", DOORSTROOM_RETENTION_MARKS_DAYS="500").retention
    assert won == Retention(days=7, marks_days=500)
    assert isinstance(won.days, int)
    assert settings(tmp_path, given).arguments()["retention"] == Retention(days=14)


@pytest.mark.parametrize(
    ("line", "told"),
    [("days = -1", "retention.days"), ("marks_days = 1.5", "retention.marks_days"), ("day = 1", 'did you mean "days"')],
)
def test_a_configuration_that_is_not_in_order(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(tmp_path, f"{SMALL}[retention]\n{line}\n")
    assert told in str(caught.value)
