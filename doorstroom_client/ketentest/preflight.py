"""Looks at what has to be in order before anybody is tested: at our side, and in the OSR."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace

from doorstroom_client import Client, ClientCertificate, Leverancier
from doorstroom_client.errors import ConfigurationError, DoorstroomError
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Looked
from doorstroom_client.ketentest.player import in_dutch
from doorstroom_client.ketentest.requester import Requester
from doorstroom_client.ketentest.steps import Probe

Looks = Mapping[str, Callable[[Frame], Looked]]
"""Looks by the name of what is looked at."""
_CONNECT_SECONDS = 10.0
_MOST_SKEW = 60
_UNREACHABLE: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, in_dutch("dns")),
    (UnicodeError, in_dutch("dns")),
    (ConnectionRefusedError, in_dutch("refused")),
    (TimeoutError, in_dutch("timeout")),
)


class Preflight:
    """What is looked at, for one supplier.

    Args:
        client: of the LAS, with the configuration of the test.
        certificate: ours.
        leverancier: the supplier.
        requester: reaches its server.
        where: host and port of that server.
        last_day: until when the test goes on.
    """

    def __init__(
        self,
        client: Client,
        certificate: ClientCertificate,
        leverancier: Leverancier,
        requester: Requester,
        where: tuple[str, int],
        last_day: dt.date,
    ) -> None:
        self._client = client
        self._ours = certificate
        self._leverancier = leverancier
        self._requester = requester
        self._where = where
        self._last_day = last_day

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
        def look() -> Looked:
            found = self._client.osr.check_namespace(frame.schooljaar)
            return Looked(value=found.in_orde, why=found.advies)

        return _told(look)

    def _mandate(self, frame: Frame) -> Looked:
        def look() -> Looked:
            found = self._client.osr.check_mandaat(frame.school, self._leverancier)
            why = f"de school heeft {self._leverancier.naam} geen mandaat gegeven"
            return Looked(value=found.gemandateerd, why="" if found.gemandateerd else why)

        return _told(look)

    def _own_mandate(self, frame: Frame) -> Looked:
        def look() -> Looked:
            las = replace(self._leverancier, oin=frame.las_oin, naam="het LAS")
            found = self._client.osr.check_mandaat(frame.school, las)
            return Looked(
                value=found.gemandateerd, why="" if found.gemandateerd else "de school heeft het LAS geen mandaat gegeven"
            )

        return _told(look)

    def _endpoint(self, frame: Frame) -> Looked:
        def look() -> Looked:
            found = self._client.osr.find_endpoints(frame.school)
            return Looked(value=len(found), why=f"adressen van deze administratie in het OSR: {len(found)}")

        return _told(look)

    def _reachable(self, _: Frame) -> Looked:
        try:
            socket.create_connection(self._where, timeout=_CONNECT_SECONDS).close()
        except (OSError, UnicodeError) as error:
            return Looked(
                value=False, why=next((why for kind, why in _UNREACHABLE if isinstance(error, kind)), type(error).__name__)
            )
        return Looked(value=True)

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


def _told(look: Callable[[], Looked]) -> Looked:
    """What was seen; when nobody can say, why."""
    try:
        return look()
    except DoorstroomError as error:
        return Looked(value=None, why=error.message)
