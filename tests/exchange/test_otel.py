"""Spans: the allow-list and nothing else, an error status, and the right times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from support import LEVERANCIER, NOW, SCHOOL, SUPPLIER_OIN, FakeTransport, answer
from tenacity import wait_none

from doorstroom_client import Advies, Adviezenlijst, Client, InboundRequest, Leerling, Retry
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.events import Event, Teller
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.otel import spans
from doorstroom_client.receiving import audit
from doorstroom_client.store.removed import removed
from doorstroom_client.store.rows import Purged

ALLOWED = {
    *("doorstroom.object", "doorstroom.result", "doorstroom.origin", "doorstroom.actor", "peer.service"),
    *("doorstroom.attempts", "doorstroom.outcomes"),
}

CONVENTIONAL = {"http.request.method", "http.route", "http.response.status_code", "url.scheme", "error.type"}


class Collected:
    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.hook = spans(self.provider)

    @property
    def one(self) -> ReadableSpan:
        (span,) = self.exporter.get_finished_spans()
        return span


@pytest.fixture
def collected() -> Collected:
    return Collected()


def event(**more: Any) -> Event:
    fields: dict[str, Any] = {
        "action": "registreren",
        "object": "req-1 0123456789abcdef",
        "result": "delivered",
        "origin": "00000003990000010000",
        "actor": SUPPLIER_OIN,
        "peer": "Toetsbureau",
        "at": NOW,
        "outcomes": ("500", "202"),
        "seconds": 1.25,
    }
    return Event(**{**fields, **more})


def test_the_attributes_are_the_allow_list(collected: Collected) -> None:
    collected.hook(event())
    span = collected.one
    assert dict(span.attributes or {}) == {
        "doorstroom.object": "req-1 0123456789abcdef",
        "doorstroom.result": "delivered",
        "doorstroom.origin": "00000003990000010000",
        "doorstroom.actor": SUPPLIER_OIN,
        "peer.service": "Toetsbureau",
        "doorstroom.attempts": 2,
        "doorstroom.outcomes": ("500", "202"),
    }
    assert (span.name, span.kind) == ("doorstroom registreren", SpanKind.CLIENT)
    assert span.events == ()
    assert span.links == ()
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "doorstroom_client"


def test_start_end_and_duration(collected: Collected) -> None:
    at = dt.datetime(2026, 3, 10, 13, 0, 0, 250_000, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    collected.hook(event(at=at))
    span = collected.one
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time == pytest.approx(at.timestamp() * 1e9, abs=1000)
    assert span.end_time - span.start_time == 1_250_000_000


ALSO_FINE = ("new files are in use", "ok", "attention")
"""The last two are of a check of a connection."""
FINE = {Situation.DELIVERED, Situation.FOUND, Situation.NOTHING_YET, Situation.NOT_FOUND}


@pytest.mark.parametrize("result", [*Situation, "circuit open", "our certificate ends in 7 days", *ALSO_FINE, "wrong"])
def test_what_is_an_error(result: str, collected: Collected) -> None:
    collected.hook(event(result=str(result)))
    status = collected.one.status
    fine = result in FINE or result in ALSO_FINE
    assert status.status_code is (StatusCode.UNSET if fine else StatusCode.ERROR)
    assert status.description == (None if fine else str(result))


def told(do: Callable[[Any], object]) -> Event:
    """The one event of something that the receiving half tells about."""
    events: list[Event] = []

    do(Teller(lambda: "00000003990000010000", lambda: NOW, events.append, {LEVERANCIER.oin: LEVERANCIER.naam}))
    (one,) = events
    return one


@pytest.mark.parametrize("status", sorted(audit.RESULTS))
def test_what_came_in_is_of_the_server_and_an_error_only_when_it_is_ours(status: int, collected: Collected) -> None:
    request = InboundRequest("POST", "/leerlingresultaat", "edu-to=kanarie", SUPPLIER_OIN, b"kanarie")
    collected.hook(told(lambda teller: audit.received(status, teller, request, 0.5)))
    span = collected.one
    attributes = dict(span.attributes or {})
    assert (span.name, span.kind) == ("doorstroom leerlingresultaat", SpanKind.SERVER)
    assert span.status.status_code is (StatusCode.ERROR if status == 503 else StatusCode.UNSET)
    assert attributes["http.response.status_code"] == status
    assert attributes.get("error.type") == ("503" if status == 503 else None)
    assert attributes.get("http.route") in (None, "/leerlingresultaat")
    assert set(attributes) <= ALLOWED | CONVENTIONAL
    assert "kanarie" not in span.to_json()


def test_a_result_that_was_taken_in(collected: Collected) -> None:
    collected.hook(told(lambda teller: audit.received(202, teller)))
    conventional = {name: value for name, value in (collected.one.attributes or {}).items() if name in CONVENTIONAL}
    assert conventional == {
        "http.request.method": "POST",
        "http.route": "/leerlingresultaat",
        "http.response.status_code": 202,
        "url.scheme": "https",
    }


def test_a_handshake_that_failed_is_no_error_of_ours(collected: Collected) -> None:
    collected.hook(told(lambda teller: audit.no_handshake("CERTIFICATE_VERIFY_FAILED", teller)))
    span = collected.one
    assert (span.kind, span.status.status_code) == (SpanKind.SERVER, StatusCode.UNSET)
    assert set(span.attributes or {}) == ALLOWED


@pytest.mark.parametrize("wiped", [True, False])
def test_a_purge_is_our_own_and_fine(wiped: bool, collected: Collected) -> None:
    what = Purged(NOW, NOW, 1, 2, 3, wiped)
    collected.hook(told(lambda teller: removed(what, teller)))
    span = collected.one
    assert (span.name, span.kind, span.status.status_code) == ("doorstroom purge", SpanKind.INTERNAL, StatusCode.UNSET)
    assert set(span.attributes or {}) == ALLOWED


@pytest.mark.parametrize(
    ("action", "serious", "status"),
    [
        ("certificate", False, StatusCode.UNSET),
        ("certificate", True, StatusCode.ERROR),
        ("resultaat", True, StatusCode.ERROR),
    ],
)
def test_other_events_of_our_own(action: str, serious: bool, status: StatusCode, collected: Collected) -> None:
    collected.hook(event(action=action, result="anything", serious=serious, outcomes=()))
    assert (collected.one.kind, collected.one.status.status_code) == (SpanKind.INTERNAL, status)


def test_a_span_is_a_child_of_the_current_one(collected: Collected) -> None:
    tracer = collected.provider.get_tracer("test")
    with tracer.start_as_current_span("nacht") as outer:
        collected.hook(event())
    made = next(span for span in collected.exporter.get_finished_spans() if span.name != "nacht")
    assert made.parent is not None
    assert made.parent.span_id == outer.get_span_context().span_id


def test_the_hook_leaves_the_current_span_alone(collected: Collected) -> None:
    from opentelemetry import trace

    before = trace.get_current_span()
    collected.hook(event())
    assert trace.get_current_span() is before


def test_without_a_provider_the_global_one_is_used_and_nothing_fails() -> None:
    spans()(event())


@pytest.mark.parametrize("status", [202, 401, 422, 500])
def test_through_a_client_no_pupil_stands_in_a_span(status: int, collected: Collected) -> None:
    client = Client(
        transport=FakeTransport(lambda _: answer(status, {"melding": "kanarie-melding"})),
        auteur="Test 1",
        schooljaar="2025-2026",
        leveranciers=[LEVERANCIER],
        retry=Retry(wait=wait_none()),
        on_event=collected.hook,
    )
    try:
        client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="kanarie-las"), "HAVO")]), leverancier="ICE")
    except DoorstroomError:
        assert status != 202
    span = collected.one
    assert set(span.attributes or {}) == ALLOWED
    assert "kanarie" not in span.to_json()
    assert "HAVO" not in span.to_json()
    assert span.status.is_ok is (status == 202)
