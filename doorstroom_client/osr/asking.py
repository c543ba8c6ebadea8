"""How a question to the register is put and its answer taken: nothing is read out of what is not the register's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from doorstroom_client.errors import DeadlineExceeded, Earlier, Phase, UnexpectedResponse
from doorstroom_client.exchange.call import Answer, call
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.osr.mandate_reading import read_404
from doorstroom_client.osr.mandate_table import Said
from doorstroom_client.osr.parsing import Fields, document_in, hrefs_in, objects_in
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.url import Origin, address
from doorstroom_client.transport.request import Operation, Request

T = TypeVar("T")
LIST_LIMIT = 8 * 1024 * 1024
"""Bytes of a list; the register documents no pages, and knows thousands of schools."""
_MOST_PAGES = 50
_NEXT = re.compile(r"<([^<>]*)>\s*;[^<]*?rel=\"?next\"?", re.IGNORECASE)
BASE_URL_HINT = "Check osr.base_url, version prefix included; another server may have answered"


class Budget:
    """The total time of an operation that is made of several calls."""

    def __init__(self, about: Call) -> None:
        """Begin with all the time there is."""
        self._about: Call | None = about
        self._now = about.conditions.now
        self._attempts: tuple[Earlier, ...] = ()

    def left(self) -> Call:
        """Bounds for the next call.

        Raises:
            DeadlineExceeded: no time is left.
        """
        if self._about is None:
            raise DeadlineExceeded(
                "OSR answered, but no time was left for the next question",
                phase=Phase.UNKNOWN,
                peer="OSR",
                retryable=True,
                attempts=self._attempts,
                hint="Nothing was changed. A longer time can be set in timeouts",
            )
        return self._about

    def today(self) -> dt.date:
        """The Dutch calendar day."""
        return dutch_day(self._now())

    def spent(self, attempts: tuple[Earlier, ...]) -> None:
        """Count the attempts of a call that ended."""
        self._attempts = attempts
        if self._about is not None:
            self._about = self._about.after(attempts)


def request_to(
    osr: Osr,
    about: Call,
    *segments: str,
    query: Mapping[str, str | None] | None = None,
    operation: Operation = Operation.OSR,
    method: str = "GET",
    body: bytes | None = None,
    own: bool = False,
    limit: int = 1024 * 1024,
) -> Request:
    """A request to the register; what is None in the query is left out, names are spelled as the version wants them."""
    named = {osr.profile.sent(segments[0], name): value for name, value in (query or {}).items() if value is not None}
    return Request(
        operation=operation,
        peer=osr.peer(with_key=own or body is not None),
        method=method,
        url=address(osr.base_url, *segments, query=named),
        body=body,
        request_id=about.new_id(),
        connect=about.connect,
        limit=limit,
    )


def ask(osr: Osr, budget: Budget, *segments: str, own: bool = False, **more: Any) -> Flow[tuple[Answer, str]]:
    """GET; gives the answer and the address that was asked."""
    about = budget.left()
    request = request_to(osr, about, *segments, own=own, **more)
    answer = yield from call(request, about.conditions)
    budget.spent(answer.attempts)
    return answer, request.url


def ask_list(
    osr: Osr,
    budget: Budget,
    path: str,
    read: Callable[[Fields], T],
    *needed: str,
    query: Mapping[str, str | None] | None = None,
    own: bool = False,
) -> Flow[tuple[T, ...]]:
    """GET a collection. A link to a next page is followed, should there be one; pages are documented nowhere.

    Raises:
        UnexpectedResponse: the answer cannot be understood. That is never taken for an empty list.
    """
    answer, url = yield from ask(osr, budget, path, query=query, own=own, limit=LIST_LIMIT)
    found = [read(fields) for fields in the_objects(answer, url, needed)]
    for _ in range(_MOST_PAGES):
        following = next(iter(hrefs_in(_NEXT.findall(answer.response.headers.get("link", ""))[:1], url)), None)
        if following is None:
            return tuple(found)
        answer, url = yield from _ask_at(osr, budget, following, own=own)
        found += [read(fields) for fields in the_objects(answer, url, needed)]
    raise UnexpectedResponse(
        f"OSR divides a list over more than {_MOST_PAGES} pages", peer="OSR", hint="Ask for less at a time; this may be a loop"
    )


def _ask_at(osr: Osr, budget: Budget, link: str, *, own: bool) -> Flow[tuple[Answer, str]]:
    """GET what a link of the register points to, on the configured host only."""
    parts = urlsplit(link)
    if Origin.of(link) != Origin.of(osr.base_url) or parts.username is not None or parts.password is not None:
        raise UnexpectedResponse(
            "OSR gave a link to another host than osr.base_url; it is not followed",
            peer="OSR",
            hint="Nothing was sent there. Behind a gateway, the register has to be told its name",
        )
    about = budget.left()
    request = Request(
        operation=Operation.OSR,
        peer=osr.peer(with_key=own),
        method="GET",
        url=parts._replace(fragment="").geturl(),
        request_id=about.new_id(),
        connect=about.connect,
        limit=LIST_LIMIT,
    )
    answer = yield from call(request, about.conditions)
    budget.spent(answer.attempts)
    return answer, request.url


def settle_404(
    osr: Osr,
    budget: Budget,
    answer: Answer,
    own: re.Pattern[str],
    proof: Proof | None = None,
    hint: str = BASE_URL_HINT,
) -> Flow[None]:
    """Make sure that a 404 is the register's own "no", and not that of a proxy or of a wrong address.

    Its words settle it, when they are the known ones. In other words, but in the form of its errors, the register has to show
    itself: the list of services answers everybody, always with 200. Everything else is of another server.

    Args:
        osr: where it was asked.
        budget: bounds of the calls.
        answer: the 404.
        own: the known words.
        proof: remembers that the register is really there.
        hint: the next step, when it is not the register's.

    Raises:
        UnexpectedResponse: it is not the register's.
        DoorstroomError: the register could not be looked for.
    """
    said = read_404(answer.response, own)
    if said is Said.FOREIGN_404:
        raise not_the_register(answer, hint)
    if said is Said.OWN_404 or (proof is not None and proof.holds(osr.base_url)):
        return
    try:
        there, _ = yield from ask(osr, budget, "services")
    except UnexpectedResponse as error:
        raise not_the_register(answer, hint) from error
    if there.response.status != 200 or not isinstance(document_in(there.response), list):
        raise not_the_register(answer, hint)
    if proof is not None:
        proof.note(osr.base_url)


def not_the_register(answer: Answer, hint: str = BASE_URL_HINT, why: str = "not as the register does") -> UnexpectedResponse:
    """The error for an answer that is not as the register's are."""
    return UnexpectedResponse(
        f"OSR answered {answer.response.status}, but {why}",
        status=answer.response.status,
        melding=answer.melding,
        peer="OSR",
        request_id=answer.request_id,
        attempts=answer.attempts,
        hint=hint,
    )


def the_objects(answer: Answer, url: str, needed: tuple[str, ...]) -> list[Fields]:
    """The objects in an answer; an error when it cannot be understood."""
    found = objects_in(answer.response, url, *needed)
    if found is None:
        raise not_the_register(answer)
    return found
