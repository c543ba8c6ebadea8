"""The results of a simulated test supplier: what each pupil scored, and the report that goes with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import field
from datetime import UTC, datetime, timedelta

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import TOETSNAMEN, Toetssoort
from doorstroom_client.simulator.afname import Omstandigheid, Uitslag, bepaal_uitslag, maak_leerlingresultaat
from doorstroom_client.simulator.afwijking import Afwijking, edit
from doorstroom_client.simulator.deelnemers import Deelnemer
from doorstroom_client.simulator.verzending import Zending

_CORRECTING = frozenset({Afwijking.GECORRIGEERD, Afwijking.VERLAAT})
_LATER = timedelta(seconds=1)


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


@frozen
class _Gemaakt:
    """Which result of a pupil was made last.

    Attributes:
        correctie: how often it was corrected.
        moment: its ``datumtijd``.
    """

    correctie: int
    moment: datetime


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
        self._gemaakt: dict[str, _Gemaakt] = {}

    def __len__(self) -> int:
        """How many reports there are."""
        return len(self._rapporten)

    def neem_af(
        self, deelnemers: Iterable[Deelnemer], basis_url: str, afwijkingen: Collection[Afwijking] = ()
    ) -> list[Zending]:
        """Let pupils take the test; a result and a report for each.

        Args:
            deelnemers: the pupils.
            basis_url: where the reports are.
            afwijkingen: how the results differ from plain ones.
        """
        keer = 2 if Afwijking.DUBBEL in afwijkingen else 1
        made = (zending for item in deelnemers for zending in self._neem_een_af(item, basis_url, afwijkingen))
        return [zending for zending in made for _ in range(keer)]

    def rapport(self, rapportid: str) -> Rapport | None:
        """A report; None when there is none of this id."""
        with self._lock:
            return self._rapporten.get(rapportid)

    def voeg_rapport_toe(self, rapportid: str, school_oin: str, regels: Iterable[str]) -> None:
        """Have a report that belongs to no result."""
        with self._lock:
            self._rapporten[rapportid] = Rapport(school_oin, tuple(regels), (rapportid,))

    def reset(self) -> None:
        """Forget all reports and corrections."""
        with self._lock:
            self._rapporten.clear()
            self._gemaakt.clear()

    def _neem_een_af(self, deelnemer: Deelnemer, basis_url: str, afwijkingen: Collection[Afwijking]) -> list[Zending]:
        """The result that counts; one that comes too late after it."""
        uitslag = self._uitslag(deelnemer, 0)
        with self._lock:
            last = self._gemaakt.get(uitslag.rapportid)
            made = self._gemaakt[uitslag.rapportid] = self._next(last, afwijkingen)
        uitslag = self._uitslag(deelnemer, made.correctie)
        namen = (uitslag.rapportid, *(waarde for _, waarde in deelnemer.identiteiten))
        with self._lock:
            self._rapporten[uitslag.rapportid] = Rapport(deelnemer.school_oin, self._regels(deelnemer, uitslag), namen)
        sent = [made]
        if Afwijking.VERLAAT in afwijkingen:
            sent.append(last or _Gemaakt(0, made.moment - _LATER))
        return [self._zending(deelnemer, item, basis_url, afwijkingen) for item in sent]

    def _next(self, last: _Gemaakt | None, afwijkingen: Collection[Afwijking]) -> _Gemaakt:
        now = self._now().astimezone(UTC).replace(microsecond=0)
        corrected = not _CORRECTING.isdisjoint(afwijkingen)
        if last is None:
            return _Gemaakt(int(corrected), now)
        return _Gemaakt(last.correctie + corrected, max(now, last.moment + corrected * _LATER))

    def _uitslag(self, deelnemer: Deelnemer, correctie: int) -> Uitslag:
        return bepaal_uitslag(deelnemer.identiteiten, deelnemer.advies, f"1/{self._toetssoort}", correctie)

    def _zending(self, deelnemer: Deelnemer, made: _Gemaakt, basis_url: str, afwijkingen: Collection[Afwijking]) -> Zending:
        rond = Omstandigheid(
            toetssoort=self._toetssoort,
            naam=self._naam,
            versie=deelnemer.kop.versie,
            profiel=deelnemer.kop.profiel,
            schooljaar=deelnemer.kop.schooljaar,
            datumtijd=made.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            rapportbasis=basis_url,
            scores_als_tekst=self._scores_als_tekst,
            stand="Gecorrigeerd" if made.correctie else "Definitief",
        )
        uitslag = self._uitslag(deelnemer, made.correctie)
        bericht = maak_leerlingresultaat(deelnemer.identiteiten, uitslag, rond)
        edit(bericht, afwijkingen)
        body = json.dumps(bericht, ensure_ascii=False).encode()
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
