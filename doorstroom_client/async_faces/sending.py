"""Made from faces/sending.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, AsyncIterator

from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.errors import Problem
from doorstroom_client.messages.aanlevering import Aanlevering, Onleesbaar
from doorstroom_client.operations import Operations
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.sending.only_changes import Vergelijking
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.uitkomst import Uitkomst


class AsyncSending:
    """The part of a client that sends lists."""

    _operations: Operations
    _runtime: AsyncRuntime

    def check(self, lijst: Aanlevering) -> tuple[Problem, ...]:
        """Say what in a list does not fit the standard. Needs no network and no store.

        Args:
            lijst: an `Adviezenlijst` or a `Deelnemerslijst`.

        Returns:
            Every place, with the line of the file where a reader made the list; never a value. Empty when it is in order.

        Raises:
            ConfigurationError: its school is not configured, or the agreement is not the one of its school year.
        """
        return self._operations.check(lijst)

    async def compare(self, lijst: Aanlevering, *, leverancier: Leverancier | str | None = None) -> Vergelijking:
        """Say what ``send(..., only_changes=True)`` would send. Nothing is sent.

        Args:
            lijst: an `Adviezenlijst` or a `Deelnemerslijst`.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.

        Raises:
            MessageError: the list does not fit the standard.
            ConfigurationError: no store is configured, or several suppliers are mandated.
            StoreError: the store cannot be read.
        """
        return await self._runtime.run(self._operations.compare(lijst, leverancier, self._runtime.resources.books))

    async def send(
        self, lijst: Aanlevering, *, leverancier: Leverancier | str | None = None, only_changes: bool = False
    ) -> Ontvangst:
        """Send a list now: voorlopige schooladviezen or participants.

        A mutation delivery (``POST /registreren-schooladviezen`` or ``/registreren``): adds new entries and changes existing
        ones; nothing can be deleted by message. Sending the same list again does no harm. When the supplier refuses advice
        for a pupil it does not know, the list is sent in parts, so that the advice of all others arrives (`BijOnbekende`);
        each part has a total time of its own. Of participants the supplier keeps the routeringskenmerk, and sends the results
        there months later. With a store, what was accepted is remembered.

        Args:
            lijst: an `Adviezenlijst` or a `Deelnemerslijst`.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            only_changes: leave out the pupils about whom the supplier has accepted the same before; needs a store.

        Raises:
            MessageError: the list does not fit the standard; names every place, never a value. Nothing was sent.
            ConfigurationError: several suppliers are mandated, or the agreement is not the one of this school year.
            GeenMandaat: no configured supplier is mandated, or the supplier says that a mandate is missing (401).
            AanleveringGesloten: the period is closed (403).
            SchoolOnbekend: the supplier does not know the school yet (405).
            LeerlingOnbekend: 404, and nothing of the list was accepted.
            OutboxNotEmpty: an older list of this school still waits in the outbox.
            StoreError: the store cannot do its work; nothing was sent.
            OngeldigBericht: the content was refused (422).
            Unavailable: the supplier is out of service; try again later.
            TransportError: there was no connection or no complete answer.
        """
        return await self._runtime.run(self._operations.send(lijst, leverancier, self._runtime.resources.books, only_changes))

    @works_while_read
    async def send_many(
        self,
        lijsten: Iterable[Aanlevering | Onleesbaar],
        *,
        leverancier: Leverancier | str | None = None,
        only_changes: bool | None = None,
        workers: int = 4,
        stop: Callable[[], bool] | None = None,
    ) -> AsyncIterator[Uitkomst]:
        """Send the lists of many schools, a few at a time, and hand out what came of each as soon as it is known.

        The input is read while it is sent, so it may be a generator over any number of schools; of an `AsyncClient` an
        asynchronous one too. A plain generator is read in one and the same thread. What goes wrong at one school is the
        outcome of that school. When the input itself fails, what was begun is finished and handed out first. With a store the
        run can be broken off and started again: schools that are done are not sent again.

        Args:
            lijsten: a list per school. Two of one school and kind in one run are sent in any order: give each once.
            leverancier: the supplier of all, or its toetssoort. When left out: the one that each school has mandated.
            only_changes: leave out what a supplier has accepted before. When left out: if there is a store.
            workers: how many schools at a time.
            stop: is asked before each list; once it says yes, no other list is begun.

        Raises:
            ConfigurationError: a number of workers below 1, or changes are asked for without a store.
            MessageError: something in the input is no list.
        """
        many = self._operations.many(leverancier, self._runtime.resources.books, only_changes)
        async for uitkomst in self._runtime.over(lijsten, many.handle, workers, stop):
            yield uitkomst
