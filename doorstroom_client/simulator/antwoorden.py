"""The fixed answers of a simulated test supplier, and on whose behalf a request came."""

from __future__ import annotations

import re
import threading

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.https import Answer, Received

_KENMERK = re.compile(r"[0-9A-Za-z]{20}")
MELDINGEN = {
    202: "Bericht ontvangen; de verwerking volgt later.",
    401: "Voor deze school ontbreekt een machtiging van de verzender of van de ontvanger.",
    403: "De periode voor deze aanlevering is voorbij.",
    404: "De lijst bevat een leerling die hier niet bekend is.",
    405: "Deze school is hier niet aangemeld.",
    422: "De inhoud van het bericht klopt niet.",
    500: "Onverwachte fout bij de verwerking.",
    503: "Tijdelijk niet bereikbaar wegens onderhoud.",
}
_OP_VERZOEK = frozenset({401, 403, 405, 422, 500, 503})
POSTS = ("registreren", "registreren-schooladviezen")
RAPPORT = "leerlingrapport"


@frozen
class Namens:
    """On behalf of which school and administration a request came.

    Attributes:
        school_oin: OIN of the school.
        edu_from: routeringskenmerk of the administration.
    """

    school_oin: str
    edu_from: str


class OpVerzoek:
    """Fixed answers that a test asked for, per operation."""

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._vast: dict[str, tuple[int, int | None]] = {}

    def zet(self, operatie: str, status: int, keer: int | None) -> None:
        """Fix the answer of one operation, for a number of requests or until `wis`.

        Raises:
            ValueError: the operation or the status does not exist here.
        """
        if operatie not in (*POSTS, RAPPORT) or status not in _OP_VERZOEK:
            raise ValueError(f"No fixed answer {status} exists for {operatie!r}.")
        if keer is not None and keer < 1:
            raise ValueError("A fixed answer is given at least once.")
        with self._lock:
            self._vast[operatie] = (status, keer)

    def wis(self, operatie: str | None) -> None:
        """Forget the answer of one operation; None forgets all."""
        with self._lock:
            for vergeten in list(self._vast) if operatie is None else [operatie]:
                self._vast.pop(vergeten, None)

    def neem(self, operatie: str) -> Answer | None:
        """Return the fixed answer and count it; None when there is none."""
        with self._lock:
            if operatie not in self._vast:
                return None
            status, keer = self._vast[operatie]
            if keer == 1:
                del self._vast[operatie]
            elif keer is not None:
                self._vast[operatie] = (status, keer - 1)
        return antwoord(status)


def antwoord(status: int) -> Answer:
    """Answer with the fixed text of a status."""
    retry = (("Retry-After", "1"),) if status == 503 else ()
    return Answer.melding(status, MELDINGEN[status], retry)


def lees_namens(received: Received) -> Namens | None:
    """Read both parameters strictly; the pattern of the definition allows nearly anything (quirk Q2)."""
    edu_to, edu_from = received.one("edu-to"), received.one("edu-from")
    if edu_to is None or edu_from is None:
        return None
    if not (_KENMERK.fullmatch(edu_to) and _KENMERK.fullmatch(edu_from)):
        return None
    return Namens(edu_to.upper(), edu_from.upper())
