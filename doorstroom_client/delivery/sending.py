"""One list to one supplier: only what changed when that is wanted, past the pupils it does not know, and noted afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from doorstroom_client.delivery.addresses import Addresses
from doorstroom_client.delivery.isolation import Part, Verdict, search
from doorstroom_client.delivery.ledger import Changes, Verdwenen, Vergelijking, compare
from doorstroom_client.delivery.lijst import Lijst
from doorstroom_client.delivery.ontvangst import Ontvangst
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
from doorstroom_client.exchange.call import Answer
from doorstroom_client.exchange.events import Event, OnEvent, tell
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.exchange.http import Operation
from doorstroom_client.exchange.leverancier import BijOnbekende, Leverancier
from doorstroom_client.exchange.operations import Call, post_list
from doorstroom_client.frozen import frozen
from doorstroom_client.store.base import Ledger, Outbox


@frozen
class Books:
    """What a store knows of earlier deliveries.

    Attributes:
        ledger: what was accepted.
        outbox: what still waits.
        now: the wall clock (UTC).
    """

    ledger: Ledger
    outbox: Outbox
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
    lijst: Lijst,
    leverancier: Leverancier,
    about: Call,
    addresses: Addresses,
    books: Books | None,
    only_changes: bool = False,
    on_event: OnEvent | None = None,
) -> Flow[Ontvangst]:
    """Send a list now.

    Args:
        lijst: what to send.
        leverancier: to whom.
        about: bounds of each call.
        addresses: which addresses are known to accept lists.
        books: what a store knows; without one nothing is remembered.
        only_changes: leave out what the supplier has already; needs `books`.
        on_event: is told when the receipt could not be noted.

    Raises:
        OutboxNotEmpty: an older list of the same kind and school still waits.
        DoorstroomError: of the class that the decision table names.
    """
    if books is None:
        progress, verdict = yield from deliver_parts(lijst, leverancier, about, addresses)
        return receipt(lijst, leverancier, progress, verdict)
    key = lijst.key(leverancier.oin)
    if not (yield from keep(partial(books.outbox.overtake, key, books.now()))):
        raise OutboxNotEmpty(
            f"an older list of this school for {leverancier.naam} still waits in the outbox",
            hint="An older list may not arrive after a newer one: add this one to the outbox too, or deliver the outbox first",
        )
    secret = yield from keep(books.ledger.secret)
    entries, changes = lijst.entries(secret), None
    if only_changes:
        changes = compare(entries, (yield from keep(partial(books.ledger.entries, key, lijst.schooljaar))))
        if not changes.positions:
            return _nothing_to_send(leverancier, lijst.soort, changes, secret)
        lijst, entries = lijst.part(changes.positions), tuple(entries[at] for at in changes.positions)
    yield from recall(lijst.soort, leverancier, books.ledger, addresses)
    yield from keep(partial(books.ledger.doubt, key, lijst.schooljaar, entries))

    def note(part: Part) -> Flow[None]:
        accepted = [entries[at] for at in part]
        try:
            yield from keep(partial(books.ledger.accept, key, lijst.schooljaar, accepted, books.now()))
        except StoreError:
            # It has arrived, and that is what the caller has to know; what is in doubt is only sent once more.
            failed = Event(lijst.soort.value, "-", "receipt not noted", "-", leverancier.oin, leverancier.naam, books.now())
            tell(replace(failed, serious=True), on_event)

    progress, verdict = yield from deliver_parts(lijst, leverancier, about, addresses, note=note)
    made = receipt(lijst, leverancier, progress, verdict)
    return made if changes is None else _with_changes(made, changes, secret)


def preview(lijst: Lijst, leverancier: Leverancier, books: Books) -> Flow[Vergelijking]:
    """Say what of a list would be sent."""
    secret = yield from keep(books.ledger.secret)
    accepted = yield from keep(partial(books.ledger.entries, lijst.key(leverancier.oin), lijst.schooljaar))
    changes = compare(lijst.entries(secret), accepted)
    return Vergelijking(
        leverancier.toetssoort,
        lijst.leerlingen(changes.nieuw),
        lijst.leerlingen(changes.gewijzigd),
        changes.ongewijzigd,
        tuple(Verdwenen(entry, secret) for entry in changes.verdwenen),
    )


def recall(soort: Operation, leverancier: Leverancier, ledger: Ledger, addresses: Addresses) -> Flow[None]:
    """Remember from earlier runs that an address accepts lists."""
    if not addresses.is_known(leverancier.base_url) and (yield from keep(partial(ledger.knows, soort.value, leverancier.oin))):
        addresses.accepted(leverancier.base_url)


def deliver_parts(
    lijst: Lijst,
    leverancier: Leverancier,
    about: Call,
    addresses: Addresses,
    *,
    note: Callable[[Part], Flow[None]] | None = None,
) -> Flow[tuple[Progress, Verdict]]:
    """Send a list; when it is refused as for an unknown pupil and the supplier is set so, in parts.

    Args:
        lijst: what to send.
        leverancier: to whom.
        about: bounds of each call.
        addresses: which addresses are known to accept lists.
        note: is run after each part that was accepted.

    Raises:
        LeerlingOnbekend: nothing at all was accepted.
        DoorstroomError: something else went wrong; what was accepted before is noted.
    """
    base_url = leverancier.base_url
    progress = Progress()
    hunt = search(lijst.aantal, proven=addresses.is_proven(base_url))
    part = next(hunt)
    while True:
        accepted = yield from _send_part(lijst, part, leverancier, about, progress)
        if accepted:
            addresses.accepted(base_url)
            if note is not None:
                yield from note(part)
        elif not _is_to_split(lijst, leverancier, addresses):
            raise _refusal(lijst, leverancier, progress)
        try:
            part = hunt.send(accepted)
        except StopIteration as done:
            verdict: Verdict = done.value
            break
    if not verdict.any_accepted:
        addresses.fruitless(base_url)
        raise _refusal(lijst, leverancier, progress, verdict)
    return progress, verdict


def receipt(lijst: Lijst, leverancier: Leverancier, progress: Progress, verdict: Verdict) -> Ontvangst:
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


def _send_part(lijst: Lijst, part: Part, leverancier: Leverancier, about: Call, progress: Progress) -> Flow[bool]:
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


def _is_to_split(lijst: Lijst, leverancier: Leverancier, addresses: Addresses) -> bool:
    return (
        lijst.soort is Operation.SCHOOLADVIEZEN
        and leverancier.bij_onbekende == BijOnbekende.SPLITS
        and not addresses.is_suspicious(leverancier.base_url)
    )


def _refusal(lijst: Lijst, leverancier: Leverancier, progress: Progress, verdict: Verdict | None = None) -> DoorstroomError:
    """What to raise when nothing of a list was accepted: the refusal itself, with what is known of its cause."""
    refusal = progress.refusal
    assert refusal is not None
    refusal.attempts = progress.attempts
    if not isinstance(refusal, LeerlingOnbekend):
        return refusal
    if leverancier.bij_onbekende == BijOnbekende.NEVER:
        return UnexpectedResponse(
            f"{leverancier.naam} answered 404, and is set as one that never refuses a list for an unknown pupil",
            status=404,
            peer=leverancier.naam,
            attempts=progress.attempts,
            request_id=refusal.request_id,
            hint="Check base_url; when the supplier refuses unknown pupils all the same, set bij_onbekende to splits",
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


def _nothing_to_send(leverancier: Leverancier, soort: Operation, changes: Changes, secret: bytes) -> Ontvangst:
    empty = Ontvangst(leverancier.toetssoort, soort, 0, "", "", "", (), naam=leverancier.naam)
    return _with_changes(empty, changes, secret)


def _with_changes(made: Ontvangst, changes: Changes, secret: bytes) -> Ontvangst:
    gone = tuple(Verdwenen(entry, secret) for entry in changes.verdwenen)
    return replace(made, ongewijzigd=changes.ongewijzigd, verdwenen=gone)
