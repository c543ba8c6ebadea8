"""What was sent last about each pupil of a list, beside what the list says now. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.store.pupils import Pupils
from doorstroom_client.store.rows import Entry, Noted
from doorstroom_client.store.sql import Store


class Verzendstand(StrEnum):
    """What was sent about a pupil, beside what a list says now."""

    GELIJK = "gelijk"
    """The supplier accepted the same."""
    GEWIJZIGD = "gewijzigd"
    """The supplier accepted something else."""
    TWIJFEL = "in_twijfel"
    """Something was accepted, and it is not certain what the supplier has now: send it again."""
    WACHT = "wacht"
    """A list in the outbox says it, and is not delivered yet."""
    NIET = "niet_verstuurd"
    """Nothing was accepted."""


@frozen
class Verstuurd:
    """What was sent last about one pupil of a list.

    Attributes:
        leerling: the pupil, with the line in the file.
        stand: how that is to the list.
        leverancier: OIN of the supplier; empty when nothing was sent.
        op: moment of the last receipt, UTC.
        bevestigd: whether the supplier knew the pupil then; advice for another pupil it leaves out without a word.
    """

    leerling: Leerling = field(repr=False)
    stand: Verzendstand
    leverancier: str = ""
    op: dt.datetime | None = None
    bevestigd: bool = False


def sent_of(bericht: Bericht, store: Store) -> tuple[Verstuurd, ...]:
    """Look up each pupil of a list at the supplier that the school sent to last; in the order of the list.

    Args:
        bericht: the list as it would go out.
        store: what was accepted, and what waits.
    """
    leerlingen = bericht.leerlingen(range(bericht.aantal))
    suppliers = store.tests.of_year(bericht.routeringskenmerk, bericht.schooljaar)
    oins = [*suppliers[:1], *store.outbox.suppliers_of(bericht.routeringskenmerk, bericht.schooljaar)]
    if not oins:
        return tuple(Verstuurd(one, Verzendstand.NIET) for one in leerlingen)
    key = bericht.key(oins[0])
    # In this order: a message that is delivered in between is then seen twice, and else not at all.
    waiting = store.outbox.open_entries(key, bericht.schooljaar)
    accepted = store.ledger.entries(key, bericht.schooljaar)
    entries = bericht.entries(store.ledger.secret())
    pupils = Pupils(accepted, waiting, entries)
    noted = {pupils.of(item): item for item in accepted}
    open_of = {pupils.of(item): item for item in waiting}
    return tuple(
        _sent(leerling, entry, noted.get(pupils.of(entry)), open_of.get(pupils.of(entry)), oins[0])
        for leerling, entry in zip(leerlingen, entries, strict=True)
    )


def _sent(leerling: Leerling, entry: Entry, noted: Noted | None, waits: Entry | None, supplier: str) -> Verstuurd:
    if noted is None:
        return Verstuurd(leerling, Verzendstand.WACHT if waits else Verzendstand.NIET, supplier if waits else "")
    if waits is not None and waits.content == entry.content:
        stand = Verzendstand.WACHT
    elif not noted.content:
        stand = Verzendstand.TWIJFEL
    else:
        stand = Verzendstand.GELIJK if noted.content == entry.content else Verzendstand.GEWIJZIGD
    return Verstuurd(leerling, stand, supplier, noted.at, noted.known)
