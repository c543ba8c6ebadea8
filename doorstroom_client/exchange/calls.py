"""What a call of an operation needs, and the call with a list in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Earlier
from doorstroom_client.exchange.call import SHORTEST, Answer, Conditions, call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.url import address
from doorstroom_client.transport.request import Operation, Request

_ANSWER_LIMIT = 64 * 1024


def new_id() -> str:
    """A name that nothing else has: of a request, a message, or a process that has something in hand."""
    return os.urandom(16).hex()


@frozen
class Call:
    """What an operation needs to know besides its own subject.

    Attributes:
        conditions: bounds of the call.
        connect: seconds for connecting.
        new_id: makes a request id.
    """

    conditions: Conditions
    connect: float = 10.0
    new_id: Callable[[], str] = new_id

    def after(self, attempts: Iterable[Earlier], waiting: float = 0.0) -> Call | None:
        """Bounds for a next call that has to fit in what is left of the total time.

        Args:
            attempts: of the call that went before; the pauses between them count.
            waiting: seconds to wait before the next call.

        Returns:
            None when no time is left.
        """
        used = sum(attempt.seconds + attempt.waited for attempt in attempts)
        left = self._with_less(used)
        return left if left.conditions.total - waiting > SHORTEST else None

    def _with_less(self, seconds: float) -> Call:
        return replace(self, conditions=replace(self.conditions, total=self.conditions.total - seconds))


def post_list(soort: Operation, body: bytes, edu: Mapping[str, str], leverancier: Leverancier, about: Call) -> Flow[Answer]:
    """POST a Deelnemerslijst or Schooladviezenlijst.

    Args:
        soort: which of the two.
        body: the bytes of the message.
        edu: ``edu-to`` and ``edu-from``.
        leverancier: to whom.
        about: bounds of the call.

    Raises:
        DoorstroomError: of the class that the decision table names.
    """
    request = Request(
        operation=soort,
        peer=leverancier.peer,
        method="POST",
        url=address(leverancier.base_url, soort.value, query=edu),
        body=body,
        request_id=about.new_id(),
        connect=about.connect,
        limit=_ANSWER_LIMIT,
    )
    del body  # tracebacks may show local variables
    return (yield from call(request, about.conditions))
