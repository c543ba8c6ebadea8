"""Thousands of lists that wait and thousands that expired: what one transaction does, does not grow with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SUPPLIER_OIN
from support.databases import Places
from support.sending import YEAR, Clock, open_store

from doorstroom_client.store.rows import State

OPEN, EXPIRED, AT_ONCE = 6600, 3000, 50
SOON, PAST = NOW + dt.timedelta(days=9), NOW - dt.timedelta(seconds=1)


class Counting:
    """A cursor that counts what is asked of it."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.statements = self.set_aside = 0

    def execute(self, query: str, values: Any = ()) -> Any:
        self.statements += 1
        self.set_aside += query.startswith("UPDATE outbox SET state") and values[0] == State.PARKED
        return self._real.execute(query, values)

    def executemany(self, query: str, values: Any) -> None:
        self.statements += 1
        self._real.executemany(query, values)


@pytest.fixture
def store(places: Places) -> Iterator[Any]:
    made = open_store(places.new(), Clock())
    made._database.counted = []
    transaction = made._database.transaction

    @contextmanager
    def counted(what: str) -> Generator[Counting]:
        with transaction(what) as real:
            cursor = Counting(real)
            yield cursor
            made._database.counted.append(cursor)

    made._database.transaction = counted
    yield made
    made.close()


def fill(store: Any, waiting: int, expired: int) -> None:
    """Each list of a school of its own, those that expired in between the others."""
    columns = (
        "message_id, soort, leverancier, schooljaar, routeringskenmerk, school_oin, aantal, sha256, body, entries, state, "
        "first, added_at, expires_at, next_at, scheduled_at"
    )
    added = (NOW - dt.timedelta(days=1)).isoformat(timespec="microseconds")
    total = waiting + expired
    late = {number * total // expired for number in range(expired)} if expired else set()
    rows = [
        (
            f"m{number}", "registreren", SUPPLIER_OIN, YEAR, f"school {number}", "school", 1, "sum", b"x",
            f'[["e{number}", "", "c"]]', "waiting", 1, added,
            (PAST if number in late else SOON).isoformat(timespec="microseconds"), added, added,
        )
        for number in range(total)
    ]  # fmt: skip
    with store._database.transaction("fill") as cursor:
        cursor.executemany(f"INSERT INTO outbox ({columns}) VALUES ({', '.join('?' * 16)})", rows)
    store._database.counted.clear()


def test_what_expired_is_set_aside_a_few_at_a_time(store: Any) -> None:
    fill(store, OPEN, EXPIRED)
    for number in range(3):  # a worker gets its message in its first transaction, whatever there is to set aside
        assert store.outbox.claim(f"w{number}", NOW, 120.0) is not None
    assert [done.set_aside for done in store._database.counted] == [AT_ONCE] * 3
    assert store.outbox.claim("other", NOW, 120.0, without=(SUPPLIER_OIN,)) is None
    aside = [done.set_aside for done in store._database.counted]
    assert max(aside) == AT_ONCE
    assert sum(aside) == EXPIRED
    assert store.outbox.counts()[State.PARKED] == EXPIRED
    assert store.outbox.counts()[State.WAITING] == OPEN
    most = max(done.statements for done in store._database.counted)
    assert most <= 12 * AT_ONCE


def test_taking_a_message_asks_as_much_of_many_as_of_few(store: Any) -> None:
    asked = []
    for waiting in (3, OPEN):
        with store._database.transaction("empty") as cursor:
            cursor.execute("DELETE FROM outbox")
        fill(store, waiting, 0)
        assert store.outbox.claim("w", NOW, 120.0) is not None
        asked.append([done.statements for done in store._database.counted])
    assert asked[0] == asked[1]


def test_no_question_looks_at_all_that_waits(tmp_path: Path) -> None:
    """Each is answered from an index; the ones that are walked from end to end hold what is in hand, or one number a list."""
    store = open_store(tmp_path / "s.db", Clock())
    connection, asked = store._database._connection, set[str]()
    fill_plain(store)
    connection.set_trace_callback(asked.add)
    outbox = store.outbox
    claimed = outbox.claim("w", NOW, 120.0)
    outbox.renew(claimed, NOW, 120.0)
    outbox.postpone(claimed, State.WAITING, "again", NOW, NOW, counts=True)
    assert outbox.delivered(outbox.claim("w", NOW, 120.0), [0], 0, NOW)
    outbox.next_at(NOW)
    outbox.counts()
    outbox.overtake(claimed.queued.key, YEAR, (), "token", NOW)
    outbox.park(3, "operator", NOW)
    outbox.drop(4, NOW)
    connection.set_trace_callback(None)
    walked = set()
    for statement in asked:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
            walked |= set(
                re.findall(
                    r"SCAN (?:outbox|ledger)(?: USING (?:COVERING )?INDEX \w+)?|SEARCH outbox USING INDEX of_state", plan
                )
            )
    store.close()
    assert walked == {"SCAN outbox USING INDEX sending", "SCAN outbox USING COVERING INDEX of_state"}


def fill_plain(store: Any) -> None:
    store._database.counted = []
    fill(store, 20, 5)
