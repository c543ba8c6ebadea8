"""The half of a simulated test supplier that sends: results as they are or otherwise, and once more what was not accepted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.afwijking import read
from doorstroom_client.simulator.deelnemers import Deelnemers
from doorstroom_client.simulator.openstaand import Openstaand
from doorstroom_client.simulator.resultaten import Resultaten
from doorstroom_client.simulator.verkeer import Verkeer
from doorstroom_client.simulator.verzending import Afzender, Verzonden, Zending, verzend


class Pushing:
    """Lets pupils take the test, and sends results.

    Attributes:
        basis_url: of the supplier, as written in results, prefix included; set it once the server has a port.
        verkeer: the last requests and their answers: what came in, and what was pushed.
    """

    def __init__(
        self,
        toetssoort: Toetssoort,
        naam: str,
        basis_url: str,
        deelnemers: Deelnemers,
        *,
        scores_als_tekst: bool,
        now: Callable[[], datetime],
    ) -> None:
        """Start without results.

        Args:
            toetssoort: the test.
            naam: of the supplier.
            basis_url: where its reports are.
            deelnemers: the pupils that it knows.
            scores_als_tekst: send scores as text and not as numbers.
            now: the clock.
        """
        self.basis_url = basis_url
        self.verkeer: Verkeer = Verkeer(now=now)
        self._deelnemers = deelnemers
        self._openstaand = Openstaand(self.verkeer)
        self._resultaten = Resultaten(toetssoort, naam, scores_als_tekst=scores_als_tekst, now=now)

    @property
    def openstaand(self) -> int:
        """How many results the LAS has not accepted."""
        return len(self._openstaand)

    def neem_af(
        self, school_oin: str | None = None, *, wie: str | None = None, afwijkingen: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Let every known pupil take the test.

        Args:
            school_oin: one school; None means all.
            wie: one pupil, by an onderwijsdeelnemerID; None means all.
            afwijkingen: how the results differ from plain ones, see `Afwijking`.

        Returns:
            A Leerlingresultaat per pupil. Doing it again gives the same outcomes while the advice is the same and nothing
            was corrected.

        Raises:
            ValueError: a deviation does not exist, or two of them do not go together.
        """
        return [json.loads(zending.body) for zending in self._neem_af(school_oin, wie, afwijkingen)]

    def stuur_resultaten(
        self,
        afzender: Afzender,
        *,
        school_oin: str | None = None,
        wie: str | None = None,
        afwijkingen: Collection[str] = (),
    ) -> list[Verzonden]:
        """Let every known pupil take the test, and send each result once.

        It goes to the administration that registered the pupil. What the LAS does not accept is kept for `stuur_opnieuw`.

        Args:
            afzender: with what, and where to.
            school_oin: one school; None means all.
            wie: one pupil, by an onderwijsdeelnemerID; None means all.
            afwijkingen: how the results differ from plain ones, see `Afwijking`.

        Raises:
            ValueError: a deviation does not exist, two of them do not go together, or an endpoint is not an ``https`` URL.
        """
        return self._openstaand.push(self._neem_af(school_oin, wie, afwijkingen), afzender)

    def stuur_opnieuw(self, afzender: Afzender, rapporten: Collection[str] | None = None) -> list[Verzonden]:
        """Send once more, with the same bytes, what the LAS has not accepted; what it accepts now is done.

        Args:
            afzender: with what, and where to.
            rapporten: only the results that belong to these reports; None means all.

        Raises:
            ValueError: an endpoint is not an ``https`` URL.
        """
        return self._openstaand.push_again(afzender, rapporten)

    def stuur_bericht(
        self, afzender: Afzender, body: bytes, *, edu_to: str, edu_from: str, content_type: str = "application/json"
    ) -> Verzonden:
        """Send any bytes as a result, to see what a LAS makes of them; they are not kept for `stuur_opnieuw`.

        Args:
            afzender: with what, and where to.
            body: what is sent.
            edu_to: routeringskenmerk of the administration.
            edu_from: OIN of the school.
            content_type: what it is said to be.

        Raises:
            ValueError: the endpoint is not an ``https`` URL.
        """
        [verzonden] = verzend([Zending("", edu_to, edu_from, body, content_type)], afzender, self.verkeer)
        return verzonden

    def voeg_rapport_toe(self, rapportid: str, school_oin: str, *regels: str) -> None:
        """Have a report that belongs to no result.

        Args:
            rapportid: its id.
            school_oin: of the school that may fetch it.
            *regels: its text.
        """
        self._resultaten.voeg_rapport_toe(rapportid, school_oin, regels)

    def reset(self) -> None:
        """Forget pupils, results, reports, what waits and what was kept of requests."""
        self._deelnemers.reset()
        self._resultaten.reset()
        self._openstaand.reset()
        self.verkeer.reset()

    def _neem_af(self, school_oin: str | None, wie: str | None, afwijkingen: Collection[str]) -> list[Zending]:
        found = self._deelnemers.van(school_oin)
        if wie is not None:
            found = [item for item in found if wie in dict(item.identiteiten).values()]
        return self._resultaten.neem_af(found, self.basis_url, read(afwijkingen))
