"""What is of PostgreSQL only: what its promises rest on, connections that break, and who may share it."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.databases import ROLE, Cluster
from support.deliveries import FIRST, later
from support.processes import wait_until

from doorstroom_client.errors import StoreError
from doorstroom_client.store.current import Marks, lock
from doorstroom_client.store.postgres.postgres_store import PostgresStore
from doorstroom_client.store.schema import STAMP

from .lossy import Lossy


@pytest.fixture
def place(cluster: Cluster) -> str:
    return cluster.fresh()


@pytest.fixture
def store(place: str) -> Iterator[Any]:
    made = PostgresStore(place)
    yield made
    made.close()


@contextlib.contextmanager
def server_with(cluster: Cluster, setting: str) -> Iterator[None]:
    """The server runs with a setting."""
    try:
        with cluster.connect("postgres") as operator:
            operator.execute(f"ALTER SYSTEM SET {setting}")
            reload(operator, setting.partition(" ")[0])
        yield
    finally:
        with cluster.connect("postgres") as operator:
            operator.execute("ALTER SYSTEM RESET ALL")
            reload(operator, setting.partition(" ")[0])


def reload(operator: Any, name: str) -> None:
    """Have the files read, and wait until this is seen: a reload says nothing when it is done."""
    before = operator.execute("SELECT pg_conf_load_time()").fetchone()
    operator.execute("SELECT pg_reload_conf()")
    wait_until(lambda: operator.execute("SELECT pg_conf_load_time()").fetchone() != before)


def session(store: Any, name: str) -> str:
    with store._database.cursor("look") as cursor:
        return str(cursor.execute(f"SELECT current_setting('{name}')").fetchone()[0])


def received(store: Any) -> int:
    return int(store.inbox.counts()["received"])


# --- what the promises rest on


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_wait_for_the_disk_is_refused(cluster: Cluster, place: str, setting: str) -> None:
    with server_with(cluster, f"{setting} = off"), pytest.raises(StoreError, match=f"{setting} = off") as caught:
        PostgresStore(place)
    assert not caught.value.retryable
    assert f"{setting} = on" in caught.value.hint
    PostgresStore(place).close()


def test_a_server_that_stops_waiting_for_the_disk_gets_no_new_connections(
    cluster: Cluster, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstroom_client.store.postgres.sessions._WAIT", 0.3)
    store: Any = PostgresStore(place)
    store.inbox.add(FIRST)
    with server_with(cluster, "fsync = off"):
        store._database._pool.drain()
        with pytest.raises(StoreError, match="fsync = off"):
            store.inbox.add(later(1, b"2"))
    assert received(store) == 1
    store.close()


def test_a_commit_waits_for_the_disk_whatever_the_role_says(cluster: Cluster, place: str) -> None:
    with cluster.connect() as operator:
        operator.execute(f"ALTER ROLE {ROLE} SET synchronous_commit = off")
    store = PostgresStore(place)
    try:
        assert session(store, "synchronous_commit") == "on"
    finally:
        store.close()
        with cluster.connect() as operator:
            operator.execute(f"ALTER ROLE {ROLE} RESET synchronous_commit")


def test_a_commit_waits_for_the_disk_whatever_becomes_of_the_server(cluster: Cluster, store: Any) -> None:
    assert session(store, "synchronous_commit") == "on"
    with server_with(cluster, "synchronous_commit = off"):
        assert session(store, "synchronous_commit") == "on"


def test_a_wait_for_a_standby_that_is_broken_off_is_an_error(cluster: Cluster, store: Any) -> None:
    """The server calls it a success with a warning; it is on one disk only, and two were asked for."""
    errors: list[StoreError] = []

    def add() -> None:
        try:
            store.inbox.add(FIRST)
        except StoreError as error:
            errors.append(error)

    with server_with(cluster, "synchronous_standby_names = 'nobody'"), cluster.connect() as operator:
        adding = threading.Thread(target=add)
        adding.start()
        waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        wait_until(lambda: operator.execute(waiting).fetchall())
        adding.join()
    assert [error.retryable for error in errors] == [True]
    assert store.inbox.add(FIRST).seen == 2


def test_a_database_that_is_not_in_utf_8(cluster: Cluster) -> None:
    cluster.fresh()
    with cluster.connect("postgres") as operator:
        operator.execute("CREATE DATABASE ascii ENCODING SQL_ASCII TEMPLATE template0")
    with pytest.raises(StoreError, match="encoding = SQL_ASCII"):
        PostgresStore(cluster.address("ascii"))


def test_texts_are_compared_by_byte(store: Any) -> None:
    with store._database.cursor("look") as cursor:
        found = cursor.execute(
            "SELECT DISTINCT collation_name FROM information_schema.columns "
            "WHERE table_schema = 'doorstroom' AND data_type = 'text'"
        ).fetchall()
    assert found == [("C",)]


def test_nothing_waits_for_ever(store: Any) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    assert [session(store, name) for name in names] == ["10s", "30s", "1min"]


def test_an_address_may_set_other_limits_but_no_other_schema(place: str) -> None:
    store = PostgresStore(f"{place}&options=-c%20lock_timeout%3D3s%20-c%20search_path%3Dpublic")
    assert (session(store, "lock_timeout"), session(store, "search_path")) == ("3s", "doorstroom")
    store.close()


# --- what is there already


@pytest.mark.parametrize(
    ("stamp", "told", "hint"),
    [
        (99, "newer version", "Install that version"),
        (STAMP - 1, "earlier version", "name a new file or database"),
        (None, "earlier version", "name a new file or database"),
    ],
)
def test_a_store_of_another_version_is_refused_and_left_alone(
    cluster: Cluster, place: str, stamp: int | None, told: str, hint: str
) -> None:
    with contextlib.closing(PostgresStore(place)) as store:
        store.inbox.add(FIRST)
    look = "SELECT (SELECT max(version) FROM doorstroom.store_version), (SELECT count(*) FROM doorstroom.leerlingresultaat)"
    with cluster.connect() as operator:
        operator.execute("DELETE FROM doorstroom.store_version")
        if stamp is not None:
            operator.execute("INSERT INTO doorstroom.store_version (version) VALUES (%s)", (stamp,))
        with pytest.raises(StoreError, match=told) as caught:
            PostgresStore(place)
        assert (hint in caught.value.hint, caught.value.retryable) == (True, False)
        assert operator.execute(look).fetchone() == (stamp, 1)
        operator.execute("DROP SCHEMA doorstroom CASCADE")


def test_the_schema_of_something_else_is_refused_and_left_alone(cluster: Cluster) -> None:
    place = cluster.fresh("anders")
    with cluster.connect("anders") as operator:
        operator.execute("CREATE TABLE doorstroom.facturen (id INTEGER)")
        with pytest.raises(StoreError, match="something else") as caught:
            PostgresStore(place)
        assert "another database" in caught.value.hint
        assert operator.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'doorstroom'").fetchall() == [("facturen",)]


def test_a_role_without_rights_is_told_which(cluster: Cluster) -> None:
    place = cluster.fresh("zonder")
    with cluster.connect("zonder") as operator:
        operator.execute("DROP SCHEMA doorstroom")
    with pytest.raises(StoreError, match="42501") as caught:
        PostgresStore(place)
    assert "CREATE SCHEMA doorstroom AUTHORIZATION" in caught.value.hint


def test_a_role_that_may_make_it_makes_the_schema(cluster: Cluster) -> None:
    place = cluster.fresh("zelf")
    with cluster.connect("zelf") as operator:
        operator.execute("DROP SCHEMA doorstroom")
        operator.execute(f"GRANT CREATE ON DATABASE zelf TO {ROLE}")
    store = PostgresStore(place)
    assert store.inbox.add(FIRST).current
    store.close()


def test_a_copy_is_made_by_other_tools(store: Any, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        store.backup(str(tmp_path / "copy"))
    assert "pg_dump" in caught.value.hint
    assert "--schema=doorstroom" in caught.value.hint
    assert not (tmp_path / "copy").exists()


def test_what_is_removed_is_said_not_to_be_wiped(store: Any) -> None:
    store.inbox.mark_done(store.inbox.add(FIRST).id, NOW)
    removed = store.purge(NOW, NOW, NOW)
    assert (removed.resultaten, removed.wiped) == (1, False)
    with store._database.cursor("look") as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()") if session(store, "server_version_num") >= "150000" else None
        query = "SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'leerlingresultaat'"
        assert cursor.execute(query).fetchone()[0] > 0


# --- connections that break


def test_connections_that_were_cut_are_replaced(cluster: Cluster, store: Any) -> None:
    store.inbox.add(FIRST)
    assert cluster.end_connections() >= 1
    assert received(store) == 1
    assert cluster.end_connections() >= 1
    assert store.inbox.add(later(1, b"2")).current


def test_a_server_that_is_started_again(cluster: Cluster, place: str) -> None:
    store = PostgresStore(place)
    held = [store._database._opened().getconn() for _ in range(3)]
    for connection in held:
        store._database._opened().putconn(connection)
    cluster.stop()
    cluster.start()
    assert store.inbox.add(FIRST).seen == 1
    store.close()


def test_a_server_that_is_away(cluster: Cluster, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstroom_client.store.postgres.sessions._WAIT", 0.3)
    store = PostgresStore(place)
    store.inbox.add(FIRST)
    cluster.stop()
    try:
        with pytest.raises(StoreError) as caught:
            store.inbox.add(later(1, b"2"))
        with pytest.raises(StoreError) as opening:
            PostgresStore(place)
    finally:
        cluster.start()
    assert caught.value.retryable
    assert opening.value.retryable
    assert received(store) == 1
    store.close()


def test_a_connection_that_is_cut_within_a_transaction(cluster: Cluster, store: Any) -> None:
    # The driver of PostgreSQL sees the reason, or, an older one, only that the connection is gone.
    with (
        pytest.raises(StoreError, match=r"57P01|OperationalError") as caught,
        store._database.transaction("keep something") as cursor,
    ):
        store.inbox._add(cursor, FIRST)
        cluster.end_connections()
        store.inbox._add(cursor, later(1, b"2"))
    assert caught.value.retryable
    assert received(store) == 0
    assert store.inbox.add(FIRST).seen == 1


@pytest.mark.parametrize("breaks", ["before", "after"])
def test_a_commit_of_which_the_answer_is_lost_is_an_error(cluster: Cluster, place: str, breaks: str) -> None:
    with tempfile.TemporaryDirectory(prefix="doorstroom-pg-") as name:
        lossy = Lossy(Path(name), cluster.folder)
        store = PostgresStore(place.replace(str(cluster.folder), name))
        store.inbox.add(FIRST)
        lossy.breaks = breaks
        with pytest.raises(StoreError) as caught:
            store.inbox.add(later(1, b"2"))
        assert lossy.breaks == ""
        assert caught.value.retryable
        cluster.end_connections()  # waits until the server has ended what was under way
        assert store.inbox.add(later(1, b"2")).seen == (1 if breaks == "before" else 2)
        assert received(store) == 2
        store.close()
        lossy.close()


def test_a_failed_transaction_whose_error_was_swallowed_is_not_kept(store: Any) -> None:
    with pytest.raises(StoreError), store._database.transaction("keep something") as cursor:
        store.inbox._add(cursor, FIRST)
        with contextlib.suppress(Exception):
            cursor.execute("SELECT 1 / 0")
    assert received(store) == 0


def test_no_connection_is_left_behind(cluster: Cluster, store: Any) -> None:
    for _ in range(15):
        with pytest.raises(StoreError), store._database.transaction("fail") as cursor:
            cursor.execute("SELECT 1 / 0")
        with pytest.raises(ZeroDivisionError), store._database.transaction("fail"):
            raise ZeroDivisionError
    assert received(store) == 0
    with cluster.connect() as operator:
        query = f"SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity WHERE usename = '{ROLE}'"
        # After an error the pool sets a connection straight beside us, and may have made another one meanwhile.
        wait_until(lambda: operator.execute(query).fetchone()[1] == 0)
        assert operator.execute(query).fetchone()[0] <= 3


@pytest.mark.parametrize(
    ("query", "later"), [("SELECT 1 / 0", False), ("SELECT pg_sleep(9)", True), ("LOCK TABLE outbox", True)]
)
def test_what_can_be_tried_again(place: str, query: str, later: bool) -> None:
    store: Any = PostgresStore(f"{place}&options=-c%20statement_timeout%3D300ms%20-c%20lock_timeout%3D100ms")
    with store._database.transaction("wait") as cursor:
        cursor.execute("LOCK TABLE outbox")
        with pytest.raises(StoreError) as caught, store._database.transaction("fail") as other:
            other.execute(query)
    assert caught.value.retryable is later
    store.close()


# --- locks


def test_a_lock_is_about_one_thing(store: Any) -> None:
    database = store._database
    with database.transaction("one") as one:
        database.lock(one, "outbox", "a", "b")
        database.lock(one, "outbox", "a", "b")
        with database.transaction("two") as two:
            assert not database.try_lock(two, "outbox", "a", "b")
            for other in (
                ("outbox", "a"),
                ("outbox", "ab"),
                ("outbox", "a", "b", ""),
                ("outbox", "b", "a"),
                ("outbox", 'a","b'),
            ):
                assert database.try_lock(two, *other)
    with database.transaction("three") as three:
        assert database.try_lock(three, "outbox", "a", "b")


def test_who_waits_for_a_lock_sees_what_was_done_under_it(store: Any) -> None:
    """Two lists of a key that are added at once: numbers are given in the order in which they appear."""
    database, seen = store._database, list[int]()
    with database.transaction("one") as one:
        lock(database, one, [(FIRST, Marks.of(FIRST, store.ledger.secret()))])
        store.inbox._add(one, FIRST)
        waiting = threading.Thread(target=lambda: seen.append(store.inbox.add(FIRST).seen))
        waiting.start()
        with store._database.cursor("look") as cursor:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            wait_until(lambda: cursor.execute(query).fetchone()[0])
    waiting.join()
    assert seen == [2]


def test_consumers_skip_what_others_have_in_hand(store: Any) -> None:
    for number in range(3):
        store.inbox.add(later(0, b"%d" % number, pupil=f"eck:{number}"))
    with store._database.transaction("hold") as cursor:
        cursor.execute("SELECT id FROM leerlingresultaat WHERE id = 1 FOR UPDATE")
        assert [kept.id for kept in store.inbox.claim("a", NOW + dt.timedelta(hours=1), 60, limit=2)] == [2, 3]
    assert [kept.id for kept in store.inbox.claim("b", NOW + dt.timedelta(hours=1), 60, limit=2)] == [1]


def test_a_result_that_is_taken_while_another_looks_is_not_taken_twice(
    cluster: Cluster, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one's look began before the first one's commit, and reaches the row after it."""
    from doorstroom_client.store.postgres.cursor import PostgresCursor

    store.inbox.add(FIRST)
    execute, slow = PostgresCursor.execute, threading.local()

    def held(self: Any, query: str, values: Any = (), /) -> Any:
        if getattr(slow, "down", False) and query.endswith("SKIP LOCKED"):
            query = query.replace("WHERE ", "WHERE (SELECT pg_advisory_xact_lock_shared(77)) IS NOT NULL AND ", 1)
        return execute(self, query, values)

    def second() -> None:
        slow.down = True
        taken.append(store.inbox.claim("b", tomorrow, 60))

    monkeypatch.setattr(PostgresCursor, "execute", held)
    tomorrow, taken = NOW + dt.timedelta(days=1), list[Any]()
    with cluster.connect() as operator:
        operator.execute("SELECT pg_advisory_lock(77)")
        other = threading.Thread(target=second)
        other.start()
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_until(lambda: operator.execute(query).fetchone()[0])
        assert len(store.inbox.claim("a", tomorrow, 60)) == 1
    other.join()
    assert taken == [[]]


