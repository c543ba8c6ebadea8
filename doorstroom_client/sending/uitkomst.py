"""What came of the list of one school, in a run over many lists or over the outbox."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.errors import DoorstroomError, GeenMandaat, MessageError, Refused
from doorstroom_client.messages.school import School
from doorstroom_client.sending.queue import Klaargezet
from doorstroom_client.sending.receipt import Ontvangst, onbekend_uitleg
from doorstroom_client.store.rows import Queued, State


class Afloop(StrEnum):
    """How it ended for one list."""

    VERSTUURD = "verstuurd"
    """Everything was taken in."""
    ONGEWIJZIGD = "ongewijzigd"
    """Nothing had changed, so nothing was sent."""
    DEELS = "deels"
    """Some pupils are not known at the supplier; the others were taken in."""
    KLAARGEZET = "klaargezet"
    """The list is in the outbox."""
    GEWEIGERD = "geweigerd"
    """It was refused, or does not fit the standard: repair it."""
    MANDAAT = "mandaat"
    """A mandate is missing."""
    LATER = "later"
    """It may succeed later without any change: run it again."""
    MISLUKT = "mislukt"
    """Something else has to be repaired first, such as the configuration or a certificate."""


@frozen(kw_only=True)
class Uitkomst:
    """What came of one list.

    Attributes:
        naam: how the school is called in the input, or its BRIN; its routeringskenmerk when other schools have that BRIN too.
        school: the administration; None when it is not known which one is meant.
        leverancier: toetssoort of the supplier, or its OIN when it is not configured any more; empty when it was not yet found.
        ontvangst: the receipt, when it was sent or when nothing had to be sent.
        klaargezet: what went into the outbox.
        bericht: the message in the outbox, as it is now.
        error: why it failed.
    """

    naam: str
    school: School | None = None
    leverancier: str = ""
    ontvangst: Ontvangst | None = None
    klaargezet: Klaargezet | None = None
    bericht: Queued | None = None
    error: DoorstroomError | None = field(default=None, repr=False)

    @property
    def afloop(self) -> Afloop:
        """How it ended."""
        if self.ontvangst is not None:
            if self.ontvangst.onbekend:
                return Afloop.DEELS
            return Afloop.VERSTUURD if self.ontvangst.aantal else Afloop.ONGEWIJZIGD
        if self.klaargezet is not None:
            return Afloop.KLAARGEZET if self.klaargezet.bericht else Afloop.ONGEWIJZIGD
        if isinstance(self.error, GeenMandaat):
            return Afloop.MANDAAT
        waits = self.bericht is not None and self.bericht.state is State.WAITING
        if waits or (self.error is not None and self.error.retryable):
            return Afloop.LATER
        return Afloop.GEWEIGERD if isinstance(self.error, Refused | MessageError) else Afloop.MISLUKT

    @property
    def uitleg(self) -> Uitleg:
        """What the school has to know about this, in Dutch; empty when all is well."""
        done = self.ontvangst or self.klaargezet
        if done is not None:
            return done.uitleg
        if self.bericht is not None and self.bericht.reason == "onbekend":
            return onbekend_uitleg(self.leverancier, self.bericht.aantal, rest_aangekomen=False)
        if self.error is None:
            return Uitleg()
        waits = self.bericht is not None and self.bericht.state in (State.WAITING, State.HELD)
        return self.error.uitleg_staat_klaar if waits else self.error.uitleg
