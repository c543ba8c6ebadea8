"""A store behind PgBouncer, the real one with the settings that it comes with, in the modes in which it keeps transactions."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from durability.storing import result
from psycopg.conninfo import conninfo_to_dict
from support import NOW
from support.databases import ROLE, Cluster, query
from support.deliveries import FIRST, later
from support.processes import module
from support.sending import Clock, Supplier, add_now, deliver_all

from doorstroom_client.errors import StoreError
from doorstroom_client.store.postgres.postgres_store import PostgresStore

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
ALL = 3


class Pooler:
    """PgBouncer in front of the server of the tests, reached over a socket.

    Attributes:
        mode: ``session`` or ``transaction``.
    """

    def __init__(self, cluster: Cluster, mode: str) -> None:
        self.mode = mode
        self._folder = cluster.folder / mode
        self._folder.mkdir()
        (self._folder / "users.txt").write_text(f'"{ROLE}" ""\n')
        (self._folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={cluster.folder}\n[pgbouncer]\nauth_type = trust\nauth_file = {self._folder}/users.txt\n"
            f"listen_addr =\nunix_socket_dir = {self._folder}\npool_mode = {mode}\n"
        )
        if os.geteuid() == 0:
            for path in (self._folder, *self._folder.iterdir()):
                shutil.chown(path, "postgres")
        self._process = self._started()

    def restart(self) -> None:
        self.end()
        self._process = self._started()

    def end(self) -> None:
        self._process.send_signal(signal.SIGINT)  # lets nobody finish
        self._process.terminate()
        self._process.wait(10)

    def address(self, place: str, more: str = "") -> str:
        name = conninfo_to_dict(place)["dbname"]
        return f"postgresql://{ROLE}@/{name}?host={self._folder}&port=6432{more}"

    def _started(self) -> subprocess.Popen[bytes]:
        assert PROGRAM is not None
        user = {"user": "postgres", "group": "postgres", "extra_groups": ()} if os.geteuid() == 0 else {}
        with (self._folder / "log").open("ab") as log:
            made = subprocess.Popen([PROGRAM, str(self._folder / "pgbouncer.ini")], stdout=log, stderr=log, **user)
        end = time.monotonic() + 10
        while not (self._folder / ".s.PGSQL.6432").exists():
            assert made.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.01)
        return made


@pytest.fixture(scope="module", params=["session", "transaction"])
def pooler(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Pooler]:
    if PROGRAM is None:
        pytest.skip("no PgBouncer on this machine")
    made = Pooler(cluster, request.param)
    yield made
    made.end()


@pytest.fixture
def place(cluster: Cluster, pooler: Pooler) -> Iterator[str]:
    place = pooler.address(cluster.fresh())
    yield place
    cluster.end_connections()  # of the pooler too: those would have the settings that a test gave a role


@pytest.fixture
def store(place: str) -> Iterator[Any]:
    made = PostgresStore(place)
    yield made
    made.close()


def busy(place: str, stack: ExitStack) -> None:
    """Take sessions of the pooler, so that the next transaction of somebody else gets another one than the last."""
    for _ in range(ALL):
        other = stack.enter_context(psycopg.connect(place, autocommit=True))
        stack.callback(other.execute, "ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT 1")


def test_results_come_in_and_are_handed_out(store: Any, place: str) -> None:
    numbers = []
    for number in range(12):  # past the number of times after which a driver prepares a statement
        with ExitStack() as stack:
            if number % 3 == 2:
                busy(place, stack)
            numbers.append(store.inbox.add(replace(FIRST, pupil=f"eck:{number}", payload=b"%d" % number)).id)
    assert len(set(numbers)) == 12
    assert [kept.id for kept in store.inbox.claim("me", NOW, 60.0, limit=5)] == numbers[:5]
    store.inbox.release("me", numbers[:5])
    assert [kept.id for kept in store.inbox.claim("you", NOW, 60.0, limit=20)] == numbers


def test_lists_leave_in_order(store: Any, place: str) -> None:
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    with ExitStack() as stack:
        for wish in range(3):
            add_now(store, clock, 0, (wish, None, None, None))
            busy(place, stack)
        deliver_all(store, clock, supplier)
    (arrived,) = supplier.arrived.values()
    assert arrived == sorted(arrived)
    assert query(store, "SELECT DISTINCT state FROM outbox") == [("delivered",)]


def test_every_transaction_has_what_the_promises_rest_on(cluster: Cluster, place: str) -> None:
    """Whatever the role says, and whichever session of the pooler the transaction gets."""
    unsafe = {"synchronous_commit": "off", "search_path": "public", "lock_timeout": "0", "statement_timeout": "0"}
    wanted = ["on", "doorstroom", "10s", "30s", "1min"]
    names = [*unsafe, "idle_in_transaction_session_timeout"]
    look = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    with cluster.connect() as operator:
        for name, value in unsafe.items():
            operator.execute(f"ALTER ROLE {ROLE} SET {name} = '{value}'")
    store: Any = PostgresStore(place)
    try:
        for _ in range(ALL):
            with ExitStack() as stack:
                for at in range(ALL):
                    with store._database.transaction("look") as cursor:
                        assert list(cursor.execute(look).fetchone()) == wanted
                    with store._database.cursor("look") as cursor:
                        assert list(cursor.execute(look).fetchone()) == wanted
                    busy(place, stack) if at == 0 else None
    finally:
        store.close()
        with cluster.connect() as operator:
            operator.execute(f"ALTER ROLE {ROLE} RESET ALL")


def test_what_we_set_reaches_no_session_of_another(store: Any, pooler: Pooler, place: str) -> None:
    store.inbox.add(FIRST)
    assert store._database.wipe() is False
    store.close()
    with psycopg.connect(place, autocommit=True) as other:
        names = ("search_path", "lock_timeout", "statement_timeout")
        found = [other.execute(f"SHOW {name}").fetchone() for name in names]  # type: ignore[arg-type, call-overload]
    assert found == [('"$user", public',), ("0",), ("0",)], pooler.mode


def test_a_pooler_that_starts_again_is_no_end(store: Any, pooler: Pooler) -> None:
    store.inbox.add(FIRST)
    pooler.restart()
    end = time.monotonic() + 10
    while True:
        try:
            store.inbox.add(later(1, b"2"))
            break
        except StoreError as error:
            assert error.retryable, error
            assert time.monotonic() < end
    assert store.inbox.counts()["received"] == 2


def test_threads_take_turns(store: Any) -> None:
    """More of them than the pooler gives connections to the server."""
    errors: list[BaseException] = []

    def add(first: int) -> None:
        try:
            for number in range(first, first + 20):
                store.inbox.add(result(number, 0))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(100 * at,)) for at in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(query(store, "SELECT id FROM leerlingresultaat")) == 600


def test_a_receiver_that_is_killed_loses_nothing(place: str, tmp_path: Path) -> None:
    told = tmp_path / "told"
    with told.open("wb") as output:
        process = module("durability.storing", place, 0, 400, stdout=output)
        while len(told.read_bytes().splitlines()) < 50:
            assert process.poll() is None
        process.kill()
        process.wait()
    acknowledged = [line.split("\t") for line in told.read_text().splitlines(keepends=True) if line.endswith("\n")]
    store: Any = PostgresStore(place)
    kept = {row[0]: bytes(row[1]).decode() for row in query(store, "SELECT id, payload FROM leerlingresultaat")}
    assert all(kept.get(int(number)) == name.strip() for number, name in acknowledged)
    store.close()
