"""A simulated test supplier: takes in pupils and advice, and sends results back."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import TOETSNAMEN, Toetssoort
from doorstroom_client.simulator.afname import Omstandigheid, Uitslag, bepaal_uitslag, maak_leerlingresultaat
from doorstroom_client.simulator.antwoorden import MELDINGEN, Antwoord, VasteAntwoorden
from doorstroom_client.simulator.berichtcontrole import Kop, OngeldigError, lees_adviezen, lees_deelnemers
from doorstroom_client.simulator.deelnemers import Deelnemer, Deelnemers, aangemeld
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.invented import BedachteLeerling
from doorstroom_client.simulator.namens import Namens, lees_namens
from doorstroom_client.simulator.pdf import make_pdf
from doorstroom_client.simulator.verkeer import Richting, Verkeer
from doorstroom_client.simulator.verzending import Afzender, Verzonden, Zending, verzend

__all__ = ["Gedrag", "Toetssysteem", "Verzonden"]


class Gedrag(StrEnum):
    """What a supplier does with advice for pupils it does not know; suppliers differ."""

    ACCEPTEERT = "accepteert"
    """Keeps the advice of known pupils, skips the others without a word and answers 202."""
    WEIGERT_LIJST = "weigert_lijst"
    """Answers 404 and keeps nothing of a list that has an unknown pupil."""
    WEIGERT_LIJST_422 = "weigert_lijst_422"
    """The same, with 422."""


POSTS = ("registreren", "registreren-schooladviezen")
RAPPORT = "leerlingrapport"
_PREFIX = "/dst"
_WEIGERT = {Gedrag.WEIGERT_LIJST: 404, Gedrag.WEIGERT_LIJST_422: 422}


@frozen
class _Rapport:
    school_oin: str
    regels: tuple[str, ...] = field(repr=False)


class Toetssysteem:
    """One supplier of one test; hand `app` to a server.

    Attributes:
        toetssoort: the test.
        naam: name of the supplier, author of its messages.
        oin: its OIN.
        gedrag: towards advice for unknown pupils; may be changed while it runs.
        scholen: OINs of the schools it knows; another school gets 405 (quirk Q4).
        basis_url: its own base URL as written in results, prefix included; set it once the server has a port.
        rapport_klaar: while False a known report gets 204, with a body (quirk Q3).
        verkeer: the last requests and their answers: what came in, and what was pushed.
        lijsten: how many lists it received for each of the schools it knows, by OIN; refused ones count too.
    """

    def __init__(
        self,
        toetssoort: str,
        naam: str,
        oin: str,
        gedrag: Gedrag = Gedrag.ACCEPTEERT,
        *,
        mandaat: Callable[[str, str], bool],
        scholen: Iterable[str],
        versies: Collection[str],
        scores_als_tekst: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without pupils.

        Args:
            toetssoort: wire value of the test.
            naam: name of the supplier.
            oin: its OIN, 20 characters.
            gedrag: towards advice for unknown pupils.
            mandaat: ``mandaat(school_oin, oin)`` says whether that party is mandated by the school; asked
                about the sender and about this supplier.
            scholen: OINs of the schools it knows.
            versies: the version strings of the agreement it accepts.
            scores_als_tekst: send scores as text, as the definition says, and not as numbers, as its example
                does (quirk Q1).
            now: the clock.
        """
        self.toetssoort = Toetssoort(toetssoort)
        self.naam = naam
        self.oin = oin
        self.gedrag = gedrag
        self.scholen = set(scholen)
        self.basis_url = f"https://toetssysteem.example{_PREFIX}"
        self.rapport_klaar = True
        self.verkeer = Verkeer(now=now)
        self.lijsten: Counter[str] = Counter()
        self._mandaat = mandaat
        self._versies = frozenset(versies)
        self._seed = f"1/{self.toetssoort}"
        self._scores_als_tekst = scores_als_tekst
        self._now = now
        self._lock = threading.Lock()
        self._deelnemers = Deelnemers()
        self._rapporten: dict[str, _Rapport] = {}
        self._vast = VasteAntwoorden(*POSTS, RAPPORT)

    def antwoord_met(self, operatie: str, *antwoorden: Antwoord | int, keer: int | None = None) -> None:
        """Fix what the next requests are answered, whatever they hold, in place of what was fixed before.

        Args:
            operatie: ``registreren``, ``registreren-schooladviezen`` or ``leerlingrapport``.
            *antwoorden: a status, or more of an answer; several are given in turn.
            keer: how often each is given; None gives each once and the last one until `antwoord_gewoon`.

        Raises:
            ValueError: the operation or the status does not exist here.
        """
        self._vast.zet(operatie, antwoorden, keer)

    def antwoord_gewoon(self, operatie: str | None = None) -> None:
        """End the fixed answers of one operation, or of all."""
        self._vast.wis(operatie)

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        begin = self.verkeer.begin()
        operatie, rest = self._route(received.path)
        answer = self._antwoord(operatie, rest, received)
        self.verkeer.note(Richting.ONTVANGEN, operatie, received, answer, begin=begin)
        return answer

    def meld_aan(self, school: School, klas: Iterable[BedachteLeerling], *, schooljaar: str) -> None:
        """Make invented pupils known, as if the school had sent them.

        Args:
            school: the administration whose pupils they are.
            klas: the pupils.
            schooljaar: of the test.
        """
        kop = Kop(max(self._versies), schooljaar)
        self.scholen.add(school.oin)
        self._deelnemers.meld_aan(school.oin, school.routeringskenmerk, kop, map(aangemeld, klas))

    def deelnemers(self, school_oin: str) -> list[dict[str, Any]]:
        """Return the pupils known for a school, as last received, in order of arrival."""
        return [deelnemer.bericht for deelnemer in self._deelnemers.van(school_oin)]

    def adviezen(self, school_oin: str) -> dict[str, str]:
        """Return the advice known for a school, by leading identity: the ECK-iD, else the LAS-key."""
        return {
            deelnemer.identiteiten[0][1]: deelnemer.advies
            for deelnemer in self._deelnemers.van(school_oin)
            if deelnemer.advies is not None
        }

    def neem_af(self, school_oin: str | None = None) -> list[dict[str, Any]]:
        """Let every known pupil take the test.

        Args:
            school_oin: one school; None means all.

        Returns:
            A Leerlingresultaat per pupil. Doing it again gives the same outcomes while the advice is the
            same.
        """
        return [json.loads(zending.body) for zending in self._zendingen(school_oin)]

    def stuur_resultaten(self, afzender: Afzender, *, school_oin: str | None = None) -> list[Verzonden]:
        """Let every known pupil take the test, and send each result once.

        It goes to the administration that registered the pupil.

        Args:
            afzender: with what, and where to.
            school_oin: one school; None means all.

        Raises:
            ValueError: an endpoint is not an ``https`` URL.
        """
        return verzend(self._zendingen(school_oin), afzender, self.verkeer)

    def _antwoord(self, operatie: str, rest: str, received: Received) -> Answer:
        if not operatie:
            return Answer.melding(404, "Dit adres bestaat hier niet.")
        method = "GET" if operatie == RAPPORT else "POST"
        if received.method != method:
            # The real meaning of 405, recognisable by the missing Ontvangstmelding (quirk Q4).
            return Answer(405, b"Method Not Allowed", "text/plain", (("Allow", method),))
        answer = self._vast.answer(operatie, lambda: self._verwerk(operatie, rest, received))
        school_oin = received.one("edu-to")
        with self._lock:
            if operatie != RAPPORT and school_oin in self.scholen:
                self.lijsten[school_oin] += 1
        return answer

    def _route(self, path: str) -> tuple[str, str]:
        for operatie in POSTS:
            if path == f"{_PREFIX}/{operatie}":
                return operatie, ""
        start = f"{_PREFIX}/{RAPPORT}/"
        segment = path.removeprefix(start)
        if path.startswith(start) and segment and "/" not in segment:
            return RAPPORT, unquote(segment)
        return "", ""

    def _verwerk(self, operatie: str, rapportid: str, received: Received) -> Answer:
        namens = lees_namens(received)
        if namens is None:
            return Answer.melding(422, "edu-to en edu-from horen elk één keer voor te komen, met 20 tekens.")
        sender = received.peer_oin
        if sender is None or not all(self._mandaat(namens.school_oin, oin) for oin in (sender, self.oin)):
            return Antwoord(401).answer()
        if namens.school_oin not in self.scholen:
            return Antwoord(405).answer()
        if operatie == RAPPORT:
            return self._geef_rapport(rapportid, namens)
        try:
            return self._neem_aan(operatie, received, namens)
        except OngeldigError as error:
            return Answer.melding(422, f"{MELDINGEN[422]} {error}.")

    def _neem_aan(self, operatie: str, received: Received, namens: Namens) -> Answer:
        try:
            bericht = received.json()
        except ValueError as error:
            raise OngeldigError("het bericht is geen JSON") from error
        if operatie == "registreren":
            kop, lijst = lees_deelnemers(bericht, self._versies)
            self._deelnemers.meld_aan(namens.school_oin, namens.edu_from, kop, lijst)
            return Antwoord(202).answer()
        _, lijst = lees_adviezen(bericht, self._versies)
        weigert = _WEIGERT.get(self.gedrag)
        onbekend = self._deelnemers.zet_adviezen(namens.school_oin, lijst, alles_of_niets=weigert is not None)
        return Antwoord(weigert if onbekend and weigert else 202).answer()

    def _geef_rapport(self, rapportid: str, namens: Namens) -> Answer:
        with self._lock:
            rapport = self._rapporten.get(rapportid)
        if rapport is None or rapport.school_oin != namens.school_oin:
            return Answer.melding(404, "Dit leerlingrapport is hier niet bekend.")
        if not self.rapport_klaar:
            return Answer.melding(204, "Dit leerlingrapport is nog niet klaar.")
        return Answer(200, make_pdf(rapport.regels), "application/pdf")

    def _zendingen(self, school_oin: str | None) -> list[Zending]:
        return [self._neem_een_af(deelnemer) for deelnemer in self._deelnemers.van(school_oin)]

    def _neem_een_af(self, deelnemer: Deelnemer) -> Zending:
        uitslag = bepaal_uitslag(deelnemer.identiteiten, deelnemer.advies, self._seed)
        rond = Omstandigheid(
            toetssoort=self.toetssoort,
            naam=self.naam,
            versie=deelnemer.kop.versie,
            schooljaar=deelnemer.kop.schooljaar,
            datumtijd=self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            rapportbasis=self.basis_url,
            scores_als_tekst=self._scores_als_tekst,
        )
        rapport = _Rapport(deelnemer.school_oin, self._regels(deelnemer, uitslag))
        with self._lock:
            self._rapporten[uitslag.rapportid] = rapport
        bericht = maak_leerlingresultaat(deelnemer.identiteiten, uitslag, rond)
        body = json.dumps(bericht, ensure_ascii=False).encode()
        return Zending(uitslag.rapportid, deelnemer.edu_from, deelnemer.school_oin, body)

    def _regels(self, deelnemer: Deelnemer, uitslag: Uitslag) -> tuple[str, ...]:
        return (
            TOETSNAMEN[self.toetssoort],
            f"Leerlingrapport van {deelnemer.bericht['roepnaam']}, schooljaar {deelnemer.kop.schooljaar}",
            "",
            f"Toetsadvies: {uitslag.toetsadvies}",
            f"Toetsscore: {uitslag.toetsscore}",
            f"Rekenen {uitslag.rekenen}, lezen {uitslag.lezen}, taalverzorging {uitslag.taalverzorging}",
            "",
            f"Bedacht door de simulator ({self.naam}); geen echte toetsuitslag.",
        )
