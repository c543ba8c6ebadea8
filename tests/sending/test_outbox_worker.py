"""What a worker makes of its messages: when it looks, when it goes on, and what it tells."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support import LEVERANCIER, NOW, SUPPLIER_OIN, answer
from support.databases import Places
from support.outbox import DAY, HOLD, HOURS, KEY, LEASE, at, by_id, nothing, said
from support.sending import (
    TWEEDE,
    YEAR,
    Clock,
    Job,
    Supplier,
    add_now,
    at_once,
    deliver_all,
    lijst_of,
    open_store,
    run_of,
    step,
)

from doorstroom_client import Phase
from doorstroom_client.errors import (
    AanleveringGesloten,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RedirectRefused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.events import Event
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.sending import delivery as outbox_module
from doorstroom_client.sending.delivery import verdict_of
from doorstroom_client.sending.queue import end_of
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.rows import State
from doorstroom_client.transport.request import Response


@pytest.mark.parametrize("total", [30.0, 119.0, 600.0])
def test_the_lease_is_longer_than_a_call(store: Any, clock: Clock, total: float) -> None:
    """While a message may still be on the wire, nobody else sends it, nor what comes after it."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    slow = Job(run_of(store, clock, total).worker())
    while slow.sending is None:
        step(slow, supplier)
    clock.elapsed += slow.sending.deadline + 5
    assert slow.sending.deadline == total
    assert nothing(store.outbox, clock.elapsed)


def test_a_message_that_was_taken_over_is_not_sent(store: Any, clock: Clock) -> None:
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    told: list[Uitkomst] = []
    slow = Job(run_of(store, clock, on_result=told.append).worker())
    while slow.claimed is None:
        step(slow, supplier)
    clock.elapsed += LEASE
    deliver_all(store, clock, supplier)
    while not slow.ended:
        step(slow, supplier)
    assert slow.error is None
    assert supplier.arrived[KEY] == [1]
    assert told == []


def test_a_worker_that_stands_still_within_its_claim_looks_before_it_sends(store: Any, clock: Clock) -> None:
    """The lease runs from the claim, also when it takes its time to come back from the disk or the network."""
    supplier, claim = Supplier(store.ledger.secret()), store.outbox.claim
    add_now(store, clock, 0, (0, None, None, None))

    def held_up(*given: Any, **more: Any) -> Any:
        claimed = claim(*given, **more)
        store.outbox.claim = claim
        clock.elapsed += LEASE
        deliver_all(store, clock, supplier)
        return claimed

    store.outbox.claim = held_up
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == [1]


@pytest.mark.parametrize("how", ["received", "received, no answer", "503", "422"])
def test_a_message_that_was_sent_after_it_was_taken_over_is_told_and_leaves_doubt(store: Any, clock: Clock, how: str) -> None:
    """A worker that was stopped right before sending: nothing can keep its message back then."""
    supplier, events = Supplier(store.ledger.secret()), list[Event]()
    add_now(store, clock, 0, (0, None, None, None))
    slow = Job(run_of(store, clock, on_event=events.append).worker())
    while slow.sending is None:
        step(slow, supplier)
    clock.elapsed += LEASE
    deliver_all(store, clock, supplier)
    assert "" not in said(store)
    add_now(store, clock, 0, (1, None, None, None))
    deliver_all(store, clock, supplier)
    supplier.arrived.clear()  # out of order, which is what this is about
    while not slow.ended:
        step(slow, supplier, how)
    assert said(store) == [""]
    (told,) = (event for event in events if event.result.startswith("sent"))
    assert told.serious
    assert told.result == "sent after another worker had taken it over"
    assert (told.action, told.object, told.origin) == (KEY.soort, store.outbox.messages()[0].message_id, "-")
    assert (told.actor, told.peer, told.at) == (KEY.leverancier, "Toetsbureau", clock.now())
    assert add_now(store, clock, 0, (1, None, None, None), only_changes=True) is not None


