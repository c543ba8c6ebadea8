"""The results of a simulated test supplier: what each pupil scored, and the report that goes with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import field
from datetime import UTC, datetime

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import TOETSNAMEN, Toetssoort
from doorstroom_client.simulator.afname import Omstandigheid, Uitslag, bepaal_uitslag, maak_leerlingresultaat
from doorstroom_client.simulator.deelnemers import Deelnemer
from doorstroom_client.simulator.verzending import Zending


@frozen
class Rapport:
    """A report, as far as it is not yet a PDF.

    Attributes:
        school_oin: of the school that may fetch it.
        regels: its text.
        namen: by what it can be named: its rapportid, and each onderwijsdeelnemerID of its pupil.
    """

    school_oin: str
    regels: tuple[str, ...] = field(repr=False)
    namen: tuple[str, ...] = field(repr=False)


class Resultaten:
    """Lets pupils take the test, and keeps their reports."""

    def __init__(self, toetssoort: Toetssoort, naam: str, *, scores_als_tekst: bool, now: Callable[[], datetime]) -> None:
        """Start without reports.

        Args:
            toetssoort: the test.
            naam: of the supplier.
            scores_als_tekst: send scores as text and not as numbers.
            now: the clock.
        """
        self._toetssoort = toetssoort
        self._naam = naam
        self._scores_als_tekst = scores_als_tekst
        self._now = now
        self._lock = threading.Lock()
        self._rapporten: dict[str, Rapport] = {}

    def __len__(self) -> int:
        """How many reports there are."""
        return len(self._rapporten)

    def neem_af(self, deelnemers: Iterable[Deelnemer], basis_url: str) -> list[Zending]:
        """Let pupils take the test; a result and a report for each.

        Args:
            deelnemers: the pupils.
            basis_url: where the reports are.
        """
        return [self._neem_een_af(deelnemer, basis_url) for deelnemer in deelnemers]

    def rapport(self, rapportid: str) -> Rapport | None:
        """A report; None when there is none of this id."""
        with self._lock:
            return self._rapporten.get(rapportid)

    def voeg_rapport_toe(self, rapportid: str, school_oin: str, regels: Iterable[str]) -> None:
        """Have a report that belongs to no result."""
        with self._lock:
            self._rapporten[rapportid] = Rapport(school_oin, tuple(regels), (rapportid,))

    def reset(self) -> None:
        """Forget all reports."""
        with self._lock:
            self._rapporten.clear()

    def _neem_een_af(self, deelnemer: Deelnemer, basis_url: str) -> Zending:
        uitslag = bepaal_uitslag(deelnemer.identiteiten, deelnemer.advies, f"1/{self._toetssoort}")
        rond = Omstandigheid(
            toetssoort=self._toetssoort,
            naam=self._naam,
            versie=deelnemer.kop.versie,
            schooljaar=deelnemer.kop.schooljaar,
            datumtijd=self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            rapportbasis=basis_url,
            scores_als_tekst=self._scores_als_tekst,
        )
        namen = (uitslag.rapportid, *(waarde for _, waarde in deelnemer.identiteiten))
        with self._lock:
            self._rapporten[uitslag.rapportid] = Rapport(deelnemer.school_oin, self._regels(deelnemer, uitslag), namen)
        body = json.dumps(maak_leerlingresultaat(deelnemer.identiteiten, uitslag, rond), ensure_ascii=False).encode()
        return Zending(uitslag.rapportid, deelnemer.edu_from, deelnemer.school_oin, body)

    def _regels(self, deelnemer: Deelnemer, uitslag: Uitslag) -> tuple[str, ...]:
        return (
            TOETSNAMEN[self._toetssoort],
            f"Leerlingrapport van {deelnemer.bericht['roepnaam']}, schooljaar {deelnemer.kop.schooljaar}",
            "",
            f"Toetsadvies: {uitslag.toetsadvies}",
            f"Toetsscore: {uitslag.toetsscore}",
            f"Rekenen {uitslag.rekenen}, lezen {uitslag.lezen}, taalverzorging {uitslag.taalverzorging}",
            "",
            f"Bedacht door de simulator ({self._naam}); geen echte toetsuitslag.",
        )
