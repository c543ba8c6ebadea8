"""One event per call: its fields, its line in the log, and a hook that fails."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from support import LEVERANCIER, NOW, OSR, SCHOOL, SUPPLIER_OIN, FakeTransport, answer, drive, request
from support.situations import SITUATIONS
from support.witness import SCHEMA
from tenacity import wait_none

from doorstroom_client import Advies, Adviezenlijst, Client, Leerling, Leverancier, Retry
from doorstroom_client.cli._stopping import SignalledError, ends_by_signal
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.events import Event, Teller, as_json, tell
from doorstroom_client.exchange.call import Conditions, UnsureError, call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.parties.url import Peer
from doorstroom_client.transport.request import Operation, Outcome

LAS_OIN = "00000003990000010000"
QUICK = Retry(wait=wait_none(), circuit_after=0)
OUTCOMES = {
    **SITUATIONS,
    Situation.INVALID: answer(422, {"melding": '\n{"action":"fake"}\x1b[2J'}),
    Situation.NOT_THEIRS: answer(405, headers={"x-amzn-waf-action": "\x1b[2J"}),
}


def conditions(on_event: Callable[[Event], None] | None = None) -> Conditions:
    return Conditions(QUICK, 30.0, lambda: NOW, Circuits(), lambda: LAS_OIN, on_event)


def event(**more: Any) -> Event:
    fields: dict[str, Any] = {
        "action": "osr", "object": "-", "result": "found", "origin": "-", "actor": "-", "peer": "OSR", "at": NOW
    }  # fmt: skip
    return Event(**{**fields, **more})


def make(outcomes: list[Outcome], operation: Operation = Operation.REGISTREREN, **more: Any) -> list[Event]:
    events: list[Event] = []
    with contextlib.suppress(DoorstroomError, UnsureError):
        drive(call(request(operation, **more), conditions(events.append)), outcomes)
    return events


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("situation", Situation)
def test_every_cell_gives_one_event_and_one_valid_line(
    situation: Situation, operation: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        events = make([OUTCOMES[situation]] * 3, operation)
    assert len(events) == 1
    assert events[0].result == situation
    assert len(caplog.records) == 1
    line = caplog.records[0].getMessage()
    assert "\n" not in line
    assert line.isascii()
    assert line.isprintable()
    document = json.loads(line)
    jsonschema.validate(document, SCHEMA)
    assert document["action"] == operation
    assert document["outcomes"] == list(events[0].outcomes)
    assert len(document["outcomes"]) == events[0].attempts >= 1


def test_the_fields_of_a_delivery() -> None:
    (found,) = make([answer(500), answer(202, seconds=0.4)])
    checksum = hashlib.sha256(b"{}").hexdigest()[:16]
    assert found.seconds == pytest.approx(0.5)
    assert replace(found, seconds=0.5) == Event(
        action="registreren",
        object=f"req-1 {checksum}",
        result="delivered",
        origin=LAS_OIN,
        actor=SUPPLIER_OIN,
        peer="Toetsbureau",
        at=NOW,
        outcomes=("500", "202"),
        seconds=0.5,
        serious=False,
    )


def test_without_a_body_or_known_oins_there_are_dashes() -> None:
    events: list[Event] = []
    bare = request(peer=Peer("OSR", "https://toets.example.nl/dst"))
    flow = call(replace(bare, body=None), Conditions(QUICK, 30.0, lambda: NOW, on_event=events.append))
    drive(flow, [answer(202)])
    assert (events[0].object, events[0].origin, events[0].actor) == ("req-1 -", "-", "-")


def test_waiting_counts_in_the_duration() -> None:
    events: list[Event] = []
    bounds = Conditions(Retry(wait=lambda _: 3.0), 30.0, lambda: NOW, on_event=events.append)  # type: ignore[arg-type]
    _, _, pauses = drive(call(request(), bounds), [answer(500), answer(202)])
    assert pauses == [3.0]
    assert events[0].seconds == pytest.approx(3.2)


@pytest.mark.parametrize("situation", Situation)
def test_only_certificates_of_others_and_our_own_are_serious(situation: Situation, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        (found,) = make([OUTCOMES[situation]] * 3)
    assert found.serious is (situation in (Situation.WRONG_PEER, Situation.OUR_CERTIFICATE))
    assert caplog.records[0].levelno == (logging.WARNING if found.serious else logging.INFO)
    assert caplog.records[0].name == "doorstroom_client"


NASTY = 'Bureau\r\n{"action":"fake"}\x1b[2J\x1b]52;c;eA==\x07\x00\x7f\x85\x9b\u2028\u202e\udc80'


def test_a_configured_name_cannot_start_a_line_or_move_the_cursor(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Event] = []
    client = Client(
        transport=FakeTransport([answer(202)]),
        auteur="Test 1",
        schooljaar="2025-2026",
        leveranciers=[Leverancier("ICE", SUPPLIER_OIN, "https://toets.example.nl/dst", NASTY)],
        on_event=seen.append,
    )
    with caplog.at_level(logging.INFO):
        client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="k"), "HAVO")]), leverancier="ICE")
    (record,) = caplog.records
    line = record.getMessage()
    assert all(" " <= character <= "~" for character in line)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["peer"] == NASTY == seen[0].peer
    assert json.loads(line)["action"] == "registreren-schooladviezen"


@pytest.mark.parametrize("field", ["action", "object", "result", "origin", "actor", "peer"])
def test_every_text_of_an_event_is_encoded(field: str) -> None:
    line = as_json(event(**{field: NASTY}))
    assert all(" " <= character <= "~" for character in line)
    assert json.loads(line)[field] == NASTY


def test_a_percent_sign_in_a_name_is_no_format(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tell(event(peer="100 %s %(peer)s %d"), None)
    assert "100 %s %(peer)s %d" in caplog.records[0].getMessage()


@pytest.mark.parametrize("error", [ValueError("geheim-in-de-haak"), DoorstroomError("x"), StopIteration(), RecursionError()])
def test_a_hook_that_raises_does_not_end_the_call(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def hook(_: Event) -> None:
        raise error

    with caplog.at_level(logging.DEBUG):
        value, _, _ = drive(call(request(), conditions(hook)), [answer(202)])
    assert value.response.status == 202
    assert [record.levelno for record in caplog.records] == [logging.INFO, logging.ERROR]
    assert caplog.records[1].getMessage() == f"on_event failed ({type(error).__name__})"
    assert caplog.records[1].exc_info is None
    assert "geheim" not in caplog.text


@pytest.mark.parametrize("where", ["hook", "filter of the log"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_in_a_hook_is_not_lost(number: signal.Signals, where: str) -> None:
    """It has nothing to do with the hook, which is only what ran when it came."""

    def signalled(*_: object) -> bool:
        signal.raise_signal(number)
        return True

    logger = logging.getLogger("doorstroom_client")
    if where != "hook":
        logger.addFilter(signalled)
    try:
        with ends_by_signal(), pytest.raises(KeyboardInterrupt if number == signal.SIGINT else SignalledError):
            tell(event(serious=True), signalled if where == "hook" else None)
    finally:
        logger.removeFilter(signalled)


def test_a_hook_that_raises_does_not_hide_the_error_of_the_call() -> None:
    def hook(_: Event) -> None:
        raise ValueError("geheim")

    from doorstroom_client.errors import GeenMandaat

    with pytest.raises(GeenMandaat) as caught:
        drive(call(request(), conditions(hook)), [answer(401)])
    assert caught.value.__context__ is None


def test_the_hook_runs_in_the_thread_of_the_call() -> None:
    threads: list[str] = []
    client = Client(
        transport=FakeTransport([answer(202)]),
        auteur="Test 1",
        schooljaar="2025-2026",
        leveranciers=[LEVERANCIER],
        on_event=lambda _: threads.append(threading.current_thread().name),
    )
    client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="k"), "HAVO")]), leverancier="ICE")
    assert threads == [threading.current_thread().name]


def test_every_question_to_the_osr_is_an_event_of_its_own() -> None:
    seen: list[Event] = []
    client = Client(
        transport=FakeTransport([answer(200, "OK"), answer(202)]),
        auteur="Test 1",
        schooljaar="2025-2026",
        osr=OSR,
        leveranciers=[LEVERANCIER],
        on_event=seen.append,
    )
    client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="k"), "HAVO")]))
    assert [(item.action, item.result) for item in seen] == [("osr", "found"), ("registreren-schooladviezen", "delivered")]
    assert len({item.object for item in seen}) == 2


def test_an_event_of_a_moment_elsewhere_keeps_its_offset() -> None:
    moment = dt.datetime(2026, 3, 10, 13, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert dt.datetime.fromisoformat(json.loads(as_json(event(at=moment)))["at"]) == moment


def test_an_event_cannot_be_changed_by_a_hook() -> None:
    with pytest.raises(AttributeError):
        event().result = "delivered"  # type: ignore[misc]


def test_a_call_that_is_cancelled_half_way_is_told_too() -> None:
    """Every exchange gives exactly one event: the list may have arrived."""
    events: list[Event] = []
    flow = call(request(), conditions(events.append))
    next(flow)
    flow.close()
    assert [(event.result, event.outcomes, event.seconds) for event in events] == [("cancelled", (), 0.0)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ("-", "-", "-")),
        ({"object": "7 -"}, ("7 -", "-", "-")),
        ({"actor": SUPPLIER_OIN}, ("-", SUPPLIER_OIN, "Toetsbureau")),
        ({"actor": LAS_OIN}, ("-", LAS_OIN, "-")),
        ({"actor": None, "peer": "OSR"}, ("-", "-", "OSR")),
        ({"actor": SUPPLIER_OIN, "peer": "Anders"}, ("-", SUPPLIER_OIN, "Anders")),
    ],
)
@pytest.mark.parametrize("oin", [LAS_OIN, None])
def test_a_teller_knows_who_we_are_and_who_others_are(given: dict[str, Any], said: tuple[str, ...], oin: str | None) -> None:
    told: list[Event] = []
    Teller(lambda: oin, lambda: NOW, told.append, {SUPPLIER_OIN: "Toetsbureau"})("store", "moved", serious=True, **given)
    (event,) = told
    assert (event.action, event.result, event.origin, event.at, event.serious) == ("store", "moved", oin or "-", NOW, True)
    assert (event.object, event.actor, event.peer) == said


def test_of_two_suppliers_with_one_oin_the_first_one_is_named() -> None:
    other = replace(LEVERANCIER, toetssoort="DIA", naam="Tweede")
    with Client(auteur="T", leveranciers=[LEVERANCIER, other], transport=FakeTransport([])) as client:
        assert client._operations.teller.names == {LEVERANCIER.oin: LEVERANCIER.naam}
