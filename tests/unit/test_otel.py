"""Spans: the allow-list and nothing else, an error status, and the right times."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from support import LEVERANCIER, NOW, SCHOOL, SUPPLIER_OIN, FakeTransport, answer
from tenacity import wait_none

from doorstroom_client import Advies, Client, Leerling, Retry
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.exchange.events import Event
from doorstroom_client.otel import spans

ALLOWED = {
    *("doorstroom.object", "doorstroom.result", "doorstroom.origin", "doorstroom.actor", "peer.service"),
    *("doorstroom.attempts", "doorstroom.outcomes"),
}


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


FINE = {Situation.DELIVERED, Situation.FOUND, Situation.NOTHING_YET, Situation.NOT_FOUND}


@pytest.mark.parametrize("result", [*Situation, "circuit open", "our certificate ends in 7 days", "new files are in use"])
def test_what_is_an_error(result: str, collected: Collected) -> None:
    collected.hook(event(result=str(result)))
    status = collected.one.status
    fine = result in FINE or result == "new files are in use"
    assert status.status_code is (StatusCode.UNSET if fine else StatusCode.ERROR)
    assert status.description == (None if fine else str(result))


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
        client.send_schooladviezen(SCHOOL, [Advies(Leerling(las_key="kanarie-las"), "HAVO")], leverancier="ICE")
    except DoorstroomError:
        assert status != 202
    span = collected.one
    assert set(span.attributes or {}) == ALLOWED
    assert "kanarie" not in span.to_json()
    assert "HAVO" not in span.to_json()
    assert span.status.is_ok is (status == 202)