def test_the_schedule(store: Any, clock: Clock) -> None:
    """Five seconds, five minutes, …; then daily; spread by a fifth."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None), expires_at=clock.now() + dt.timedelta(days=99))
    told: list[Uitkomst] = []
    waits = []
    for draw in (0.5, 0.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5):
        deliver_all(store, clock, supplier, "lost", on_result=told.append, draw=lambda draw=draw: draw)
        due = store.outbox.next_at(clock.now())
        assert due is not None
        waits.append((due - clock.now()).total_seconds())
        clock.elapsed += waits[-1]
    assert waits == [5, 300 * 0.8, 1800 * 1.2, 2 * HOURS, 5 * HOURS, 10 * HOURS, 10 * HOURS, DAY, DAY]
    assert [item.bericht.attempts for item in told] == list(range(9))


RETRY_AFTER = "retry-after"


def http_date(seconds: float) -> str:
    return f"{at(seconds):%a, %d %b %Y %H:%M:%S} GMT"


@pytest.mark.parametrize(
    ("sent", "status", "headers", "draw", "seconds"),
    [
        (0, 503, {RETRY_AFTER: "900"}, 0.5, 900),
        (0, 429, {RETRY_AFTER: "900"}, 1.0, 900),
        (0, 503, {RETRY_AFTER: http_date(900), "date": http_date(0)}, 0.0, 900),
        (0, 503, {RETRY_AFTER: "999999"}, 0.5, 6 * HOURS),
        (0, 429, {RETRY_AFTER: http_date(9 * DAY), "date": http_date(0)}, 0.5, 6 * HOURS),
        (4, 503, {RETRY_AFTER: "999999"}, 0.5, 6 * HOURS),
        (1, 503, {RETRY_AFTER: "301"}, 0.5, 301),
        # Sooner than the schedule is no reason to come sooner: it asks for that each time.
        (0, 503, {RETRY_AFTER: "1"}, 0.5, 5),
        (0, 429, {RETRY_AFTER: "0"}, 0.5, 5),
        (1, 503, {RETRY_AFTER: "299"}, 0.5, 300),
        (5, 503, {RETRY_AFTER: "999999"}, 0.5, 10 * HOURS),
        # The spread is of the schedule, not of what was asked for.
        (0, 503, {RETRY_AFTER: "6"}, 1.0, 6),
        (0, 503, {RETRY_AFTER: "7"}, 1.0, 7),
        (0, 503, {RETRY_AFTER: "4"}, 0.0, 4),
        (0, 503, {RETRY_AFTER: "5"}, 0.0, 5),
        # Without anything that can be read it is the schedule.
        (0, 503, {}, 0.0, 4),
        (0, 503, {}, 1.0, 6),
        (1, 429, {}, 0.0, 240),
        (2, 429, {RETRY_AFTER: "soon"}, 1.0, 2160),
        (3, 503, {RETRY_AFTER: "-60"}, 0.5, 2 * HOURS),
        (7, 503, {}, 1.0, 1.2 * DAY),
        (0, 500, {RETRY_AFTER: "900"}, 0.5, 900),
        (0, 405, {RETRY_AFTER: "900"}, 0.5, DAY),
        (0, 405, {}, 0.0, 0.8 * DAY),
        # Somebody has to repair it: no spread, and nothing to ask for.
        (0, 401, {RETRY_AFTER: "900"}, 0.0, HOLD),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
def test_when_a_message_goes_on(
    store: Any, sent: int, status: int, headers: dict[str, str], draw: float, seconds: float
) -> None:
    """When the supplier asks so, counted from its answer, but not before the schedule; else by the schedule."""
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None), expires_at=at(99 * DAY))
    for _ in range(sent):
        deliver_all(store, clock, supplier, "lost")
        clock.elapsed += 2 * DAY
    began = clock.elapsed
    shifted = dict(headers, **({"date": http_date(began)} if "date" in headers else {}))

    def answers(_: Any) -> Response:
        clock.elapsed = began + 9
        return answer(status, headers=shifted)

    told: list[Uitkomst] = []
    at_once(run_of(store, clock, on_result=told.append, draw=lambda: draw).worker(), answers)
    (result,) = told
    assert result.bericht.next_at == at(began + 9 + seconds)
    assert by_id(store.outbox, 1).next_at == result.bericht.next_at
    assert by_id(store.outbox, 1).attempts == sent + 1
    asked = getattr(result.error, "retry_at", None)
    assert asked is None or asked <= result.bericht.next_at


def test_what_is_parked_has_no_next_moment(store: Any) -> None:
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    told: list[Uitkomst] = []
    deliver_all(store, clock, supplier, "422", on_result=told.append)
    assert [item.bericht.state for item in told] == [State.PARKED]
    assert store.outbox.next_at(clock.now()) is None


@pytest.mark.parametrize("closed", [2.0, 30.0, 7 * HOURS])
def test_an_open_circuit_holds_a_message_as_long_as_it_is_open(store: Any, closed: float) -> None:
    """However short that is: nothing was sent, so the schedule has not begun."""
    clock, supplier, told = Clock(), Supplier(store.ledger.secret()), list[Uitkomst]()
    health = Circuits(clock.monotonic)
    health.failed(LEVERANCIER.base_url, 1, closed)
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier, health=health, on_result=told.append, draw=lambda: 1.0)
    assert [item.bericht.next_at for item in told] == [at(closed)]


def test_an_open_circuit_is_not_an_attempt(store: Any) -> None:
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    health = Circuits(clock.monotonic)
    health.failed(LEVERANCIER.base_url, 1, 30.0)
    add_now(store, clock, 0, (0, None, None, None))
    add_now(store, clock, 1, (0, None, None, None))
    told: list[Uitkomst] = []
    deliver_all(store, clock, supplier, health=health, on_result=told.append)
    assert len(told) == 1  # the next one would end in the same way
    assert isinstance(told[0].error, Unavailable)
    assert by_id(store.outbox, 1).attempts == 0
    assert store.outbox.counts()[State.WAITING] == 2
    clock.elapsed += 31
    deliver_all(store, clock, supplier, health=health)
    assert store.outbox.counts()[State.DELIVERED] == 2


def test_a_supplier_that_is_not_configured_any_more(store: Any, clock: Clock) -> None:
    supplier, told = Supplier(store.ledger.secret()), list[Uitkomst]()
    for place in (0, 0, 1, 2):
        add_now(store, clock, place, (0, None, None, None))
    deliver_all(store, clock, supplier, leveranciers=(TWEEDE,), on_result=told.append)
    assert [(item.state, item.reason, item.attempts) for item in store.outbox.messages()] == [
        (State.HELD, "leverancier", 0),
        (State.WAITING, "", 0),
        (State.WAITING, "", 0),
        (State.DELIVERED, "", 1),
    ]
    assert [(item.leverancier, item.bericht.state) for item in told] == [(SUPPLIER_OIN, State.HELD), ("DIA", State.DELIVERED)]
    assert told[0].bericht.next_at == at(HOLD)
    deliver_all(store, clock, supplier)
    assert supplier.taken == {3, 4}


def test_a_store_that_fails_right_before_sending_ends_the_run_and_leaves_the_message_as_it_is(
    store: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is about our own disk, and says nothing about the message."""
    supplier, told = Supplier(store.ledger.secret()), list[Uitkomst]()
    add_now(store, clock, 0, (0, None, None, None))

    def fail(*_: Any) -> bool:
        raise StoreError("full")

    with monkeypatch.context() as broken:
        broken.setattr(store.outbox, "renew", fail)
        broken.setattr(outbox_module, "_FRESH", -1.0)  # it was taken some time ago
        with pytest.raises(StoreError):
            deliver_all(store, clock, supplier, on_result=told.append)
    assert (told, by_id(store.outbox, 1).state, by_id(store.outbox, 1).attempts) == ([], State.WAITING, 0)
    clock.elapsed = LEASE
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == [1]


