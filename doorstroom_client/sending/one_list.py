"""One list to one supplier: only what changed when that is wanted, past the pupils it does not know, and noted afterwards."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from doorstroom_client.basics.error_texts import DEELNEMERS_NIET_AANGENOMEN
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import (
    DoorstroomError,
    Earlier,
    LeerlingOnbekend,
    OngeldigBericht,
    OutboxNotEmpty,
    Refused,
    StoreError,
    UnexpectedResponse,
)
from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.exchange.call import Answer
from doorstroom_client.exchange.calls import Call, post_list
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.parties.leverancier import BijOnbekende, Leverancier
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.in_parts import Part, Verdict, search
from doorstroom_client.sending.only_changes import Again, Changes, Verdwenen, Vergelijking, compare
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.store.ledger import Ledger
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.rows import Dispatch, Entry, Key
from doorstroom_client.store.school_tests import SchoolTests
from doorstroom_client.transport.request import Operation

LEFT_OUT_SINCE = "2026-2027"
"""From this school year on a valid list is answered 202 whoever is in it, and unknown pupils are left out (chain meeting of
January 2026)."""


@frozen
class Books:
    """What a store knows of earlier deliveries.

    Attributes:
        ledger: what was accepted.
        outbox: what still waits.
        tests: whose test each school takes.
        now: the wall clock (UTC).
    """

    ledger: Ledger
    outbox: Outbox
    tests: SchoolTests
    now: Callable[[], dt.datetime]


@dataclass(slots=True)
class Progress:
    """What came of the parts of a list so far.

    Attributes:
        request_id: of the first call.
        melding: of the last answer.
        attempts: of all calls.
        accepted: positions that were taken in.
        refusal: the last refusal.
    """

    request_id: str = ""
    melding: str = ""
    attempts: tuple[Earlier, ...] = ()
    accepted: list[int] = field(default_factory=list[int])
    refusal: Refused | None = None


def send(
    lijst: Bericht,
    leverancier: Leverancier,
    about: Call,
    reputation: Reputation,
    books: Books | None,
    only_changes: bool = False,
    on_event: OnEvent | None = None,
) -> Flow[Ontvangst]:
    """Send a list now.

    Args:
        lijst: what to send.
        leverancier: to whom.
        about: bounds of each call.
        reputation: which addresses are known to accept lists.
        books: what a store knows; without one nothing is remembered.
        only_changes: leave out what the supplier has already; needs `books`.
        on_event: is told when the receipt could not be noted.

    Raises:
        OutboxNotEmpty: an older list of the same kind and school still waits.
        DoorstroomError: of the class that the decision table names.
    """
    if books is None:
        progress, verdict = yield from deliver_parts(lijst, leverancier, about, reputation, on_event=on_event)
        return receipt(lijst, leverancier, progress, verdict)
    key = lijst.key(leverancier.oin)
    secret = yield from keep(books.ledger.secret)
    entries, changes = lijst.entries(secret), None
    if only_changes:
        changes = yield from _changes(lijst, entries, leverancier, books)
        if not changes.positions:
            return _with_changes(Ontvangst.nothing(leverancier, lijst.soort), changes, secret)
        lijst, entries = lijst.part(changes.positions), tuple(entries[at] for at in changes.positions)
    dispatch = yield from keep(partial(books.outbox.overtake, key, lijst.schooljaar, entries, _token(), books.now()))
    if dispatch is None:
        raise _not_empty(leverancier, "still waits in the outbox")
    yield from recall(lijst.soort, leverancier, books.ledger, reputation)
    way = _Way(books, dispatch, leverancier, on_event, lijst.aantal)
    about = replace(about, conditions=replace(about.conditions, before=way.look))
    try:
        progress, verdict = yield from deliver_parts(lijst, leverancier, about, reputation, note=way.note, on_event=on_event)
    except DoorstroomError:
        yield from way.end()
        raise
    yield from way.end()
    made = receipt(lijst, leverancier, progress, verdict)
    if changes is None:
        return made
    with suppress(StoreError):  # once more: an older list may have arrived since, and only now somebody is told
        yield from doubt_gone(key, lijst.schooljaar, changes, books)
    return _with_changes(made, changes, secret)


class _Way:
    """A list on its way to a supplier, past the outbox.

    Args:
        books: what the store knows.
        dispatch: the list.
        leverancier: to whom.
        on_event: is told when a receipt could not be noted.
        aantal: pupils in the list.
    """

    def __init__(
        self, books: Books, dispatch: Dispatch, leverancier: Leverancier, on_event: OnEvent | None, aantal: int
    ) -> None:
        self._books = books
        self._dispatch = dispatch
        self._leverancier = leverancier
        self._on_event = on_event
        self._aantal = aantal
        self._left = self._ended = False

    def look(self) -> Flow[None]:
        """Right before an attempt: nothing was put in the outbox since, which would have to arrive after this."""
        if self._left and (yield from keep(partial(self._books.outbox.is_open, self._dispatch.key))):
            raise _not_empty(self._leverancier, "was put in the outbox meanwhile")
        self._left = True  # what is there at the first attempt was looked at when the list left

    def note(self, part: Part) -> Flow[None]:
        """A part was accepted."""
        last = len(part) == self._aantal
        try:
            yield from keep(partial(self._books.ledger.accept, self._dispatch, part, self._books.now(), last=last))
            self._ended = last
        except StoreError:
            # It has arrived, and that is what the caller has to know; what is in doubt is only sent once more.
            supplier = self._leverancier
            result, at = "receipt not noted", self._books.now()
            failed = Event(self._dispatch.key.soort, "-", result, "-", supplier.oin, supplier.naam, at, serious=True)
            tell(failed, self._on_event)

    def end(self) -> Flow[None]:
        """Note that the list is not under way any more."""
        if not self._ended:
            self._ended = True
            with suppress(StoreError):  # then it counts as under way for a while, which leaves doubt and no more
                yield from keep(partial(self._books.ledger.end, self._dispatch))


def _token() -> str:
    return os.urandom(16).hex()


def _not_empty(leverancier: Leverancier, what: str) -> OutboxNotEmpty:
    return OutboxNotEmpty(
        f"another list of this school for {leverancier.naam} {what}",
        hint="An older list may not arrive after a newer one: add this one to the outbox too, or deliver the outbox first",
    )


def _changes(lijst: Bericht, entries: Sequence[Entry], leverancier: Leverancier, books: Books) -> Flow[Changes]:
    """What of a list has to go out. Who is told that a pupil disappeared may remove it, so that is in doubt from then on."""
    key = lijst.key(leverancier.oin)
    accepted = yield from keep(partial(books.ledger.entries, key, lijst.schooljaar))
    changes = compare(entries, accepted, again=Again(leverancier.herhaal_na, books.now()))
    yield from doubt_gone(key, lijst.schooljaar, changes, books)
    return changes


def doubt_gone(key: Key, schooljaar: str, changes: Changes, books: Books) -> Flow[None]:
    """Note that pupils are told as disappeared; also of who is in doubt here, as the other kind of list may not be."""
    if changes.verdwenen:
        yield from keep(partial(books.ledger.gone, key, schooljaar, changes.verdwenen))


def preview(lijst: Bericht, leverancier: Leverancier, books: Books) -> Flow[Vergelijking]:
    """Say what of a list would be sent."""
    secret = yield from keep(books.ledger.secret)
    changes = yield from _changes(lijst, lijst.entries(secret), leverancier, books)
    return Vergelijking(
        leverancier.toetssoort,
        lijst.leerlingen(changes.nieuw),
        lijst.leerlingen(changes.gewijzigd),
        changes.ongewijzigd,
        tuple(Verdwenen(item, secret) for item in changes.verdwenen),
        changes.onbevestigd,
        lijst.leerlingen(changes.opnieuw),
    )


def recall(soort: Operation, leverancier: Leverancier, ledger: Ledger, reputation: Reputation) -> Flow[None]:
    """Remember from earlier runs that an address accepts lists."""
    if not reputation.is_known(leverancier.base_url) and (yield from keep(partial(ledger.knows, soort.value, leverancier.oin))):
        reputation.accepted(leverancier.base_url)


def deliver_parts(
    lijst: Bericht,
    leverancier: Leverancier,
    about: Call,
    reputation: Reputation,
    *,
    note: Callable[[Part], Flow[None]] | None = None,
    on_event: OnEvent | None = None,
) -> Flow[tuple[Progress, Verdict]]:
    """Send a list; when it is refused as for an unknown pupil and the supplier is set so, in parts.

    Args:
        lijst: what to send.
        leverancier: to whom.
        about: bounds of each call.
        reputation: which addresses are known to accept lists.
        note: is run after each part that was accepted.
        on_event: is told of a supplier that should not have refused.

    Raises:
        LeerlingOnbekend: nothing at all was accepted.
        DoorstroomError: something else went wrong; what was accepted before is noted.
    """
    base_url = leverancier.base_url
    progress = Progress()
    hunt = search(lijst.aantal, proven=reputation.is_proven(base_url))
    part = next(hunt)
    while True:
        accepted = yield from _send_part(lijst, part, leverancier, about, progress)
        if accepted:
            reputation.accepted(base_url)
            if note is not None:
                yield from note(part)
        else:
            _tell_of_deviation(lijst, leverancier, about, reputation, on_event)
            if not _is_to_split(lijst, leverancier, reputation):
                raise _refusal(lijst, leverancier, progress)
        try:
            part = hunt.send(accepted)
        except StopIteration as done:
            verdict: Verdict = done.value
            break
    if not verdict.any_accepted:
        reputation.fruitless(base_url)
        raise _refusal(lijst, leverancier, progress, verdict)
    return progress, verdict


def _tell_of_deviation(
    lijst: Bericht, leverancier: Leverancier, about: Call, reputation: Reputation, on_event: OnEvent | None
) -> None:
    """Tell once of a supplier that refuses a list for unknown pupils in a year in which it should leave them out."""
    should_not = lijst.soort is Operation.SCHOOLADVIEZEN and lijst.schooljaar >= LEFT_OUT_SINCE
    if should_not and reputation.deviates(leverancier.base_url):
        result = f"deviation: since {LEFT_OUT_SINCE} a list with unknown pupils is answered 202"
        at = about.conditions.now()
        tell(Event(lijst.soort.value, "-", result, "-", leverancier.oin, leverancier.naam, at, serious=True), on_event)


def receipt(lijst: Bericht, leverancier: Leverancier, progress: Progress, verdict: Verdict) -> Ontvangst:
    """The receipt of a list of which something was accepted."""
    return Ontvangst(
        leverancier=leverancier.toetssoort,
        soort=lijst.soort,
        aantal=len(progress.accepted),
        sha256=lijst.sha256,
        request_id=progress.request_id,
        melding=progress.melding,
        attempts=progress.attempts,
        onbekend=lijst.leerlingen(verdict.onbekend) if verdict.onbekend else (),
        naam=leverancier.naam,
    )


def _send_part(lijst: Bericht, part: Part, leverancier: Leverancier, about: Call, progress: Progress) -> Flow[bool]:
    piece = lijst.part(part)
    try:
        answer: Answer = yield from post_list(piece.soort, piece.body, piece.edu, leverancier, about)
    except (LeerlingOnbekend, OngeldigBericht) as error:
        if not _may_be_unknown_pupil(error, leverancier):
            raise
        progress.refusal = error
        progress.attempts += error.attempts
        progress.request_id = progress.request_id or error.request_id
        return False
    finally:
        del piece  # tracebacks may show local variables
    progress.request_id = progress.request_id or answer.request_id
    progress.melding = answer.melding
    progress.attempts += answer.attempts
    progress.accepted += part
    return True


def _may_be_unknown_pupil(error: Refused, leverancier: Leverancier) -> bool:
    return isinstance(error, LeerlingOnbekend) or (error.status == 422 and leverancier.onbekend_422)


def _is_to_split(lijst: Bericht, leverancier: Leverancier, reputation: Reputation) -> bool:
    return (
        lijst.soort is Operation.SCHOOLADVIEZEN
        and leverancier.bij_onbekende == BijOnbekende.SPLITS
        and not reputation.is_suspicious(leverancier.base_url)
    )


def _refusal(lijst: Bericht, leverancier: Leverancier, progress: Progress, verdict: Verdict | None = None) -> DoorstroomError:
    """What to raise when nothing of a list was accepted: the refusal itself, with what is known of its cause."""
    refusal = progress.refusal
    assert refusal is not None
    refusal.attempts = progress.attempts
    if not isinstance(refusal, LeerlingOnbekend):
        return refusal
    if lijst.soort is Operation.REGISTREREN:
        refusal._uitleg = DEELNEMERS_NIET_AANGENOMEN  # it is this list that makes pupils known: none can be unknown
    if leverancier.bij_onbekende == BijOnbekende.NEVER:
        return UnexpectedResponse(
            f"{leverancier.naam} answered 404, and is set as one that never refuses a list for an unknown pupil",
            status=404,
            peer=leverancier.naam,
            attempts=progress.attempts,
            request_id=refusal.request_id,
            hint="Check its base_url; when the supplier refuses unknown pupils all the same, set bij_onbekende to splits",
        )
    if verdict is None:
        return refusal
    refusal.onbekend = lijst.leerlingen(verdict.onbekend)
    if lijst.aantal > 1:
        every = "each pupil in it" if verdict.complete else f"{len(progress.attempts)} parts of it, down to single pupils"
        refusal.message = f"{leverancier.naam} answered 404 to the list and to {every}"
        refusal.hint = (
            "Nothing was taken in. Either it knows none of these pupils yet, and then the deelnemers have to be sent first, or "
            "base_url is wrong"
        )
    return refusal


def _with_changes(made: Ontvangst, changes: Changes, secret: bytes) -> Ontvangst:
    gone = tuple(Verdwenen(item, secret) for item in changes.verdwenen)
    return replace(made, ongewijzigd=changes.ongewijzigd, verdwenen=gone, onbevestigd=changes.onbevestigd)