def test_no_log_of_the_server_shows_a_pupil(cluster: Cluster, place: str) -> None:
    """With the settings that a server has by itself, and an error within a transaction."""
    log = cluster.folder / "log"
    store, before = PostgresStore(place), len(log.read_text())
    database: Any = store._database
    with server_with(cluster, "log_lock_waits = on"):
        store.inbox.add(FIRST)
        with pytest.raises(StoreError), database.transaction("fail") as cursor:
            store.inbox._add(cursor, FIRST)
            cursor.execute("SELECT 1 / 0")
    store.close()
    assert "division by zero" in log.read_text()[before:]
    assert FIRST.pupil not in log.read_text()[before:]


def test_the_rights_in_the_docs_are_enough(cluster: Cluster) -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/run-on-several-machines.md").read_text("utf-8")
    statements, inside = (
        page.partition("```sql\n")[2].partition("```")[0].partition("\\connect doorstroom\n")[at] for at in (0, 2)
    )
    with cluster.connect("postgres") as operator:
        for statement in statements.replace("las", "las2").replace("doorstroom", "docs").split(";")[:-1]:
            operator.execute(statement)
    with cluster.connect("docs") as operator:
        operator.execute(inside.replace("las", "las2"))
    store = PostgresStore(cluster.address("docs", "las2"))
    assert store.inbox.add(FIRST).current
    store.close()


# --- without the extra


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstroom_client.errors import ConfigurationError

    monkeypatch.delitem(sys.modules, "doorstroom_client.store.postgres.sessions", raising=False)
    for name in ("psycopg", "psycopg_pool"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match="not installed") as caught:
        PostgresStore("postgresql://las:geheim@/x?host=/tmp")
    assert "[postgres]" in caught.value.hint
    assert caught.value.setting == "store"
