"""The lists of many schools in one run: each school on its own, in bounded memory, and to be repeated without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import DoorstroomError, GeenMandaat, MessageError, Refused
from doorstroom_client.exchange.concerns import concerns_everyone
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.readers.opdracht import Opdracht
from doorstroom_client.sending.receipt import Ontvangst

__all__ = ["Afloop", "Many", "Opdracht", "Uitkomst"]


class Afloop(StrEnum):
    """How it ended for one school."""

    VERSTUURD = "verstuurd"
    """Everything was taken in."""
    ONGEWIJZIGD = "ongewijzigd"
    """Nothing had changed, so nothing was sent."""
    DEELS = "deels"
    """Some pupils are not known at the supplier; the others were taken in."""
    GEWEIGERD = "geweigerd"
    """It was refused, or does not fit the standard: repair it."""
    MANDAAT = "mandaat"
    """A mandate is missing."""
    LATER = "later"
    """It may succeed later without any change: run it again."""
    MISLUKT = "mislukt"
    """Something else has to be repaired first, such as the configuration or a certificate."""


@frozen
class Uitkomst:
    """What came of the list of one school.

    Attributes:
        school: the administration; None when the input names one that is not known.
        naam: how the school is called in the input, or its BRIN.
        ontvangst: the receipt, when something was sent or nothing had changed.
        error: why it failed.
    """

    school: School | None
    naam: str
    ontvangst: Ontvangst | None = None
    error: DoorstroomError | None = field(default=None, repr=False)

    @property
    def afloop(self) -> Afloop:
        """How it ended."""
        if self.ontvangst is not None:
            if self.ontvangst.onbekend:
                return Afloop.DEELS
            return Afloop.VERSTUURD if self.ontvangst.aantal else Afloop.ONGEWIJZIGD
        if isinstance(self.error, GeenMandaat):
            return Afloop.MANDAAT
        if self.error is not None and self.error.retryable:
            return Afloop.LATER
        return Afloop.GEWEIGERD if isinstance(self.error, Refused | MessageError) else Afloop.MISLUKT

    @property
    def uitleg(self) -> str:
        """What the school has to know about this, in Dutch; empty when it can do nothing about it."""
        if self.ontvangst is not None:
            return self.ontvangst.uitleg
        return self.error.uitleg if isinstance(self.error, Refused) else ""


class Many:
    """One run, shared by its workers.

    Args:
        find: finds the supplier of a school.
        deliver: sends the list of an assignment to a supplier.
    """

    def __init__(
        self,
        find: Callable[[Opdracht, School], Flow[Leverancier]],
        deliver: Callable[[Opdracht, School, Leverancier], Flow[Ontvangst]],
    ) -> None:
        self._find = find
        self._deliver = deliver
        self._stopped: dict[str, DoorstroomError] = {}

    def send(self, opdracht: Opdracht) -> Flow[Uitkomst]:
        """Send the list of one school; an error of this library becomes its outcome."""
        school = opdracht.school
        naam = opdracht.naam or (school.instellingscode if school else "")
        if opdracht.fout is not None or school is None:
            return Uitkomst(school, naam, error=opdracht.fout)
        try:
            leverancier = yield from self._find(opdracht, school)
            if leverancier.oin in self._stopped:
                return Uitkomst(school, naam, error=self._stopped[leverancier.oin])
            try:
                ontvangst = yield from self._deliver(opdracht, school, leverancier)
            except DoorstroomError as error:
                if concerns_everyone(error):
                    self._stopped[leverancier.oin] = error
                raise
        except DoorstroomError as error:
            return Uitkomst(school, naam, error=error)
        return Uitkomst(school, naam, ontvangst)