def test_a_list_expires_when_the_caller_says_so(store: Any) -> None:
    given = add_now(store, Clock(), 0, (0, None, None, None), expires_at=at(1000))
    by_itself = add_now(store, Clock(), 1, (0, None, None, None))
    assert (given.expires_at, by_itself.expires_at) == (at(1000), end_of(YEAR, NOW))


def test_a_restart_remembers_that_an_address_accepts_lists(places: Places) -> None:
    """Then an unknown pupil is no reason to think that the address is wrong."""
    clock, place = Clock(), places.new()
    store = open_store(place)
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier)
    supplier.unknown.add(1)
    add_now(store, clock, 0, (None, 0, None, None))
    store.close()
    store = open_store(place)
    deliver_all(store, clock, supplier, addresses=Reputation(clock.monotonic))
    assert [(item.state, item.reason) for item in store.outbox.messages([State.PARKED])] == [(State.PARKED, "onbekend")]
    store.close()


def test_unknown_pupils_are_left_out_and_counted(store: Any, clock: Clock) -> None:
    supplier = Supplier(store.ledger.secret(), unknown={1})
    add_now(store, clock, 0, (0, 0, 0, 0))
    told: list[Uitkomst] = []
    deliver_all(store, clock, supplier, on_result=told.append)
    assert by_id(store.outbox, 1).onbekend == 1
    assert len(store.ledger.entries(KEY, YEAR)) == 3
    assert told[0].ontvangst is not None
    assert told[0].ontvangst.aantal == 3


