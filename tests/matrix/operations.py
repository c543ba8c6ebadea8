"""The six operations of the matrix by letter, on a client of either kind; nothing here needs the simulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import PDF, SCHOOL, SUPPLIER_OIN, kanarie

from doorstroom_client import (
    Adviezenlijst,
    ApiKey,
    AsyncClient,
    Client,
    ClientCertificate,
    Deelnemerslijst,
    Leverancier,
    Osr,
    Retry,
    Timeouts,
)
from doorstroom_client.exchange.call import call
from doorstroom_client.osr.writing import OwnEndpoint, change_endpoint, register_endpoint
from doorstroom_client.parties.url import address
from doorstroom_client.transport.request import Operation, Request

LETTERS = "ABCDEF"
OPERATIONS = dict(zip(LETTERS, Operation, strict=True))
METHODS = {"A": "POST", "B": "POST", "C": "GET", "D": "GET", "E": "POST", "F": "PUT"}
SUCCESS = {"A": 202, "B": 202, "C": 200, "D": 200, "E": 201, "F": 200}
"""The status of a sound answer."""
FLOWS = dict.fromkeys(LETTERS, 1)
"""How many total times one operation may take: one, however many calls it is made of."""

RAPPORT = PDF.replace(b"rapport", b"rapport van " + kanarie.NAAM.encode() + b" rapport " * 400)
OURS = "https://las.example.nl/dst"
THEIRS = "https://ander.example.nl/dst"
ENDPOINT = OwnEndpoint(SCHOOL.routeringskenmerk, OURS, kanarie.TOKEN)
BULK = 16 * 1024 * 1024
"""Bytes that no buffer of the system takes in."""


def make_client(*, awaited: bool, url: str, certificate: ClientCertificate, total: float, connect: float, **more: Any) -> Any:
    """A client for whom the supplier and the OSR live at the same address.

    With the key a question about a mandate becomes two, so D goes without; A to C have it at hand, E and F send it.
    """
    key = ApiKey("X-Kanarie-Key", kanarie.SLEUTEL) if more.pop("with_key") else None
    return (AsyncClient if awaited else Client)(
        certificate=certificate,
        osr=Osr(f"{url}/api/v2", "ns-2025", api_key=key, oin=more.pop("osr_oin", SUPPLIER_OIN)),
        leveranciers=[Leverancier("ICE", SUPPLIER_OIN, f"{url}/dst", "Toetsbureau")],
        auteur="Matrix 1",
        schooljaar="2025-2026",
        scholen=[SCHOOL],
        timeouts=Timeouts(connect, total, total, total),
        retry=more.pop("retry", None) or Retry(wait=lambda _: 0.0),  # type: ignore[arg-type]
        **more,
    )


def perform(client: Any, letter: str, to: Path | None = None, *, bulk: bool = False) -> Any:
    """Begin an operation; with `AsyncClient` the result is awaitable.

    Args:
        client: of either kind.
        letter: which operation.
        to: where a report is kept.
        bulk: with a body that is larger than the buffers of the system.
    """
    chain, runtime = client._operations, client._runtime
    about = chain._call(chain.timeouts.osr)
    if letter in "AB":
        if bulk:
            peer, operation = chain.leverancier("ICE").peer, OPERATIONS[letter]
            to_send = Request(
                operation,
                peer,
                "POST",
                address(peer.base_url, operation.value, query={}),
                b" " * BULK,
                request_id=about.new_id(),
                connect=about.connect,
            )
            return runtime.run(call(to_send, about.conditions))
        if letter == "A":
            return client.send(Deelnemerslijst(SCHOOL, kanarie.GROEPEN, [kanarie.DEELNEMER]), leverancier="ICE")
        return client.send(Adviezenlijst(SCHOOL, [kanarie.SCHOOLADVIES]), leverancier="ICE")
    if letter == "C":
        return client.fetch_leerlingrapport(kanarie.RAPPORT, school=SCHOOL, leverancier="ICE", to=to)
    if letter == "D":
        return client.osr.check_mandaat(SCHOOL, "ICE")
    endpoint = OwnEndpoint(ENDPOINT.routing_id, OURS, "x" * BULK) if bulk else ENDPOINT
    if letter == "E":
        return runtime.run(register_endpoint(chain.osr, endpoint, about))
    return runtime.run(change_endpoint(chain.osr, "17", endpoint, about))


def look(client: Any) -> Any:
    """Ask the OSR what address is registered."""
    chain = client._operations
    about = chain._call(chain.timeouts.osr)
    query = {"routing_id": ENDPOINT.routing_id, "service_version_namespace": chain.osr.namespace}
    url = address(chain.osr.base_url, "endpoints", query=query)
    request = Request(Operation.OSR, chain.osr.peer(with_key=False), "GET", url, request_id=about.new_id())
    return client._runtime.run(call(request, about.conditions))


def body_of(letter: str) -> tuple[bytes, str]:
    """The body of a sound answer, and its type."""
    if letter == "C":
        return RAPPORT, "application/pdf"
    said = f"{kanarie.MELDING}: {kanarie.NAAM} {kanarie.LAS}"
    document: object = {"melding": said} if letter in "AB" else {"id": 17, "start_date": "2025-08-01", "opmerking": said}
    return json.dumps(document, ensure_ascii=letter in "BD").encode(), "application/json"
