"""The way back: posting results to the LAS over mutual TLS, with the standard library."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.connection import oin_of
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.verkeer import Begin, Richting, Verkeer
from doorstroom_client.transport import CIPHERS

RESULTAAT = "leerlingresultaat"
_TIMEOUT = 10.0
_MOST_ANSWER = 1024 * 1024
_ACCEPT = ("Accept", "application/json")


@frozen
class Zending:
    """One result that is ready to go.

    Attributes:
        rapportid: of the report that belongs to it; empty when there is none.
        edu_to: routeringskenmerk of the receiving administration.
        edu_from: OIN of the school.
        body: the Leerlingresultaat.
        content_type: as it is sent.
    """

    rapportid: str = field(repr=False)
    edu_to: str
    edu_from: str
    body: bytes = field(repr=False)
    content_type: str = "application/json"


@frozen
class Verzonden:
    """What became of one result.

    Attributes:
        rapportid: of the report that belongs to the result.
        status: of the answer; None when there was none.
        reden: why there was no answer: ``geen endpoint``, ``andere OIN`` when the certificate of the LAS is of somebody who is
            not to have it, so that it was not sent, or the name of the error.
        headers: of the answer.
        body: of the answer, its first MiB.
        seconden: how long it took.
    """

    rapportid: str = field(repr=False)
    status: int | None
    reden: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    seconden: float = 0.0

    @property
    def aangenomen(self) -> bool:
        """Whether the LAS said that it has it."""
        return self.status is not None and 200 <= self.status < 300


def iedereen(_routing_id: str, _oin: str | None) -> bool:
    """Whoever has a trusted certificate may have it."""
    return True


@frozen(kw_only=True)
class Afzender:
    """With what a supplier sends, and how it finds the LAS.

    Attributes:
        endpoint_for: gives the base URL of a LAS for a routeringskenmerk, None when there is none.
        cert: PEM with the certificate of the supplier and its intermediates.
        key: PEM with its private key.
        trust: PEM with the roots that the certificate of the LAS must lead to.
        mag_ontvangen: ``mag_ontvangen(routeringskenmerk, oin)`` says whether the results of an administration may go to whom
            this OIN is of; asked before anything is sent, with the OIN in the certificate of the LAS.
    """

    endpoint_for: Callable[[str], str | None]
    cert: Path
    key: Path
    trust: Path
    mag_ontvangen: Callable[[str, str | None], bool] = iedereen

    def context(self) -> ssl.SSLContext:
        """The TLS settings of a client that trusts exactly one set of roots."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.load_verify_locations(self.trust)
        context.load_cert_chain(self.cert, self.key)
        return context


def verzend(zendingen: Iterable[Zending], afzender: Afzender, verkeer: Verkeer) -> list[Verzonden]:
    """Post results one after the other, each once.

    Args:
        zendingen: what to send.
        afzender: with what, and where to.
        verkeer: where it is written down.

    Raises:
        ValueError: an endpoint is not an ``https`` URL.
    """
    lijnen = _Lijnen(afzender)
    try:
        return [_verzend_een(zending, lijnen, verkeer) for zending in zendingen]
    finally:
        lijnen.close()


@frozen
class _Lijn:
    connection: http.client.HTTPSConnection
    path: str


class _Lijnen:
    """Connections to the LASes that results go to, one for each address."""

    def __init__(self, afzender: Afzender) -> None:
        self.afzender = afzender
        self._context = afzender.context()
        self._open: dict[str, _Lijn] = {}

    def to(self, edu_to: str) -> _Lijn | None:
        """The one to an administration; None when it has no address.

        Raises:
            ValueError: the address is not an ``https`` URL.
        """
        endpoint = self.afzender.endpoint_for(edu_to)
        if endpoint is None:
            return None
        if endpoint not in self._open:
            parts = urlsplit(endpoint)
            if parts.scheme != "https" or parts.hostname is None:
                raise ValueError("An endpoint is an https URL.")
            connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=_TIMEOUT, context=self._context)
            self._open[endpoint] = _Lijn(connection, parts.path.rstrip("/"))
        return self._open[endpoint]

    def close(self) -> None:
        """Close all of them."""
        for lijn in self._open.values():
            lijn.connection.close()


def _verzend_een(zending: Zending, lijnen: _Lijnen, verkeer: Verkeer) -> Verzonden:
    begin, oin, answer, reden = verkeer.begin(), None, None, ""
    lijn = lijnen.to(zending.edu_to)
    if lijn is None:
        reden = "geen endpoint"
    else:
        try:
            oin = _peer(lijn)
            if lijnen.afzender.mag_ontvangen(zending.edu_to, oin):
                answer = _post(zending, lijn)
            else:
                reden = "andere OIN"
        except (OSError, http.client.HTTPException) as error:
            # Closed, the connection opens again for the next result.
            lijn.connection.close()
            reden = type(error).__name__
    return _noted(zending, "" if lijn is None else lijn.path, oin, answer, reden, begin, verkeer)


def _peer(lijn: _Lijn) -> str | None:
    """The OIN of the other side, with which there is a connection then."""
    if lijn.connection.sock is None:
        lijn.connection.connect()
    assert lijn.connection.sock is not None
    return oin_of(lijn.connection.sock)


def _post(zending: Zending, lijn: _Lijn) -> Answer:
    query = urlencode({"edu-to": zending.edu_to, "edu-from": zending.edu_from})
    headers: dict[str, str] = dict((("Content-Type", zending.content_type), _ACCEPT))
    lijn.connection.request("POST", f"{lijn.path}/{RESULTAAT}?{query}", zending.body, headers)
    response = lijn.connection.getresponse()
    body = response.read(_MOST_ANSWER)
    if not response.isclosed():
        lijn.connection.close()  # what was not read would pass for the next answer
    return Answer(response.status, body, None, tuple(response.getheaders()))


def _noted(
    zending: Zending, path: str, oin: str | None, answer: Answer | None, reden: str, begin: Begin, verkeer: Verkeer
) -> Verzonden:
    query = (("edu-to", zending.edu_to), ("edu-from", zending.edu_from))
    headers = (("Content-Type", zending.content_type), _ACCEPT)
    verzoek = Received("POST", f"{path}/{RESULTAAT}", query, headers, zending.body, oin)
    noted = verkeer.note(Richting.VERZONDEN, RESULTAAT, verzoek, answer, begin=begin, reden=reden)
    if answer is None:
        return Verzonden(zending.rapportid, None, reden, seconden=noted.seconden)
    return Verzonden(zending.rapportid, answer.status, reden, answer.headers, answer.body, noted.seconden)
