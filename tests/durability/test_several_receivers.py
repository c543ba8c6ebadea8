"""Several receivers and consumers over one store: nothing that was acknowledged is lost, and nothing is there twice."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.databases import Cluster, Places, query
from support.deliveries import later
from support.processes import module

from doorstroom_client.store.opening import open_store

from .storing import result

RESULTS = int(os.environ.get("DOORSTROOM_PG_RESULTS", "400"))  # read at import: no test sees variables of the machine
TOMORROW = NOW + dt.timedelta(days=1)


def test_two_receivers_of_which_one_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    place = cluster.fresh()
    outputs = [tmp_path / "0", tmp_path / "1"]
    with outputs[0].open("wb") as one, outputs[1].open("wb") as two:
        first, second = (module("durability.storing", place, at, RESULTS, stdout=told) for at, told in enumerate((one, two)))
        while len(outputs[0].read_bytes().splitlines()) < RESULTS // 2:
            assert first.poll() is None
            assert second.poll() in (None, 0)
        first.kill()
        first.wait()
        assert second.wait() == 0
    acknowledged = [line.split("\t") for path in outputs for line in path.read_text().splitlines(keepends=True) if "\n" in line]
    assert len(acknowledged) >= RESULTS + RESULTS // 2
    store: Any = open_store(place)
    rows = query(store, "SELECT id, payload, pupil, current FROM leerlingresultaat")
    kept = {row[0]: bytes(row[1]).decode() for row in rows}
    assert all(kept.get(int(number)) == name.strip() for number, name in acknowledged), "acknowledged, and not there"
    assert max(Counter(kept.values()).values()) == 1, "kept twice"
    assert {result(number, 1).payload.decode() for number in range(RESULTS)} <= set(kept.values())
    last = {row[2]: bytes(row[1]).decode() for row in rows if row[3]}
    assert len(last) == sum(row[3] for row in rows) == len({row[2] for row in rows}), "one result of a pupil is current"
    assert all(int(name.partition(" ")[0]) % 2 == 1 for name in last.values()), "an older one is current"
    store.close()
    print(f"{len(acknowledged)} acknowledged, 0 lost, {len(kept)} kept, each once")  # noqa: T201


@pytest.mark.parametrize("consumers", [4])
def test_consumers_of_many_results_keep_the_order_of_a_pupil(places: Places, consumers: int) -> None:
    """Each result is in one hand, of a pupil one at a time, oldest first."""
    place, pupils, tests = places.new(), 12, 5
    stores = [open_store(place) for _ in range(consumers)]
    stores[0].inbox.add_many(
        [
            later(test, b"%d-%d" % (test, pupil), pupil=f"eck:{pupil}", toets=f"T{test}")
            for test in range(tests)
            for pupil in range(pupils)
        ]
    )
    now, taken, failures = NOW + dt.timedelta(days=1), list[tuple[str, int]](), list[BaseException]()
    busy: set[str] = set()
    ready = threading.Barrier(consumers)

    def consume(number: int) -> None:
        try:
            ready.wait()
            while stores[number].inbox.pending(limit=1):
                for kept in stores[number].inbox.claim(f"c{number}", now, 600):
                    pupil = kept.received.pupil
                    assert pupil not in busy, "two have results of one pupil in hand"
                    busy.add(pupil)
                    taken.append((pupil, kept.id))
                    busy.remove(pupil)
                    stores[number].inbox.mark_done(kept.id, now)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=consume, args=(number,)) for number in range(consumers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert failures == []
    assert len(taken) == len(set(taken)) == pupils * tests
    for pupil in {pupil for pupil, _ in taken}:
        order = [number for other, number in taken if other == pupil]
        assert order == sorted(order)


def keep(store: Any, number: int) -> None:
    """Batches about the same pupils, each time the other way around."""
    for at in range(12):
        batch = [later(at, b"%d-%d-%d" % (number, at, pupil), pupil=f"eck:{pupil}") for pupil in range(8)]
        store.inbox.add_many(batch if at % 2 else batch[::-1])


def consume(store: Any, number: int) -> None:
    for _ in range(12):
        taken = store.inbox.claim(f"c{number}", TOMORROW, 600, limit=3)
        for kept in taken[:2]:
            store.inbox.mark_done(kept.id, TOMORROW)
        store.inbox.release(f"c{number}", [kept.id for kept in taken])


def remove(store: Any, number: int) -> None:
    for _ in range(6):
        store.purge(TOMORROW, TOMORROW, TOMORROW)


def test_receiving_consuming_and_removing_do_not_wait_for_each_other_for_ever(places: Places) -> None:
    place, failures = places.new(), list[BaseException]()
    open_store(place).close()

    def safely(work: Any, number: int) -> None:
        store = open_store(place)
        try:
            work(store, number)
        except BaseException as error:
            failures.append(error)
        finally:
            store.close()

    jobs = [(keep, 0), (keep, 1), (consume, 0), (consume, 1), (remove, 0)]
    threads = [threading.Thread(target=safely, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
