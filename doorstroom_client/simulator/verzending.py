"""The way back: posting results to the LAS over mutual TLS, with the standard library."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.connection import oin_of
from doorstroom_client.transport import CIPHERS

_TIMEOUT = 10.0


@frozen
class Zending:
    """One result that is ready to go.

    Attributes:
        rapportid: of the report that belongs to it.
        edu_to: routeringskenmerk of the receiving administration.
        edu_from: OIN of the school.
        bericht: the Leerlingresultaat.
    """

    rapportid: str = field(repr=False)
    edu_to: str
    edu_from: str
    bericht: dict[str, Any] = field(repr=False)


@frozen
class Verzonden:
    """What became of one result.

    Attributes:
        rapportid: of the report that belongs to the result.
        status: of the answer; None when there was none.
        reden: why there was no answer: ``geen endpoint``, ``andere OIN`` when the certificate of the LAS is of somebody who is
            not to have it, so that it was not sent, or the name of the error.
    """

    rapportid: str = field(repr=False)
    status: int | None
    reden: str = ""


def client_context(*, cert: Path, key: Path, trust: Path) -> ssl.SSLContext:
    """Make the TLS settings of a client that trusts exactly one set of roots.

    Args:
        cert: PEM with the client certificate and its intermediates.
        key: PEM with its private key.
        trust: PEM with the roots.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(trust)
    context.load_cert_chain(cert, key)
    return context


def iedereen(_routing_id: str, _oin: str | None) -> bool:
    """Whoever has a trusted certificate may have it."""
    return True


def verzend(
    zendingen: Iterable[Zending],
    endpoint_for: Callable[[str], str | None],
    context: ssl.SSLContext,
    *,
    mag_ontvangen: Callable[[str, str | None], bool] = iedereen,
) -> list[Verzonden]:
    """Post results one after the other, each once.

    Args:
        zendingen: what to send.
        endpoint_for: gives the base URL of an administration, None when the registry knows none.
        context: TLS settings.
        mag_ontvangen: ``mag_ontvangen(routeringskenmerk, oin)`` says whether the results of an administration may go to whom
            this OIN is of; asked before anything is sent, with the OIN in the certificate of the LAS.

    Raises:
        ValueError: an endpoint is not an ``https`` URL.
    """
    lijnen: dict[str, _Lijn] = {}
    try:
        return [_verzend_een(item, endpoint_for(item.edu_to), lijnen, context, mag_ontvangen) for item in zendingen]
    finally:
        for lijn in lijnen.values():
            lijn.connection.close()


@frozen
class _Lijn:
    connection: http.client.HTTPSConnection
    path: str


def _verzend_een(
    zending: Zending,
    endpoint: str | None,
    lijnen: dict[str, _Lijn],
    context: ssl.SSLContext,
    mag_ontvangen: Callable[[str, str | None], bool],
) -> Verzonden:
    if endpoint is None:
        return Verzonden(zending.rapportid, None, "geen endpoint")
    lijn = lijnen.get(endpoint) or lijnen.setdefault(endpoint, _open(endpoint, context))
    query = urlencode({"edu-to": zending.edu_to, "edu-from": zending.edu_from})
    body = json.dumps(zending.bericht, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        if lijn.connection.sock is None:
            lijn.connection.connect()
        assert lijn.connection.sock is not None
        if not mag_ontvangen(zending.edu_to, oin_of(lijn.connection.sock)):
            return Verzonden(zending.rapportid, None, "andere OIN")
        lijn.connection.request("POST", f"{lijn.path}/leerlingresultaat?{query}", body, headers)
        answer = lijn.connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        # Closed, the connection opens again for the next result.
        lijn.connection.close()
        return Verzonden(zending.rapportid, None, type(error).__name__)
    return Verzonden(zending.rapportid, answer.status)


def _open(endpoint: str, context: ssl.SSLContext) -> _Lijn:
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or parts.hostname is None:
        raise ValueError("An endpoint is an https URL.")
    connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=_TIMEOUT, context=context)
    return _Lijn(connection, parts.path.rstrip("/"))
