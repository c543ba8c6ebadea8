"""Which connections are checked: of a supplier, of the OSR, or of everybody who is configured; as flows of both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.checkup.bevinding import Verbindingscontrole
from doorstroom_client.checkup.chain_shown import read_shown, way_up
from doorstroom_client.checkup.check import OSR, OsrQuestions, check_party, check_seconds
from doorstroom_client.checkup.looking import Means
from doorstroom_client.checkup.seen import Own
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.retry import Retry
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.osr.answers import Answers
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.registry import Registry
from doorstroom_client.parties.given import as_taken
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.transport.live import LiveContext


@frozen
class ConnectionChecks:
    """Checks for one client.

    Attributes:
        operations: who is configured, and how.
        live: our certificate, as it is in use.
        apart: does what may wait long, as the client does that.
        seconds: how long the check of one party may take.
    """

    operations: Operations
    live: LiveContext
    apart: Callable[[Callable[[], Any]], Any]
    seconds: float

    def of(self, leverancier: Leverancier | str) -> Flow[Verbindingscontrole]:
        """Check one supplier.

        Raises:
            ConfigurationError: it is not known, or the time is none.
        """
        found = self.operations.leverancier(leverancier)
        return check_party(found.toetssoort, found.peer, self._means(), self.operations.teller)

    def of_osr(self, school: School | str | None) -> Flow[Verbindingscontrole]:
        """Check the OSR.

        Raises:
            ConfigurationError: there is none, the school is not known, or the time is none.
        """
        operations, means = self.operations, self._means()
        osr = operations.registry.osr
        known = None if school is None else (yield from operations.school_meant(school))
        year = operations.schooljaar_of(None)
        questions = OsrQuestions(self._registry, year, operations.namespace_of(year), known)
        return (yield from check_party(OSR, osr.peer(with_key=False), means, operations.teller, questions))

    def each(
        self, leveranciers: Iterable[Leverancier | str] | None, school: School | str | None
    ) -> Iterator[Flow[Verbindingscontrole]]:
        """Check each of some parties, once however often it is named; everybody who is configured when left out.

        Raises:
            ConfigurationError: one is not known, or there is none.
        """
        wants = f'a list of Leverancier, of keys of configured ones, or "{OSR}"'
        if leveranciers is not None:
            chosen = [*as_taken(leveranciers, Leverancier | str, "leveranciers", wants)]
        else:
            chosen = [*self.operations.leveranciers, *([] if self.operations.osr is None else [OSR])]
        if not chosen:
            raise ConfigurationError("there is nobody to check: no supplier and no OSR is configured", setting="leveranciers")
        parties: list[Leverancier | None] = []
        for item in chosen:  # who is not known is told before anybody is called
            found = self._party(item)
            if found not in parties:
                parties.append(found)
        if None in parties and school is not None and not callable(self.operations.scholen):
            school = self.operations.the_school(school)
        return iter([self.of_osr(school) if item is None else self.of(item) for item in parties])

    def _party(self, chosen: Leverancier | str) -> Leverancier | None:
        """The supplier that is meant; None for the OSR."""
        if isinstance(chosen, str) and chosen.casefold() == OSR:
            _ = self.operations.registry
            return None
        return self.operations.leverancier(chosen)

    def _means(self) -> Means:
        operations, live, seconds = self.operations, self.live, check_seconds(self.seconds)
        connect = operations.timeouts.connect
        return Means(live.current, live.another, self._own, connect, seconds, self.apart, operations.now)

    def _own(self) -> Own:
        roots = (read_shown([der]) for der in self.live.current().get_ca_certs(binary_form=True))
        leaf, *others = self.live.chain
        others.sort(key=lambda item: item.facts.not_after, reverse=True)  # of two of one name the other side takes what fits
        ours = [item for item in way_up([leaf, *others]) if item is leaf or not item.is_root]
        first = min(ours, key=lambda item: item.facts.not_after)
        return Own(
            first.facts.not_after,
            tuple(item.subject for item in others if not item.is_root),
            tuple(item.subject for root in roots for item in root),
            "" if first is leaf else first.name,
        )

    def _registry(self, seconds: float) -> Registry:
        """The OSR with nothing remembered, and apart from the circuit of real calls."""
        operations = self.operations
        return replace(
            operations,
            answers=Answers(now=operations.now),
            proof=Proof(),
            circuits=Circuits(),
            retry=Retry.never(),
            timeouts=replace(operations.timeouts, osr=min(seconds, operations.timeouts.osr)),
        ).registry
