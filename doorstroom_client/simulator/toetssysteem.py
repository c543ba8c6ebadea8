"""A simulated test supplier: takes in pupils and advice, and sends results back."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.antwoorden import Antwoord
from doorstroom_client.simulator.berichtcontrole import Berichtcontrole, OngeldigError
from doorstroom_client.simulator.deelnemers import Deelnemers, aangemeld
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.invented import BedachteLeerling
from doorstroom_client.simulator.namens import Namens, lees_namens
from doorstroom_client.simulator.pdf import make_pdf
from doorstroom_client.simulator.published import Definitie
from doorstroom_client.simulator.pushing import Pushing
from doorstroom_client.simulator.regels import Opmerking, Streng
from doorstroom_client.simulator.standen import POSTS, RAPPORT, Gedrag, Standen, Toestand
from doorstroom_client.simulator.vaste_antwoorden import VasteAntwoorden
from doorstroom_client.simulator.verkeer import Richting
from doorstroom_client.simulator.verzending import Verzonden

__all__ = ["Gedrag", "Toetssysteem", "Verzonden"]


_PREFIX = "/dst"
MOST_REMARKS = 20_000
"""So many remarks are kept at least, when there were more."""
_WEIGERT = {Gedrag.WEIGERT_LIJST: 404, Gedrag.WEIGERT_LIJST_422: 422}


class Toetssysteem(Standen, Pushing):
    """One supplier of one test; hand `app` to a server.

    Attributes:
        toetssoort: the test.
        naam: name of the supplier, author of its messages.
        oin: its OIN.
        toestand: what holds until it is taken back, in one value: closed periods, unknown schools, and so on.
        basis_url: its own base URL as written in results, prefix included; set it once the server has a port.
        verkeer: the last requests and their answers: what came in, and what was pushed.
        opmerkingen: what it found wrong in messages, refused or not, in order; only the oldest of many thousands are forgotten.
        opgemerkt: how many of those there were.
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
        afspraken: Sequence[Afspraak],
        definitie: Definitie | None = None,
        streng: Collection[Streng] = (),
        scores_als_tekst: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without pupils.

        Args:
            toetssoort: wire value of the test.
            naam: name of the supplier.
            oin: its OIN, 20 characters.
            gedrag: towards advice for unknown pupils; may be changed while it runs.
            mandaat: ``mandaat(school_oin, oin)`` says whether that party is mandated by the school; asked
                about the sender and about this supplier.
            scholen: OINs of the schools that signed up; another school gets 405 (quirk Q4).
            afspraken: the agreements it knows: it accepts their messages, each about its own school years.
            definitie: judges the messages of the first; the shipped ones judge all others.
            streng: what it refuses that it would otherwise only remark on; may be changed while it runs.
            scores_als_tekst: send scores as text, as the definition says, and not as numbers, as its example
                does (quirk Q1).
            now: the clock.
        """
        self.toetssoort: Toetssoort = Toetssoort(toetssoort)
        self.naam = naam
        self.oin = oin
        Standen.__init__(self, Toestand(gedrag=gedrag, streng=frozenset(map(Streng, streng))))
        base = f"https://toetssysteem.example{_PREFIX}"
        Pushing.__init__(self, self.toetssoort, naam, base, Deelnemers(), scores_als_tekst=scores_als_tekst, now=now)
        self._signed_up = frozenset(scholen)
        self._scholen = set(self._signed_up)
        self.lijsten: Counter[str] = Counter()
        self._mandaat = mandaat
        self.opmerkingen: list[Opmerking] = []
        self.opgemerkt: int = 0
        self._controle = Berichtcontrole(afspraken, definitie)
        self._lock = threading.Lock()
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

    def stel_in(self, data: Mapping[str, Any]) -> None:
        """Take over states and fixed answers in the form of `as_data`; only what is named changes, and all of it or nothing.

        Args:
            data: ``toestand`` and ``antwoorden``, one of them or both.

        Raises:
            ValueError: a name or a value does not exist; nothing was changed.
        """
        if unknown := data.keys() - {"toestand", "antwoorden"}:
            raise ValueError(f"Of a supplier {', '.join(sorted(unknown))} cannot be set.")
        toestand = self.toestand.changed(data.get("toestand", {}))
        self._vast.read(data.get("antwoorden", {}))
        self.toestand = toestand

    def as_data(self, *, whole: bool = False) -> dict[str, Any]:
        """All that it holds, as plain values for JSON: states, fixed answers, counts, and what was asked and answered.

        Args:
            whole: with the paths, headers and bodies of what was asked and answered, which hold the data of pupils that were
                sent. Otherwise there is nothing of a pupil in it but what states name.
        """
        known = Counter(item.school_oin for item in self._deelnemers.van())
        advised = Counter(item.school_oin for item in self._deelnemers.van() if item.advies is not None)
        return {
            "toetssoort": self.toetssoort.value,
            "naam": self.naam,
            "oin": self.oin,
            "basis_url": self.basis_url,
            "toestand": self.toestand.as_data(),
            "antwoorden": self._vast.as_data(),
            "scholen": sorted(self.scholen),
            "deelnemers": dict(known),
            "adviezen": dict(advised),
            "rapporten": len(self._resultaten),
            "openstaand": self.openstaand,
            "lijsten": dict(self.lijsten),
            "opgemerkt": self.opgemerkt,
            "verkeer": self.verkeer.as_data(whole=whole),
        }

    def reset(self) -> None:
        """Go back to how it was when it was made; only its `basis_url` stays. Do this while no request is under way."""
        Standen.reset(self)
        Pushing.reset(self)
        self._vast.wis(None)
        with self._lock:
            self._scholen = set(self._signed_up)
            self.lijsten.clear()
            self.opmerkingen.clear()
            self.opgemerkt = 0

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
        kop = self._controle.kop(schooljaar)
        self.ken_school(school.oin)
        self._deelnemers.meld_aan(school.oin, school.routeringskenmerk, kop, map(aangemeld, klas))

    @property
    def scholen(self) -> frozenset[str]:
        """OINs of the schools that it knows now."""
        with self._lock:
            return frozenset(oin for oin in self._scholen if self._knows(oin))

    def ken_school(self, school_oin: str | None = None) -> None:
        """Sign a school up, or take `vergeet_school` back; None takes it back for all.

        Raises:
            ValueError: all were forgotten, and cannot come back one by one.
        """
        self._remove("onbekende_scholen", school_oin)
        if school_oin is not None:
            with self._lock:
                self._scholen.add(school_oin)

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
            if operatie != RAPPORT and school_oin is not None and self._knows(school_oin):
                self.lijsten[school_oin] += 1
        return answer

    def _knows(self, school_oin: str) -> bool:
        return school_oin in self._scholen and not self._holds_for(self.toestand.onbekende_scholen, school_oin)

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
        if not self._knows(namens.school_oin):
            return Antwoord(405).answer()
        if operatie == RAPPORT:
            return self._geef_rapport(rapportid, namens)
        if self._is_closed(operatie, namens.school_oin):
            return Antwoord(403).answer()
        try:
            return self._neem_aan(operatie, received, namens)
        except OngeldigError as error:
            self._merk_op(error.opmerkingen)
            return Answer.melding(error.status, error.melding)

    def _neem_aan(self, operatie: str, received: Received, namens: Namens) -> Answer:
        gelezen = self._controle.lees(operatie, received, namens, self.streng)
        self._merk_op(gelezen.opmerkingen)
        if operatie == "registreren":
            self._deelnemers.meld_aan(namens.school_oin, namens.edu_from, gelezen.kop, gelezen.lijst)
            return Antwoord(202).answer()
        weigert = _WEIGERT.get(self.gedrag)
        onbekend = self._deelnemers.zet_adviezen(namens.school_oin, gelezen.lijst, alles_of_niets=weigert is not None)
        return Antwoord(weigert if onbekend and weigert else 202).answer()

    def _merk_op(self, opmerkingen: Sequence[Opmerking]) -> None:
        with self._lock:
            self.opgemerkt += len(opmerkingen)
            self.opmerkingen += opmerkingen
            if len(self.opmerkingen) > 2 * MOST_REMARKS:
                del self.opmerkingen[:-MOST_REMARKS]

    def _geef_rapport(self, rapportid: str, namens: Namens) -> Answer:
        rapport, toestand = self._resultaten.rapport(rapportid), self.toestand
        if rapport is None or rapport.school_oin != namens.school_oin:
            return Answer.melding(404, "Dit leerlingrapport is hier niet bekend.")
        if self._holds_for(toestand.onbekende_rapporten, *rapport.namen):
            return Answer.melding(404, "Dit leerlingrapport is hier niet bekend.")
        if self._holds_for(toestand.uitgestelde_rapporten, *rapport.namen):
            return Answer.melding(204, "Dit leerlingrapport is nog niet klaar.")
        return Answer(200, make_pdf(rapport.regels), "application/pdf")
