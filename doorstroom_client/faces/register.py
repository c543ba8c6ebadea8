"""Questions to the OSR."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from doorstroom_client.chain import Chain
from doorstroom_client.exchange.leverancier import Leverancier
from doorstroom_client.messages.school import School
from doorstroom_client.osr.models import Mandaat
from doorstroom_client.runtime import SyncRuntime


@dataclass(frozen=True, slots=True)
class Register:
    """Questions to the OSR; reached as ``client.osr``."""

    _chain: Chain
    _runtime: SyncRuntime

    def check_mandaat(self, school: School, leverancier: Leverancier | str, *, op: dt.date | None = None) -> Mandaat:
        """Ask whether a supplier may exchange messages on behalf of a school.

        With an API key the mandate of this LAS is looked up as well.

        Args:
            school: the school.
            leverancier: the supplier, or its toetssoort.
            op: the day to ask about; today when left out.

        Returns:
            True when mandated; its ``uitleg`` tells the school in Dutch what is right or wrong and who can repair it.

        Raises:
            UnexpectedResponse: the OSR gave neither a yes nor a no; that is never taken as a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        return self._runtime.run(self._chain.registry.check_mandaat(school, self._chain.leverancier(leverancier), op))

    def find_leveranciers(self, school: School) -> list[Leverancier]:
        """The configured suppliers that a school has mandated. Answers of the last minutes are not asked for again.

        Args:
            school: the school.

        Raises:
            UnexpectedResponse: the OSR gave neither a yes nor a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        return self._runtime.run(self._chain.registry.find_leveranciers(school))
