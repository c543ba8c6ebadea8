"""The lists of many schools in one run: each school on its own, in bounded memory, and to be repeated without harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from doorstroom_client.errors import DoorstroomError, MessageError, Problem
from doorstroom_client.exchange.concerns import concerns_everyone
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.aanlevering import Aanlevering, Adviezenlijst, Deelnemerslijst, Onleesbaar
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.sending.queue import Klaargezet
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.uitkomst import Uitkomst

Act = Callable[[Aanlevering, Leverancier], Flow[Ontvangst | Klaargezet]]
"""Sends a list to a supplier, or puts it in the outbox."""


class About(Protocol):
    """What a run asks of the operations."""

    def the_school(self, school: School | str) -> School:
        """The administration that is meant."""
        ...

    def target(self, school: School, leverancier: Leverancier | str | None) -> Flow[Leverancier]:
        """The supplier that is meant."""
        ...

    def naam_of(self, school: School) -> str:
        """How a school is called in outcomes."""
        ...


class Many:
    """One run, shared by its workers.

    Args:
        about: finds schools and their suppliers.
        leverancier: the supplier of all lists; when None, the one that each school has mandated.
        act: what is done with a list.
    """

    def __init__(self, about: About, leverancier: Leverancier | str | None, act: Act) -> None:
        self._about = about
        self._leverancier = leverancier
        self._act = act
        self._stopped: dict[str, DoorstroomError] = {}

    def handle(self, lijst: Aanlevering | Onleesbaar) -> Flow[Uitkomst]:
        """Do it for the list of one school; an error of this library becomes its outcome.

        Raises:
            MessageError: this is no list at all.
        """
        if isinstance(lijst, Onleesbaar):
            return Uitkomst(naam=lijst.naam, school=lijst.school, error=lijst.error)
        if not isinstance(lijst, Adviezenlijst | Deelnemerslijst):
            raise no_list()
        school, naam, toets = None, "", ""
        try:
            school = self._about.the_school(lijst.school)
            naam = self._about.naam_of(school)
            leverancier = yield from self._about.target(school, self._leverancier)
            toets = leverancier.toetssoort
            if leverancier.oin in self._stopped:
                return Uitkomst(naam=naam, school=school, leverancier=toets, error=self._stopped[leverancier.oin])
            try:
                done = yield from self._act(lijst, leverancier)
            except DoorstroomError as error:
                if concerns_everyone(error):
                    self._stopped[leverancier.oin] = error
                raise
        except DoorstroomError as error:
            return Uitkomst(naam=naam, school=school, leverancier=toets, error=error)
        if isinstance(done, Klaargezet):
            return Uitkomst(naam=naam, school=school, leverancier=toets, klaargezet=done, bericht=done.bericht)
        return Uitkomst(naam=naam, school=school, leverancier=toets, ontvangst=done)


def no_list() -> MessageError:
    """The error for something else than a list."""
    return MessageError([Problem("lijst", "expected an Adviezenlijst or a Deelnemerslijst")])
