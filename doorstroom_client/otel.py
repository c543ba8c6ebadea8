"""OpenTelemetry spans, one per call, per result that was pushed and per job of our own, without pupil data (extra ``otel``).

    client = Client(..., on_event=spans())

The attributes of a span are the fields of an `Event`, which is an allow-list.
"""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider

from doorstroom_client.events import Event
from doorstroom_client.receiving.audit import ACTION
from doorstroom_client.receiving.judge import PATH

__all__ = ["spans"]
_NANOSECONDS = 1_000_000_000
_FINE = frozenset({"delivered", "found", "nothing yet", "not found", "new files are in use", "ok", "attention"})
"""What a call to another party may come to without being an error."""
_OURS = frozenset({"certificate", "purge", "resultaat"})
"""Actions that no other party takes part in."""
_OF_A_RESULT = frozenset({"202", "401", "405", "415", "422"})
"""Answers that only a POST to the path of results gets; of another request nothing is known but the answer."""


def spans(provider: TracerProvider | None = None) -> Callable[[Event], None]:
    """Make a hook for ``on_event`` that records each event as a finished span.

    A call to another party is a span of kind CLIENT, a request that came in is one of kind SERVER, and what happened in here,
    such as a purge, is INTERNAL. As the conventions have it, what was refused for what its sender did is no error of ours.
    A span is a child of the span that is current where the event happened.

    Args:
        provider: the tracer provider; the global one when left out.
    """
    tracer = trace.get_tracer("doorstroom_client", tracer_provider=provider)

    def record(event: Event) -> None:
        end = int(event.at.timestamp() * _NANOSECONDS)
        span = tracer.start_span(
            f"doorstroom {event.action}",
            kind=_kind(event),
            start_time=end - int(event.seconds * _NANOSECONDS),
            attributes={
                "doorstroom.object": event.object,
                "doorstroom.result": event.result,
                "doorstroom.origin": event.origin,
                "doorstroom.actor": event.actor,
                "peer.service": event.peer,
                "doorstroom.attempts": event.attempts,
                "doorstroom.outcomes": event.outcomes,
                **_conventional(event),
            },
        )
        if _is_error(event):
            span.set_status(Status(StatusCode.ERROR, event.result))
        span.end(end)

    return record


def _kind(event: Event) -> SpanKind:
    if event.action == ACTION:
        return SpanKind.SERVER
    return SpanKind.INTERNAL if event.action in _OURS else SpanKind.CLIENT


def _is_error(event: Event) -> bool:
    kind = _kind(event)
    if kind is SpanKind.CLIENT:
        return event.result not in _FINE
    return event.serious if kind is SpanKind.INTERNAL else _status(event).startswith("5")


def _status(event: Event) -> str:
    """The status of the answer to a request that came in; empty when it got none."""
    first = event.outcomes[0] if event.outcomes else ""
    return first if first.isdigit() else ""


def _conventional(event: Event) -> dict[str, str | int]:
    """The attributes that the conventions have for a request that came in; not its address, which holds codes of a school."""
    status = _status(event)
    if event.action != ACTION or not status:
        return {}
    found: dict[str, str | int] = {"http.response.status_code": int(status), "url.scheme": "https"}
    if status in _OF_A_RESULT:
        found |= {"http.request.method": "POST", "http.route": PATH}
    if status.startswith("5"):
        found["error.type"] = status
    return found
