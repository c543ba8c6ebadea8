"""Everybody else in the country's year: the OSR, the suppliers that answer and push, and what the LAS keeps of its schools."""

from __future__ import annotations

import json
import random
import secrets
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load import status
from doorstroom_client.messages.school import School
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, Received

SCHOOLS = 6600
"""Administrations in the configuration, whatever part of the year is played."""
REPORT_BYTES = 300_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Country(Keten):
    """A chain with all schools of the country configured, of which some play along."""

    def __init__(self, directory: Path, playing: int) -> None:
        super().__init__(directory, receive=False)
        self.start()
        self.playing = self.bedenk_scholen(playing)
        taken = {school.instellingscode for school in self.scholen}
        everybody = [*self.scholen, *_silent_schools(SCHOOLS - len(self.scholen), taken)]
        random.Random(SCHOOLS).shuffle(everybody)  # noqa: S311 - who plays along stands anywhere among the others
        self.scholen = tuple(everybody)
        filler = secrets.token_bytes(REPORT_BYTES)
        for soort, server in self._supplier_servers.items():
            server._app = Reporting(self.toetssystemen[soort].app, filler)

    def contexts(self) -> list[ssl.SSLContext]:
        """How each supplier connects."""
        return [self._context(soort.lower()) for soort in self.toetssystemen]

    def requests(self, schools: Sequence[School], number: int) -> list[Iterator[bytes]]:
        """What each supplier pushes: `number` results in all, of pupils of these schools in turns."""
        kinds = len(self.toetssystemen)
        return [self._requests(soort, schools, range(at, number, kinds)) for at, soort in enumerate(self.toetssystemen)]

    def _requests(self, soort: str, schools: Sequence[School], numbers: range) -> Iterator[bytes]:
        """Requests with results of invented pupils, each with a report of its own."""
        theirs = [school for school in schools if self.toetssysteem_van(school) is self.toetssystemen[soort]]
        document = self.toetssystemen[soort].neem_af(theirs[0].oin)[0]
        text = json.dumps(document)
        (eck,) = [name for name in _identities(document) if len(name) > 128]
        report = document["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
        before, between, after = _cut(text, eck[-128:], report)
        for at, number in enumerate(numbers):
            school = theirs[at % len(theirs)]
            body = f"{before}{number:0128x}{between}{uuid.uuid4()}{after}".encode()
            head = (
                f"POST /leerlingresultaat?edu-to={school.routeringskenmerk}&edu-from={school.oin} HTTP/1.1\r\n"
                f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body

    def _context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate.trust_files[0])
        context.load_cert_chain(self._issued[name].cert, self._issued[name].key)
        return context


def _identities(document: dict[str, Any]) -> list[str]:
    return [item["onderwijsdeelnemerID"] for item in document["resultatenscores"]["deelnemerref"]]


def _cut(text: str, eck: str, report: str) -> tuple[str, str, str]:
    before, found, rest = text.partition(eck)
    between, also, after = rest.partition(report)
    if not (found and also):
        raise ValueError("the message of the simulator has another form")
    return before, between, after


def _silent_schools(number: int, taken: set[str]) -> Iterator[School]:
    brins = (f"{tens}{one}{two}" for tens in range(99, 89, -1) for one in _LETTERS for two in _LETTERS)
    free = (brin for brin in brins if brin not in taken)
    for at, brin in zip(range(number), free, strict=False):
        place, within = divmod(at, 1000)
        yield School(
            instellingscode=brin,
            vestigingscode="00",
            onderwijsaanbiedercode=f"{930 + place}A{within:03d}",
            onderwijslocatiecode=f"{930 + place}X{within:03d}",
            administratienr="01",
            routeringskenmerk=f"00000007000{brin}00530",
            naam=f"De Stille School {at + 1}",
        )


@dataclass
class Reporting:
    """A supplier that has a report of everybody."""

    app: Callable[[Received], Answer]
    filler: bytes = field(repr=False)

    def __call__(self, received: Received) -> Answer:
        """Answer one request."""
        _, found, report = received.path.partition("/leerlingrapport/")
        if not found:
            return self.app(received)
        head, tail = b"%%PDF-1.4\n%% %s\n" % report.encode(), b"\n%%EOF\n"
        body = b"".join((head, self.filler[: REPORT_BYTES - len(head) - len(tail)], tail))
        return Answer(200, body, "application/pdf")


@dataclass
class Pushing:
    """Suppliers push their results over some connections, each until it is answered with 202."""

    port: int
    contexts: list[ssl.SSLContext]
    requests: list[Iterator[bytes]]
    accepted: int = 0
    refused: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, connections: int, warming: int) -> int:
        """Start all connections; returns when so many results were answered, and tells how many that were."""
        self._threads = [
            threading.Thread(target=self._connection, args=(at % len(self.contexts),), daemon=True) for at in range(connections)
        ]
        for thread in self._threads:
            thread.start()
        while (answered := self.accepted + self.refused) < warming and any(thread.is_alive() for thread in self._threads):
            time.sleep(0.001)
        return answered

    def finish(self) -> None:
        """Wait until there is nothing left."""
        for thread in self._threads:
            thread.join()

    def _connection(self, supplier: int) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 30) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.contexts[supplier].wrap_socket(plain, server_hostname="localhost") as tls:
                while (request := self._next(supplier)) is not None:
                    tls.sendall(request)
                    code = status(tls)
                    with self._mutex:
                        self.accepted += code == 202
                        self.refused += code != 202

    def _next(self, supplier: int) -> bytes | None:
        with self._mutex:
            return next(self.requests[supplier], None)