def test_a_school_is_told_of_pupils_that_are_not_known(store: Any) -> None:
    """Whether the others were taken in, or there were no others."""
    clock, supplier, told = Clock(), Supplier(store.ledger.secret(), unknown={1}), list[Uitkomst]()
    for wens in ((0, 0, None, None), (None, 0, None, None), (0, None, None, None)):
        add_now(store, clock, 0, wens)
    deliver_all(store, clock, supplier, on_result=told.append)
    assert [item.bericht.state for item in told] == [State.DELIVERED, State.PARKED, State.DELIVERED]
    assert [item.uitleg.partition(" nog")[0] for item in told] == [
        "Eén leerling is bij Toetsbureau",
        "Eén leerling is bij ICE",
        "",
    ]


ASKED = NOW


NOT_KNOWN, NO_WORD = LeerlingOnbekend("x", status=404, melding="onbekend"), LeerlingOnbekend("x", status=404)


NOT_KNOWN.onbekend = NO_WORD.onbekend = lijst_of(0, (0, None, None, None)).leerlingen((0,))


@pytest.mark.parametrize(
    ("error", "proven", "verdict"),
    [
        (NOT_KNOWN, True, (State.PARKED, "onbekend", 0.0)),
        (NO_WORD, True, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (NOT_KNOWN, False, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (LeerlingOnbekend("x", status=404), True, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (SchoolOnbekend("x", status=405, retryable=True), False, (State.WAITING, "school onbekend", DAY)),
        (OngeldigBericht("x", status=422), False, (State.PARKED, "ongeldig", 0.0)),
        (AanleveringGesloten("x", status=403), False, (State.PARKED, "gesloten", 0.0)),
        (GeenMandaat("x", status=401), False, (State.HELD, "GeenMandaat 401", HOLD)),
        (RedirectRefused("x", phase=Phase.NOT_SENT), False, (State.HELD, "RedirectRefused", HOLD)),
        (UnexpectedResponse("x", status=200), False, (State.HELD, "UnexpectedResponse 200", HOLD)),
        (Unavailable("x", status=503, retryable=True), False, (State.WAITING, "Unavailable 503", 5.0)),
        (Unavailable("x", retryable=True, retry_at=ASKED), False, (State.WAITING, "Unavailable", 5.0)),
        (ConnectError("x", phase=Phase.NOT_SENT, retryable=True), False, (State.WAITING, "ConnectError", 5.0)),
        (NoAnswer("x", phase=Phase.UNKNOWN, retryable=True), False, (State.WAITING, "NoAnswer", 5.0)),
        (DeadlineExceeded("x", phase=Phase.UNKNOWN, retryable=True), False, (State.WAITING, "DeadlineExceeded", 5.0)),
        (TlsError("x", phase=Phase.NOT_SENT, code="expired"), False, (State.HELD, "TlsError expired", HOLD)),
        (WrongPeer("x", phase=Phase.NOT_SENT), False, (State.HELD, "WrongPeer", HOLD)),
        (StoreError("x"), False, (State.HELD, "StoreError", HOLD)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, DoorstroomError) else None,
)
def test_how_a_message_goes_on(error: DoorstroomError, proven: bool, verdict: tuple[State, str, float]) -> None:
    assert verdict_of(error, 0, proven=proven) == verdict


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 300.0), (6, 36000.0), (7, DAY), (100, DAY)])
def test_how_long_a_message_waits(attempts: int, seconds: float) -> None:
    error = NoAnswer("x", phase=Phase.UNKNOWN, retryable=True)
    assert verdict_of(error, attempts, proven=True) == (State.WAITING, "NoAnswer", seconds)
