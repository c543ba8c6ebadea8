"""OpenTelemetry spans, one per call, without any pupil data (extra ``otel``).

    client = Client(..., on_event=spans())

The attributes of a span are the fields of an `Event`, which is an allow-list.
"""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider

from doorstroom_client.exchange.events import Event

_NANOSECONDS = 1_000_000_000
_FINE = frozenset({"delivered", "found", "nothing yet", "not found", "new files are in use"})


def spans(provider: TracerProvider | None = None) -> Callable[[Event], None]:
    """Make a hook for ``on_event`` that records each call as a finished client span.

    A span is a child of the span that is current where the call was made.

    Args:
        provider: the tracer provider; the global one when left out.
    """
    tracer = trace.get_tracer("doorstroom_client", tracer_provider=provider)

    def record(event: Event) -> None:
        end = int(event.at.timestamp() * _NANOSECONDS)
        span = tracer.start_span(
            f"doorstroom {event.action}",
            kind=SpanKind.CLIENT,
            start_time=end - int(event.seconds * _NANOSECONDS),
            attributes={
                "doorstroom.object": event.object,
                "doorstroom.result": event.result,
                "doorstroom.origin": event.origin,
                "doorstroom.actor": event.actor,
                "peer.service": event.peer,
                "doorstroom.attempts": event.attempts,
                "doorstroom.outcomes": event.outcomes,
            },
        )
        if event.result not in _FINE:
            span.set_status(Status(StatusCode.ERROR, event.result))
        span.end(end)

    return record
