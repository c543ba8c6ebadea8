"""Lists to suppliers, sent at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Chain
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.runtime import SyncRuntime
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.many import Opdracht, Uitkomst
from doorstroom_client.sending.only_changes import Vergelijking
from doorstroom_client.sending.receipt import Ontvangst


class Sending:
    """The part of a client that sends lists."""

    _chain: Chain
    _runtime: SyncRuntime

    def send_schooladviezen(
        self,
        school: School,
        adviezen: Iterable[Advies],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
        only_changes: bool = False,
    ) -> Ontvangst:
        """Send voorlopige schooladviezen (``POST /registreren-schooladviezen``).

        A mutation delivery: adds new advice and changes existing advice; nothing can be deleted by message. Sending the
        same list again does no harm. When the supplier refuses the list for a pupil it does not know, the list is sent in
        parts, so that the advice of all others arrives (`BijOnbekende`); each part has a total time of its own. With a store,
        what was accepted is remembered.

        Args:
            school: the administration whose pupils these are.
            adviezen: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the advice, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.
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
        built = self._chain.build_schooladviezen(school, adviezen, schooljaar, las_key_reden)
        send = self._chain.send(Bericht.of(built, school), school, leverancier, self._runtime.resources.books, only_changes)
        return self._runtime.run(send)

    def send_deelnemers(
        self,
        school: School,
        groepen: Iterable[Stamgroep],
        deelnemers: Iterable[Deelnemer],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
        only_changes: bool = False,
    ) -> Ontvangst:
        """Send the participants of an administration (``POST /registreren``).

        A mutation delivery, as with advice. The supplier keeps the routeringskenmerk of `school` and sends the results
        there months later.

        Args:
            school: the administration whose pupils these are.
            groepen: the groups that the pupils are in.
            deelnemers: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the test, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.
            only_changes: leave out the pupils about whom the supplier has accepted the same before; needs a store.

        Raises:
            MessageError: the list does not fit the standard; names every place, never a value. Nothing was sent.
            DoorstroomError: the same classes as for advice.
        """
        built = self._chain.build_deelnemers(school, groepen, deelnemers, schooljaar, las_key_reden)
        send = self._chain.send(Bericht.of(built, school), school, leverancier, self._runtime.resources.books, only_changes)
        return self._runtime.run(send)

    def compare_schooladviezen(
        self,
        school: School,
        adviezen: Iterable[Advies],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
    ) -> Vergelijking:
        """Say what ``send_schooladviezen(..., only_changes=True)`` would send. Nothing is sent.

        Args:
            school: the administration whose pupils these are.
            adviezen: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the advice, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.

        Raises:
            MessageError: the list does not fit the standard.
            ConfigurationError: no store is configured, or several suppliers are mandated.
            StoreError: the store cannot be read.
        """
        built = self._chain.build_schooladviezen(school, adviezen, schooljaar, las_key_reden)
        compare = self._chain.compare(Bericht.of(built, school), school, leverancier, self._runtime.resources.books)
        return self._runtime.run(compare)

    def compare_deelnemers(
        self,
        school: School,
        groepen: Iterable[Stamgroep],
        deelnemers: Iterable[Deelnemer],
        *,
        leverancier: Leverancier | str | None = None,
        schooljaar: str | None = None,
        las_key_reden: str = "",
    ) -> Vergelijking:
        """Say what ``send_deelnemers(..., only_changes=True)`` would send. Nothing is sent.

        Args:
            school: the administration whose pupils these are.
            groepen: the groups that the pupils are in.
            deelnemers: at least one; every pupil once.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
            schooljaar: the school year of the test, when it is not the one of this client.
            las_key_reden: why a LAS-key in this list may look like a BSN.

        Raises:
            MessageError: the list does not fit the standard.
            ConfigurationError: no store is configured, or several suppliers are mandated.
            StoreError: the store cannot be read.
        """
        built = self._chain.build_deelnemers(school, groepen, deelnemers, schooljaar, las_key_reden)
        compare = self._chain.compare(Bericht.of(built, school), school, leverancier, self._runtime.resources.books)
        return self._runtime.run(compare)

    @works_while_read
    def send_many(
        self, opdrachten: Iterable[Opdracht], *, workers: int = 4, only_changes: bool | None = None
    ) -> Iterator[Uitkomst]:
        """Send the lists of many schools, a few at a time, and hand out what came of each as soon as it is known.

        The input is read while it is sent, so it may be a generator over any number of schools. What goes wrong at one school
        is the outcome of that school. With a store the run can be broken off and started again: schools that are done are
        not sent again.

        Args:
            opdrachten: a list per school. Two of one school and kind in one run are sent in any order: give each once.
            workers: how many schools at a time.
            only_changes: leave out what a supplier has accepted before. When left out: if there is a store.

        Raises:
            ConfigurationError: a number of workers below 1, or changes are asked for without a store.
        """
        many = self._chain.many(self._runtime.resources.books, only_changes)
        for uitkomst in self._runtime.stream((many.send(opdracht) for opdracht in opdrachten), workers):
            yield uitkomst
