"""Forks at moments at which the store cannot be brought to rest: the child is refused, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.processes import in_child

from doorstroom_client.basics import forks
from doorstroom_client.store.sqlite import file as sqlite_database
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


@contextmanager
def beside(work: Callable[[threading.Event], object]) -> Iterator[None]:
    """A thread that is half-way for as long as this lasts."""
    half_way, go_on = threading.Event(), threading.Event()

    def run() -> None:
        half_way.set()
        work(go_on)

    thread = threading.Thread(target=run)
    thread.start()
    half_way.wait(10)
    try:
        yield
    finally:
        go_on.set()
        thread.join(60)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(forks, "PATIENCE", 2.0)
    return tmp_path / "s.db"


def test_during_a_backup(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, copying = SqliteStore(path), threading.Event()

    def slow(*_: Any) -> None:
        copying.set()
        done.wait(30)

    monkeypatch.setattr(sqlite_database, "copy_store", slow)
    done = threading.Event()

    def backup(go_on: threading.Event) -> None:
        nonlocal done
        done = go_on
        store.backup(str(tmp_path / "copy.db"))

    with beside(backup):
        copying.wait(10)
        said = in_child(store.outbox.counts, lambda: SqliteStore(path))
    assert all("was being used when this process was forked" in text for text in said)
    assert in_child(store.outbox.counts)[0].startswith("{")
    store.close()


@pytest.mark.parametrize("same", [True, False], ids=["its own", "another of the same file"])
def test_while_a_transaction_is_open(path: Path, same: bool) -> None:
    busy, other = SqliteStore(path), SqliteStore(path)

    def work(go_on: threading.Event) -> None:
        with busy._database.transaction("wait"):
            inside.set()
            go_on.wait(30)

    inside = threading.Event()
    with beside(work):
        inside.wait(10)
        said = in_child((busy if same else other).outbox.counts, lambda: SqliteStore(path))
    assert all("was being used when this process was forked" in text for text in said)
    assert in_child(busy.outbox.counts, other.outbox.counts)[0].startswith("{")
    busy.close(), other.close()


def test_within_a_transaction_of_the_same_thread(path: Path) -> None:
    store = SqliteStore(path)
    with store._database.transaction("fork") as cursor:
        (said,) = in_child(store.outbox.counts)
        assert cursor.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    assert "was being used when this process was forked" in said
    store.close()


def test_a_library_that_is_stuck_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when another part of the program was inside it; played by a look that does not end."""
    from doorstroom_client.store.sqlite import process as sqlite_process

    store = SqliteStore(path)

    def stuck(*_: Any, **__: Any) -> None:
        threading.Event().wait()

    def child() -> object:
        sqlite_process.sqlite3.connect = stuck
        return store.outbox.counts()

    (said,) = in_child(child)
    assert said.startswith("SQLite was being used when this process was forked")
    store.close()
