"""What happened, without what it was about: one event per call, for a log, a monitor or a trace.

The fields are an allow-list (BIO2 8.15.01: action, object, result, origin, actor and time). No address, body, name,
identity, rapportid or text of the other party ever stands in an event.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import field
from dataclasses import fields as fields_of
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.theirs import contained, kind_of

logger: logging.Logger = logging.getLogger("doorstroom_client")


@frozen
class Event:
    """One call that has ended, or something about our own certificate that needs attention.

    Attributes:
        action: which call (``registreren``, ``registreren-schooladviezen``, ``leerlingrapport``, ``osr`` …) or
            ``certificate``; ``verbinding`` when a connection was checked; ``purge`` when a store was cleared, ``store`` when
            its file was moved, removed or the like.
        object: request id, and the first 16 digits of the SHA-256 of what was sent (``-`` when nothing was); of a purge, how
            much was removed; of a store, where its file is now.
        result: what it came to, in the words of the decision table.
        origin: OIN of this LAS; ``-`` when not known.
        actor: OIN of the party that was called; ``-`` when not known.
        peer: its name, as configured.
        at: moment of the end, UTC.
        outcomes: status code or fault of each attempt; of a check what was not in order, by a fixed code.
        seconds: duration, waiting included.
        serious: whether somebody has to look at it now, such as a certificate of another organisation.
        reason: why a request that came in was refused, in fixed words; empty when there is no more to say than `result` does.
    """

    action: str
    object: str
    result: str
    origin: str
    actor: str
    peer: str
    at: dt.datetime
    outcomes: tuple[str, ...] = ()
    seconds: float = 0.0
    serious: bool = False
    reason: str = ""

    @property
    def attempts(self) -> int:
        """How many attempts were made."""
        return len(self.outcomes)


_FIELDS = tuple(field.name for field in fields_of(Event))

OnEvent = Callable[[Event], None]
"""What is called for every event, in the thread or task that made the call. It must not wait."""


def as_json(event: Event) -> str:
    """The event as one line of JSON, in ASCII: line breaks and control characters stand escaped in it."""
    fields = {name: getattr(event, name) for name in _FIELDS}
    fields |= {"at": event.at.isoformat(timespec="milliseconds"), "seconds": round(event.seconds, 3)}
    if not event.reason:
        del fields["reason"]
    return json.dumps(fields)


def tell(event: Event, on_event: OnEvent | None) -> None:
    """Log an event and pass it on. An error in the hook is logged by its kind only, and does not end the call.

    Nothing here awaits: a hook that turns out to be a coroutine function is told of in the same way.
    """
    level = logging.WARNING if event.serious else logging.INFO
    try:
        if logger.isEnabledFor(level):
            logger.log(level, "%s", as_json(event))
    except BaseException as error:  # noqa: BLE001 - of a filter of somebody else, which must not end a call either
        contained(error)
    if on_event is None:
        return
    failed = ""
    try:
        given: object = on_event(event)
        if inspect.iscoroutine(given):
            given.close()
            failed = "a coroutine function, which is not awaited"
    except BaseException as error:  # noqa: BLE001 - a monitor must not stop the exchange, whatever it raises
        failed = kind_of(contained(error))
    if failed:
        logger.error("on_event failed (%s)", failed)


@frozen
class Teller:
    """Makes an event of what happens at our side, and tells it.

    Attributes:
        las_oin: gives our own OIN.
        now: the wall clock (UTC).
        on_event: is told.
        names: of the parties we know, by OIN.
    """

    las_oin: Callable[[], str | None]
    now: Callable[[], dt.datetime]
    on_event: OnEvent | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(
        self, action: str, result: str, object: str = "-", actor: str | None = None, *, peer: str = "", **more: Any
    ) -> None:
        """Tell it.

        Args:
            action: as in an `Event`, like the others.
            result: what it came to.
            object: what it was about.
            actor: OIN of the other party, when there is one and it is known.
            peer: its name; of a party we know it need not be given.
            **more: further attributes of an `Event`.
        """
        name = peer or self.names.get(actor or "", "-")
        tell(Event(action, object, result, self.las_oin() or "-", actor or "-", name, self.now(), **more), self.on_event)
