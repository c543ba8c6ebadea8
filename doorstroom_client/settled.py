"""What both clients say of themselves without asking anybody: their suppliers, schools, agreement and school year."""

from __future__ import annotations

from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.parties.leverancier import Leverancier


class Settled(ThroughClient):
    """Base of both clients."""

    _operations: Operations

    def __repr__(self) -> str:
        if getattr(self, "_operations", None) is None:
            return f"{type(self).__name__}(…)"  # its construction failed half-way
        tests = ", ".join(leverancier.toetssoort for leverancier in self._operations.leveranciers)
        return f"{type(self).__name__}(afspraak={self.afspraak.naam!r}, leveranciers=[{tests}])"

    @property
    def leveranciers(self) -> tuple[Leverancier, ...]:
        """The configured suppliers."""
        return self._operations.leveranciers

    @property
    def scholen(self) -> tuple[School, ...]:
        """The configured administrations; empty when they are found by a function."""
        return () if callable(self._operations.scholen) else self._operations.scholen

    @property
    def afspraak(self) -> Afspraak:
        """The agreement version that this client writes now."""
        return self._operations.afspraak_of(None)

    @property
    def schooljaar(self) -> str:
        """The school year that this client writes messages for now."""
        return self._operations.schooljaar_of(None)

    def find_school(self, key: str) -> School:
        """A configured administration by BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk.

        Args:
            key: one of these; only the routeringskenmerk where `scholen` is a function.

        Raises:
            ConfigurationError: none or more than one has that key.
        """
        return self._operations.the_school(key)
