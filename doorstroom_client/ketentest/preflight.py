"""Looks at what has to be in order before anybody is tested: at our side, and in the OSR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from doorstroom_client import Client, ClientCertificate, Leverancier
from doorstroom_client.errors import (
    ConfigurationError,
    DeadlineExceeded,
    DoorstroomError,
    NoAnswer,
    RedirectRefused,
    Refused,
    TransportError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Looked
from doorstroom_client.ketentest.partner_connection import Wrong, wrong_with
from doorstroom_client.ketentest.requester import Requester
from doorstroom_client.ketentest.steps import Probe, Whose

Looks = Mapping[str, Callable[[Frame], Looked]]
"""Looks by the name of what is looked at."""
_MOST_SKEW = 60


class Preflight:
    """What is looked at, for one supplier.

    Args:
        client: of the LAS, with the configuration of the test.
        certificate: ours.
        leverancier: the supplier.
        requester: reaches its server.
        last_day: until when the test goes on.
    """

    def __init__(
        self,
        client: Client,
        certificate: ClientCertificate,
        leverancier: Leverancier,
        requester: Requester,
        last_day: dt.date,
    ) -> None:
        self._client = client
        self._ours = certificate
        self._leverancier = leverancier
        self._requester = requester
        self._last_day = last_day
        self._looked_at_osr: list[Wrong | None] = []

    @property
    def looks(self) -> Looks:
        """Every look by its name."""
        return {
            "namespace": self._namespace,
            "mandaat-leverancier": self._mandate,
            "mandaat-las": self._own_mandate,
            "adres": self._endpoint,
            "bereikbaar": self._reachable,
            "certificaat": self._certificate,
            "klok": self._clock,
        }

    def _namespace(self, frame: Frame) -> Looked:
        self._looked_at_osr.clear()  # it is the first question to the OSR

        def look() -> Looked:
            found = self._client.osr.check_namespace(frame.schooljaar)
            return Looked(value=found.in_orde, why=found.advies)

        return self._told(look)

    def _mandate(self, frame: Frame) -> Looked:
        def look() -> Looked:
            found = self._client.osr.check_mandaat(frame.school, self._leverancier)
            if found.gemandateerd:
                return Looked(value=True)
            if self._has_other_oin():
                # It was asked about somebody else, so nobody has to arrange anything in the OSR yet.
                return Looked(value=False, why="er is gevraagd met een OIN dat niet in het certificaat staat", whose=Whose.ONS)
            return Looked(value=False, why=f"de school heeft {self._leverancier.naam} geen mandaat gegeven")

        return self._told(look)

    def _has_other_oin(self) -> bool:
        found = wrong_with(self._client.check_verbinding(self._leverancier))
        return found is not None and "other_oin" in found.codes

    def _own_mandate(self, frame: Frame) -> Looked:
        def look() -> Looked:
            las = replace(self._leverancier, oin=frame.las_oin, naam="het LAS")
            found = self._client.osr.check_mandaat(frame.school, las)
            return Looked(
                value=found.gemandateerd, why="" if found.gemandateerd else "de school heeft het LAS geen mandaat gegeven"
            )

        return self._told(look)

    def _endpoint(self, frame: Frame) -> Looked:
        def look() -> Looked:
            found = self._client.osr.find_endpoints(frame.school)
            return Looked(value=len(found), why=f"adressen van deze administratie in het OSR: {len(found)}")

        return self._told(look)

    def _reachable(self, _: Frame) -> Looked:
        try:
            found = wrong_with(self._client.check_verbinding(self._leverancier))
        except DoorstroomError as error:  # of our own certificate, which V-06 tells of
            return Looked(value=False, why=error.message, whose=Whose.ONS)
        if found is None:
            return Looked(value=True)
        if found.reached:
            return Looked(value=False, why=found.why, whose=found.whose)
        return Looked(value=False, why=f"er is geen verbinding ({found.why})", unanswered=True)

    def _certificate(self, _: Frame) -> Looked:
        try:
            ends = self._ours.facts().not_after.date()
        except ConfigurationError as error:
            return Looked(value=False, why=error.message)
        return Looked(value=ends >= self._last_day, why=f"ons certificaat eindigt op {ends:%d-%m-%Y}")

    def _clock(self, _: Frame) -> Looked:
        seconds = self._requester.probe(Probe(name="klok")).date
        if seconds is None:
            return Looked(value=None, why="het antwoord zegt niet hoe laat het daar is")
        return Looked(value=abs(seconds) < _MOST_SKEW, why=f"verschil in seconden: {seconds:g}")

    def _told(self, look: Callable[[], Looked]) -> Looked:
        """What the OSR said; when it gave no answer, why not."""
        try:
            return look()
        except Refused as error:
            return Looked(value=None, why=f"het OSR weigert de vraag (status {error.status})")
        except (TransportError, Unavailable, UnexpectedResponse) as error:
            found = self._wrong_with_osr()
            why = found.why if found else _USELESS.get(type(error), "wat terugkwam is geen antwoord van een OSR")
            return Looked(value=None, why=f"het OSR gaf geen antwoord ({why})", whose=Whose.OSR, unanswered=True)
        except DoorstroomError as error:
            return Looked(value=None, why=error.message)

    def _wrong_with_osr(self) -> Wrong | None:
        """What is wrong with the connection to the OSR, looked at once for all questions to it."""
        if not self._looked_at_osr:
            self._looked_at_osr.append(wrong_with(self._client.osr.check_verbinding()))
        return self._looked_at_osr[0]


_USELESS: Mapping[type[Exception], str] = {
    Unavailable: "het is buiten dienst of overbelast",
    DeadlineExceeded: "de tijd was om",
    NoAnswer: "de verbinding werd verbroken",
    RedirectRefused: "het verwijst naar een ander adres",
}
